"""What every parameter of a configuration has: a value, trackedness, a modified flag, an origin and a dump."""

import copy
from typing import Any, ClassVar, Self

from e2efw.config.origin import Located, here


class Parameter(Located):
    """Base of all parameter types."""

    _tracked: bool = True
    _modified: bool = False
    _inferred: bool = False
    _declared: ClassVar[bool] = False
    _text: str | None = None
    _wanted: ClassVar[str] = ""

    def __init__(self, *value: Any) -> None:
        raise NotImplementedError(f"cms.{type(self).__name__} cannot hold {value}")  # every type says what it takes

    def value(self) -> Any:
        """The plain Python value."""
        raise NotImplementedError

    def setValue(self, value: Any) -> None:
        """Give a new plain value; the type stays.

        Raises:
            ValueError, TypeError, RuntimeError: the same as the constructor.
        """
        raise NotImplementedError

    def isTracked(self) -> bool:
        """Whether the parameter enters the provenance."""
        return self._tracked

    def setIsTracked(self, tracked: bool) -> None:
        """Make the parameter tracked or untracked."""
        self._tracked = tracked

    def isModified(self) -> bool:
        """Whether the value differs from the one the parameter was made with."""
        return self._modified

    def resetModified(self) -> None:
        """Take the present value as the unmodified one."""
        self._modified = False

    def isInferred(self) -> bool:
        """Whether the type was guessed from a raw Python value, so that a plugin's schema may still change it."""
        return self._inferred

    def concrete_(self) -> "Parameter | None":
        """The parameter that the job gets: itself, except for those that are declared and have no value."""
        return self

    def read_(self, text: str) -> "Parameter":
        """A parameter like this one, from a command line's text."""
        return type(self).fromText_(text)

    def copy(self) -> Self:
        """An independent copy, nested parameters included."""
        return copy.deepcopy(self)

    def pythonTypeName(self) -> str:
        """The name as a cfg writes it: ``cms.untracked.int32``."""
        return f"cms.{'' if self._tracked else 'untracked.'}{type(self).__name__}"

    def pythonValue(self, indent: int = 0) -> str:
        """What stands between the parentheses of the dump."""
        raise NotImplementedError

    def dumpPython(self, indent: int = 0) -> str:
        """Python text that makes this parameter again.

        Args:
            indent: blanks before the line that this text continues.
        """
        return f"{self.pythonTypeName()}({self.pythonValue(indent)})"

    @classmethod
    def fromText_(cls, text: str) -> Self:
        """Read a command line's text, as ``--set module.parameter=text`` gives it.

        Raises:
            ValueError, TypeError, RuntimeError: the text is no value of this type.
        """
        return cls(text)

    def __repr__(self) -> str:
        return self.dumpPython()

    def _touch(self, changed: bool = True) -> None:
        """Note that the line being executed gave this parameter its value."""
        self._modified = self._modified or changed
        self._locate()

    @classmethod
    def _complaint(cls, value: object, wanted: str | None = None) -> str:
        return f"cms.{cls.__name__}: {value!r} is not {wanted or cls._wanted} ({here()})."
