"""Declaration of parameters in a plugin class, and their values out of a cfg.

A parameter is a class attribute: ``min_energy: float = param(0.0, unit="GeV", doc="...")``. It is snake_case in Python
and camelCase in a cfg. Allowed types: bool, int, float, str, InputTag, ESInputTag, Literal of strings, the cfg's
EventRange, LuminosityBlockRange and LuminosityBlockID, tuples of these (``tuple[str, ...]``), and a `ParameterSet`
for a PSet.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, get_args, get_origin, get_type_hints

from e2efw.config.eventids import EventRange, LuminosityBlockID, LuminosityBlockRange
from e2efw.errors import LogicError, nearest
from e2efw.framework.tags import ESInputTag, InputTag

_REQUIRED = dataclasses.MISSING
_TAGS = (InputTag, ESInputTag)

Check: TypeAlias = Callable[[Any], str | None]
"""Looks at a value and says what is wrong with it, or None."""


def param(
    default: Any = _REQUIRED,
    *,
    doc: str,
    unit: str = "",
    tracked: bool = True,
    check: Check | None = None,
    expand: Callable[[Any], Any] | None = None,
    name: str = "",
) -> Any:
    """Declare a parameter of a plugin.

    Args:
        default: value when the cfg sets none; left out, the cfg must set it. A tag may be given as text.
        doc: one line for `plugin-help`.
        unit: physical unit.
        tracked: False for what cannot change results (threads, printing): it stays out of the provenance.
        check: says what is wrong with a value, or None; for ranges and the like.
        expand: replaces what is short for something longer, before `check` looks; raises ValueError with a reason.
        name: in a cfg, where CMSSW's differs from the Python name in camelCase.
    """
    metadata = {"doc": doc, "unit": unit, "tracked": tracked, "check": check, "expand": expand, "name": name}
    return dataclasses.field(default=default, metadata=metadata)


class HelpTable(NamedTuple):
    """A table that a plugin adds to its help.

    Args:
        title: a line above it.
        headings: of the columns.
        rows: as long as the headings.
    """

    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


class ParameterSet:
    """The value of a parameter that is a PSet: a subclass declares what is in it, as a plugin declares parameters."""

    if TYPE_CHECKING:

        def __init__(self, **parameters: Any) -> None:
            """Parameters by Python name; those left out have their defaults."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Freeze the parameters."""
        super().__init_subclass__(**kwargs)
        dataclasses.dataclass(frozen=True, kw_only=True)(cls)

    @classmethod
    def read(cls, given: Any) -> "ParameterSet":
        """From a cfg's PSet.

        Raises:
            ValueError: an unknown name or a value that is not legal; says why.
        """
        known = declared(cls)
        values = {}
        for cfg_name, parameter in given.parameters_().items():
            if cfg_name not in known:
                raise ValueError(f"no parameter '{cfg_name}' in it. {nearest(cfg_name, known)}")
            kind = type(parameter).__name__
            if not known[cfg_name].accepts(kind):
                raise ValueError(f"its '{cfg_name}' is a {known[cfg_name].cms_type}, not a {kind}")
            values[known[cfg_name].name] = known[cfg_name].convert(parameter.value())
        return cls(**values)


def positive(value: float) -> str | None:
    """A check for parameters that must be larger than zero."""
    return None if value > 0 else "must be larger than 0"


def not_negative(value: float) -> str | None:
    """A check for parameters that may be zero but not less."""
    return None if value >= 0 else "must not be negative"


