"""Fragments of CMSSW by their names, and what may be imported from where."""

import logging
from pathlib import Path

import pytest

from e2efw import config as cms
from e2efw.config.conversion import converted
from e2efw.config.fragments import fragment_files
from e2efw.config.loader import load_process
from e2efw.config.origin import here
from e2efw.errors import ConfigFileReadError

HEAD = "import FWCore.ParameterSet.Config as cms\nprocess = cms.Process('T')\n"


def run(folder: Path, text: str, *arguments: str) -> cms.Process:
    (folder / "my_cfg.py").write_text(HEAD + text)
    return load_process(folder / "my_cfg.py", arguments)


@pytest.mark.parametrize("name", sorted(fragment_files()))
def test_every_fragment_loads(name: str, tmp_path: Path) -> None:
    process = run(tmp_path, f"process.load('{name}')\nprocess.load('{name.replace('.', '/')}')\n")
    assert isinstance(process, cms.Process)


def test_message_logger_that_was_changed_survives_the_load(tmp_path: Path) -> None:
    text = "process.MessageLogger.cerr.FwkReport.reportEvery = 7\n"
    text += "process.load('FWCore.MessageService.MessageLogger_cfi')\n"
    process = run(tmp_path, text)
    assert process.MessageLogger.cerr.FwkReport.reportEvery == 7
    process.MessageLogger.cerr.MyCategory = {"limit": 5}
    assert process.MessageLogger.cerr.MyCategory.limit == 5
    with pytest.raises(ValueError, match="parameter 'Other'"):
        process.MessageLogger.cerr.Other = 5


def test_a_global_tag_is_told_of_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = "process.load('Configuration.StandardSequences.FrontierConditions_GlobalTag_cff')\n"
    text += "process.GlobalTag.globaltag = 'MY_TAG'\n"
    process = run(tmp_path, text)
    with caplog.at_level(logging.WARNING, "e2efw.config"):
        converted(process)
    assert len(caplog.messages) == 1
    assert "GlobalTag MY_TAG is kept in the provenance" in caplog.text
    assert "'MY_TAG'" in process.dumpPython()


def test_eras_and_geometries_exist_under_any_name(tmp_path: Path) -> None:
    text = "import FWCore.ParameterSet.Config as cms\nfrom Configuration.Eras.Era_Run3_cff import Run3\n"
    text += "from Configuration.Eras.Modifier_pixel_cff import pixel\nprocess = cms.Process('T', Run3)\n"
    text += "assert process.isUsingModifier(Run3)\nassert not pixel.isChosen()\n"
    (tmp_path / "era_cfg.py").write_text(text + "process.load('Configuration.Geometry.GeometryExtended2018Reco_cff')\n")
    load_process(tmp_path / "era_cfg.py")


def test_missing_fragment_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigFileReadError, match=r"GeometryDBx_cff is not offered here.*GeometryDB_cff'\?"):
        run(tmp_path, "process.load('Configuration.StandardSequences.GeometryDBx_cff')\n")
    with pytest.raises(ConfigFileReadError, match=r"RecoE2E\.TauTagger.* is not offered here"):
        run(tmp_path, "process.load('RecoE2E.TauTagger.TauTagger_cfi')\n")


def test_users_own_packages_come_first(tmp_path: Path) -> None:
    own = tmp_path / "RecoE2E" / "EGTagger"
    own.mkdir(parents=True)
    (own / "EGTagger_cfi.py").write_text("from e2efw import config as cms\nEGTagger = cms.EDProducer('Mine')\n")
    text = "process.load('RecoE2E.EGTagger.EGTagger_cfi')\nprocess.load('RecoE2E.QGTagger.QGTagger_cfi')\n"
    process = run(tmp_path, text)
    assert (process.EGTagger.type_(), process.QGTagger.type_()) == ("Mine", "QGTagger")


def test_all_names_of_cmssw_are_one_language(tmp_path: Path) -> None:
    text = """
from e2efw import config
import FWCore.ParameterSet.Types, FWCore.ParameterSet.Modules, FWCore.ParameterSet.SequenceTypes as S
from FWCore.ParameterSet.MassReplace import massReplaceInputTag, massSearchReplaceAnyInputTag, massReplaceParameter
from FWCore.ParameterSet.Utilities import ignoreAllFiltersOnPath
from FWCore.ParameterSet.SequenceVisitors import PathValidator
assert S is config is cms and FWCore.ParameterSet.Types.int32 is cms.int32
"""
    run(tmp_path, text)


def test_fragment_may_forbid_to_be_imported_deep_in_a_chain(tmp_path: Path) -> None:
    (tmp_path / "guarded_cfi.py").write_text(
        "from e2efw import config as cms\ncms.checkImportPermission(minLevel=1, allowedPatterns=['allowed'])\n"
        "a = cms.EDProducer('A')\n"
    )
    (tmp_path / "deep_cff.py").write_text("from guarded_cfi import *\n")
    (tmp_path / "allowed_cff.py").write_text("from guarded_cfi import *\n")
    assert "a" in run(tmp_path, "process.load('guarded_cfi')\n").producers
    assert "a" in run(tmp_path, "process.load('allowed_cff')\n").producers
    with pytest.raises(ConfigFileReadError, match=r"guarded_cfi\.py must not be imported by .*deep_cff\.py: at most 1"):
        run(tmp_path, "process.load('deep_cff')\n")


def test_stream_has_exactly_its_fields() -> None:
    fields = {"content": 1, "dataTier": 2, "name": 3, "paths": 4, "responsible": 5, "selectEvents": 6}
    stream = cms.FilteredStream(**fields)
    assert (stream.name, stream["paths"]) == (3, 4)
    for wrong in ({"name": 1}, {**fields, "more": 1}):
        with pytest.raises(ValueError, match="wanted exactly content, dataTier"):
            cms.FilteredStream(**wrong)
    for name in ("name", "other"):
        with pytest.raises(AttributeError, match="its content is fixed"):
            setattr(stream, name, 5)
    with pytest.raises(AttributeError, match="no 'other'; it has content"):
        _ = stream.other


def test_lines_of_very_long_files_are_found_too() -> None:
    lines = 3000
    names: dict[str, object] = {"here": here}
    exec("x = []\n" + "x.append(here())\n" * lines + "y = (1,\n  here())\n", names)
    found = names["x"]
    assert isinstance(found, list)
    assert [origin.line for origin in found] == list(range(2, lines + 2))
