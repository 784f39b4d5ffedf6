"""The job that looks for anomalies runs with a bundle that says pixels, with one that says errors, and with its own."""

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

import e2efw
from dataformats.results import Anomalies
from e2efw.config.loader import load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from taggers.bundle import write_bundle
from tests.taggers.support import halving_graph, small_card, write_small_bundle

SEEN: Any = {"channels": ("TracksPt", "ECAL", "HCAL"), "window": (125, 125)}


@pytest.mark.parametrize("says", ["pixels", "errors", "ours"])
def test_boosted_jets_get_their_error(tmp_path: Path, says: str) -> None:
    if says == "pixels":
        write_bundle(tmp_path / "bundle", small_card({"again": "GeV"}, **SEEN), halving_graph(3, (125, 125)))
    elif says == "errors":
        write_small_bundle(tmp_path / "bundle", {"error": "1", "worst": "1"}, head="Relu", **SEEN)
    arguments = [f"outputFile={tmp_path / 'out.root'}", "maxEvents=8"]
    arguments += [] if says == "ours" else [f"model={tmp_path / 'bundle'}"]
    Job(configure(load_process("anomaly_inference_cfg.py", arguments), Path())).run()
    with e2efw.open(tmp_path / "out.root") as events:
        found = events["anomalies"].product()
        found.refuse_others(events["ak8PFJetsCHS"].product())
    assert isinstance(found, Anomalies)
    assert ak.any(found.status == 0)
    for error in (found.error, found.worst):
        assert ak.all(np.isfinite(error) == (found.status == 0))
    if says == "ours":
        error, worst = (ak.flatten(column[found.status == 0]) for column in (found.error, found.worst))
        assert ak.all((error > 0) & (error < worst) & (worst < 10))
