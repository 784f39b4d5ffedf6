"""Groups of modules, Sequences, Paths, Tasks and Schedules alike, and the surgery on what they hold."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol, Self

from e2efw.config.nodes import Expression, Labelled, Leaf, Node, Placeholder, Unary, describe, members_of
from e2efw.config.origin import here
from e2efw.errors import nearest

Items = tuple[Any, ...]
Change = Callable[[Any], Items | None]
"""What takes the place of a member, or None if it stays."""


class Visitor(Protocol):
    """Walks through a group: told before and after everything in it."""

    def enter(self, visitee: Any) -> None:
        """Before the content of something."""

    def leave(self, visitee: Any) -> None:
        """After it."""


class Group(Labelled):
    """Ordered members, and tasks that go with them."""

    _members: Items = ()
    _tasks: Items = ()

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_"):
            raise AttributeError(f"{self._who()}: parameters live in modules; {name!r} cannot be set here ({here()}).")
        object.__setattr__(self, name, value)

    def _who(self) -> str:
        return f"cms.{type(self).__name__}{f' {self._label!r}' if self.hasLabel_() else ''}"

    def _set_content(self, members: Items, tasks: Items) -> None:
        """Take new content, or refuse it and keep the old."""
        for inner in nested((*members, *tasks)):
            if inner is self:
                raise RuntimeError(f"{self._who()} would contain itself ({here()}).")
        self._check_content(members, tasks)
        self._members, self._tasks = members, tasks

    def _check_content(self, members: Items, tasks: Items) -> None:
        """Refuse what this kind may not hold."""

    def _reopened(self, members: Items, tasks: Items) -> Items:
        """What stands in place of this group where an edit through an outer one changed its content."""
        if not members and not tasks:
            return ()
        new = type(self)()
        new._members, new._tasks = members, tasks
        return (new,)

    def visit(self, visitor: Visitor) -> None:
        """Walk through the members, then through the tasks."""
        for item in (*self._members, *self._tasks):
            _visit(item, visitor)

    def contains(self, item: object) -> bool:
        """Whether a module, sequence or task is part of this one, at any depth."""
        return any(item is found for found in everything((*self._members, *self._tasks)))

    def replace(self, original: object, replacement: object) -> bool:
        """Put something else everywhere the original stands, also behind operators and in nested groups.

        A nested group that changes is replaced by its changed content; the nested group itself stays as it is.

        Returns:
            Whether the original was there.

        Raises:
            TypeError: one of the two is a Task and the other is none.
        """
        return self._apply(substitution(original, replacement))

    def replaceIfHeldDirectly(self, original: object, replacement: object) -> bool:
        """The same without looking into groups that have a label of their own."""
        return direct_edit(self, substitution(original, replacement))

    def remove(self, item: object) -> bool:
        """Take out the first such member, also one behind an operator or in a nested group.

        Returns:
            Whether it was there.
        """
        removed = False

        def first(found: Any) -> Items | None:
            nonlocal removed
            if removed or not concerns(found, item):
                return None
            removed = True
            return ()

        return self._apply(first)

    def _apply(self, change: Change) -> bool:
        changed = edited(self, change)
        if changed is not None:
            self._set_content(*changed)
        return changed is not None

    def copy(self) -> Self:
        """A new group with the same members and without label."""
        new = type(self)()
        new._members, new._tasks = self._members, self._tasks
        return new

    def copyAndExclude(self, items: Iterable[object]) -> Self:
        """A copy without the given modules, operators and groups, at any depth."""
        excluded = list(items)
        new = self.copy()
        new._apply(lambda found: () if any(concerns(found, item) for item in excluded) else None)
        return new

    def resolve(self, known: Mapping[str, Any], keepIfCannotResolve: bool = False) -> Self:
        """Put the objects of that name for placeholders, here and in nested groups.

        Raises:
            RuntimeError: nothing of that name, or something that cannot stand here.
        """

        def change(item: Any) -> Items | None:
            if not isinstance(item, Placeholder):
                return None
            if item.name_() not in known:
                if keepIfCannotResolve:
                    return None
                raise RuntimeError(
                    f"{item!r} in {self._who()} stands for nothing in this process ({item.origin_()}). "
                    f"{nearest(item.name_(), known)}"
                )
            found = known[item.name_()]
            if not item_fits(item, found):
                raise RuntimeError(
                    f"{item!r} in {self._who()} cannot be {describe(found)} ({item.origin_()}, {found.origin_()})."
                )
            return (found,)

        while direct_edit(self, change):
            pass
        for inner in nested((*self._members, *self._tasks)):
            inner.resolve(known, keepIfCannotResolve)
        return self


def item_fits(placeholder: Placeholder, found: object) -> bool:
    """Whether something may stand where a placeholder does: tasks for tasks, the rest for the rest."""
    return isinstance(found, placeholder.stands_for or Node)


def _visit(item: Any, visitor: Visitor) -> None:
    visitor.enter(item)
    if isinstance(item, Unary):
        _visit(item.operand, visitor)
    elif isinstance(item, Group):
        item.visit(visitor)
    visitor.leave(item)


def edited(group: Group, change: Change) -> tuple[Items, Items] | None:
    """Members and tasks of a group after a change; None if nothing changed. Nested groups that change are opened."""
    members, tasks = _each(group._members, change), _each(group._tasks, change)
    if members is None and tasks is None:
        return None
    return group._members if members is None else members, group._tasks if tasks is None else tasks


def _each(items: Items, change: Change) -> Items | None:
    result: list[Any] = []
    changed = False
    for item in items:
        new = change(item)
        if new is None and isinstance(item, Group):
            inner = edited(item, change)
            new = None if inner is None else item._reopened(*inner)
        changed |= new is not None
        result.extend((item,) if new is None else new)
    return tuple(result) if changed else None


def direct_edit(group: Group, change: Change) -> bool:
    """Change a group without opening the named groups in it; True if something changed."""
    parts, changed = [], False
    for items in (group._members, group._tasks):
        result: list[Any] = []
        for item in items:
            new = change(item)
            if new is None and isinstance(item, Group) and not item.hasLabel_():
                changed |= direct_edit(item, change)
            changed |= new is not None
            result.extend((item,) if new is None else new)
        parts.append(tuple(result))
    if changed:
        group._set_content(parts[0], parts[1])
    return changed


def direct_members(group: Group) -> Iterator[Any]:
    """Members, tasks and what is behind operators; groups without label are opened."""
    for item in (*group._members, *group._tasks):
        yield item.operand if isinstance(item, Unary) else item
        if isinstance(item, Group) and not item.hasLabel_():
            yield from direct_members(item)


def substitution(original: object, replacement: object) -> Change:
    """The change that puts one thing in the place of another."""
    if getattr(original, "is_task", False) is not getattr(replacement, "is_task", False):
        raise TypeError(
            f"{describe(replacement)} cannot take the place of {describe(original)}: both must be Tasks, "
            f"or neither ({here()})."
        )
    new = members_of(replacement) if isinstance(replacement, Expression) or replacement is None else (replacement,)

    def change(item: Any) -> Items | None:
        if same(item, original):
            return new
        if isinstance(item, Unary) and item.operand is original:
            return (type(item)(replacement),)
        return None

    return change


def removal(item: object) -> Change:
    """The change that takes something out, operators before it included."""
    return lambda found: () if getattr(found, "operand", found) is item else None


def same(member: object, item: object) -> bool:
    """Whether a member is the thing meant; operators are the same if operator and module are."""
    return member is item or (isinstance(member, Unary) and member == item)


def concerns(member: object, item: object) -> bool:
    """Whether a member is the thing meant, or an operator before it."""
    return same(member, item) or (isinstance(member, Unary) and member.operand is item)


def nested(items: Iterable[Any]) -> Iterator[Group]:
    """All groups inside, at any depth."""
    for item in items:
        if isinstance(item, Group):
            yield item
            yield from nested((*item._members, *item._tasks))


def everything(items: Iterable[Any]) -> Iterator[Any]:
    """All members, operators, modules behind them, groups and tasks, at any depth."""
    for item in items:
        yield item
        if isinstance(item, Unary):
            yield item.operand
        elif isinstance(item, Group):
            yield from everything((*item._members, *item._tasks))


def module_of(node: Leaf | Unary) -> Leaf:
    """The module itself, without operator."""
    return node.operand if isinstance(node, Unary) else node
