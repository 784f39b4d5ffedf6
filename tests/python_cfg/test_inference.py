"""The jobs with taggers run on the packaged sample with small networks, which read the channels that trainings do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

import e2efw
from dataformats.channels import expanded_channels
from dataformats.results import Regressions, Scores
from e2efw.config.loader import apply_settings, load_process
from e2efw.errors import ConfigurationError, FileInPathError
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from python_cfg.samples import SIMULATED_TTBAR
from tests.taggers.support import write_small_bundle

RECOE2E = Path(__file__).parent / "data" / "recoe2e"
TASKS = {
    "top": (("@top8",), 125, "recoPFJets_ak8PFJetsCHS__SIM."),
    "qg": (("@qg3",), 125, "recoPFJets_ak4PFJetsCHS__SIM."),
    "tau": (("@tau9",), 125, "recoPFJets_ak4PFJetsCHS__SIM."),
    "electron": (("@tau9",), 125, "recoPFJets_ak4PFJetsCHS__SIM."),
    "eg": (("ECAL",), 32, "recoPhotons_gedPhotons__SIM."),
}
"""Channels, pixels along a side of a window, and the branch of the objects."""
SIGNALS = {"top": "top", "qg": "quark", "tau": "tau", "electron": "electron", "eg": "electron"}
"""What the networks that come with the project call a signal."""

Small = Callable[[str], Path]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """``small("top")``: a bundle that reads what the task's networks read."""
    folder = tmp_path_factory.mktemp("bundles")

    def bundle(task: str) -> Path:
        channels, side, _ = TASKS[task]
        write_small_bundle(
            folder / task, {task: "probability"}, channels=expanded_channels(channels), window=(side, side)
        )
        return folder / task

    return bundle


def run(cfg: str | Path, *arguments: str) -> None:
    Job(configure(load_process(cfg, list(arguments)), Path())).run()


def written(path: Path, label: str) -> Scores:
    """The scores in a file, checked against the objects beside them."""
    with e2efw.open(path) as events:
        made = events[label].product()
        assert isinstance(made, Scores)
        made.refuse_others(events[made.description["objects"].split("_")[1]].product())
    return made


def assert_sensible(made: Scores, task: str, signal: str = "") -> None:
    assert made.description["objects"] == TASKS[task][2]
    assert made.classes == (signal or task,)
    looked_at = made.flat("status") == 0
    assert looked_at.any()
    score = made.flat("score")
    assert np.isnan(score[~looked_at]).all()
    assert ((score[looked_at] >= 0) & (score[looked_at] <= 1)).all()


@pytest.mark.parametrize("task", TASKS)
def test_every_tagger_has_a_job(tmp_path: Path, small: Small, task: str) -> None:
    output = tmp_path / "out.root"
    run(f"{task}_inference_cfg.py", f"model={small(task)}", f"outputFile={output}", "maxEvents=8")
    assert_sensible(written(output, f"{task}Tagger"), task)


def test_all_taggers_run_in_one_job_and_alone_with_the_networks_that_come_with_the_project(tmp_path: Path) -> None:
    output = tmp_path / "out.root"
    run("all_taggers_cfg.py", f"outputFile={output}", "maxEvents=16")
    for task, signal in SIGNALS.items():
        made = written(output, f"{task}Tagger")
        assert_sensible(made, task, signal)
        run(f"{task}_inference_cfg.py", f"outputFile={tmp_path / task}.root", "maxEvents=16")
        alone = written(tmp_path / f"{task}.root", f"{task}Tagger")
        np.testing.assert_allclose(made.flat("score"), alone.flat("score"), rtol=1e-5, atol=1e-7)
    with uproot.open(output) as file:
        assert ak.any(np.isfinite(file["Events"]["e2eJetRegressions_ttbar_regressed_E2E.obj.mass_"].array()))


def test_photons_of_a_light_resonance_have_its_mass(tmp_path: Path) -> None:
    simulated, output = tmp_path / "sim.root", tmp_path / "out.root"
    arguments = ["process=h_aa_4gamma", "aMass=0.8", "maxEvents=60", "seed=77", f"outputFile={simulated}"]
    run("simulate_cfg.py", *arguments)
    run("diphoton_inference_cfg.py", f"inputFiles={simulated}", f"outputFile={output}")
    with e2efw.open(output) as events:
        made, photons = events["diphoton"].product(), events["gedPhotons"]
        assert isinstance(made, Regressions)
        hard = ak.to_numpy(ak.flatten(photons.pt)) > 20
    mass, sigma = made.flat("value"), made.flat("sigma")
    looked_at = (made.flat("status") == 0) & hard
    assert looked_at.sum() > 50
    assert np.median(mass[looked_at]) == pytest.approx(0.8, abs=0.15)
    assert ((sigma[looked_at] > 0.02) & (sigma[looked_at] < 0.6)).all()


