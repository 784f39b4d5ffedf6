"""Pictures: drawn where there is something to draw, with what they show in their axes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from e2efw.errors import FileWriteError
from taggers.evaluation import pictures
from taggers.evaluation.drawing import first_large
from taggers.evaluation.sample import Regressed, Scored, regressed, scored

LOOK = pictures.Look("jet mass", "GeV", replicas=20)
EDGES = np.array([100.0, 150.0, 200.0])


def tagged(n: int = 100) -> Scored:
    rng = np.random.default_rng(1)
    signal = np.arange(n) % 2 == 0
    return scored(signal, np.clip(rng.random(n) * 0.6 + 0.4 * signal, 0, 1))


def masses(n: int = 100) -> Regressed:
    rng = np.random.default_rng(2)
    truth = rng.uniform(100, 200, n)
    return regressed(truth + rng.normal(0, 10, n), truth, np.full(n, 10.0))


def names(paths: list[Path]) -> set[str]:
    assert all(path.stat().st_size > 1000 for path in paths)
    return {path.name for path in paths}


def test_each_question_has_a_picture(tmp_path: Path) -> None:
    drawn = pictures.pictures_of_scores(tagged(), LOOK, tmp_path, "png", probabilities=True)
    assert names(drawn) == {"roc.png", "scores.png", "calibration.png"}
    drawn = pictures.pictures_of_estimates(masses(), EDGES, LOOK, tmp_path, "pdf")
    assert names(drawn) == {"response.pdf", "resolution.pdf", "estimate_vs_truth.pdf", "pulls.pdf"}
    assert len(list(tmp_path.iterdir())) == 7


def test_nothing_is_drawn_of_nothing(tmp_path: Path) -> None:
    nothing, one_class = scored([], []), scored([1, 1], [0.2, 0.2])
    assert pictures.pictures_of_scores(nothing, LOOK, tmp_path, "png", probabilities=True) == []
    drawn = pictures.pictures_of_scores(one_class, LOOK, tmp_path, "png", probabilities=False)
    assert names(drawn) == {"scores.png"}
    assert pictures.pictures_of_estimates(regressed([1], [1]), EDGES, LOOK, tmp_path, "png") == []


def test_perfect_scores_and_equal_estimates_can_be_drawn(tmp_path: Path) -> None:
    drawn = pictures.pictures_of_scores(scored([1, 1, 0, 0], [1, 1, 0, 0]), LOOK, tmp_path, "png", probabilities=True)
    assert "roc.png" in names(drawn)
    same = regressed([150.0] * 3, [150.0] * 3)
    assert len(pictures.pictures_of_estimates(same, EDGES, LOOK, tmp_path, "png")) == 3


def axes_of(draw: Any, *arguments: Any, **options: Any) -> Any:
    axes = Figure().add_subplot()
    draw(axes, *arguments, **options)
    return axes


@pytest.mark.parametrize(("name", "shown"), [("top", "Top"), ("qcd", "QCD"), ("", "")])
def test_names_begin_large(name: str, shown: str) -> None:
    assert first_large(name) == shown


def test_axes_have_units() -> None:
    profile = axes_of(pictures.draw_profile, masses(), EDGES, LOOK, width=False)
    assert profile.get_xlabel() == "True jet mass [GeV]"
    plane = axes_of(pictures.draw_plane, masses(), LOOK)
    assert plane.get_ylabel() == "Estimated jet mass [GeV]"
    assert axes_of(pictures.draw_scores, tagged(), LOOK).get_xlabel() == "Jet mass [GeV]"
    assert axes_of(pictures.draw_roc, tagged(), LOOK).get_yscale() == "log"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileWriteError, match="there is no folder"):
        pictures.pictures_of_scores(tagged(), LOOK, tmp_path / "no", "png", probabilities=False)
