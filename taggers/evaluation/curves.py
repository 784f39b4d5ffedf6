"""Curves: efficiencies of every cut on a score, reliability of probabilities, response against the truth."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from e2efw.errors import LogicError
from taggers.evaluation.sample import UNKNOWN, Array, Estimate, Regressed, Scored

_ROUNDING = 1e-12
ONE_SIGMA = 0.6826894921370859
"""Part of a normal distribution within one standard deviation."""


class Roc(NamedTuple):
    """Efficiencies of the cuts ``score >= threshold``; objects of equal score pass together.

    Args:
        signal: (cuts,) part of the signal that passes, from 0 to 1; NaN if there is none.
        background: (cuts,) part of the background that passes, from 0 to 1; NaN if there is none.
        threshold: (cuts,) falling, from infinity.
    """

    signal: Array
    background: Array
    threshold: Array


class Calibration(NamedTuple):
    """What scores mean as probabilities, per bin of score.

    Args:
        edges: (bins + 1,).
        weight: (bins,) sum of weights.
        score: (bins,) mean; NaN in empty bins, as the next two.
        fraction: (bins,) part that is signal.
        error: (bins,) of the fraction, one sigma.
    """

    edges: Array
    weight: Array
    score: Array
    fraction: Array
    error: Array


class Profile(NamedTuple):
    """Response, estimate by truth, per bin of truth; NaN in bins with fewer than two objects.

    Args:
        edges: (bins + 1,) of truth, in its unit.
        n: (bins,) objects.
        response: (bins,) median.
        response_error: (bins,) one sigma.
        resolution: (bins,) half the interval from 16 to 84 %.
        resolution_error: (bins,) one sigma.
    """

    edges: Array
    n: NDArray[np.int64]
    response: Array
    response_error: Array
    resolution: Array
    resolution_error: Array


class OrderedScores:
    """Objects ordered by falling score, so that resampled curves need no further sorting.

    Args:
        sample: with any number of objects of each class.
    """

    def __init__(self, sample: Scored) -> None:
        order = np.argsort(-sample.score, kind="stable")
        score = sample.score[order]
        self._signal, self._weight = sample.signal[order], sample.weight[order]
        self._last = np.flatnonzero(np.diff(score, append=-np.inf) != 0)
        self._threshold = np.concatenate([[np.inf], score[self._last]])

    def curve(self, times: Array | None = None) -> Roc:
        """The curve.

        Args:
            times: (objects,) how often each counts, in this order; None for once.
        """
        weight = self._weight if times is None else self._weight * times
        return Roc(self._passing(weight * self._signal), self._passing(weight * ~self._signal), self._threshold)

    def resampled(self, replicas: int, seed: int) -> Iterator[Roc]:
        """Curves of bootstrap samples: as many objects of each class, drawn with replacement."""
        rng = np.random.default_rng(seed)
        classes = [np.flatnonzero(self._signal), np.flatnonzero(~self._signal)]
        for _ in range(replicas):
            times = np.zeros(self._signal.size)
            for members in classes:
                if members.size:
                    times[members] = np.bincount(rng.integers(members.size, size=members.size), minlength=members.size)
            yield self.curve(times)

    def _passing(self, weight: Array) -> Array:
        """(cuts,) part of the weight at or above each threshold."""
        passed = np.concatenate([[0.0], np.cumsum(weight)[self._last]])
        return passed / passed[-1] if passed[-1] > 0 else np.full(passed.size, np.nan)


def roc(sample: Scored) -> Roc:
    """Efficiencies of all cuts."""
    return OrderedScores(sample).curve()


def area(curve: Roc) -> float:
    """Area under signal against background efficiency: the chance that signal scores higher, ties count half.

    NaN if a class is missing.
    """
    if np.isnan(curve.signal).any() or np.isnan(curve.background).any():
        return float("nan")
    return float(np.trapezoid(curve.signal, curve.background))


def background_at(curve: Roc, efficiency: ArrayLike) -> tuple[Array, Array]:
    """Background efficiency and threshold of the cuts with given signal efficiencies.

    Between two cuts the curve is straight: part of the objects with equal scores are taken, at random.

    Args:
        curve: of some sample.
        efficiency: (points,) of signal, above 0 and up to 1.

    Returns:
        (points,) background efficiency and (points,) the loosest threshold needed; NaN if a class is missing.
    """
    wanted = np.asarray(efficiency, np.float64)
    if np.isnan(curve.signal).any() or np.isnan(curve.background).any():
        return np.full(wanted.shape, np.nan), np.full(wanted.shape, np.nan)
    after = np.clip(np.searchsorted(curve.signal, wanted - _ROUNDING), 1, curve.signal.size - 1)
    step = curve.signal[after] - curve.signal[after - 1]
    part = np.clip((wanted - curve.signal[after - 1]) / np.where(step > 0, step, 1.0), 0.0, 1.0)
    start = curve.background[after - 1]
    return start + part * (curve.background[after] - start), curve.threshold[after]


def band(sample: Scored, efficiency: ArrayLike, replicas: int, seed: int) -> tuple[Array, Array]:
    """(points,) ends of the central 68.27 % of the background efficiency over bootstrap samples."""
    curves = [background_at(one, efficiency)[0] for one in OrderedScores(sample).resampled(replicas, seed)]
    low, high = np.quantile(curves, [(1 - ONE_SIGMA) / 2, (1 + ONE_SIGMA) / 2], axis=0)
    return low, high


def proportion(part: float, n: float) -> Estimate:
    """A binomial proportion; its error is half of Wilson's one-sigma interval, so never 0.

    Args:
        part: from 0 to 1.
        n: objects, or their effective number (sum of weights squared by sum of squares).
    """
    if not n > 0:
        return UNKNOWN
    return Estimate(float(part), float(np.sqrt(part * (1 - part) / n + 0.25 / n**2) / (1 + 1 / n)))


def effective(weight: Array) -> float:
    """Number of objects of weight 1 that would have the same relative error."""
    squares = float(np.sum(weight**2))
    return float(np.sum(weight)) ** 2 / squares if squares > 0 else 0.0


def calibration(sample: Scored, bins: int = 10) -> Calibration:
    """Reliability of scores as probabilities, in bins of equal width from 0 to 1.

    Raises:
        LogicError: a score is outside 0 to 1.
    """
    outside = (sample.score < 0) | (sample.score > 1)
    if outside.any():
        raise LogicError(f"evaluation: {np.count_nonzero(outside)} scores are no probabilities: outside 0 to 1.")
    edges = np.linspace(0.0, 1.0, bins + 1)
    place = np.clip(np.searchsorted(edges, sample.score, side="right") - 1, 0, bins - 1)
    weight, score, signal, squares = (
        np.bincount(place, column, minlength=bins)
        for column in (
            sample.weight, sample.weight * sample.score, sample.weight * sample.signal, sample.weight**2
        )
    )  # fmt: skip
    filled = weight > 0
    safe = np.where(filled, weight, np.nan)
    n = np.where(filled, weight**2 / np.where(squares > 0, squares, 1.0), 0.0)
    fraction = signal / safe
    errors = [proportion(part, number).error for part, number in zip(fraction, n, strict=True)]
    return Calibration(edges, weight.astype(np.float64), score / safe, fraction, np.array(errors))


def central_half_width(values: Array) -> float:
    """Half the interval from 16 to 84 %, which is one sigma of a normal distribution; NaN for fewer than two."""
    if values.size < 2:
        return float("nan")
    low, high = np.quantile(values, [(1 - ONE_SIGMA) / 2, (1 + ONE_SIGMA) / 2])
    return float(high - low) / 2


def bootstrapped(statistic: Callable[[Array], float], values: Array, replicas: int, seed: int) -> Estimate:
    """A statistic and the spread that it has over samples drawn with replacement; unknown for fewer than two.

    Args:
        statistic: of some of the values.
        values: (objects,) or (objects, columns), whose rows are drawn whole.
        replicas: samples drawn.
        seed: of the bootstrap.
    """
    n = len(values)
    if n < 2:
        return UNKNOWN
    rng = np.random.default_rng(seed)
    drawn = [statistic(values[rng.integers(n, size=n)]) for _ in range(replicas)]
    return Estimate(statistic(values), float(np.std(drawn, ddof=1)))


def enough_replicas(value: int) -> str | None:
    """A check for parameters: can a spread be had of so many samples?"""
    return None if value >= 2 else "must be 2 or more"


def median(values: Array) -> float:
    """NaN if there are none."""
    return float(np.median(values)) if values.size else float("nan")


def response_profile(sample: Regressed, edges: ArrayLike, replicas: int, seed: int) -> Profile:
    """Response in bins of truth; the last bin holds its upper edge, objects outside are in no bin.

    Args:
        sample: any number of objects.
        edges: (bins + 1,) rising, in the unit of truth.
        replicas: bootstrap samples per bin.
        seed: of the bootstrap.

    Raises:
        LogicError: edges that do not rise.
    """
    borders = np.asarray(edges, np.float64)
    if borders.ndim != 1 or borders.size < 2 or not np.all(np.diff(borders) > 0):
        raise LogicError(f"evaluation: bins need two or more rising edges, got {borders.tolist()}.")
    place = np.searchsorted(borders, sample.truth, side="right") - 1
    place[sample.truth == borders[-1]] = borders.size - 2
    members = [np.sort(sample.estimate[place == k] / sample.truth[place == k]) for k in range(borders.size - 1)]
    centre = [bootstrapped(median, one, replicas, seed) for one in members]
    width = [bootstrapped(central_half_width, one, replicas, seed) for one in members]
    n = np.array([one.size for one in members], np.int64)
    return Profile(borders, n, *np.array(centre).T, *np.array(width).T)
