"""Several classes: each against all others, and which is taken for which."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from e2efw.errors import LogicError
from taggers.evaluation.curves import effective, proportion
from taggers.evaluation.metrics import WORKING_POINTS, decisions, separation
from taggers.evaluation.sample import UNKNOWN, Array, Estimate, Scored, checked_weights, refuse, scored
from taggers.evaluation.summary import Plain, numbers_of, plain, plain_decisions, plain_rejections

_ROUNDING = 1e-3
"""How far probabilities of one object may be from a sum of one: networks may compute in half precision."""


class Classified(NamedTuple):
    """Objects with probabilities.

    Args:
        names: (classes,) of the classes.
        label: (objects,) true class, from 0.
        probability: (objects, classes).
        weight: (objects,) not negative.
        n_without: (classes,) objects of each class without probabilities (NaN); they are in none of the columns.
    """

    names: tuple[str, ...]
    label: NDArray[np.int64]
    probability: Array
    weight: Array
    n_without: tuple[int, ...]

    @property
    def chosen(self) -> NDArray[np.int64]:
        """(objects,) the most probable class, the first of equals."""
        found: NDArray[np.int64] = np.argmax(self.probability, axis=1).astype(np.int64)
        return found

    def against_others(self, number: int) -> Scored:
        """One class as signal, all others as background."""
        return scored(self.label == number, self.probability[:, number], self.weight)


def classified(
    label: ArrayLike, probability: ArrayLike, names: Sequence[str], weight: ArrayLike | None = None
) -> Classified:
    """Check columns and put objects without probabilities (NaN) aside.

    Args:
        label: (objects,) true class, from 0.
        probability: (objects, classes) that add up to one.
        names: (classes,) of the classes.
        weight: (objects,) all 1 if None.

    Raises:
        LogicError: shapes differ, no such class, numbers that are no probabilities, negative or unknown weights.
    """
    true, values = np.asarray(label), np.asarray(probability, np.float64)
    if len(names) < 2 or values.shape != (true.size, len(names)) or true.ndim != 1:
        raise LogicError(
            f"evaluation: labels of shape {true.shape}, probabilities of shape {values.shape} and {len(names)} classes "
            "do not fit."
        )
    weights = checked_weights(weight, true.shape)
    refuse(f"labels other than 0 to {len(names) - 1}", ~np.isin(true, np.arange(len(names))))
    known = ~np.isnan(values).any(axis=1)
    outside = ((values < 0) | (values > 1)).any(axis=1) | (np.abs(values.sum(axis=1) - 1) > _ROUNDING)
    refuse("numbers that are no probabilities", known & outside)
    without = np.bincount(true[~known].astype(np.int64), minlength=len(names))
    columns = true[known].astype(np.int64), values[known], weights[known]
    return Classified(tuple(names), *columns, tuple(int(n) for n in without))


def confusion(sample: Classified) -> Array:
    """(true, chosen) part of each class, by weight, that is taken for each; NaN for classes without objects."""
    size = len(sample.names)
    place = sample.label * size + sample.chosen
    sums = np.bincount(place, sample.weight, minlength=size * size).reshape(size, size)
    whole = sums.sum(axis=1, keepdims=True)
    return sums / np.where(whole > 0, whole, np.nan)


def accuracy(sample: Classified) -> Estimate:
    """Part of the weight whose most probable class is the true one."""
    whole = float(sample.weight.sum())
    if not whole > 0:
        return UNKNOWN
    return proportion(float(sample.weight[sample.chosen == sample.label].sum()) / whole, effective(sample.weight))


def summary_of_classes(
    sample: Classified,
    *,
    efficiencies: tuple[float, ...] = WORKING_POINTS,
    replicas: int = 200,
    seed: int = 1,
) -> Plain:
    """What a tagger of several classes can do, as plain data; see `summary` for what numbers look like.

    ``classes`` has every class against all others by its probability (``auc``, ``rejection``), and as the most probable
    one (``precision``, ``recall``, ``f1``); ``confusion`` the rows of true classes over chosen ones; ``mean_auc`` the
    plain mean over the classes that have one.

    Args:
        sample: any number of objects of each class.
        efficiencies: of a class, at which rejections of all others are given.
        replicas: bootstrap samples.
        seed: of the bootstrap.
    """
    found: dict[str, Any] = {}
    areas = []
    for number, name in enumerate(sample.names):
        against = sample.against_others(number)
        curve = separation(against, efficiencies, replicas=replicas, seed=seed)
        choice = scored(against.signal, (sample.chosen == number).astype(np.float64), sample.weight)
        areas.append(curve.auc.value)
        found[name] = {
            "objects": int(against.signal.sum()),
            "without": sample.n_without[number],
            "auc": plain(curve.auc),
            "rejection": plain_rejections(curve),
            **{key: value for key, value in plain_decisions(decisions(choice)).items() if key != "accuracy"},
        }
    known = [area for area in areas if not np.isnan(area)]
    return {
        "kind": "classes",
        **numbers_of(sample.label.size, sum(sample.n_without)),
        "bootstrap": {"replicas": replicas, "seed": seed},
        "accuracy": plain(accuracy(sample)),
        "mean_auc": float(np.mean(known)) if known else None,
        "classes": found,
        "confusion": [[None if np.isnan(part) else float(part) for part in row] for row in confusion(sample)],
    }
