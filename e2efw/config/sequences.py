"""Sequences: ordered modules under a common name, what paths are made of."""

from collections.abc import Iterator
from typing import Any, Self

from e2efw.config.groups import Group, Items, everything, module_of, same
from e2efw.config.nodes import Labelled, Leaf, Node, SequencePlaceholder, Unary, describe, members_of, refuse
from e2efw.config.origin import here
from e2efw.config.tasks import ConditionalTask, Task, TaskBase, TaskPlaceholder, dumped_tasks


class ModuleSequence(Group):
    """What Sequence, Path and EndPath share: one sum of modules, and tasks.

    Raises:
        TypeError: more than one sum of modules, or what cannot stand on a path.
    """

    def __init__(self, *content: Any) -> None:
        self._locate()
        first = () if not content or _is_task(content[0]) else members_of(content[0])
        tasks = content[1:] if first else content
        if not all(map(_is_task, tasks)):
            raise TypeError(
                f"cms.{type(self).__name__} takes one argument, not {len(content)}: "
                f"{', '.join(map(describe, content))}; join them with '+', Tasks come behind ({here()})."
            )
        self._set_content(first, ())
        if tasks:
            self.associate(*tasks)

    def associate(self, *tasks: Any) -> None:
        """Add tasks; what is there already is not added again.

        Raises:
            TypeError: something that is no Task.
        """
        for task in tasks:
            if not _is_task(task):
                raise TypeError(f"{self._who()}.associate: {describe(task)} is no Task ({here()}).")
        self._set_content(self._members, unique((*self._tasks, *tasks)))

    def __iadd__(self, other: object) -> Self:
        self._set_content((*self._members, *members_of(other)), self._tasks)
        return self

    def __imul__(self, other: object) -> Self:
        return self.__iadd__(other)

    def _nodes(self) -> list[Leaf | Unary]:
        """Modules and operators in order, nested sequences opened."""
        return list(flattened(self._members))

    def modules_(self) -> list[Leaf]:
        """The modules in order; one named twice comes twice."""
        return [module_of(node) for node in self._nodes()]

    def tasks_(self) -> list[TaskBase]:
        """All tasks that go with it, those of nested sequences and those inside tasks included."""
        return list(unique(item for item in everything((*self._members, *self._tasks)) if isinstance(item, TaskBase)))

    def conditional_(self) -> list[Leaf]:
        """The modules on its ConditionalTasks, nested tasks opened, each once."""
        found = (task for task in self.tasks_() if isinstance(task, ConditionalTask))
        return list(unique(module for task in found for module in task.modules_()))

    def on_tasks_(self) -> list[Leaf]:
        """The modules on its Tasks, nested tasks opened, each once; ConditionalTasks do not count."""
        found = (task for task in self._outer_tasks() if isinstance(task, Task))
        return list(unique(module for task in found for module in task.modules_()))

    def unscheduled_(self) -> list[Any]:
        """What is on its tasks, each once."""
        return list(unique(item for task in self.tasks_() for item in task))

    def moduleNames(self) -> set[str]:
        """Labels of all modules, those of nested sequences and of tasks included."""
        found = everything((*self._members, *self._tasks))
        return {item.label_() for item in found if isinstance(item, Leaf)}

    def flattened(self) -> list[str]:
        """Labels in order, nested sequences opened, with ``!`` veto, ``-`` ignore, ``|`` wait, ``+`` both of these.

        Raises:
            RuntimeError: a module without label, or a placeholder.
            ValueError: a Path holds an OutputModule.
        """
        self._check_content(self._members, self._tasks)
        return [f"{node.prefix if isinstance(node, Unary) else ''}{module_of(node).label_()}" for node in self._nodes()]

    def wire(self) -> list[str]:
        """CMSSW's form of `flattened`: members of conditional tasks follow between ``#`` and ``@``."""
        conditional = [item for task in self.tasks_() if isinstance(task, ConditionalTask) for item in everything(task)]
        labels = sorted({item.label_() for item in conditional if isinstance(item, Leaf)})
        return [*self.flattened(), *(["#", *labels, "@"] if labels else [])]

    def index(self, item: object) -> int:
        """Position of the first such member.

        Raises:
            ValueError: it is no direct member.
        """
        for position, member in enumerate(self._members):
            if same(member, item):
                return position
        raise ValueError(f"{self._who()}: {describe(item)} is no direct member ({here()}).")

    def insert(self, index: int, item: object) -> None:
        """Put a module or sequence before the position."""
        members = list(self._members)
        members[index:index] = members_of(item)
        self._set_content(tuple(members), self._tasks)

    def expandAndClone(self) -> Self:
        """A copy in which nested sequences and nested tasks are opened."""
        new = self.copy()
        tasks = [(type(task), list(task)) for task in self.tasks_() if any(task is own for own in self._outer_tasks())]
        new._set_content(tuple(self._nodes()), tuple(kind(*flat) for kind, flat in tasks))
        return new

    def _outer_tasks(self) -> Iterator[TaskBase]:
        """Tasks of this and of nested sequences, without those inside tasks."""
        for item in everything(self._members):
            if isinstance(item, ModuleSequence):
                yield from item._tasks
        yield from self._tasks

    def dumpSequencePython(self, prefix: str = "process.") -> str:
        """The content as Python source; sequences without label are opened, empty ones vanish.

        Args:
            prefix: what stands before each label.
        """
        members = "+".join(_texts(self._members, prefix))
        return ", ".join([*([members] if members else []), *dumped_tasks(self._tasks, prefix)])

    def dumpPython(self, prefix: str = "process.") -> str:
        """Python text that makes this sequence again, in a process whose modules carry the same labels."""
        return f"cms.{type(self).__name__}({self.dumpSequencePython(prefix)})"

    def __repr__(self) -> str:
        return f"cms.{type(self).__name__}({self})"

    def __str__(self) -> str:
        return "+".join(_shown_node(node) for node in flattened(self._members, placeholders=True))