def test_heavier_pairs_of_taus_are_told_heavier(tmp_path: Path) -> None:
    found = []
    for mass in (4.0, 12.0):
        simulated, output = tmp_path / f"sim{mass}.root", tmp_path / f"out{mass}.root"
        arguments = [
            "process=a_tautau_gun",
            f"aMass={mass}",
            "gunPtMin=60",
            "gunPtMax=120",
            "gunEtaMin=-1",
            "gunEtaMax=1",
        ]
        run("simulate_cfg.py", *arguments, "maxEvents=100", "seed=78", f"outputFile={simulated}")
        run("ditau_inference_cfg.py", f"inputFiles={simulated}", f"outputFile={output}")
        with e2efw.open(output) as events:
            made, jets = events["ditau"].product(), events["ak4PFJetsCHS"]
            assert isinstance(made, Regressions)
            hard = ak.to_numpy(ak.flatten(jets.pt)) > 30
        assert made.description["density"] == "exponential"
        looked_at = (made.flat("status") == 0) & hard
        assert looked_at.sum() > 40
        assert (made.flat("sigma")[looked_at] > 0.2).all()
        found.append(np.median(made.flat("value")[looked_at]))
    assert 3.6 < found[0] < 7 < 9 < found[1] < 15


@pytest.mark.parametrize("cut", [("numberOfThreads=2", "eventsPerBlock=3"), ("numberOfThreads=1", "eventsPerBlock=1")])
def test_scores_do_not_depend_on_blocks_streams_and_batches(tmp_path: Path, small: Small, cut: tuple[str, str]) -> None:
    cfg, model = "tau_inference_cfg.py", f"model={small('tau')}"
    run(cfg, model, f"outputFile={tmp_path / 'one.root'}", "maxEvents=12")
    process = load_process(cfg, [model, f"outputFile={tmp_path / 'two.root'}", "maxEvents=12"])
    apply_settings(process, [*(f"options.{one}" for one in cut), "tauTagger.maxBatch=2"])
    Job(configure(process, Path())).run()
    one, two = (written(tmp_path / f"{name}.root", "tauTagger") for name in ("one", "two"))
    assert one.description == two.description
    np.testing.assert_array_equal(one.flat("status"), two.flat("status"))
    np.testing.assert_allclose(one.flat("score"), two.flat("score"), rtol=1e-5)


def test_frames_without_the_channels_of_the_model_are_found_before_the_first_event(small: Small) -> None:
    process = load_process("qg_inference_cfg.py", [f"model={small('top')}"])
    with pytest.raises(ConfigurationError, match="qgTagger: model 'small' reads channel 'TracksD0', which the frames"):
        Job(configure(process, Path())).run()


def recoe2e(output: Path, **settings: Any) -> Any:
    """The job of quark_gluon_cfg.py with its tagger."""
    arguments = [f"inputFiles={SIMULATED_TTBAR}", f"outputFile={output}", "maxEvents=4", "tagger=1"]
    process = load_process(RECOE2E / "quark_gluon_cfg.py", arguments)
    for name, value in settings.items():
        setattr(process.QGTagger, name, value)
    return configure(process, RECOE2E)


def test_a_tensorflow_graph_of_recoe2e_stands_for_a_bundle(tmp_path: Path) -> None:
    job = recoe2e(tmp_path / "out.root")
    tagger: Any = job.running["QGTagger"].module
    assert tagger.model == "qg_resnet15"
    assert (str(tagger.frames), str(tagger.seeds)) == ("JetFrames:frames", "JetFrames:seeds")
    assert str(tagger.jets) == "ak4PFJetsCHS"


def test_another_tensorflow_graph_is_refused_with_the_bundles_there_are(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"'tfModels/my.pb' is a frozen TensorFlow graph, .*calorimetric_baseline.*ResNet_4_ch"
    ):
        recoe2e(tmp_path / "out.root", QGModelName="tfModels/my.pb")


def test_a_job_of_recoe2e_runs_with_a_bundle_in_place_of_its_graph(tmp_path: Path, small: Small) -> None:
    Job(recoe2e(tmp_path / "out.root", QGModelName=str(small("qg")))).run()
    made = written(tmp_path / "out_numEvent4.root", "QGTagger")
    assert_sensible(made, "qg")


def test_a_bundle_that_nobody_has_made_yet_is_named_with_those_there_are() -> None:
    process = load_process("electron_inference_cfg.py", ["model=electron_nothing"])
    with pytest.raises(FileInPathError, match="electron_nothing") as caught:
        Job(configure(process, Path())).run()
    assert any("docs/training.md" in note for note in caught.value.__notes__)
