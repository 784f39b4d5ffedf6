"""Named parameters: what PSets and modules share, and the PSet itself."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, Self

from e2efw.config import dumping
from e2efw.config.inference import infer
from e2efw.config.origin import Located, here
from e2efw.config.parameter import Parameter
from e2efw.config.vectors import Vector
from e2efw.errors import nearest

_ANY = "allowAnyLabel_"
"""Keyword that says of which kind parameters of any other name are."""


class Parameterizable(Located):
    """Holds parameters under names and guards their types.

    ``owner.name`` is the parameter object and ``owner.name = 5`` gives it a value. A parameter named like a method
    (``copy``, ``value``) is legal; read it with ``getParameter``.
    """

    _parameters: dict[str, Parameter]
    _modified: bool = False
    _frozen: bool = False
    _name: str = ""
    _any_label: Parameter | None = None

    def __init__(self, blocks: tuple[Any, ...], parameters: Mapping[str, Any], *, infers: bool) -> None:
        self._locate()
        self._parameters = {}
        named = dict(parameters)
        self._any_label = named.pop(_ANY, None)
        for block in blocks:
            if not isinstance(block, PSet):
                raise ValueError(
                    f"{self._who()}: {block!r} is no cms.PSet; give parameters as name = value ({here()})."
                )
            self._any_label = self._any_label or block._any_label
            self._add_all(block._parameters)
        if self._any_label is not None and not self._any_label._declared:
            raise TypeError(
                f"{self._who()}: {_ANY} is a cms.required or cms.optional, not {self._any_label} ({here()})."
            )
        infers = infers and self._any_label is None
        self._add_all({name: infer_any(value) if infers else value for name, value in named.items()})

    def _who(self) -> str:
        return self._name or f"cms.{type(self).__name__}"

    def _add_all(self, parameters: Mapping[str, Any]) -> None:
        for name, value in parameters.items():
            if name in self._parameters:
                raise ValueError(
                    f"{self._who()}: parameter {name!r} is set twice: in {self._parameters[name].origin_()} "
                    f"and in {value.origin_() if isinstance(value, Parameter) else here()}."
                )
            new = self._any(name, value) if self._any_label is not None and not isinstance(value, Parameter) else value
            if not isinstance(new, Parameter):
                self._refuse_raw(name, new)
            self._parameters[name] = new

    def _any(self, name: str, value: Any) -> Parameter:
        """A parameter of a new name, of the kind that ``allowAnyLabel_`` says."""
        parameter = self._any_label.copy() if self._any_label is not None else value
        try:
            parameter.setValue(value)
        except (ValueError, TypeError, RuntimeError) as error:
            raise ValueError(f"{self._who()}: parameter {name!r}: {error}") from None
        return parameter

    def _refuse_raw(self, name: str, value: Any) -> NoReturn:
        guess = infer_any(value)
        typed = f"a new parameter needs a type{f': {name} = {guess}' if isinstance(guess, Parameter) else ''}"
        known = f" {nearest(name, self._parameters)}" if self._parameters else ""
        raise TypeError(f"{self._who()}: no parameter {name!r} to take {value!r}; {typed} ({here()}).{known}")

    def parameters_(self) -> dict[str, Parameter]:
        """Deep copies of the parameters by name; origins, trackedness and flags are kept."""
        return copy.deepcopy(self._parameters)

    def parameterNames_(self) -> list[str]:
        """Names of the parameters, in the order they were set."""
        return list(self._parameters)

    def hasParameter(self, chain: str | Iterable[str]) -> bool:
        """Whether there is a parameter of this name, or at the end of this chain of nested PSets."""
        return self._walk(chain) is not None

    def getParameter(self, chain: str | Iterable[str]) -> Any:
        """The parameter of this name, or at the end of this chain of nested PSets; None if there is none."""
        return self._walk(chain)

    def _walk(self, chain: str | Iterable[str]) -> Parameter | None:
        found: Any = self
        for name in [chain] if isinstance(chain, str) else chain:
            found = found.concrete_() if isinstance(found, Parameter) else found
            if not isinstance(found, Parameterizable):
                return None
            found = found._parameters.get(name)
        return found if isinstance(found, Parameter) else None

    def isModified(self) -> bool:
        """Whether any parameter differs from what this object was made with."""
        return self._modified or any(parameter.isModified() for parameter in self._parameters.values())

    def resetModified(self) -> None:
        """Take the present values as the unmodified ones."""
        self._modified = False
        for parameter in self._parameters.values():
            parameter.resetModified()

    def retype_(self, name: str, kind: type[Parameter], tracked: bool = True) -> None:
        """Give an inferred parameter the type its plugin declares; the origin stays.

        Raises:
            TypeError: the parameter was typed by the user, or its value does not fit.
            ValueError, RuntimeError: its value does not fit.
        """
        old = self._parameters[name]
        if not old.isInferred():
            raise TypeError(f"{self._who()}: {name!r} is a {old.pythonTypeName()} ({old.origin_()}), and types stay.")
        new = old.copy()
        if type(old) is not kind:
            new = kind(old.value()) if old._text is None else kind.fromText_(old._text)
        new._inferred = False
        new.setIsTracked(tracked)
        self._parameters[name] = new._locate(old.origin_())

    def _cloned(self, blocks: tuple[Any, ...], changes: Mapping[str, Any]) -> Self:
        new = copy.deepcopy(self)._locate()
        new._frozen = False
        new._parameters |= PSet(*blocks).parameters_()  # which refuses two blocks that set one name
        new._merge(changes)
        return new

    def _change(self, name: str, value: Any) -> None:
        self._check_not_frozen(name)
        if name == _ANY:
            raise AttributeError(f"{self._who()}: {_ANY} is fixed when a PSet is made ({here()}).")
        old = self._parameters.get(name)
        if old is None:
            self._add_all({name: value if self._any_label is None else self._any(name, value)})
            self._modified = True
            return
        if old.isInferred() and not isinstance(old, PSet):
            value = infer_any(value)
        if old._declared or not isinstance(value, Parameter):
            self._set_raw(name, old, value)
            return
        if type(value) is not type(old) and not old.isInferred():
            raise TypeError(
                f"{self._who()}: parameter {name!r} is a {old.pythonTypeName()} ({old.origin_()}) and cannot become "
                f"{value!r}; the type of a parameter stays ({here()})."
            )
        self._modified = self._modified or old.isModified() or type(value) is not type(old) or value != old
        self._parameters[name] = value

    def _check_not_frozen(self, name: str) -> None:
        if self._frozen:
            raise ValueError(
                f"{self._who()}: frozen, since its process is strict; change {name!r} before attaching, "
                f"or attach a clone ({here()})."
            )

    def _set_raw(self, name: str, old: Parameter, value: Any) -> None:
        try:
            old.setValue(value)
        except (ValueError, TypeError, RuntimeError, IndexError) as error:
            raise type(error)(f"{self._who()}: parameter {name!r}: {error} It was set in {old.origin_()}.") from None

    def _merge(self, changes: Mapping[str, Any]) -> None:
        """Apply changes as clone does: None removes, a dict edits nested parameters, a typed value may be new."""
        for name, value in changes.items():
            if value is None and name in self._parameters:
                self._check_not_frozen(name)
                del self._parameters[name]
                self._modified = True
            else:
                self._change(name, value)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # ours, and asked for before it exists: pickle and copy do
            raise AttributeError(name)
        if name in self._parameters:
            return self._parameters[name]
        raise AttributeError(f"{self._who()}: no parameter {name!r} ({here()}). {nearest(name, self._parameters)}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        else:
            self._change(name, value)

    def __delattr__(self, name: str) -> None:
        self.__getattr__(name)
        self._check_not_frozen(name)
        del self._parameters[name]
        self._modified = True

    def _named_dump(self, indent: int) -> list[tuple[str, str]]:
        inner = indent + dumping.STEP
        named = [(name, self._parameters[name].dumpPython(inner)) for name in sorted(self._parameters)]
        return named if self._any_label is None else [(_ANY, self._any_label.dumpPython(inner)), *named]


class PSet(Parameterizable, Parameter):
    """A set of named, typed parameters; positional PSets are merged in.

    Raises:
        TypeError: a raw Python value.
        ValueError: a positional argument that is no PSet, or a name set twice.
    """

    def __init__(self, *blocks: Any, **parameters: Any) -> None:
        super().__init__(blocks, parameters, infers=False)

    def value(self) -> Self:
        """The PSet itself."""
        return self

    def setValue(self, value: Any) -> None:
        """Merge a dict of changes, under the rules of clone."""
        self._located_changes(value)

    def _located_changes(self, value: Any) -> None:
        changes = value._parameters if isinstance(value, PSet) else value
        if not isinstance(changes, Mapping):
            raise TypeError(self._complaint(value, "a dict of changes or a cms.PSet"))
        self._merge(changes)
        self._locate()

    def clone(self, *blocks: Any, **changes: Any) -> Self:
        """A deep copy with changes, under the same rules as the clone of a module."""
        return self._cloned(blocks, changes)

    def pythonValue(self, indent: int = 0) -> str:
        """The parameters, alphabetically."""
        return dumping.arguments([], self._named_dump(indent), indent)

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PSet) and self._parameters == other._parameters


class VPSet(Vector):
    """A list of PSets."""

    _per_line = 1

    @classmethod
    def _element(cls, item: Any) -> PSet:
        if not isinstance(item, PSet):
            raise TypeError(cls._complaint(item, "a cms.PSet"))
        return item

    @classmethod
    def _element_text(cls, item: Any, indent: int) -> str:
        return str(item.dumpPython(indent))

    def _edit_element(self, index: int, item: Any) -> None:
        if isinstance(item, Mapping):
            self[index].setValue(item)
        else:
            self[index] = item

    def isModified(self) -> bool:
        """Whether the list or any PSet in it was changed."""
        return self._modified or any(pset.isModified() for pset in self)

    def resetModified(self) -> None:
        """Take the present values as the unmodified ones."""
        self._modified = False
        for pset in self:
            pset.resetModified()


def infer_any(value: Any) -> Any:
    """An inferred parameter for a raw value, a dict becoming a PSet; anything else as it is."""
    if isinstance(value, dict):
        block = PSet(**{name: infer_any(inner) for name, inner in value.items()})
        block._inferred = True
        return block
    inferred = infer(value)
    return value if inferred is None else inferred
