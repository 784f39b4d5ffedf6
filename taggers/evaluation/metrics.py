"""Single numbers with errors: how well scores separate, how close estimates come to the truth.

What cannot be had is NaN: areas and rejections where a class is missing, anything of no object at all.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from taggers.evaluation.curves import (
    OrderedScores,
    area,
    background_at,
    bootstrapped,
    calibration,
    central_half_width,
    effective,
    median,
    proportion,
)
from taggers.evaluation.sample import UNKNOWN, Array, Estimate, Regressed, Scored

WORKING_POINTS = (0.3, 0.5, 0.7)
_NONE_SEEN = 3.0
"""Upper limit at 95 % confidence on the mean of a Poisson process of which nothing was seen."""


class Rejection(NamedTuple):
    """Background rejection at one signal efficiency.

    Args:
        efficiency: of signal.
        threshold: of the score.
        background: efficiency, with the bootstrap's error, which includes that of the threshold.
        rejection: one by that; value and error NaN if no background passes.
        at_least: then a lower limit at 95 % confidence; NaN otherwise.
    """

    efficiency: float
    threshold: float
    background: Estimate
    rejection: Estimate
    at_least: float


class Separation(NamedTuple):
    """What all cuts tell.

    Args:
        auc: area under the ROC curve, 0.5 for scores that know nothing.
        rejections: one per working point.
    """

    auc: Estimate
    rejections: tuple[Rejection, ...]


class Decisions(NamedTuple):
    """What one threshold tells.

    Args:
        counts: sums of weights: signal that passes, background that passes, signal that fails, background that fails.
        accuracy: part that is on the right side.
        precision: part of what passes that is signal.
        recall: part of signal that passes.
        f1: harmonic mean of precision and recall.
    """

    counts: tuple[float, float, float, float]
    accuracy: Estimate
    precision: Estimate
    recall: Estimate
    f1: Estimate


class Deviations(NamedTuple):
    """How far values are from what they should be, in their unit.

    Args:
        mean: of the values.
        median: of the values.
        resolution: half the interval from 16 to 84 %.
        rms: standard deviation around the mean.
    """

    mean: Estimate
    median: Estimate
    resolution: Estimate
    rms: Estimate


class Coverage(NamedTuple):
    """Whether claimed uncertainties are true.

    Args:
        n: objects with an uncertainty.
        inside: part whose truth is within one sigma; 0.683 if uncertainties are right and errors normal.
        pull_mean: of (estimate - truth) / sigma, 0 if there is no bias.
        pull_width: standard deviation, 1 if uncertainties are right.
    """

    n: int
    inside: Estimate
    pull_mean: Estimate
    pull_width: Estimate


def separation(
    sample: Scored, efficiencies: tuple[float, ...] = WORKING_POINTS, *, replicas: int = 200, seed: int = 1
) -> Separation:
    """Area under the curve and background rejections, with errors of a seeded bootstrap within each class."""
    ordered = OrderedScores(sample)
    curve = ordered.curve()
    value, (background, threshold) = area(curve), background_at(curve, efficiencies)
    if np.isnan(value):
        nothing = (Rejection(one, np.nan, UNKNOWN, UNKNOWN, np.nan) for one in efficiencies)
        return Separation(UNKNOWN, tuple(nothing))
    curves = list(ordered.resampled(replicas, seed))
    spread = np.nanstd([background_at(one, efficiencies)[0] for one in curves], axis=0, ddof=1)
    n = effective(sample.weight[~sample.signal])
    rejections = []
    for point, cut, part, error in zip(efficiencies, threshold, background, spread, strict=True):
        seen = part > 0
        inverse = Estimate(float(1 / part), float(error / part**2)) if seen else UNKNOWN
        limit = np.nan if seen else n / _NONE_SEEN
        rejections.append(Rejection(point, float(cut), Estimate(float(part), float(error)), inverse, limit))
    return Separation(Estimate(value, float(np.nanstd([area(one) for one in curves], ddof=1))), tuple(rejections))


def decisions(sample: Scored, threshold: float = 0.5) -> Decisions:
    """What passes ``score >= threshold`` is called signal."""
    passes, signal, weight = sample.score >= threshold, sample.signal, sample.weight
    parts = [weight[mask] for mask in (passes & signal, passes & ~signal, ~passes & signal, ~passes & ~signal)]
    true, false, missed, rest = (float(part.sum()) for part in parts)

    def ratio(part: float, whole: float, members: NDArray[np.bool_]) -> Estimate:
        return proportion(part / whole, effective(weight[members])) if whole > 0 else UNKNOWN

    everything = np.ones(weight.size, np.bool_)
    accuracy = ratio(true + rest, true + false + missed + rest, everything)
    precision, recall = ratio(true, true + false, passes), ratio(true, true + missed, signal)
    squares = [float((part**2).sum()) for part in parts]
    return Decisions((true, false, missed, rest), accuracy, precision, recall, _f1(true, false + missed, squares))


def _f1(true: float, wrong: float, squares: list[float]) -> Estimate:
    """2 true / (2 true + wrong), its error propagated from the sums of squared weights."""
    whole = 2 * true + wrong
    if not whole > 0:
        return UNKNOWN
    variance = 4 * (wrong**2 * squares[0] + true**2 * (squares[1] + squares[2])) / whole**4
    return Estimate(2 * true / whole, float(np.sqrt(variance)))


def expected_calibration_error(sample: Scored, bins: int = 10) -> float:
    """Mean distance of score and signal fraction over the bins, by weight; above 0 also for a perfect small sample."""
    found = calibration(sample, bins)
    filled = found.weight > 0
    if not filled.any():
        return float("nan")
    distance = np.abs(found.fraction - found.score)[filled]
    return float(np.average(distance, weights=found.weight[filled]))


def mean(values: Array) -> Estimate:
    """The mean and its error; NaN for none, the error NaN for one."""
    if not values.size:
        return UNKNOWN
    error = float(np.std(values, ddof=1) / np.sqrt(values.size)) if values.size > 1 else float("nan")
    return Estimate(float(values.mean()), error)


def rms(values: Array) -> float:
    """Standard deviation of a sample; NaN for fewer than two."""
    return float(np.std(values, ddof=1)) if values.size > 1 else float("nan")


def mean_absolute_error(sample: Regressed) -> Estimate:
    """Mean distance of estimate and truth, in their unit."""
    return mean(np.abs(sample.estimate - sample.truth))


def deviations(values: Array, *, replicas: int = 200, seed: int = 1) -> Deviations:
    """Bias and widths of residuals (unit of the quantity) or of the response (no unit).

    Args:
        values: (objects,) all finite.
        replicas: bootstrap samples, for the errors of all but the mean.
        seed: of the bootstrap.
    """
    spread = (bootstrapped(one, values, replicas, seed) for one in (median, central_half_width, rms))
    return Deviations(mean(values), *spread)


def coverage(sample: Regressed, *, replicas: int = 200, seed: int = 1) -> Coverage:
    """Of the objects with an uncertainty; NaN if there are none."""
    sigma = np.full(sample.truth.size, np.nan) if sample.sigma is None else sample.sigma
    known = ~np.isnan(sigma)
    pull = (sample.estimate - sample.truth)[known] / sigma[known]
    inside = proportion(float(np.mean(np.abs(pull) <= 1)), pull.size) if pull.size else UNKNOWN
    return Coverage(int(pull.size), inside, mean(pull), bootstrapped(rms, pull, replicas, seed))
