"""``cms.Schedule``: which paths run, in which order, and tasks that go with all of them."""

from collections.abc import Iterable, Iterator
from typing import Any, Self

from e2efw.config.groups import Group, Items, everything, same
from e2efw.config.nodes import Leaf, describe
from e2efw.config.origin import here
from e2efw.config.paths import EndPath, FinalPath, Path
from e2efw.config.sequences import ModuleSequence, unique
from e2efw.config.tasks import Task, TaskPlaceholder, dumped_tasks


class Schedule(Group):
    """An ordered list of paths.

    Args:
        paths: Paths, EndPaths and FinalPaths.
        named: ``tasks``, one Task or several.

    Raises:
        TypeError: something that is no path.
        RuntimeError: another keyword, or tasks that are none.
    """

    def __init__(self, *paths: Any, **named: Any) -> None:
        self._locate()
        tasks = named.pop("tasks", ())
        if named:
            raise RuntimeError(f"cms.Schedule: no argument {min(named)!r}; only 'tasks' has a name ({here()}).")
        if isinstance(tasks, (Task, TaskPlaceholder)):
            tasks = (tasks,)
        if not isinstance(tasks, Iterable):
            raise RuntimeError(f"cms.Schedule: tasks is a list of cms.Task, not {describe(tasks)} ({here()}).")
        self._set_content(tuple(paths), ())
        self.associate(*tasks)

    def _check_content(self, members: Items, tasks: Items) -> None:
        for item in members:
            if not isinstance(item, (Path, EndPath, FinalPath)):
                raise TypeError(f"cms.Schedule takes Path, EndPath and FinalPath, not {describe(item)} ({here()}).")
        for task in tasks:
            if not isinstance(task, (Task, TaskPlaceholder)):
                raise RuntimeError(f"cms.Schedule: tasks are cms.Task, not {describe(task)} ({here()}).")

    def associate(self, *tasks: Any) -> None:
        """Add tasks; what is there already is not added again."""
        self._set_content(self._members, unique((*self._tasks, *tasks)))

    def append(self, path: ModuleSequence) -> None:
        """Add a path at the end."""
        self._set_content((*self._members, path), self._tasks)

    def extend(self, paths: Iterable[ModuleSequence]) -> None:
        """Add paths at the end."""
        self._set_content((*self._members, *paths), self._tasks)

    def insert(self, index: int, path: ModuleSequence) -> None:
        """Put a path before the position."""
        members = list(self._members)
        members.insert(index, path)
        self._set_content(tuple(members), self._tasks)

    def index(self, path: object) -> int:
        """Position of a path.

        Raises:
            ValueError: it is not scheduled.
        """
        for position, member in enumerate(self._members):
            if same(member, path):
                return position
        raise ValueError(f"{self._who()}: {describe(path)} is not scheduled ({here()}).")

    def remove(self, item: object) -> bool:
        """Take out a path or one of the tasks of the schedule itself; what stands on paths is left alone."""
        for members in (self._members, self._tasks):
            if any(member is item for member in members):
                self._members = tuple(member for member in self._members if member is not item)
                self._tasks = tuple(task for task in self._tasks if task is not item)
                return True
        return False

    def copy(self) -> Self:
        """A new schedule of the same paths and tasks."""
        return type(self)(*self._members, tasks=self._tasks)

    def moduleNames(self) -> set[str]:
        """Labels of all modules on the paths and tasks."""
        return {item.label_() for item in everything((*self._members, *self._tasks)) if isinstance(item, Leaf)}

    def tasks_(self) -> list[Any]:
        """The tasks of the schedule itself."""
        return list(self._tasks)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __getitem__(self, index: int) -> Any:
        return self._members[index]

    def dumpPython(self, prefix: str = "process.") -> str:
        """Python text that makes this schedule again."""
        paths = f"*[ {', '.join(prefix + path.label_() for path in self._members)} ]" if self._members else ""
        tasks = f"tasks=[{', '.join(dumped_tasks(self._tasks, prefix))}]" if self._tasks else ""
        return f"cms.Schedule({', '.join(part for part in (paths, tasks) if part)})"

    def __repr__(self) -> str:
        return f"cms.Schedule({', '.join(path.label_() if path.hasLabel_() else describe(path) for path in self)})"
