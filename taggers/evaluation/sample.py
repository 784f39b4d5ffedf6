"""What is evaluated: scores or estimates beside the truth, with objects that have none counted apart."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from e2efw.errors import LogicError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Estimate(NamedTuple):
    """A number with its one-sigma error; NaN where it cannot be had."""

    value: float
    error: float


UNKNOWN = Estimate(float("nan"), float("nan"))


class Scored(NamedTuple):
    """Objects with a score.

    Args:
        signal: (objects,) True for signal.
        score: (objects,) larger is more like signal; no unit, or that of the quantity that separates.
        weight: (objects,) not negative.
        n_without: objects that had no score (NaN), signal and background; they are in none of the columns.
    """

    signal: Mask
    score: Array
    weight: Array
    n_without: tuple[int, int]


class Regressed(NamedTuple):
    """Objects with an estimate, all columns in the unit of the quantity.

    Args:
        estimate: (objects,) what the network says.
        truth: (objects,) what it should say.
        sigma: (objects,) one-sigma uncertainty that the network claims, NaN where it has none; None if it never has.
        n_without: objects without an estimate (NaN); they are in none of the columns.
    """

    estimate: Array
    truth: Array
    sigma: Array | None
    n_without: int


def scored(signal: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None) -> Scored:
    """Check columns and put objects without a score (NaN) aside.

    Args:
        signal: (objects,) 1 or True for signal, 0 or False for background.
        score: (objects,) NaN for objects without a window.
        weight: (objects,) all 1 if None.

    Raises:
        LogicError: shapes differ, labels other than 0 and 1, infinite scores, negative or unknown weights.
    """
    label, values = np.asarray(signal), np.asarray(score, np.float64)
    _same_shapes(signal=label, score=values)
    refuse("labels other than 0 and 1", (label != 0) & (label != 1))
    refuse("infinite scores", np.isinf(values))
    weights = checked_weights(weight, values.shape)
    is_signal, known = label.astype(np.bool_), ~np.isnan(values)
    without = tuple(int(np.count_nonzero(~known & (is_signal == which))) for which in (True, False))
    return Scored(is_signal[known], values[known], weights[known], (without[0], without[1]))


def regressed(estimate: ArrayLike, truth: ArrayLike, sigma: ArrayLike | None = None) -> Regressed:
    """Check columns and put objects without an estimate (NaN) aside.

    Args:
        estimate: (objects,) NaN for objects without a window.
        truth: (objects,) in the same unit, larger than 0: masses, momenta.
        sigma: (objects,) in the same unit, larger than 0; NaN where there is none.

    Raises:
        LogicError: shapes differ, infinite estimates, truth that is not finite and larger than 0, such uncertainties.
    """
    values, true = np.asarray(estimate, np.float64), np.asarray(truth, np.float64)
    _same_shapes(estimate=values, truth=true)
    refuse("infinite estimates", np.isinf(values))
    refuse("truth that is not finite or not larger than 0", ~(np.isfinite(true) & (true > 0)))
    known, claimed = ~np.isnan(values), None
    if sigma is not None:
        claimed = np.asarray(sigma, np.float64)
        _same_shapes(estimate=values, sigma=claimed)
        refuse("uncertainties that are infinite or not larger than 0", (claimed <= 0) | np.isinf(claimed))
        claimed = claimed[known]
    return Regressed(values[known], true[known], claimed, int(np.count_nonzero(~known)))


def _same_shapes(**columns: NDArray[Any]) -> None:
    shapes = {name: column.shape for name, column in columns.items()}
    if len(set(shapes.values())) > 1 or any(len(shape) != 1 for shape in shapes.values()):
        raise LogicError(f"evaluation: columns must be one-dimensional and equally long, got {shapes}.")


def checked_weights(weight: ArrayLike | None, shape: tuple[int, ...]) -> Array:
    """Weights of objects, all 1 if None.

    Raises:
        LogicError: another shape, negative or unknown weights.
    """
    if weight is None:
        return np.ones(shape)
    found = np.asarray(weight, np.float64)
    if found.shape != shape:
        raise LogicError(f"evaluation: weights of shape {found.shape} for objects of shape {shape}.")
    refuse("weights below 0 or unknown", ~(np.isfinite(found) & (found >= 0)))
    return found


def refuse(what: str, bad: Mask) -> None:
    """Raise a LogicError that counts the bad objects, if there are any."""
    if bad.any():
        raise LogicError(
            f"evaluation: {what} in {np.count_nonzero(bad)} of {bad.size} objects, first at {bad.argmax()}."
        )
