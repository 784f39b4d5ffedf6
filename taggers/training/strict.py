"""YAML that must say what a dataclass wants: what is unknown, missing or of another type is an error with its path."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints, runtime_checkable

from e2efw.errors import ConfigurationError, nearest

T = TypeVar("T")
_WORDS = {str: "text", int: "an integer", float: "a number", bool: "true or false", NoneType: "null"}


@runtime_checkable
class ReadsItself(Protocol):
    """A class that makes itself from the content of a key."""

    @classmethod
    def read(cls, content: Any, where: "Where") -> Any:
        """One of its kind; a ConfigurationError says what is wrong."""


class Where:
    """A place in a recipe, for messages.

    Args:
        file: that is read.
        path: keys from the top.
        overridden: paths that the command line sets, which then is to blame.
    """

    def __init__(self, file: str, path: tuple[str, ...] = (), overridden: frozenset[str] = frozenset()) -> None:
        self.file = file
        self.path = path
        self.overridden = overridden

    def __truediv__(self, key: object) -> "Where":
        """The place of a key in this one."""
        return Where(self.file, (*self.path, str(key)), self.overridden)

    def __str__(self) -> str:
        dotted = ".".join(self.path)
        blamed = any(dotted == one or dotted.startswith(f"{one}.") for one in self.overridden)
        return ": ".join(part for part in (f"{self.file} and command line" if blamed else self.file, dotted) if part)

    def error(self, message: str) -> ConfigurationError:
        """What to raise."""
        return ConfigurationError(f"{self}: {message}")


def read_dataclass(kind: type[T], content: Any, where: Where) -> T:
    """An instance of a dataclass from a mapping.

    Args:
        kind: a dataclass; fields may be text, numbers, Literals, tuples, mappings, unions of these, dataclasses, or
            classes that read themselves.
        content: from YAML.
        where: it stands.

    Raises:
        ConfigurationError: a key is unknown (with the nearest) or missing, or a value is of another type.
    """
    if not is_dataclass(kind):
        raise TypeError(f"{kind} is no dataclass")
    known = {field.name: field for field in fields(kind)}
    if not isinstance(content, Mapping):
        raise where.error(f"should be a mapping with {', '.join(known)}, is {content!r}.")
    for key in content:
        if key not in known:
            raise (where / key).error(f"no such key. {nearest(str(key), known)}")
    for key, field in known.items():
        if key not in content and field.default is MISSING and field.default_factory is MISSING:
            raise where.error(f"key '{key}' is missing. Known: {', '.join(known)}.")
    hints = get_type_hints(kind)
    values = {key: read_value(hints[key], value, where / key) for key, value in content.items()}
    try:
        return kind(**values)
    except ConfigurationError as error:
        raise where.error(str(error)) from error


def read_value(kind: Any, content: Any, where: Where) -> Any:
    """A value of a type; arguments and errors as for `read_dataclass`."""
    if kind is Any:
        return content
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return _one_of(arguments, content, where)
    if origin is not None:
        return _of_several(origin, arguments, content, where)
    if isinstance(kind, ReadsItself):
        return kind.read(content, where)
    if isinstance(kind, type) and is_dataclass(kind):
        return read_dataclass(kind, content, where)
    return _plain(kind, content, where)


def _of_several(origin: Any, arguments: Sequence[Any], content: Any, where: Where) -> Any:
    """A word of a Literal, a tuple or a mapping."""
    if origin is Literal:
        if content not in arguments:
            raise where.error(f"'{content}' is not known. {nearest(str(content), map(str, arguments))}")
        return content
    if origin is tuple:
        return _tuple(arguments, content, where)
    if not isinstance(content, Mapping):
        raise where.error(f"should be a mapping, is {content!r}.")
    return {str(key): read_value(arguments[1], value, where / key) for key, value in content.items()}


def _one_of(kinds: Sequence[Any], content: Any, where: Where) -> Any:
    """The first type that fits; the message of the last that is more than null."""
    error = where.error("fits no type.")
    for kind in kinds:
        try:
            return read_value(kind, content, where)
        except ConfigurationError as found:
            error = error if kind is NoneType else found
    raise error


def _tuple(arguments: Sequence[Any], content: Any, where: Where) -> tuple[Any, ...]:
    """A list; text with commas, as the command line has it, is one too."""
    items = content.split(",") if isinstance(content, str) else content
    if not isinstance(items, list | tuple):
        raise where.error(f"should be a list, is {content!r}.")
    if arguments[-1] is Ellipsis:
        return tuple(read_value(arguments[0], item, where / number) for number, item in enumerate(items))
    if len(items) != len(arguments):
        raise where.error(f"should be a list of {len(arguments)}, is {content!r}.")
    pairs = enumerate(zip(arguments, items, strict=True))
    return tuple(read_value(kind, item, where / number) for number, (kind, item) in pairs)


def _plain(kind: type, content: Any, where: Where) -> Any:
    """Text, number, truth value or nothing; YAML reads 1e-3 as text, which is a number all the same."""
    if kind is float and type(content) in {int, str}:
        try:
            return float(content)
        except ValueError:
            pass
    if kind is str and type(content) in {int, float}:
        return str(content)
    if type(content) is not kind:
        raise where.error(f"should be {_WORDS.get(kind, kind.__name__)}, is {content!r}.")
    return content
