"""``from e2efw.modules import Plugin``: functions that make modules with the defaults of their plugins."""

from pathlib import Path
from typing import Any

import pytest

from e2efw import config as cms
from e2efw import modules
from e2efw.config.conversion import converted
from e2efw.config.loader import load_process
from e2efw.errors import ConfigurationError
from e2efw.framework.building import configured_module
from e2efw.framework.parameters import declared
from e2efw.framework.plugins import find_plugin
from e2efw.modules import JetFrameProducer, PoolOutputModule, Prescaler

PLUGINS = ["JetFrameProducer", "EmptySource", "PoolOutputModule", "TriggerResultsFilter", "PhotonProducer", "Timing"]


@pytest.mark.parametrize("name", PLUGINS)
def test_a_module_without_changes_is_the_plugin_with_its_defaults(name: str) -> None:
    plugin = find_plugin(name)
    module = getattr(modules, name)()
    known = declared(plugin)
    assert set(module.parameterNames_()) == set(known)
    for cfg_name, parameter in known.items():
        assert module.getParameter(cfg_name).isTracked() is parameter.tracked
    required = [cfg_name for cfg_name, parameter in known.items() if parameter.required]
    if not required:
        assert configured_module(name, module).module == plugin()


def test_changes_keep_the_declared_types() -> None:
    module = JetFrameProducer(minJetPt=300, jets="ak8PFJets")
    assert isinstance(module.minJetPt, (cms.double, float))
    assert module.getParameter("jets") == cms.InputTag("ak8PFJets")
    module.minJetPt = 350
    with pytest.raises(ValueError, match="double"):
        module.minJetPt = "much"


def test_the_line_of_the_cfg_is_remembered_and_the_dump_makes_the_module_again() -> None:
    module = Prescaler(prescaleFactor=3)
    assert module.origin_().filename == __file__
    assert eval(module.dumpPython(), {"cms": cms}).parameters_() == module.parameters_()


def test_what_must_be_set_is_asked_for() -> None:
    process: Any = cms.Process("T")
    process.out = PoolOutputModule()
    with pytest.raises(RuntimeError, match="PoolOutputModule 'out': required parameter 'fileName' has no value"):
        converted(process)
    process.out.fileName = "out.root"
    assert converted(process).out.fileName == "out.root"


def test_unknown_plugins_and_parameters_name_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match=r"no plugin 'JetFrameProdcer'.* Did you mean 'JetFrameProducer'"):
        getattr(modules, "JetFrameProdcer")  # noqa: B009 (an attribute alone would be a useless expression)
    with pytest.raises(ConfigurationError, match=r"no parameter 'minJetPT' \(.*test_factories.py:\d+\)\. Did you mean"):
        JetFrameProducer(minJetPT=3)


def test_parameters_of_earlier_systems_still_stand_for_todays() -> None:
    module = JetFrameProducer(doECALstitched=True, doHBHEenergy=True)
    assert module.parameterNames_() == ["doECALstitched", "doHBHEenergy"]
    assert configured_module("j", module).module.channels == ("HCAL", "ECAL")  # type: ignore[attr-defined]


def test_cfgs_import_them_by_the_name_of_a_package(tmp_path: Path) -> None:
    (tmp_path / "my_cfg.py").write_text(
        "import FWCore.ParameterSet.Config as cms\n"
        "from FWCore.Modules.modules import Prescaler\n"
        "import RecoE2E.FrameProducers.modules as frames\n"
        "process = cms.Process('T')\n"
        "process.pre = Prescaler(prescaleFactor = 2)\n"
        "process.det = frames.DetFrameProducer()\n"
    )
    process = load_process(tmp_path / "my_cfg.py", ())
    assert (process.pre.prescaleFactor, process.det.type_()) == (2, "DetFrameProducer")
    assert process.pre.origin_().line == 5


def test_the_names_are_listed_for_completion() -> None:
    assert {"JetFrameProducer", "PoolSource"} < set(dir(modules))
    assert not hasattr(modules, "__path__")
