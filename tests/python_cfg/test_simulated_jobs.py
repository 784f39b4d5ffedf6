"""Jobs on simulated files: the main job, pictures of the whole detector, and the labels of every task."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import awkward as ak
import numpy as np
import pytest
import uproot

from dataformats.truth import TruthLabels
from e2efw import config as cms
from e2efw.config.loader import load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.tags import ProductKey
from e2efw.io.pool_source import PoolSource

Simulate = Callable[..., Path]
P4 = "obj.m_state.p4Polar_.fCoordinates.f"


class Task(NamedTuple):
    """One of the packaged cfis of truth labels.

    Args:
        process: arguments of the simulation with many signal objects.
        objects: what is labelled, friendly type and label.
        target: range of the target's mass, GeV; None if it has none to speak of.
    """

    process: tuple[str, ...]
    objects: str
    target: tuple[float, float] | None = None


AK4, AK8, PHOTONS = "recoPFJets_ak4PFJetsCHS", "recoPFJets_ak8PFJetsCHS", "recoPhotons_gedPhotons"
TASKS = {
    "eGammaTruth": Task(("process=dyee",), PHOTONS),
    "quarkGluonTruth": Task(("process=qcd_quark", "ptHatMin=100"), AK4),
    "topTruth": Task(("process=ttbar_boosted",), AK8, (150, 200)),
    "topMassTruth": Task(("process=ttbar_boosted", "topMass=100", "topMassMax=400"), AK8, (100, 400)),
    "tauTruth": Task(("process=dytautau",), AK4, (1.7, 1.8)),
    "electronTruth": Task(("process=dyee",), AK4),
    "ditauMassTruth": Task(("process=h_aa_4tau", "aMass=4", "aMassMax=14"), AK4, (4, 14)),
    "dielectronMassTruth": Task(("process=h_aa_4e", "aMass=1", "aMassMax=5"), AK4, (1, 5)),
    "diphotonMassTruth": Task(("process=h_aa_4gamma", "aMass=0.5", "aMassMax=1.5"), PHOTONS, (0.5, 1.5)),
}


def labelled(simulated: Path, cfi: str, output: Path) -> TruthLabels:
    """What a job with one packaged cfi makes of a simulated file."""
    process = cms.Process("LABELS")
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(str(simulated)))
    process.load(f"python_cfg.{cfi}_cfi")
    process.path = cms.Path(getattr(process, cfi))
    process.output = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(str(output)))
    process.write = cms.EndPath(process.output)
    Job(configure(process, Path())).run()
    source, key = PoolSource(file_names=(str(output),)).open(), ProductKey(cfi, "", "LABELS")
    (block,) = source.blocks({key: TruthLabels}, 1000, -1)
    labels: Any = block.products[key]
    return labels  # type: ignore[no-any-return]


@pytest.mark.parametrize("cfi", TASKS)
def test_every_task_finds_signal_among_simulated_objects(simulate: Simulate, tmp_path: Path, cfi: str) -> None:
    task = TASKS[cfi]
    simulated = simulate(*task.process, "maxEvents=40")
    labels = labelled(simulated, cfi, tmp_path / "labels.root")
    with uproot.open(simulated) as file:
        objects = ak.num(file["Events"][f"{task.objects}__SIM.{P4}Pt"].array())
    assert labels.counts.tolist() == ak.to_list(objects)
    signal = labels.flat("valid") & (labels.flat("label") == 1)
    assert np.count_nonzero(signal) >= 5
    if task.target:
        low, high = task.target
        mass = labels.flat("target_mass")[signal]
        assert np.mean((mass > 0.99 * low) & (mass < 1.01 * high)) > 0.9


def test_every_packaged_truth_cfi_is_tried_here() -> None:
    folder = Path(__file__).resolve().parents[2] / "python_cfg"
    assert {path.stem.removesuffix("_cfi") for path in folder.glob("*Truth_cfi.py")} == set(TASKS)


@pytest.mark.parametrize("process", ["ttbar", "qcd"])
def test_the_main_job_runs_on_simulated_files(simulate: Simulate, tmp_path: Path, process: str) -> None:
    simulated = simulate(f"process={process}", "ptHatMin=200", "maxEvents=10")
    output = tmp_path / "out.root"
    job = load_process("ttbar_regression_cfg.py", [f"inputFiles={simulated}", f"outputFile={output}"])
    job.jetFrames.minJetPt = 100.0
    assert Job(configure(job, Path())).run().events == 10
    with uproot.open(output) as file:
        tree = file["Events"]
        jet_pt, jet_eta = (ak.flatten(tree[f"{AK8}__SIM.{P4}{leaf}"].array()) for leaf in ("Pt", "Eta"))
        regressed = ak.to_numpy(ak.flatten(tree["e2eJetRegressions_baseline_regressed_E2E.obj.pt_"].array()))
        layers = ak.to_numpy(ak.num(tree["e2eSparseFrames_detFrames__E2E.obj.value_"].array()))
    central = ak.to_numpy((jet_pt > 100) & (abs(jet_eta) < 1.37))
    assert central.sum() >= 5
    assert np.isfinite(regressed[central]).mean() > 0.9
    assert 0.7 < np.nanmedian(regressed[central] / jet_pt[central]) < 1.1
    assert layers.min() > 500


def test_simulated_files_with_pileup_have_fuller_pictures(simulate: Simulate, tmp_path: Path) -> None:
    filled = []
    for number, pileup in enumerate(((), ("pileup=10", "energy=900"))):
        simulated = simulate("process=photon_gun", *pileup, "maxEvents=10")
        output = tmp_path / f"{number}.root"
        job = load_process("ttbar_regression_cfg.py", [f"inputFiles={simulated}", f"outputFile={output}"])
        Job(configure(job, Path())).run()
        with uproot.open(output) as file:
            filled.append(ak.count(file["Events"]["e2eSparseFrames_detFrames__E2E.obj.value_"].array()))
    assert filled[1] > 3 * filled[0] > 0
