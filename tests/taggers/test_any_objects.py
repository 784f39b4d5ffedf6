"""The modules that take any bundle and any windows, in a job on the packaged sample."""

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

import e2efw
from e2efw import config as cms
from e2efw.errors import ProductNotFoundError
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from python_cfg.samples import SIMULATED_TTBAR
from taggers.bundle import write_bundle
from tests.taggers.support import halving_graph, small_card, write_small_bundle

EVENT = (280, 360)


def job(output: Path, *modules: Any) -> Job:
    """Windows of jets and of whole events, and some modules that look at them."""
    process = cms.Process("ANY")
    process.maxEvents.input = 4
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(SIMULATED_TTBAR))
    process.jetFrames = cms.EDProducer("JetFrameProducer", channels=["ECAL", "HCAL"], minJetPt=30.0, height=9, width=9)
    process.eventFrames = cms.EDProducer("EventFrameProducer", channels=["ECAL", "HCAL"])
    process.p = cms.Path(process.jetFrames + process.eventFrames)
    for number, module in enumerate(modules):
        setattr(process, f"said{number}", module)
        process.p += getattr(process, f"said{number}")
    process.output = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(str(output)))
    process.e = cms.EndPath(process.output)
    return Job(configure(process, Path()))


def events_windows(plugin: str, model: Path, **more: Any) -> Any:
    """A module that looks at whole events."""
    tags = {name: cms.InputTag("eventFrames", name) for name in ("seeds", "frames")}
    return cms.EDProducer(plugin, model=cms.string(str(model)), **tags, **more)


def test_jets_and_whole_events_are_looked_at_by_modules_that_take_any(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "jets", {"top": "probability"}, window=(9, 9))
    write_small_bundle(tmp_path / "events", {"energy": "GeV"}, window=EVENT, head="Relu")
    write_bundle(tmp_path / "halving", small_card({"again": "GeV"}, window=EVENT), halving_graph(2, EVENT))
    tagger = cms.EDProducer("OnnxTagger", model=str(tmp_path / "jets"), jets=cms.InputTag("ak8PFJetsCHS"))
    regressor = events_windows("OnnxRegressor", tmp_path / "events", quantity=cms.string("energy"))
    detector = events_windows("AnomalyDetector", tmp_path / "halving")
    job(tmp_path / "out.root", tagger, regressor, detector).run()
    with e2efw.open(tmp_path / "out.root") as events:
        scores, energy, anomalies = (events[f"said{number}"].product() for number in range(3))
        scores.refuse_others(events["ak8PFJetsCHS"].product())
    assert scores.description["objects"] == "recoPFJets_ak8PFJetsCHS__SIM."
    assert ak.all((scores.status == 0) == np.isfinite(scores.score))
    assert ak.to_list(ak.num(energy.value)) == [1, 1, 1, 1]
    assert ak.all(energy.value > 0)
    assert (energy.description["objects"], energy.description["unit"]) == ("", "GeV")
    assert ak.all(anomalies.worst > anomalies.error)
    assert ak.all(anomalies.error > 0)


def test_objects_that_nobody_has_are_an_error_before_the_first_event(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "jets", {"top": "probability"}, window=(9, 9))
    tagger = cms.EDProducer("OnnxTagger", model=str(tmp_path / "jets"), jets=cms.InputTag("ak8Jets"))
    with pytest.raises(ProductNotFoundError, match=r"no product 'ak8Jets' for 'jets'"):
        job(tmp_path / "out.root", tagger).run()
