"""One registered variable of VarParsing: its type, its values and how text becomes a value."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from e2efw.config.origin import here


class multiplicity:
    """Whether a variable holds one value or a list."""

    singleton = "singleton"
    list = "list"


class varType:
    """Type of a variable's values; a tagString is a file name that gets pieces added when it is read."""

    bool = "bool"
    int = "int"
    float = "float"
    string = "string"
    tagString = "tagString"


_BOOLS = {"true": True, "1": True, "false": False, "0": False}


def _boolean(text: str) -> bool:
    if text.lower() not in _BOOLS:
        raise ValueError(text)
    return _BOOLS[text.lower()]


_READERS: dict[str, Any] = {
    varType.bool: _boolean,
    varType.int: lambda text: int(text, 0),
    varType.float: float,
    varType.string: str,
    varType.tagString: str,
}


@dataclass
class Variable:
    """A name that the command line may set.

    Args:
        name: on the command line.
        is_list: several values.
        kind: one of `varType`.
        info: help text.
        comma_split: commas separate the elements of a list.
        default_clear: the first value on the command line replaces the default of a list.
    """

    name: str
    is_list: bool
    kind: str
    info: str
    comma_split: bool = True
    default_clear: bool = True
    value: Any = ""
    given: bool = field(default=False)

    def __post_init__(self) -> None:
        if self.kind not in _READERS:
            raise RuntimeError(
                f"VarParsing: {self.name!r} has type {self.kind!r}; known: {', '.join(_READERS)} ({here()})."
            )
        if self.is_list and self.kind == varType.tagString:
            raise RuntimeError(f"VarParsing: {self.name!r}: a tagString is a singleton ({here()}).")

    def reset(self, values: Iterable[Any]) -> None:
        """Take values as the default."""
        found = [self.converted(value) for value in values]
        self.value = found if self.is_list else found[0]

    def converted(self, value: Any) -> Any:
        """A value of the variable's type, from text or from Python.

        Raises:
            RuntimeError: it is none.
        """
        try:
            return _READERS[self.kind](str(value))
        except ValueError:
            raise RuntimeError(f"VarParsing: {self.name}={value!r} is no {self.kind} ({here()}).") from None

    def give(self, text: str) -> None:
        """Take one value from the command line.

        Raises:
            RuntimeError: a second value for a singleton, or a value of another type.
        """
        if not self.is_list:
            if self.given:
                raise RuntimeError(f"VarParsing: {self.name!r} is given twice, and it is no list ({here()}).")
            self.value = self.converted(text)
        else:
            if not self.given and self.default_clear:
                self.value = []
            parts = [part for part in text.split(",") if part] if self.comma_split else [text]
            self.value = [*self.value, *map(self.converted, parts)]
        self.given = True


def unpacked(value: Any) -> list[Any]:
    """The elements of a default or assigned value; empty text means none."""
    if isinstance(value, (list, tuple)):
        return list(value)
    return [] if value == "" else [value]
