"""The main job: on the packaged sample and on real collisions, the same for every way of cutting it up."""

from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from e2efw.config.loader import apply_settings, load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.report import JobReport

PT = "e2eJetRegressions_ttbar_regressed_E2E.obj.pt_"


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
        if "_ttbar_" in name:
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


def test_every_toy_event_has_two_boosted_jets_with_sensible_estimates(reference: dict[str, ak.Array]) -> None:
    jets = reference["recoPFJets_ak8PFJetsCHS__TOY.obj.m_state.p4Polar_.fCoordinates.fPt"]
    assert ak.all(ak.num(jets) == 2)
    ratio = ak.to_numpy(ak.flatten(reference[PT] / jets))
    with_window = ratio[np.isfinite(ratio)]
    assert with_window.size > 0.8 * ratio.size
    assert 0.7 < np.median(with_window) < 1.1
    mass = reference["float_ttbar_mass_E2E.obj"]
    assert 600 < np.nanmedian(ak.to_numpy(mass)) < 1500


def test_the_job_runs_on_real_collisions(tmp_path: Path, real_files: list[Path]) -> None:
    path = tmp_path / "out.root"
    report = run(path, f"inputFiles={','.join(map(str, real_files))}")
    assert report.events == 75
    found = columns(path)
    assert np.isfinite(ak.to_numpy(ak.flatten(found[PT]))).sum() > 100
    assert ak.all(found["EventAuxiliary.id_.run_"][:25] == 194115)


def test_real_collisions_give_the_same_output_however_they_are_cut(tmp_path: Path, real_files: list[Path]) -> None:
    files = f"inputFiles={','.join(map(str, real_files))}"
    run(tmp_path / "one.root", files)
    run(tmp_path / "two.root", files, settings=("options.numberOfThreads=4", "options.eventsPerBlock=3"))
    assert_same(columns(tmp_path / "two.root"), columns(tmp_path / "one.root"))


def test_the_output_says_what_made_it(tmp_path: Path) -> None:
    run(tmp_path / "out.root", "maxEvents=2")
    with uproot.open(tmp_path / "out.root") as file:
        text = str(file["E2EProvenance"])
    for fact in ("DetFrameProducer", "minJetPt", "model_sha256", "CPUExecutionProvider", "ToyJetSource", "TracksD0Sig"):
        assert fact in text
