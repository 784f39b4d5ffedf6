"""``cms.required``, ``cms.optional``, ``cms.obsolete``: parameters that are declared before they have a value."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from e2efw.config.origin import here
from e2efw.config.parameter import Parameter
from e2efw.config.parametertypes import TYPES
from e2efw.config.pset import PSet
from e2efw.errors import nearest


class PSetTemplate:
    """A PSet whose parameters are declared; a dict or PSet merged over it becomes a value.

    Raises:
        TypeError: a parameter without type.
    """

    def __init__(self, *blocks: Any, **parameters: Any) -> None:
        self._pset = PSet(*blocks, **parameters)

    def filled_(self, changes: Any) -> PSet:
        """A PSet of this shape with changes.

        Raises:
            TypeError: no dict or PSet, or a name that is not declared.
        """
        new = self._pset.copy()
        new._located_changes(changes)
        return new

    def text_(self, indent: int) -> str:
        """Its parameters as Python source."""
        return self._pset.pythonValue(indent)


Kind = type[Parameter] | PSetTemplate


class Declared(Parameter):
    """A parameter of one of several types, without value until it is given one.

    It behaves like the value it holds: comparisons, truth, attributes and elements are those of the value.
    """

    _word: ClassVar[str]
    _declared = True

    def __init__(self, kinds: tuple[Kind, ...], *, tracked: bool, chooses: bool = False, default: Any = None) -> None:
        self._locate()
        self._tracked = tracked
        self._kinds = kinds
        self._chooses = chooses
        self._current: Parameter | None = None
        if default is not None:
            self._current = self._taken(default)

    def concrete_(self) -> Parameter | None:
        """The parameter it has become; None without a value."""
        return self._current

    def value(self) -> Any:
        """The plain value; None without one."""
        return None if self._current is None else self._current.value()

    def setValue(self, value: Any) -> None:
        """Give it a value, raw or typed.

        Raises:
            TypeError: a typed value of a type that is not declared.
            RuntimeError: the types fit a raw value in no or in several ways, where there are several.
            ValueError: a raw value that does not fit.
        """
        before = self._current
        if isinstance(value, Declared):
            value = value._current
            if value is None:
                self._current = None
                return
        edits = isinstance(value, Mapping) and isinstance(before, PSet)
        if before is not None and (edits or not (self._chooses or isinstance(value, Parameter))):
            before.setValue(value)
        else:
            self._current = self._taken(value)
        self._touch(before is None or before != self._current)

    def _taken(self, value: Any) -> Parameter:
        if isinstance(value, Parameter):
            return self._typed(value)
        if not self._chooses:
            return self._tracked_as_declared(_made(self._kinds[0], value))
        fits = []
        for kind in self._kinds:
            try:
                fits.append(_made(kind, value))
            except (TypeError, ValueError, RuntimeError):  # does not fit this one; the count is what matters
                continue
        if len(fits) != 1:
            found = f"fits {', '.join(type(fit).__name__ for fit in fits)}; say which" if fits else "fits none of them"
            raise RuntimeError(f"{self.pythonTypeName()}: {value!r} {found} ({here()}).")
        return self._tracked_as_declared(fits[0])

    def _typed(self, value: Parameter) -> Parameter:
        for kind in self._kinds:
            if isinstance(kind, PSetTemplate) and isinstance(value, PSet):
                return self._tracked_as_declared(kind.filled_(value))
            if isinstance(kind, type) and type(value) is kind:
                return self._tracked_as_declared(value)
        raise TypeError(f"{self.pythonTypeName()} cannot become {value!r}; its type is declared ({here()}).")

    def _tracked_as_declared(self, value: Parameter) -> Parameter:
        value.setIsTracked(self._tracked)
        return value

    def setIsTracked(self, tracked: bool) -> None:
        """Make it tracked or untracked, with its value."""
        self._tracked = tracked
        if self._current is not None:
            self._current.setIsTracked(tracked)

    def isModified(self) -> bool:
        """Whether it was given a value, or the value was changed."""
        return self._modified or (self._current is not None and self._current.isModified())

    def resetModified(self) -> None:
        """Take the present value as the unmodified one."""
        self._modified = False
        if self._current is not None:
            self._current.resetModified()

    def read_(self, text: str) -> Parameter:
        """The parameter that a command line's text means."""
        new = self.copy()
        kinds = [kind for kind in self._kinds if isinstance(kind, type)]
        for kind in kinds:
            try:
                new._current = self._tracked_as_declared(kind.fromText_(text))
            except (ValueError, TypeError, RuntimeError):  # perhaps the next type fits
                continue
            return new
        raise ValueError(self._complaint(text, " or ".join(kind.__name__ for kind in kinds) or "written on one line"))

    def pythonTypeName(self) -> str:
        """The declaration as a cfg writes it: ``cms.required.untracked.int32``."""
        return self._declaration(0)

    def _declaration(self, indent: int) -> str:
        stem = f"cms.{self._word}{'' if self._tracked else '.untracked'}"
        if self._chooses:
            return f"{stem}.allowed({', '.join(_kind_text(kind, indent) for kind in self._kinds)})"
        return stem + _kind_text(self._kinds[0], indent).removeprefix("cms")

    def dumpPython(self, indent: int = 0) -> str:
        """The declaration, or the value once there is one."""
        return self._declaration(indent) if self._current is None else self._current.dumpPython(indent)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # ours, and asked for before it exists: pickle and copy do
            raise AttributeError(name)
        if self._current is None:
            raise AttributeError(f"{self.pythonTypeName()} has no value yet, so no {name!r} ({here()}).")
        return getattr(self._current, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        elif isinstance(self._current, PSet):
            setattr(self._current, name, value)
        else:
            raise AttributeError(f"{self!r} is no PSet with a value; {name!r} cannot be set ({here()}).")

    def __bool__(self) -> bool:
        return bool(self._current)

    def __eq__(self, other: object) -> bool:
        theirs = other._current if isinstance(other, Declared) else other
        return self._current is None if theirs is None else self._current == theirs

    def __lt__(self, other: object) -> bool:
        return bool(self.value() < _plain(other))

    def __le__(self, other: object) -> bool:
        return bool(self.value() <= _plain(other))

    def __gt__(self, other: object) -> bool:
        return bool(self.value() > _plain(other))

    def __ge__(self, other: object) -> bool:
        return bool(self.value() >= _plain(other))

    def __len__(self) -> int:
        return len(self._held())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._held())

    def __getitem__(self, index: Any) -> Any:
        return self._held()[index]

    def _held(self) -> Any:
        return () if self._current is None else self._current