class Sequence(ModuleSequence, Node):
    """Modules under a common name, to be put on paths."""

    def _reopened(self, members: Items, tasks: Items) -> Items:
        return super()._reopened(members, tasks) if tasks else members


def unique(items: Any) -> Items:
    """The items without those that came before, by identity."""
    return tuple({id(item): item for item in items}.values())


def flattened(members: Items, *, placeholders: bool = False) -> Iterator[Any]:
    """Modules and operators, nested sequences opened.

    Raises:
        RuntimeError: a placeholder, unless they are wanted.
    """
    for member in members:
        if isinstance(member, Sequence):
            yield from flattened(member._members, placeholders=placeholders)
        elif isinstance(member, SequencePlaceholder):
            if not placeholders:
                raise RuntimeError(f"{member!r} is not resolved; call process.resolve() ({member.origin_()}).")
            yield member
        elif isinstance(member, (Leaf, Unary)):
            yield member
        else:
            refuse(member)


def _is_task(item: object) -> bool:
    return isinstance(item, (Task, ConditionalTask, TaskPlaceholder))


def _shown_node(node: Any) -> str:
    if isinstance(node, SequencePlaceholder):
        return node.dumpPython()
    return node.text(_shown) if isinstance(node, Unary) else _shown(node)


def _shown(module: Leaf) -> str:
    return module.label_() if module.hasLabel_() else describe(module)


def _texts(members: Items, prefix: str) -> Iterator[str]:
    for node in members:
        if isinstance(node, Unary):
            yield node.text(lambda module: prefix + module.label_())
        elif isinstance(node, SequencePlaceholder):
            yield node.dumpPython()
        elif isinstance(node, Sequence) and not node.hasLabel_() and node._tasks:
            yield node.dumpPython(prefix)
        elif isinstance(node, Sequence) and not (node.hasLabel_() and (node._members or node._tasks)):
            yield from _texts(node._members, prefix)
        elif isinstance(node, Labelled):
            yield prefix + node.label_()
