"""Parameters holding one number or one string."""

import math
from typing import Any, ClassVar, Self

from e2efw.config.parameter import Parameter


def plain(value: object) -> Any:
    """The Python value inside a scalar parameter, or the value itself."""
    return value.value() if isinstance(value, Scalar) else value


class Scalar(Parameter):
    """One value; comparisons and truth follow it, also across types."""

    def __init__(self, value: Any) -> None:
        self._locate()
        self._value = self._checked(value)

    def value(self) -> Any:
        """The plain Python value."""
        return self._value

    def setValue(self, value: Any) -> None:
        """Give a new value; the type stays."""
        checked = self._checked(value)
        changed = checked != self._value
        self._value = checked
        self._touch(changed)

    def pythonValue(self, indent: int = 0) -> str:  # noqa: ARG002  scalars stand on one line
        """The value as Python source."""
        return self.textOf_(self._value)

    @classmethod
    def textOf_(cls, value: Any) -> str:
        """A plain value of this type as Python source."""
        return repr(value)

    @classmethod
    def _checked(cls, value: Any) -> Any:
        """The value to store.

        Raises:
            ValueError: the value does not fit the type.
        """
        raise NotImplementedError

    def __bool__(self) -> bool:
        return bool(self.value())

    def __eq__(self, other: object) -> bool:
        return bool(self.value() == plain(other))

    def __lt__(self, other: object) -> bool:
        return bool(self.value() < plain(other))

    def __le__(self, other: object) -> bool:
        return bool(self.value() <= plain(other))

    def __gt__(self, other: object) -> bool:
        return bool(self.value() > plain(other))

    def __ge__(self, other: object) -> bool:
        return bool(self.value() >= plain(other))


class Integer(Scalar):
    """An integer of a given width, checked when it is made: CMSSW finds an overflow only when the job starts."""

    _lowest: ClassVar[int]
    _highest: ClassVar[int]

    @classmethod
    def _checked(cls, value: Any) -> int:
        if not isinstance(value, int) or not cls._lowest <= value <= cls._highest:
            raise ValueError(cls._complaint(value, f"an integer from {cls._lowest} to {cls._highest}"))
        return int(value)

    @classmethod
    def fromText_(cls, text: str) -> Self:
        """Read decimal, ``0x`` and ``0o`` forms."""
        try:
            return cls(int(text, 0))
        except ValueError:
            raise ValueError(cls._complaint(text, f"an integer from {cls._lowest} to {cls._highest}")) from None


class int32(Integer):
    """Signed, 32 bits."""

    _lowest, _highest = -(2**31), 2**31 - 1


class uint32(Integer):
    """Unsigned, 32 bits."""

    _lowest, _highest = 0, 2**32 - 1


class int64(Integer):
    """Signed, 64 bits."""

    _lowest, _highest = -(2**63), 2**63 - 1


class uint64(Integer):
    """Unsigned, 64 bits."""

    _lowest, _highest = 0, 2**64 - 1


class double(Scalar):
    """A floating-point number, infinities and NaN included; dumped as it was written."""

    _wanted = "a number"

    def value(self) -> float:
        """The value as a float, also where the cfg wrote an integer."""
        return float(self._value)

    @classmethod
    def textOf_(cls, value: Any) -> str:
        """Infinities and NaN are spelled so that Python reads them back."""
        if math.isnan(value):
            return "float('nan')"
        if math.isinf(value):
            return "float('inf')" if value > 0 else "-float('inf')"
        return repr(value)

    @classmethod
    def _checked(cls, value: Any) -> int | float:
        if isinstance(value, bool):
            value = int(value)
        if isinstance(value, float):
            return float(value)
        try:
            float(value if isinstance(value, int) else "not a number")
        except (ValueError, OverflowError):
            raise ValueError(cls._complaint(value)) from None
        return int(value)

    @classmethod
    def fromText_(cls, text: str) -> Self:
        """Read what Python's ``float`` reads."""
        try:
            return cls(float(text))
        except ValueError:
            raise ValueError(cls._complaint(text)) from None


class string(Scalar):
    """Text."""

    _wanted = "a str"

    @classmethod
    def _checked(cls, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(cls._complaint(value))
        return str(value)


class FileInPath(string):
    """A file that is searched when the job starts."""
