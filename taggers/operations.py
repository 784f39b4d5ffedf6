"""The words of the language of transforms: one thing done to all pixels of a channel.

All arithmetic is float32, in place. Values that are NaN stay NaN.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError

Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Operation:
    """One thing done to all pixels of a channel; its numbers are finite."""

    word: ClassVar[str] = ""
    """How a card calls it."""

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be meant."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise ConfigurationError(f"{self.word}: '{field.name}' should be a finite number, is {value!r}.")
            object.__setattr__(self, field.name, float(value))

    def __str__(self) -> str:
        numbers = ", ".join(f"{field.name} {getattr(self, field.name):g}" for field in fields(self))
        return f"{self.word} {numbers}".rstrip()

    def apply(self, pixels: Pixels) -> None:
        """Change pixels (objects, ...) of one channel in place."""
        raise NotImplementedError

    def _demand(self, holds: bool, reason: str) -> None:
        if not holds:
            raise ConfigurationError(f"{self.word}: {reason}.")


@dataclass(frozen=True)
class Scale(Operation):
    """x -> factor * x."""

    word: ClassVar[str] = "scale"
    factor: float

    def __post_init__(self) -> None:
        """The factor is not zero."""
        super().__post_init__()
        self._demand(self.factor != 0, "a factor of 0 leaves nothing")

    def apply(self, pixels: Pixels) -> None:
        """In place."""
        pixels *= np.float32(self.factor)


@dataclass(frozen=True)
class Root(Operation):
    """x -> sign(x) sqrt(|x| / unit): the rare hard hit no longer drowns all others."""

    word: ClassVar[str] = "root"
    unit: float

    def __post_init__(self) -> None:
        """The unit is above zero."""
        super().__post_init__()
        self._demand(self.unit > 0, f"the unit should be above 0, is {self.unit:g}")

    def apply(self, pixels: Pixels) -> None:
        """In place."""
        size = np.abs(pixels)
        size /= np.float32(self.unit)
        np.copysign(np.sqrt(size, out=size), pixels, out=pixels)


@dataclass(frozen=True)
class ZeroSuppress(Operation):
    """|x| < below -> 0; what is negative and large stays, as impact parameters need."""

    word: ClassVar[str] = "zero_suppress"
    below: float

    def __post_init__(self) -> None:
        """The threshold is above zero."""
        super().__post_init__()
        self._demand(self.below > 0, f"the threshold should be above 0, is {self.below:g}")

    def apply(self, pixels: Pixels) -> None:
        """In place."""
        pixels[np.abs(pixels) < np.float32(self.below)] = 0


@dataclass(frozen=True)
class _Between(Operation):
    low: float
    high: float

    def __post_init__(self) -> None:
        """Low is below high."""
        super().__post_init__()
        self._demand(self.low < self.high, f"low {self.low:g} should be below high {self.high:g}")


@dataclass(frozen=True)
class Clip(_Between):
    """x < low -> low, x > high -> high."""

    word: ClassVar[str] = "clip"

    def apply(self, pixels: Pixels) -> None:
        """In place."""
        pixels[pixels < np.float32(self.low)] = self.low
        pixels[pixels > np.float32(self.high)] = self.high


@dataclass(frozen=True)
class ZeroOutside(_Between):
    """x < low or x > high -> 0."""

    word: ClassVar[str] = "zero_outside"

    def apply(self, pixels: Pixels) -> None:
        """In place."""
        pixels[(pixels < np.float32(self.low)) | (pixels > np.float32(self.high))] = 0


@dataclass(frozen=True)
class SetAbove(Operation):
    """x > limit -> value."""

    word: ClassVar[str] = "set_above"
    limit: float
    value: float

    def apply(self, pixels: Pixels) -> None:
        """In place."""
        pixels[pixels > np.float32(self.limit)] = self.value


@dataclass(frozen=True)
class Standardise(Operation):
    """x -> (x - mean) / std, with numbers of the training sample, never of the batch at hand."""

    word: ClassVar[str] = "standardise"
    mean: float
    std: float

    def __post_init__(self) -> None:
        """The width is above zero."""
        super().__post_init__()
        self._demand(self.std > 0, f"std should be above 0, is {self.std:g}")

    def apply(self, pixels: Pixels) -> None:
        """In place."""
        pixels -= np.float32(self.mean)
        pixels /= np.float32(self.std)


@dataclass(frozen=True)
class MinMax(Operation):
    """x -> (x - min) / (max - min) with the extremes of this channel in this window; 0 where all pixels are equal."""

    word: ClassVar[str] = "min_max"

    def apply(self, pixels: Pixels) -> None:
        """In place."""
        axes = tuple(range(1, pixels.ndim))
        low = pixels.min(axis=axes, keepdims=True)
        span = pixels.max(axis=axes, keepdims=True) - low
        pixels -= low
        pixels /= np.where(span == 0, np.float32(1), span)


OPERATIONS: Final[Mapping[str, type[Operation]]] = {
    kind.word: kind for kind in (Scale, Root, ZeroSuppress, Clip, ZeroOutside, SetAbove, Standardise, MinMax)
}
"""All words of the language."""
