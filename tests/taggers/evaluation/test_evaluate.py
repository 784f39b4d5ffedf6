"""One call for plain arrays: what it finds is what the parts find, with pictures and a file if wanted."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from e2efw.errors import LogicError
from taggers.evaluation.classes import accuracy, classified, confusion, summary_of_classes
from taggers.evaluation.curves import area, roc
from taggers.evaluation.drawing import Look
from taggers.evaluation.evaluate import equal_bins, evaluate
from taggers.evaluation.sample import regressed, scored
from taggers.evaluation.summary import summary_of_scores

FAST = Look("score", replicas=10)
NAMES = ("quark", "gluon", "top")


def three(n: int = 300) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Labels and probabilities that know something."""
    rng = np.random.default_rng(4)
    label = rng.integers(0, 3, n)
    raw = rng.normal(size=(n, 3)) + 1.5 * np.eye(3)[label]
    return label, np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)


def test_whole_numbers_are_classes_and_a_column_or_both_probabilities_say_the_same(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 200)
    score = np.where(rng.random(200) < 0.05, np.nan, 0.5 * rng.random(200) + 0.5 * truth)
    found = evaluate(truth, score, look=FAST, folder=tmp_path / "new")
    assert found.metrics == summary_of_scores(scored(truth, score), replicas=10)
    assert {path.name for path in found.pictures} == {"roc.png", "scores.png", "calibration.png"}
    assert json.loads((tmp_path / "new" / "metrics.json").read_text()) == found.metrics
    both = evaluate(truth.astype(bool), np.stack([1 - score, score], axis=1), look=FAST).metrics
    column = evaluate(truth, score[:, None], look=FAST).metrics
    assert both == column == found.metrics
    assert found.metrics["without_signal"] > 0


def test_other_numbers_are_targets_in_bins_with_equally_many_objects(tmp_path: Path) -> None:
    truth = np.random.default_rng(2).uniform(100, 200, 120)
    found = evaluate(truth, truth * 1.1, sigma=truth * 0.1, look=Look("mass", "GeV", replicas=10), folder=tmp_path)
    assert found.metrics["kind"] == "regression"
    assert found.metrics["profile"]["n"] == [20] * 6
    assert found.metrics["response"]["mean"]["value"] == pytest.approx(1.1)
    assert found.metrics["coverage"]["pull_mean"]["value"] == pytest.approx(1.0)
    assert len(found.pictures) == 4
    same = evaluate([150.0] * 3, [140.0, 150.0, 160.0], edges=[100, 200], look=FAST, folder=tmp_path / "b", suffix="")
    assert same.metrics["profile"]["n"] == [3]
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["metrics.json"]
    assert equal_bins(regressed([1.0], [150.0])).tolist() == [75.0, 225.0]


def counted(label: NDArray[Any], probability: NDArray[Any], weight: NDArray[Any]) -> tuple[float, list[list[float]]]:
    """Readable twin: accuracy, and what part of each class is taken for each."""
    sums = np.zeros((3, 3))
    for true, row, one in zip(label, probability, weight, strict=True):
        sums[true, max(range(3), key=lambda k: row[k])] += one
    return np.trace(sums) / sums.sum(), [[part / sum(row) for part in row] for row in sums]


def test_several_classes_are_compared_with_the_readable_twin() -> None:
    label, probability = three()
    weight = np.random.default_rng(5).random(300)
    sample = classified(label, probability, NAMES, weight)
    right, parts = counted(label, probability, weight)
    assert accuracy(sample).value == pytest.approx(right)
    np.testing.assert_allclose(confusion(sample), parts)
    found = summary_of_classes(sample, replicas=10)
    areas = [area(roc(scored(label == k, probability[:, k], weight))) for k in range(3)]
    assert [found["classes"][name]["auc"]["value"] for name in NAMES] == pytest.approx(areas)
    assert found["mean_auc"] == pytest.approx(np.mean(areas))
    assert found["classes"]["top"]["recall"]["value"] == pytest.approx(parts[2][2])


def test_several_classes_have_their_own_numbers_and_pictures(tmp_path: Path) -> None:
    label, probability = three()
    probability[7] = np.nan
    found = evaluate(label, probability, classes=NAMES, look=FAST, folder=tmp_path)
    assert found.metrics["kind"] == "classes"
    assert found.metrics["without"] == found.metrics["classes"][NAMES[label[7]]]["without"] == 1
    assert {path.name for path in found.pictures} == {"roc.png", "confusion.png"}
    assert json.loads((tmp_path / "metrics.json").read_text()) == found.metrics


def test_a_class_without_objects_and_no_objects_at_all_are_fine(tmp_path: Path) -> None:
    label, probability = three(30)
    none = evaluate(np.zeros(30, int), probability, classes=NAMES, look=FAST, folder=tmp_path).metrics
    assert none["mean_auc"] is None
    assert none["confusion"][1] == [None] * 3
    empty = evaluate(label[:0], probability[:0], classes=NAMES, look=FAST, folder=tmp_path)
    assert empty.pictures == []
    assert empty.metrics["accuracy"] == {"value": None, "error": None}
    assert evaluate(np.zeros(0), np.zeros(0), look=FAST).metrics["objects"] == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"truth": [0, 3]}, r"labels other than 0 to 2 in 1 of 2 objects, first at 1"),
        ({"said": [[0.5, 0.5, 0.5], [1, 0, 0]]}, "numbers that are no probabilities in 1 of 2"),
        ({"said": [[0.5, 0.5], [1, 0]]}, "3 classes do not fit"),
        ({"weight": [1, -1]}, "weights below 0 or unknown in 1 of 2"),
        ({"weight": [1]}, "weights of shape"),
        ({"sigma": [1, 1]}, "classes have no uncertainties"),
        ({"truth": [1.5, 2.5], "weight": [1, 1]}, "targets have no weights"),
    ],
)
def test_what_cannot_be_is_told(change: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"truth": [0, 1], "said": [[0.2, 0.3, 0.5], [1, 0, 0]], "classes": NAMES}
    with pytest.raises(LogicError, match=message):
        evaluate(**{**arguments, **change})
