"""Models that speak of the same objects: by how much one is better, with an error that knows what they have in common.

Every number comes with the part that each object has in its deviation, so that errors of differences and means follow.
For areas under ROC curves this is the method of DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from e2efw.errors import LogicError
from taggers.evaluation.sample import Array, Estimate, Regressed, Scored


class Measured(NamedTuple):
    """A number and what each object does to it.

    Args:
        value: the number; NaN where it cannot be had.
        shares: (objects,) whose sum of squares is the variance; NaN where that cannot be had.
    """

    value: float
    shares: Array

    @property
    def estimate(self) -> Estimate:
        """The number with its error."""
        return Estimate(self.value, float(np.sqrt(np.sum(self.shares**2))))


def measured_area(sample: Scored) -> Measured:
    """Area under the ROC curve, where ties count half; unknown if a class is missing.

    Raises:
        LogicError: objects have weights other than 1.
    """
    if np.any(sample.weight != 1):
        raise LogicError("evaluation: paired areas are of objects with weight 1.")
    signal, background = sample.score[sample.signal], sample.score[~sample.signal]
    if not signal.size or not background.size:
        return Measured(float("nan"), np.full(sample.score.size, np.nan))
    above = _below(signal, background)
    area = float(above.mean())
    shares = np.empty(sample.score.size)
    shares[sample.signal] = _shares(above)
    shares[~sample.signal] = _shares(1 - _below(background, signal))
    return Measured(area, shares)


def measured_distance(sample: Regressed) -> Measured:
    """Mean absolute error, in the unit of the quantity; unknown for no objects."""
    distance = np.abs(sample.estimate - sample.truth)
    return Measured(float(distance.mean()) if distance.size else float("nan"), _shares(distance))


def mean_of(measured: Sequence[Measured]) -> Measured:
    """The plain mean of numbers about the same objects."""
    return Measured(float(np.mean([one.value for one in measured])), np.mean([one.shares for one in measured], axis=0))


def difference(first: Measured, second: Measured) -> Estimate:
    """First minus second.

    Raises:
        LogicError: they are about different numbers of objects.
    """
    if first.shares.shape != second.shares.shape:
        raise LogicError(
            f"evaluation: a difference is of the same objects, not of {first.shares.size} and {second.shares.size}."
        )
    return Measured(first.value - second.value, first.shares - second.shares).estimate


def _below(scores: Array, others: Array) -> Array:
    """(scores,) part of the others that is below each; of equal ones half."""
    ordered = np.sort(others)
    sides = (np.searchsorted(ordered, scores, side) for side in ("left", "right"))
    return np.asarray(sum(sides), np.float64) / (2 * others.size)


def _shares(values: Array) -> Array:
    """(objects,) deviations from the mean, such that the sum of squares is the variance of that mean."""
    if values.size < 2:
        return np.full(values.size, np.nan)
    shares: Array = (values - values.mean()) / np.sqrt(values.size * (values.size - 1))
    return shares
