"""Tasks: modules without order that run when something needs what they make."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from e2efw.config.groups import Group, Items
from e2efw.config.modules import ESModule, Service
from e2efw.config.nodes import Labelled, Leaf, Placeholder, describe
from e2efw.config.origin import here
from e2efw.config.plugin import Plugin


class TaskBase(Group):
    """What Task and ConditionalTask share.

    Raises:
        RuntimeError: an EDAnalyzer, an OutputModule or anything else that is never run on demand.
    """

    is_task = True
    _nests: ClassVar[tuple[type, ...]] = ()

    def __init__(self, *items: Any) -> None:
        self._locate()
        self.add(*items)

    def add(self, *items: Any) -> None:
        """Put in what is not there yet."""
        self._set_content(tuple({id(item): item for item in (*self._members, *items)}.values()), ())

    def _check_content(self, members: Items, tasks: Items) -> None:  # noqa: ARG002  a task holds its tasks as members
        for item in members:
            fits = isinstance(item, self._nests) or (isinstance(item, Plugin) and item._isTaskComponent())
            if not fits:
                raise RuntimeError(
                    f"{self._who()} cannot hold {describe(item)}; allowed: EDProducer, EDFilter, ESSource, "
                    f"ESProducer, Service, Task ({here()})."
                )

    def __iter__(self) -> Iterator[Any]:
        """Everything in it in order, nested tasks opened, each once."""
        seen: set[int] = set()
        for item in self._opened():
            if id(item) not in seen:
                seen.add(id(item))
                yield item

    def _opened(self) -> Iterator[Any]:
        for item in self._members:
            if isinstance(item, TaskBase):
                yield from item._opened()
            else:
                yield item

    def modules_(self) -> list[Leaf]:
        """The producers and filters in it, nested tasks opened."""
        return [item for item in self if isinstance(item, Leaf)]

    def moduleNames(self) -> set[str]:
        """Labels of the producers and filters in it, nested tasks included."""
        return {module.label_() for module in self.modules_()}

    def dumpSequencePython(self, prefix: str = "process.") -> str:
        """The task as it stands in a path: its label, or its content if it has none."""
        return prefix + self.label_() if self.hasLabel_() else self.dumpPython(prefix)

    def dumpPython(self, prefix: str = "process.") -> str:
        """Python text that makes this task again; members alphabetically, tasks that are empty vanish."""
        return f"cms.{type(self).__name__}({', '.join(sorted(set(_texts(self._members, prefix))))})"

    def __repr__(self) -> str:
        return f"cms.{type(self).__name__}({self})"

    def __str__(self) -> str:
        return ", ".join(map(_shown, self))


class TaskPlaceholder(Placeholder):
    """A Task that is known by name only, so far."""

    is_task = True


class ConditionalTaskPlaceholder(TaskPlaceholder):
    """A ConditionalTask that is known by name only, so far."""


class Task(TaskBase):
    """Modules without order: each runs when something needs its products."""


class ConditionalTask(TaskBase):
    """CMSSW's former Task for one path: each module runs when another one on that path needs its products."""

    def _check_content(self, members: Items, tasks: Items) -> None:
        super()._check_content(members, tasks)
        for item in members:
            if isinstance(item, (ESModule, Service)):
                raise RuntimeError(f"{self._who()} cannot hold {describe(item)}; use a cms.Task ({here()}).")


Task._nests = (Task, TaskPlaceholder)
ConditionalTask._nests = (Task, ConditionalTask, TaskPlaceholder)
TaskPlaceholder.stands_for = Task
ConditionalTaskPlaceholder.stands_for = ConditionalTask


def dumped_tasks(tasks: Iterable[Any], prefix: str) -> list[str]:
    """Tasks as they stand in a path or schedule: sorted, each once."""
    return sorted(
        {task.dumpPython() if isinstance(task, Placeholder) else task.dumpSequencePython(prefix) for task in tasks}
    )


def _texts(members: Items, prefix: str) -> Iterator[str]:
    for item in members:
        if isinstance(item, Placeholder):
            yield item.dumpPython()
        elif isinstance(item, TaskBase) and not item.hasLabel_():
            yield from _texts(item._members, prefix)
        elif isinstance(item, Service):
            yield prefix + item.type_()
        elif isinstance(item, Labelled):
            yield prefix + item.label_()


def _shown(item: Any) -> str:
    if isinstance(item, Service):
        return item.type_()
    return item.label_() if isinstance(item, Labelled) and item.hasLabel_() else describe(item)
