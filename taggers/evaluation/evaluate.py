"""One call for arrays of any kind: numbers, and pictures if a folder is given. Needs no framework and no job."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from e2efw.errors import LogicError
from e2efw.io.whole_file import WholeFile
from taggers.evaluation.class_pictures import pictures_of_classes
from taggers.evaluation.classes import classified, summary_of_classes
from taggers.evaluation.drawing import Look
from taggers.evaluation.metrics import WORKING_POINTS
from taggers.evaluation.pictures import pictures_of_estimates, pictures_of_scores
from taggers.evaluation.sample import Array, Regressed, Scored, regressed, scored
from taggers.evaluation.summary import Plain, summary_of_estimates, summary_of_scores

_BINS = 6


class Evaluated(NamedTuple):
    """What was found.

    Args:
        metrics: plain data, see `summary`, and `classes.summary_of_classes`.
        pictures: files that were drawn.
    """

    metrics: Plain
    pictures: list[Path]


def evaluate(
    truth: ArrayLike,
    said: ArrayLike,
    *,
    sigma: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    classes: Sequence[str] = ("background", "signal"),
    edges: ArrayLike | None = None,
    threshold: float = 0.5,
    efficiencies: tuple[float, ...] = WORKING_POINTS,
    probabilities: bool = True,
    look: Look | None = None,
    folder: Path | None = None,
    suffix: str = "png",
) -> Evaluated:
    """Compare what a network says with the truth: whole numbers are classes, others targets.

    Args:
        truth: (objects,) classes from 0, or targets larger than 0 in the unit of `look`.
        said: (objects,) or (objects, 1) score of class 1, or estimate; (objects, classes) probabilities. NaN where
            nothing is said.
        sigma: (objects,) uncertainties of the estimates.
        weight: (objects,) of objects with classes; all 1 if None.
        classes: names.
        edges: (bins + 1,) of the target; None for six bins with equally many objects.
        threshold: of two classes, scores at or above are called class 1.
        efficiencies: of signal, at which background rejections are given.
        probabilities: scores of two classes are probabilities.
        look: names in pictures, unit, and the bootstrap.
        folder: for metrics.json and pictures; made if need be. None writes nothing.
        suffix: of pictures: ``png``, ``pdf``, ``svg``; "" for no pictures.

    Raises:
        LogicError: shapes or values cannot be; targets with weights, classes with uncertainties.
        MissingDependencyError: pictures are wanted and matplotlib is not installed.
        FileWriteError: the folder cannot be written.
    """
    true, values = np.asarray(truth), np.asarray(said, np.float64)
    is_label = true.dtype.kind in "iub"
    if (sigma if is_label else weight) is not None:
        raise LogicError(f"evaluation: {'classes have no uncertainties' if is_label else 'targets have no weights'}.")
    bootstrap = look or Look("")
    options: dict[str, Any] = {"replicas": bootstrap.replicas, "seed": bootstrap.seed}
    draw: Callable[[Path], list[Path]]
    if not is_label:
        estimates = regressed(_column(values), _column(true), None if sigma is None else _column(np.asarray(sigma)))
        borders, named = equal_bins(estimates) if edges is None else np.asarray(edges), look or Look("target")
        metrics = summary_of_estimates(estimates, borders, unit=named.unit, **options)
        draw = partial(pictures_of_estimates, estimates, borders, named, suffix=suffix)
    elif len(classes) > 2:
        several, named = classified(true, values, classes, weight), look or Look("probability")
        metrics = summary_of_classes(several, efficiencies=efficiencies, **options)
        draw = partial(pictures_of_classes, several, named, suffix=suffix)
    else:
        sample = two_classes(true, values, classes, weight)
        named = look or Look(f"{classes[-1]} score", signal=classes[-1], background=classes[0])
        options |= {"threshold": threshold, "efficiencies": efficiencies, "probabilities": probabilities}
        metrics = summary_of_scores(sample, **options)
        draw = partial(pictures_of_scores, sample, named, suffix=suffix, probabilities=probabilities)
    if folder is None:
        return Evaluated(metrics, [])
    folder.mkdir(parents=True, exist_ok=True)
    drawn = draw(folder) if suffix else []
    write_metrics(metrics, folder / "metrics.json", "evaluation")
    return Evaluated(metrics, drawn)


def two_classes(truth: NDArray[Any], said: Array, classes: Sequence[str], weight: ArrayLike | None = None) -> Scored:
    """Signal and background; of the probabilities of both, that of class 1 is the score.

    Raises:
        LogicError: shapes or values cannot be.
    """
    if said.ndim == 2 and said.shape[1] == 2:
        both = classified(truth, said, classes, weight)
        without = both.n_without[1], both.n_without[0]
        return both.against_others(1)._replace(n_without=without)
    return scored(truth, _column(said), weight)


def equal_bins(sample: Regressed, bins: int = _BINS) -> Array:
    """(bins + 1,) edges in the truth with equally many objects between; fewer bins where many are equal."""
    if not sample.truth.size:
        return np.array([0.0, 1.0])
    edges = np.unique(np.quantile(sample.truth, np.linspace(0, 1, bins + 1)))
    return edges if edges.size > 1 else edges[0] * np.array([0.5, 1.5])


def write_metrics(metrics: Plain, path: Path, owner: str) -> None:
    """Write metrics.json, whole or not at all.

    Raises:
        FileWriteError: it cannot be written.
    """
    file = WholeFile(path, owner)
    with file.writing():
        file.temporary.write_text(json.dumps(metrics, indent=2, allow_nan=False) + "\n")
    file.finish()


def _column(values: NDArray[Any]) -> NDArray[Any]:
    return values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
