"""The packaged sample: small, reproducible, and good for a try of every job."""

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from dataformats.geometry.tracker_ids import BPIX, unpack_tracker
from e2efw.config.loader import load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from python_cfg.samples import SIMULATED_TTBAR

ENERGY = "obj.obj.energy_"
PT = "obj.m_state.p4Polar_.fCoordinates.fPt"
GEN_PT = f"recoGenParticles_genParticles__GEN.{PT}"


def made(output: Path) -> Path:
    pytest.importorskip("pythia8mc", reason="Pythia 8 is the extra `sim`")
    pytest.importorskip("fastjet", reason="fastjet is in the extra `sim`")
    Job(configure(load_process("make_sample_cfg.py", [f"outputFile={output}"]), Path())).run()
    return output


def test_two_samples_have_the_same_bytes(tmp_path: Path) -> None:
    assert made(tmp_path / "one.root").read_bytes() == made(tmp_path / "other.root").read_bytes()


def test_the_packaged_sample_is_what_its_cfg_makes(tmp_path: Path) -> None:
    """On another machine a logarithm may differ in its last digit, and an event that hangs on it be another one."""
    with uproot.open(made(tmp_path / "made.root")) as ours, uproot.open(SIMULATED_TTBAR) as theirs:
        made_here, packaged = ours["Events"], theirs["Events"]
        assert made_here.keys() == packaged.keys()
        assert made_here.num_entries == packaged.num_entries
        here, there = (ak.to_numpy(ak.sum(tree[GEN_PT].array(), axis=1)) for tree in (made_here, packaged))
        same = np.isclose(here, there, rtol=1e-5)
        assert same.mean() > 0.9
        sums = [name for name in packaged.keys() if name.endswith((ENERGY, PT, "energy_"))]  # noqa: SIM118 (no dict)
        assert len(sums) > 10
        for name in sums:
            ours_sum, theirs_sum = (ak.sum(tree[name].array()[same], axis=None) for tree in (made_here, packaged))
            assert ours_sum == pytest.approx(theirs_sum, rel=1e-3), f"{name}: `make sample` makes the sample again"


def test_the_packaged_sample_is_small() -> None:
    assert Path(SIMULATED_TTBAR).stat().st_size <= 1.5e6


def test_the_packaged_sample_has_tops_inside_boosted_jets() -> None:
    with uproot.open(SIMULATED_TTBAR) as file:
        events = file["Events"]
        jets = events[f"recoPFJets_ak8PFJetsCHS__SIM.{PT}"].array()
        for task in ("topTruth", "topMassTruth"):
            valid, label = (events[f"e2eTruthLabels_{task}__SIM.obj.{leaf}_"].array() for leaf in ("valid", "label"))
            assert ak.all(ak.num(valid) == ak.num(jets))
            assert ak.sum(valid & (label == 1)) >= 10
    assert np.median(ak.to_numpy(ak.max(jets, axis=1, mask_identity=False))) > 400


def test_the_packaged_sample_has_hits_on_every_layer_of_the_barrel_pixels() -> None:
    with uproot.open(SIMULATED_TTBAR) as file:
        detid = file["Events"]["e2eTrackerRecHits_siPixelRecHits__SIM.obj.detId_"].array()
    ids = unpack_tracker(ak.to_numpy(ak.flatten(detid)))
    per_layer = np.bincount(ids.layer[ids.subdet == BPIX])
    assert np.all(per_layer[1:4] > 10 * len(detid))
