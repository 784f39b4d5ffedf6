"""Sequence, Path and EndPath: ordered modules, and the surgery on them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self

from e2efw.config.modules import OutputModule
from e2efw.config.nodes import Labelled, Leaf, Node, Unary, describe, members_of, refuse
from e2efw.config.origin import here

Change = Callable[[Node], tuple[Node, ...] | None]
"""What takes the place of a member, or None if it stays."""


class ModuleSequence(Labelled):
    """What Sequence, Path and EndPath share.

    Raises:
        TypeError: more than one argument, or one that cannot stand on a path.
    """

    _members: tuple[Node, ...] = ()

    def __init__(self, *content: Any) -> None:
        self._locate()
        if len(content) > 1:
            raise TypeError(
                f"cms.{type(self).__name__} takes one argument, not {len(content)}: "
                f"{', '.join(map(describe, content))}; join them with '+' ({here()})."
            )
        if content:
            self._set_members(members_of(content[0]))

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_"):
            raise AttributeError(f"{self._who()}: parameters live in modules; {name!r} cannot be set here ({here()}).")
        object.__setattr__(self, name, value)

    def _who(self) -> str:
        return f"cms.{type(self).__name__}{f' {self._label!r}' if self.hasLabel_() else ''}"

    def _set_members(self, members: tuple[Node, ...]) -> None:
        for inner in _nested(members):
            if inner is self:
                raise RuntimeError(f"{self._who()} would contain itself ({here()}).")
        self._check_members(members)
        self._members = members

    def _check_members(self, members: tuple[Node, ...]) -> None:
        """Refuse what this kind may not hold."""

    def __iadd__(self, other: object) -> Self:
        self._set_members((*self._members, *members_of(other)))
        return self

    def __imul__(self, other: object) -> Self:
        return self.__iadd__(other)

    def _nodes(self) -> list[Leaf | Unary]:
        """Modules and operators in order, nested sequences opened."""
        return list(_flattened(self._members))

    def modules_(self) -> list[Leaf]:
        """The modules in order; one named twice comes twice."""
        return [module_of(node) for node in self._nodes()]

    def moduleNames(self) -> set[str]:
        """Labels of all modules, nested sequences included."""
        return {module.label_() for module in self.modules_()}

    def flattened(self) -> list[str]:
        """Labels in order, nested sequences opened, ``!`` before a vetoed and ``-`` before an ignored filter.

        Raises:
            RuntimeError: a module without label.
            ValueError: a Path holds an OutputModule.
        """
        self._check_members(self._members)
        return [f"{node.prefix if isinstance(node, Unary) else ''}{module_of(node).label_()}" for node in self._nodes()]

    def contains(self, item: object) -> bool:
        """Whether a module or sequence is part of this one, at any depth."""
        return any(item is module for module in self.modules_()) or any(item is s for s in _nested(self._members))

    def index(self, item: object) -> int:
        """Position of the first such member.

        Raises:
            ValueError: it is no direct member.
        """
        for position, member in enumerate(self._members):
            if _is(member, item):
                return position
        raise ValueError(f"{self._who()}: {describe(item)} is no direct member ({here()}).")

    def insert(self, index: int, item: object) -> None:
        """Put a module or sequence before the position."""
        members = list(self._members)
        members[index:index] = members_of(item)
        self._set_members(tuple(members))

    def replace(self, original: object, replacement: object) -> bool:
        """Put another module or sequence everywhere the original stands, also behind ``~`` and ``ignore``.

        A nested sequence that changes is replaced by its changed content; the nested sequence itself stays as it is.

        Returns:
            Whether the original was there.
        """
        return self._apply(substitution(original, replacement))

    def remove(self, item: object) -> bool:
        """Take out the first such member, also one behind ``~`` or ``ignore`` or in a nested sequence.

        Returns:
            Whether it was there.
        """
        removed = False

        def first(node: Node) -> tuple[Node, ...] | None:
            nonlocal removed
            if removed or not _concerns(node, item):
                return None
            removed = True
            return ()

        return self._apply(first)

    def _apply(self, change: Change) -> bool:
        changed = _edited(self._members, change)
        if changed is not None:
            self._set_members(changed)
        return changed is not None

    def copy(self) -> Self:
        """A new sequence with the same members and without label."""
        new = type(self)()
        new._members = self._members
        return new

    def copyAndExclude(self, items: Iterable[object]) -> Self:
        """A copy without the given modules, operators and sequences, at any depth."""
        excluded = list(items)
        new = self.copy()
        new._apply(lambda node: () if any(_concerns(node, item) for item in excluded) else None)
        return new

    def dumpSequencePython(self, prefix: str = "process.") -> str:
        """The members as Python source; sequences without label are opened, empty ones vanish.

        Args:
            prefix: what stands before each label.
        """
        return "+".join(_texts(self._members, prefix))

    def dumpPython(self) -> str:
        """Python text that makes this sequence again, in a process whose modules carry the same labels."""
        return f"cms.{type(self).__name__}({self.dumpSequencePython()})"

    def __repr__(self) -> str:
        return f"cms.{type(self).__name__}({self})"

    def __str__(self) -> str:
        return "+".join(node.text(_shown) if isinstance(node, Unary) else _shown(node) for node in self._nodes())


class Sequence(ModuleSequence, Node):
    """Modules under a common name, to be put on paths."""


class Path(ModuleSequence):
    """Modules run in order; an event that a filter rejects goes no further.

    Raises:
        ValueError: an OutputModule, which belongs on an EndPath.
    """

    def _check_members(self, members: tuple[Node, ...]) -> None:
        for node in _flattened(members):
            if isinstance(module_of(node), OutputModule):
                raise ValueError(
                    f"{self._who()}: {describe(module_of(node))} ({module_of(node).origin_()}) writes events "
                    f"and cannot stand on a Path; put it on a cms.EndPath ({self.origin_()})."
                )


class EndPath(ModuleSequence):
    """Modules run after all paths; outputs stand here."""


def module_of(node: Leaf | Unary) -> Leaf:
    """The module itself, without operator."""
    return node.operand if isinstance(node, Unary) else node


def substitution(original: object, replacement: object) -> Change:
    """The change that puts one thing in the place of another."""
    new = members_of(replacement)

    def change(node: Node) -> tuple[Node, ...] | None:
        if _is(node, original):
            return new
        if isinstance(node, Unary) and node.operand is original:
            return (type(node)(replacement),)
        return None

    return change


def direct_edit(sequence: ModuleSequence, change: Change) -> bool:
    """Change a sequence without opening the named sequences in it; True if something changed."""
    members: list[Node] = []
    changed = False
    for member in sequence._members:
        new = change(member)
        if new is None and isinstance(member, Sequence) and not member.hasLabel_():
            changed |= direct_edit(member, change)
        changed |= new is not None
        members.extend((member,) if new is None else new)
    if changed:
        sequence._set_members(tuple(members))
    return changed


def direct_members(sequence: ModuleSequence) -> Iterator[Node]:
    """Members and what is behind their operators, sequences without label opened."""
    for member in sequence._members:
        yield member.operand if isinstance(member, Unary) else member
        if isinstance(member, Sequence) and not member.hasLabel_():
            yield from direct_members(member)


def _is(member: Node, item: object) -> bool:
    return member is item or (isinstance(member, Unary) and member == item)


def _concerns(member: Node, item: object) -> bool:
    return _is(member, item) or (isinstance(member, Unary) and member.operand is item)


def _edited(members: tuple[Node, ...], change: Change) -> tuple[Node, ...] | None:
    """The members after a change; None if nothing changed. Nested sequences that change are opened."""
    result: list[Node] = []
    changed = False
    for member in members:
        new = change(member)
        if new is None and isinstance(member, Sequence):
            new = _edited(member._members, change)
        changed |= new is not None
        result.extend((member,) if new is None else new)
    return tuple(result) if changed else None


def _nested(members: tuple[Node, ...]) -> Iterator[Sequence]:
    for member in members:
        if isinstance(member, Sequence):
            yield member
            yield from _nested(member._members)


def _flattened(members: tuple[Node, ...]) -> Iterator[Leaf | Unary]:
    for member in members:
        if isinstance(member, Sequence):
            yield from _flattened(member._members)
        elif isinstance(member, (Leaf, Unary)):
            yield member
        else:
            refuse(member)


def _shown(module: Leaf) -> str:
    return module.label_() if module.hasLabel_() else describe(module)


def _texts(members: tuple[Node, ...], prefix: str) -> Iterator[str]:
    for node in members:
        if isinstance(node, Unary):
            yield node.text(lambda module: prefix + module.label_())
        elif isinstance(node, Sequence) and not (node.hasLabel_() and node._nodes()):
            yield from _texts(node._members, prefix)
        elif isinstance(node, Labelled):
            yield prefix + node.label_()
