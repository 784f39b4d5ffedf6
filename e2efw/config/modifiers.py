"""Modifiers: changes to a configuration that happen only in processes made with them; eras are chains of these."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self
from weakref import WeakSet

from e2efw.config.alias import EDAlias
from e2efw.config.groups import Group
from e2efw.config.nodes import describe
from e2efw.config.origin import Located, here
from e2efw.config.parameter import Parameter
from e2efw.config.plugin import Plugin
from e2efw.config.pset import Parameterizable
from e2efw.errors import nearest

_session: dict[str, bool] = {"first": True}


class Condition(Located):
    """Something that holds or not in this process: a Modifier, or Modifiers joined by ``&``, ``|`` and ``~``."""

    def isChosen(self) -> bool:
        """Whether it holds."""
        raise NotImplementedError

    def toModify(self, target: Any, change: Callable[[Any], Any] | None = None, /, **changes: Any) -> Self:
        """Change an object where this holds: by a function, or by keywords under the rules of clone.

        Args:
            target: a module, PSet or alias, or with a function whatever that takes.
            change: called with the object.
            changes: None removes, a dict edits a nested PSet, a typed value may be new.

        Raises:
            TypeError: neither or both of function and keywords, or keywords for what has no parameters.
            KeyError: a raw value for an unknown name.
        """
        if (change is None) is not bool(changes) or (change is not None and not callable(change)):
            raise TypeError(f"toModify takes an object and either one function or keywords ({here()}).")
        if changes and not isinstance(target, Parameterizable):
            raise TypeError(f"toModify: {describe(target)} has no parameters; give a function ({here()}).")
        if not self.isChosen():
            return self
        if change is not None:
            change(target)
        else:
            _check_names(target, changes)
            target._merge(changes)
        return self

    def toReplaceWith(self, target: Any, replacement: Any) -> Self:
        """Give an object the content of another of the same class where this holds; it stays the same object.

        Raises:
            TypeError: they are of different classes.
        """
        if type(target) is not type(replacement) or not isinstance(target, (Plugin, EDAlias, Group, Parameterizable)):
            raise TypeError(
                f"toReplaceWith: {describe(replacement)} cannot take the place of {describe(target)}; "
                f"both must be of one class ({here()})."
            )
        if self.isChosen():
            _swap(target, replacement)
        return self

    def makeProcessModifier(self, change: Callable[[Any], Any]) -> "ProcessModifier":
        """Something that a fragment holds and that changes each process it is loaded into, once, where this holds."""
        return ProcessModifier(self, change)

    def __and__(self, other: "Condition") -> "Condition":
        return Both(self, other)

    def __or__(self, other: "Condition") -> "Condition":
        return Either(self, other)

    def __invert__(self) -> "Condition":
        return Not(self)


class Both(Condition):
    """``a & b``."""

    def __init__(self, one: Condition, other: Condition) -> None:
        self._parts = one, other

    def isChosen(self) -> bool:
        """Whether both hold."""
        return self._parts[0].isChosen() and self._parts[1].isChosen()


class Either(Condition):
    """``a | b``."""

    def __init__(self, one: Condition, other: Condition) -> None:
        self._parts = one, other

    def isChosen(self) -> bool:
        """Whether one holds."""
        return self._parts[0].isChosen() or self._parts[1].isChosen()


class Not(Condition):
    """``~a``."""

    def __init__(self, inner: Condition) -> None:
        self._inner = inner

    def isChosen(self) -> bool:
        """Whether it does not hold."""
        return not self._inner.isChosen()


class Modifier(Condition):
    """A name under which configurations are changed; holds where the process was made with it."""

    def __init__(self) -> None:
        self._locate()
        self._chosen = False

    def isChosen(self) -> bool:
        """Whether a process was made with it."""
        return self._chosen

    def members_(self) -> Iterator["Modifier"]:
        """Itself."""
        yield self


class ModifierChain(Located):
    """Several Modifiers and chains under one name, chosen together: an era."""

    def __init__(self, *chained: "Modifier | ModifierChain") -> None:
        self._locate()
        self._chained = chained
        self._chosen = False

    def isChosen(self) -> bool:
        """Whether a process was made with it."""
        return self._chosen

    def members_(self) -> Iterator["Modifier | ModifierChain"]:
        """Itself and all that it holds, at any depth."""
        yield self
        for modifier in self._chained:
            yield from modifier.members_()

    def copyAndExclude(self, excluded: Iterable["Modifier | ModifierChain"]) -> "ModifierChain":
        """A chain without some, at any depth."""
        without = list(excluded)
        kept = [modifier for modifier in self._chained if not any(modifier is other for other in without)]
        return ModifierChain(*(m.copyAndExclude(without) if isinstance(m, ModifierChain) else m for m in kept))


class ProcessModifier(Located):
    """A change of the process that loads it, made once for each process, where a Modifier holds."""

    def __init__(self, condition: Condition, change: Callable[[Any], Any]) -> None:
        self._locate()
        self._condition = condition
        self._change = change
        self._seen: WeakSet[Any] = WeakSet()

    def apply(self, process: Any) -> None:
        """Change the process, unless that is done."""
        if process not in self._seen:
            self._seen.add(process)
            self._condition.toModify(process, self._change)


def choose(modifiers: Iterable[Any]) -> list[Any]:
    """Note that a process is made with these modifiers.

    Returns:
        All of them, those in chains included.

    Raises:
        TypeError: something that is no Modifier.
        RuntimeError: one that the first process of this session was made without.
    """
    given = list(modifiers)
    for modifier in given:
        if not isinstance(modifier, (Modifier, ModifierChain)):
            raise TypeError(f"cms.Process: {describe(modifier)} is no Modifier ({here()}).")
    every = [member for modifier in given for member in modifier.members_()]
    for modifier in every:
        if not modifier.isChosen() and not _session["first"]:
            raise RuntimeError(
                f"cms.Process: the Modifier of {modifier.origin_()} was not chosen by the first process, when "
                f"configurations may have been loaded already; give it to the first one too ({here()})."
            )
        modifier._chosen = True
    _session["first"] = False
    return every


@contextmanager
def fresh_session() -> Iterator[None]:
    """Inside the block no process has been made yet."""
    before = _session["first"]
    _session["first"] = True
    try:
        yield
    finally:
        _session["first"] = before


def _check_names(target: Parameterizable, changes: Mapping[str, Any]) -> None:
    """A raw value for an unknown name is a mistake, also in nested PSets."""
    for name, value in changes.items():
        inner = target._parameters.get(name)
        if inner is None and not isinstance(value, Parameter):
            raise KeyError(
                f"toModify: {target._who()} has no parameter {name!r} ({here()}). {nearest(name, target._parameters)}"
            )
        held: Any = inner.concrete_() if inner is not None else None
        if isinstance(held, Parameterizable) and isinstance(value, dict):
            _check_names(held, value)


def _swap(target: Any, replacement: Any) -> None:
    if isinstance(target, Group):
        target._set_content(replacement._members, replacement._tasks)
        return
    new = replacement.copy()
    target._parameters, target._any_label, target._modified = new._parameters, new._any_label, True
    if isinstance(target, Plugin):
        target._plugin = new._plugin
    if hasattr(target, "_taken_content"):
        target._taken_content(new)
