"""The analyzer: alone with blocks in any order, and in jobs on the packaged sample."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot

from dataformats.results import JetRegressions, Regressions, Scores
from dataformats.truth import TruthLabels
from e2efw import config as cms
from e2efw.errors import ConfigurationError, E2EFWError, FileWriteError, LogicError
from e2efw.framework.blocks import EventIDs
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.modules import EDAnalyzer, InputTag, param
from e2efw.services.file_service import Booked, Folder
from python_cfg.samples import SIMULATED_TTBAR
from taggers.evaluation.analyzer import Evaluation, EvaluationAnalyzer

N_EVENTS = 40


class EvaluationFails(EDAnalyzer):
    """Fails on purpose."""

    truth: InputTag = param("topMassTruth", doc="any product")

    def analyze(self, truth: TruthLabels) -> None:
        raise LogicError("fails on purpose")


class SmallJob:
    """The smallest job that has histograms."""

    label = "evaluation"

    def __init__(self) -> None:
        self.booked: dict[str, Booked] = {}
        self.histograms = Folder(self.label, self.booked)


def made(seed: int = 1) -> tuple[EventIDs, JetRegressions, TruthLabels]:
    """Events of up to three jets; some are not valid, some have no estimate."""
    rng = np.random.default_rng(seed)
    offsets = np.concatenate([[0], np.cumsum(rng.integers(0, 4, N_EVENTS))])
    n = int(offsets[-1])
    truth = rng.uniform(50, 250, n).astype(np.float32)
    mass = np.where(rng.random(n) < 0.1, np.nan, truth * rng.normal(0.9, 0.1, n))
    columns: dict[str, Any] = {
        "label": rng.integers(0, 2, n),
        "pdg_id": np.zeros(n),
        "gen": np.zeros(n),
        "delta_r": np.zeros(n),
    }
    labels = TruthLabels(offsets, valid=rng.random(n) < 0.8, target_mass=truth, target_pt=truth, **columns)
    ids = EventIDs(np.ones(N_EVENTS, np.uint32), np.ones(N_EVENTS, np.uint32), np.arange(N_EVENTS, dtype=np.uint64), "")
    return ids, JetRegressions(offsets, mass=mass, pt=mass), labels


def evaluated(analyzer: EvaluationAnalyzer, blocks: list[slice]) -> Any:
    """metrics.json after these blocks."""
    ids, said, truth = made()
    opened = analyzer.begin_job(SmallJob())  # type: ignore[arg-type]
    for block in blocks:
        analyzer.analyze(ids.take(block), said.take(block), truth.take(block), opened)
    analyzer.end_job(opened)
    return json.loads((Path(analyzer.folder) / "metrics.json").read_text())


def analyzer(folder: Path, **parameters: Any) -> EvaluationAnalyzer:
    return EvaluationAnalyzer(**{"folder": str(folder), "pictures": "none", "replicas": 20, **parameters})


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_numbers_are_the_same_for_any_blocks_in_any_order(tmp_path: Path, task: str) -> None:
    chosen = analyzer(tmp_path, task=task, probabilities=False)
    whole = evaluated(chosen, [slice(0, N_EVENTS)])
    assert evaluated(chosen, [slice(i, i + 1) for i in reversed(range(N_EVENTS))]) == whole
    assert evaluated(chosen, [slice(20, 40), slice(0, 7), slice(7, 20)]) == whole


def test_only_valid_objects_count_and_those_without_estimate_are_told(tmp_path: Path) -> None:
    found = evaluated(analyzer(tmp_path), [slice(0, N_EVENTS)])
    _, said, truth = made()
    mass, valid = said.flat("mass"), truth.flat("valid")
    residual = (mass - truth.flat("target_mass"))[valid]
    assert found["without"] == np.isnan(residual).sum() > 0
    assert found["mae"]["value"] == pytest.approx(np.nanmean(np.abs(residual)), rel=1e-5)
    assert found["unit"] == "GeV"


def test_claimed_uncertainties_are_covered(tmp_path: Path) -> None:
    found = evaluated(analyzer(tmp_path, uncertainty="pt"), [slice(0, N_EVENTS)])
    assert found["coverage"]["inside"]["value"] > 0.99


def test_labels_of_other_objects_are_refused(tmp_path: Path) -> None:
    ids, said, truth = made()
    chosen = analyzer(tmp_path)
    opened = chosen.begin_job(SmallJob())  # type: ignore[arg-type]
    with pytest.raises(LogicError, match="not about the same objects"):
        chosen.analyze(ids, said, truth.take(slice(0, 3)), opened)
    assert not opened.collected


def test_unknown_columns_name_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"has no column 'mas'\. Did you mean 'mass'"):
        evaluated(analyzer(tmp_path, column="mas"), [slice(0, 1)])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"edges": (2.0, 1.0)}, "parameter 'edges': must be two or more rising edges"),
        ({"signal_efficiencies": (0.0,)}, "parameter 'signalEfficiencies': must be above 0"),
        ({"replicas": 1}, "parameter 'replicas': must be 2 or more"),
    ],
)
def test_parameters_are_checked(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        EvaluationAnalyzer(**parameters)


def test_scores_have_no_uncertainty(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="'uncertainty' is for regressions"):
        analyzer(tmp_path, task="classification", uncertainty="pt").begin_job(SmallJob())  # type: ignore[arg-type]


def test_a_folder_that_cannot_be_is_found_before_the_first_event(tmp_path: Path) -> None:
    with pytest.raises(FileWriteError, match="cannot write into"):
        analyzer(tmp_path / "no" / "folder").begin_job(SmallJob())  # type: ignore[arg-type]


@pytest.fixture
def job(tmp_path: Path) -> Any:
    """``job(events=3, streams=2)``: a process that evaluates jet masses."""

    def process(events: int = 256, streams: int = 1, folder: str = "out", **parameters: Any) -> Any:
        made = cms.Process("E2E")
        made.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(SIMULATED_TTBAR))
        for fragment in ("detFrames", "jetFrames", "ttbar"):
            made.load(f"python_cfg.{fragment}_cfi")
        made.ttbar.model = "calorimetric_baseline"
        made.options.eventsPerBlock = events
        made.options.numberOfThreads = streams
        made.add_(cms.Service("TFileService", fileName=cms.string(str(tmp_path / f"{folder}.root"))))
        made.evaluation = cms.EDAnalyzer(EvaluationAnalyzer.__name__, folder=str(tmp_path / folder), **parameters)
        made.p = cms.Path(made.detFrames + made.jetFrames + made.ttbar + made.evaluation)
        return made

    return process


def numbers(path: Path) -> dict[str, float]:
    """All numbers of a file by their path."""

    def flat(tree: Any, at: str) -> Iterator[tuple[str, float]]:
        if isinstance(tree, dict | list):
            for name, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
                yield from flat(value, f"{at}/{name}")
        elif isinstance(tree, int | float):
            yield at, float(tree)

    return dict(flat(json.loads(path.read_text()), ""))


def test_a_job_writes_numbers_histograms_and_pictures_the_same_for_any_blocks(tmp_path: Path, job: Any) -> None:
    Job(configure(job(folder="one"), Path())).run()
    Job(configure(job(events=3, streams=4, folder="two", pictures="none"), Path())).run()
    one, two = (numbers(tmp_path / folder / "metrics.json") for folder in ("one", "two"))
    assert one == pytest.approx(two, rel=1e-3)  # a network says the same within 1e-5
    assert one["/objects"] >= 10
    assert {path.name for path in (tmp_path / "one").iterdir()} == {
        "metrics.json",
        "response.png",
        "resolution.png",
        "estimate_vs_truth.png",
    }
    with uproot.open(tmp_path / "one.root") as file:
        assert file["evaluation/response"].values(flow=True).sum() == one["/objects"]
        assert file["evaluation/estimate_vs_truth"].values().sum() <= one["/objects"]


def test_a_check_and_a_job_that_fails_leave_nothing(tmp_path: Path, job: Any) -> None:
    Job(configure(job(), Path())).check()
    failing = job()
    failing.fails = cms.EDAnalyzer(EvaluationFails.__name__)
    failing.p += failing.fails
    with pytest.raises(E2EFWError, match="fails on purpose"):
        Job(configure(failing, Path())).run()
    assert list(tmp_path.iterdir()) == []


def test_a_second_job_evaluates_what_a_first_one_stored(tmp_path: Path, job: Any) -> None:
    first = job(folder="one", pictures="none", replicas=20)
    first.output = cms.OutputModule(
        "PoolOutputModule",
        fileName=cms.untracked.string(str(tmp_path / "stored.root")),
        outputCommands=cms.untracked.vstring("drop *", "keep *_ttbar_regressed_*", "keep *_topMassTruth_*_*"),
    )
    first.e = cms.EndPath(first.output)
    Job(configure(first, Path())).run()
    second = cms.Process("EVALUATION")
    second.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(str(tmp_path / "stored.root")))
    second.load("python_cfg.evaluation_cfi")
    second.evaluation.folder = str(tmp_path / "two")
    second.evaluation.pictures = cms.untracked.string("none")
    second.evaluation.replicas = cms.int32(20)
    second.add_(cms.Service("TFileService", fileName=cms.string(str(tmp_path / "two.root"))))
    second.p = cms.Path(second.evaluation)
    Job(configure(second, Path())).run()
    one, two = (json.loads((tmp_path / folder / "metrics.json").read_text()) for folder in ("one", "two"))
    assert one == two
    second.evaluation.said = "topMassTruth:here"
    with pytest.raises(E2EFWError, match="no product 'topMassTruth:here' for 'said'"):
        Job(configure(second, Path())).check()


def test_classes_of_scores_are_found_by_name_and_units_in_descriptions(tmp_path: Path) -> None:
    ids, said, truth = made()
    columns = {"score": 1 - said.flat("mass") / 1000, "score1": said.flat("mass") / 1000}
    status = np.zeros(truth.flat("label").size, np.uint8)
    scores = Scores(said.offsets, about={"classes": ["qcd", "top"]}, status=status, **columns)
    chosen = analyzer(tmp_path, task="classification", column="top")
    opened = chosen.begin_job(SmallJob())  # type: ignore[arg-type]
    chosen.analyze(ids, scores, truth, opened)
    valid = truth.flat("valid")
    assert np.array_equal(np.sort(opened.collected.rows().said), np.sort(columns["score1"][valid]), equal_nan=True)
    with pytest.raises(ConfigurationError, match=r"Scores has no column 'tap'\. Did you mean 'top'"):
        analyzer(tmp_path, task="classification", column="tap").analyze(ids, scores, truth, opened)
    one = Regressions(said.offsets, about={"unit": "GeV"}, status=status, value=said.flat("mass"))
    chosen = analyzer(tmp_path, column="value")
    opened = chosen.begin_job(SmallJob())  # type: ignore[arg-type]
    chosen.analyze(ids, one, truth, opened)
    assert opened.unit == "GeV"


def test_what_is_said_must_be_made_in_the_job_or_be_found(job: Any) -> None:
    with pytest.raises(E2EFWError, match="no product 'nobody' for 'said'"):
        Job(configure(job(said=cms.InputTag("nobody")), Path())).check()


def test_the_state_is_what_begin_job_says(tmp_path: Path) -> None:
    opened = analyzer(tmp_path).begin_job(SmallJob())  # type: ignore[arg-type]
    assert isinstance(opened, Evaluation)
    assert set(opened.booked) == {"residual", "response", "estimate_vs_truth"}