class Required(Declared):
    """Must be given a value before the job starts."""

    _word = "required"


class Optional(Declared):
    """Absent unless it is given a value."""

    _word = "optional"


class Obsolete(Declared):
    """Accepted and without effect."""

    _word = "obsolete"


def _plain(value: Any) -> Any:
    return value.value() if isinstance(value, Parameter) else value


def _made(kind: Kind, value: Any) -> Parameter:
    """A parameter of this kind from a raw value."""
    if isinstance(kind, PSetTemplate):
        return kind.filled_(value)
    if issubclass(kind, PSet):
        return PSetTemplate().filled_(value)
    return kind(value)


def _kind_text(kind: Kind, indent: int) -> str:
    return f"cms.{kind.__name__}" if isinstance(kind, type) else f"cms.PSetTemplate({kind.text_(indent)})"


class Declarations:
    """``cms.required`` and its like: ``.int32``, ``.untracked.int32``, ``.allowed(...)``, ``.PSetTemplate(...)``."""

    def __init__(self, declared: type[Declared], tracked: bool = True) -> None:
        self._made = declared
        self._tracked = tracked

    @property
    def untracked(self) -> "Declarations":
        """The same for untracked parameters."""
        return Declarations(self._made, tracked=False)

    def allowed(self, *kinds: Kind, default: Any = None) -> Declared:
        """One of several types; a raw value must fit exactly one of them.

        Raises:
            TypeError: something that is no type.
            RuntimeError, TypeError: the default does not fit.
        """
        given: tuple[Any, ...] = kinds
        for kind in given:
            if not isinstance(kind, PSetTemplate) and kind not in TYPES.values():
                raise TypeError(f"cms.{self._made._word}.allowed: {kind!r} is no parameter type ({here()}).")
        return self._made(kinds, tracked=self._tracked, chooses=True, default=default)

    def PSetTemplate(self, *blocks: Any, **parameters: Any) -> Declared:
        """A PSet whose parameters are declared themselves."""
        return self._made((PSetTemplate(*blocks, **parameters),), tracked=self._tracked)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in TYPES:
            raise AttributeError(
                f"cms.{self._made._word}: no parameter type {name!r} ({here()}). "
                f"{nearest(name, [*TYPES, 'allowed', 'PSetTemplate', 'untracked'])}"
            )
        return self._made((TYPES[name],), tracked=self._tracked)


required = Declarations(Required)
optional = Declarations(Optional)
obsolete = Declarations(Obsolete)


def unset_names(parameters: Iterable[tuple[str, Parameter]]) -> Iterator[str]:
    """Names of required parameters that have no value, nested ones as ``sub.x``."""
    for name, parameter in parameters:
        held = parameter.concrete_()
        if held is None and isinstance(parameter, Required):
            yield name
        if isinstance(held, PSet):
            yield from (f"{name}.{inner}" for inner in unset_names(held._parameters.items()))