def camel_case(name: str) -> str:
    """The name in a cfg of a Python name: ``min_energy`` -> ``minEnergy``."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


@dataclass(frozen=True)
class Parameter:
    """One declared parameter.

    Args:
        name: in Python.
        cfg_name: in a cfg.
        type: annotation.
        default: default value, `dataclasses.MISSING` if the cfg must set it.
    """

    name: str
    cfg_name: str
    type: Any
    default: Any
    doc: str
    unit: str
    tracked: bool
    check: Check | None
    expand: Callable[[Any], Any] | None = None

    @property
    def required(self) -> bool:
        """True if the cfg must set it."""
        return self.default is _REQUIRED

    @property
    def cms_type(self) -> str:
        """The cfg type to write: ``double``, ``InputTag``, ``vstring``."""
        element, is_tuple = element_type(self.type)
        if _is_set(element):
            return "VPSet" if is_tuple else "PSet"
        scalar = _CMS_TYPES["str" if get_origin(element) is Literal else element.__name__]
        if not is_tuple:
            return scalar
        return f"V{scalar}" if scalar[0].isupper() else f"v{scalar}"

    @property
    def choices(self) -> tuple[str, ...]:
        """Legal values of a Literal, () for all others."""
        element, _ = element_type(self.type)
        return get_args(element) if get_origin(element) is Literal else ()

    def accepts(self, cms_type: str) -> bool:
        """True if a cfg value of this type, such as ``uint32``, may set the parameter."""
        return cms_type in {self.cms_type, *_ALSO.get(self.cms_type, ())}

    def convert(self, value: Any) -> Any:
        """The Python value of a cfg value of an accepted type.

        Raises:
            ValueError: the value is not legal; says why.
        """
        element, is_tuple = element_type(self.type)
        converted = tuple(_scalar(element, x) for x in value) if is_tuple else _scalar(element, value)
        for choice in converted if is_tuple else (converted,):
            if self.choices and choice not in self.choices:
                raise ValueError(f"'{choice}' is not one of {', '.join(self.choices)}")
        converted = self.expand(converted) if self.expand else converted
        complaint = self.check(converted) if self.check else None
        if complaint:
            raise ValueError(complaint)
        return converted


_CMS_TYPES = {"bool": "bool", "int": "int32", "float": "double", "str": "string"} | {
    kind.__name__: kind.__name__ for kind in (InputTag, ESInputTag, EventRange, LuminosityBlockRange, LuminosityBlockID)
}
_ALSO = {"int32": ("uint32", "int64", "uint64"), "vint32": ("vuint32", "vint64", "vuint64"), "string": ("FileInPath",)}
"""Other cfg types that hold the same Python values."""


def element_type(annotation: Any) -> tuple[Any, bool]:
    """Type of one value, and whether the parameter is a tuple of them."""
    if get_origin(annotation) is tuple:
        return get_args(annotation)[0], True
    return annotation, False


def _scalar(element: Any, value: Any) -> Any:
    if element in _TAGS:
        return value if isinstance(value, element) else element.parse(str(value))
    if get_origin(element) is Literal:
        return str(value)
    if _is_set(element):
        return value if isinstance(value, element) else element.read(value)
    return element(value)


def _is_set(element: Any) -> bool:
    return isinstance(element, type) and issubclass(element, ParameterSet)


def declared(cls: type) -> Mapping[str, Parameter]:
    """Parameters of a plugin class by cfg name, in order of declaration.

    Raises:
        LogicError: a parameter has no `param(...)`, or a type that no cfg can set.
    """
    hints = get_type_hints(cls)
    found = {}
    for field in dataclasses.fields(cls):
        annotation = hints[field.name]
        element, _ = element_type(annotation)
        simple = get_origin(element) is Literal or getattr(element, "__name__", "") in _CMS_TYPES
        if not simple and not _is_set(element):
            raise LogicError(
                f"{cls.__name__}.{field.name}: parameters are bool, int, float, str, InputTag, ESInputTag, Literal, "
                f"EventRange, LuminosityBlockRange, LuminosityBlockID, a ParameterSet or tuples, not {annotation}."
            )
        if "doc" not in field.metadata or not re.fullmatch(r"[a-z][a-z0-9_]*", field.name):
            raise LogicError(
                f"{cls.__name__}.{field.name}: declare parameters in snake_case with param(default, doc=...)."
            )
        default = field.default
        if default is not _REQUIRED and element in _TAGS:
            default = tuple(map(element.parse, default)) if annotation is not element else _scalar(element, default)
        declaration = dict(field.metadata)
        cfg_name = declaration.pop("name", "") or camel_case(field.name)
        found[cfg_name] = Parameter(field.name, cfg_name, annotation, default, **declaration)
    return found
