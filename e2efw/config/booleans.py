"""``cms.bool`` and ``cms.vbool``: a file of their own, because the first hides Python's ``bool``."""

from typing import Any, Self

from e2efw.config.scalars import Scalar
from e2efw.config.vectors import ScalarVector

_WORDS = dict.fromkeys(("true", "t", "on", "yes", "1"), True) | dict.fromkeys(("false", "f", "off", "no", "0"), False)


class bool(Scalar):
    """True or False and nothing else: ``bool("False")`` and ``bool(1)`` are refused."""

    _wanted = "True or False"

    @classmethod
    def _checked(cls, value: Any) -> Any:
        if value is not True and value is not False:
            raise ValueError(cls._complaint(value))
        return value

    @classmethod
    def fromText_(cls, text: str) -> Self:
        """Read true, t, on, yes and their opposites, and integers: 0 is false, all others are true."""
        if text.lower() in _WORDS:
            return cls(_WORDS[text.lower()])
        try:
            return cls(int(text) != 0)
        except ValueError:
            raise ValueError(cls._complaint(text, f"one of {', '.join(_WORDS)}")) from None


class vbool(ScalarVector):
    """Truth values."""

    _scalar = bool
