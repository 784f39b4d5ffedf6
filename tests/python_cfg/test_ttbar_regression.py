"""The main job: on the packaged sample and on real collisions, the same for every way of cutting it up."""

import json
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from e2efw.config.loader import apply_settings, load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.report import JobReport
from python_cfg.samples import SIMULATED_TTBAR

PT, MASS = (f"e2eJetRegressions_baseline_regressed_E2E.obj.{leaf}_" for leaf in ("pt", "mass"))
JET_PT, JET_ETA = (f"recoPFJets_ak8PFJetsCHS__SIM.obj.m_state.p4Polar_.fCoordinates.f{leaf}" for leaf in ("Pt", "Eta"))
TRUTH = "e2eTruthLabels_topMassTruth__SIM.obj."
SOFT = ("jetFrames.minJetPt=30",)
"""Minimum-bias collisions have no boosted jets."""


def run(output: Path, *arguments: str, settings: tuple[str, ...] = ()) -> JobReport:
    process = load_process("ttbar_regression_cfg.py", [f"outputFile={output}", *arguments])
    apply_settings(process, settings)
    return Job(configure(process, Path())).run()


def columns(path: Path) -> dict[str, ak.Array]:
    with uproot.open(path) as file:
        return {name: file["Events"][name].array() for name in file["Events"].keys()}  # noqa: SIM118 (no dict)


def assert_same(ours: dict[str, ak.Array], theirs: dict[str, ak.Array]) -> None:
    """Bit for bit, but for what a network says, which may differ by 1e-5."""
    assert ours.keys() == theirs.keys()
    for name, column in ours.items():
        assert len(column) == len(theirs[name])
        assert column.ndim == 1 or ak.all(ak.num(column) == ak.num(theirs[name])), name
        flat, other = ak.to_numpy(ak.flatten(column, axis=None)), ak.to_numpy(ak.flatten(theirs[name], axis=None))
        if "_ttbar_" in name or "_baseline_" in name:
            np.testing.assert_allclose(flat, other, rtol=1e-5, err_msg=name)
        else:
            np.testing.assert_array_equal(flat, other, err_msg=name)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ak.Array]:
    """The job in one thread with the default blocks."""
    path = tmp_path_factory.mktemp("reference") / "out.root"
    run(path)
    return columns(path)


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("block", [1, 7, 256])
def test_the_output_does_not_depend_on_threads_or_blocks(
    tmp_path: Path, reference: dict[str, ak.Array], threads: int, block: int
) -> None:
    path = tmp_path / "out.root"
    run(path, settings=(f"options.numberOfThreads={threads}", f"options.eventsPerBlock={block}"))
    assert_same(columns(path), reference)


def packaged(name: str) -> ak.Array:
    """A branch of the packaged sample."""
    with uproot.open(SIMULATED_TTBAR) as file:
        return file["Events"][name].array()


def test_contained_top_quarks_weigh_about_what_they_should(reference: dict[str, ak.Array]) -> None:
    label, target_mass, target_pt = (packaged(f"{TRUTH}{leaf}_") for leaf in ("label", "targetMass", "targetPt"))
    contained = (label == 1) & packaged(f"{TRUTH}valid_")
    mass, pt, jet_pt = (ak.to_numpy(ak.flatten(reference[name][contained])) for name in (MASS, PT, JET_PT))
    assert mass.size >= 10
    with_window = np.isfinite(mass)
    assert with_window.sum() > 0.9 * mass.size
    assert np.median(ak.flatten(target_mass[contained])) == pytest.approx(172.5, abs=1.5)
    # calorimeters alone: hadrons leave less than their energy, and low momenta bend away
    assert np.median(mass[with_window]) == pytest.approx(172.5, rel=0.25)
    assert 0.8 < np.median((pt / ak.flatten(target_pt[contained]))[with_window]) < 1.0
    assert 0.8 < np.median((pt / jet_pt)[with_window]) < 1.0


def test_jets_in_the_acceptance_have_windows_and_sensible_estimates(reference: dict[str, ak.Array]) -> None:
    jet_pt, jet_eta = ak.flatten(reference[JET_PT]), ak.flatten(reference[JET_ETA])
    ratio = ak.to_numpy(ak.flatten(reference[PT]) / jet_pt)
    accepted = ak.to_numpy((abs(jet_eta) < 1.37) & (jet_pt >= 400))
    assert np.isnan(ratio[~accepted]).all()
    assert np.isfinite(ratio[accepted]).mean() > 0.9
    assert 0.8 < np.nanmedian(ratio[accepted]) < 1.0


def test_two_boosted_jets_weigh_as_much_as_a_boosted_top_pair(reference: dict[str, ak.Array]) -> None:
    boosted = ak.sum(reference[PT] > 300, axis=1) >= 2  # NaN is not
    mass = ak.to_numpy(reference["float_baseline_mass_E2E.obj"][boosted])
    assert mass.size >= 5
    assert 600 < np.median(mass) < 1500


def test_the_end_of_the_job_compares_the_network_with_the_baseline(tmp_path: Path) -> None:
    found = []
    for name, streams in (("one", 1), ("two", 4)):
        cut = (f"options.numberOfThreads={streams}", f"options.eventsPerBlock={9 // streams}")
        run(tmp_path / "out.root", settings=(f"comparison.folder={tmp_path / name}", *cut))
        found.append(json.loads((tmp_path / name / "comparison.json").read_text()))
    assert found[0]["models"][1] == "calorimetric_baseline"
    quantities, others = (one["quantities"] for one in found)
    assert quantities["jet mass"]["objects"] >= 20
    for name, one in quantities.items():
        assert one["objects"] == others[name]["objects"]
        for side, other in zip(one["models"], others[name]["models"], strict=True):
            assert side["mae"]["value"] == pytest.approx(other["mae"]["value"], rel=1e-4)


def test_the_job_runs_on_real_collisions(
    tmp_path: Path, real_files: list[Path], caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "out.root"
    report = run(path, f"inputFiles={','.join(map(str, real_files))}", settings=SOFT)
    assert report.events == 75
    assert "against each other, as nothing is known of the truth" in caplog.text
    found = columns(path)
    assert np.isfinite(ak.to_numpy(ak.flatten(found[PT]))).sum() > 100
    assert ak.all(found["EventAuxiliary.id_.run_"][:25] == 194115)


def test_real_collisions_give_the_same_output_however_they_are_cut(tmp_path: Path, real_files: list[Path]) -> None:
    files = f"inputFiles={','.join(map(str, real_files))}"
    run(tmp_path / "one.root", files, settings=SOFT)
    run(tmp_path / "two.root", files, settings=(*SOFT, "options.numberOfThreads=4", "options.eventsPerBlock=3"))
    assert_same(columns(tmp_path / "two.root"), columns(tmp_path / "one.root"))


def test_the_output_says_what_made_it(tmp_path: Path) -> None:
    run(tmp_path / "out.root", "maxEvents=2")
    with uproot.open(tmp_path / "out.root") as file:
        text = str(file["E2EProvenance"])
    for fact in ("DetFrameProducer", "minJetPt", "model_sha256", "CPUExecutionProvider", "PythiaSource", "TracksD0Sig"):
        assert fact in text
