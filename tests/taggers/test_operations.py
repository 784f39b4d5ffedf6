"""What the words of transforms do to numbers."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError
from taggers.operations import (
    OPERATIONS,
    Clip,
    MinMax,
    Operation,
    Root,
    Scale,
    SetAbove,
    Standardise,
    ZeroOutside,
    ZeroSuppress,
)

Pixels = NDArray[np.float32]

VALUES = [-3.0, -0.5, -0.25, 0.0, 0.25, 0.5, 3.0]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (Scale(2), [-6.0, -1.0, -0.5, 0.0, 0.5, 1.0, 6.0]),
        (Root(0.25), [-(12**0.5), -(2**0.5), -1.0, 0.0, 1.0, 2**0.5, 12**0.5]),
        (ZeroSuppress(0.5), [-3.0, -0.5, 0.0, 0.0, 0.0, 0.5, 3.0]),
        (Clip(-1, 0.25), [-1.0, -0.5, -0.25, 0.0, 0.25, 0.25, 0.25]),
        (ZeroOutside(-0.5, 0.5), [0.0, -0.5, -0.25, 0.0, 0.25, 0.5, 0.0]),
        (SetAbove(0.25, 1), [-3.0, -0.5, -0.25, 0.0, 0.25, 1.0, 1.0]),
        (Standardise(1, 2), [-2.0, -0.75, -0.625, -0.5, -0.375, -0.25, 1.0]),
        (MinMax(), [0.0, 2.5 / 6, 2.75 / 6, 0.5, 3.25 / 6, 3.5 / 6, 1.0]),
    ],
    ids=str,
)
def test_operations_are_what_their_formulas_say(operation: Operation, expected: list[float]) -> None:
    pixels = np.array([VALUES], np.float32)
    operation.apply(pixels)
    np.testing.assert_allclose(pixels[0], expected, rtol=1e-6)
    assert pixels.dtype == np.float32


def readable(operation: Operation) -> Callable[[float], float]:
    """One pixel at a time; for what does not look at other pixels."""
    match operation:
        case Scale(factor):
            return lambda x: x * factor
        case Root(unit):
            return lambda x: math.copysign(math.sqrt(abs(x) / unit), x)
        case ZeroSuppress(below):
            return lambda x: 0.0 if abs(x) < below else x
        case Clip(low, high):
            return lambda x: min(max(x, low), high)
        case ZeroOutside(low, high):
            return lambda x: x if low <= x <= high else 0.0
        case SetAbove(limit, value):
            return lambda x: value if x > limit else x
        case Standardise(mean, std):
            return lambda x: (x - mean) / std
    raise AssertionError(operation)


@pytest.mark.parametrize(
    "operation",
    [
        Scale(0.3),
        Root(0.3),
        ZeroSuppress(0.75),
        Clip(-1.5, 0.5),
        ZeroOutside(-2, 0.25),
        SetAbove(1, 7),
        Standardise(0.5, 3),
    ],
    ids=str,
)
def test_whole_batches_agree_with_one_pixel_at_a_time(operation: Operation, rng: np.random.Generator) -> None:
    pixels = rng.normal(0, 1, (3, 20, 20)).astype(np.float32)
    expected = [readable(operation)(float(x)) for x in pixels.ravel()]
    operation.apply(pixels)
    np.testing.assert_allclose(pixels.ravel(), expected, rtol=3e-7, atol=1e-7)


def test_min_max_looks_at_one_window_at_a_time_and_leaves_empty_ones_empty(rng: np.random.Generator) -> None:
    pixels = rng.exponential(1, (3, 8, 8)).astype(np.float32)
    pixels[1] = 4.0
    pixels[2] *= 100
    MinMax().apply(pixels)
    assert pixels[[0, 2]].min(axis=(1, 2)).tolist() == [0, 0]
    assert pixels[[0, 2]].max(axis=(1, 2)).tolist() == [1, 1]
    assert not pixels[1].any()


@pytest.mark.parametrize(
    "operation", [Scale(2), Root(2), ZeroSuppress(1), Clip(-1, 1), ZeroOutside(-1, 1), SetAbove(1, 1)], ids=str
)
def test_what_is_not_known_stays_unknown(operation: Operation) -> None:
    pixels = np.array([[np.nan, 0.0]], np.float32)
    operation.apply(pixels)
    assert np.isnan(pixels[0, 0])


def test_the_language_has_these_words() -> None:
    words = ["scale", "root", "zero_suppress", "clip", "zero_outside", "set_above", "standardise", "min_max"]
    assert list(OPERATIONS) == words


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Scale(0), "scale: a factor of 0 leaves nothing"),
        (lambda: Scale(np.nan), "scale: 'factor' should be a finite number, is nan"),
        (lambda: Scale(True), "scale: 'factor' should be a finite number, is True"),
        (lambda: Root(0), "root: the unit should be above 0, is 0"),
        (lambda: ZeroSuppress(-1), "zero_suppress: the threshold should be above 0, is -1"),
        (lambda: Clip(1, 1), "clip: low 1 should be below high 1"),
        (lambda: ZeroOutside(2, -2), "zero_outside: low 2 should be below high -2"),
        (lambda: Standardise(0, 0), "standardise: std should be above 0, is 0"),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(make: Callable[[], Operation], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        make()
