"""CMSSW's Utilities: changes of a whole process that its cfgs ask for."""

import logging
from typing import Any

from e2efw.config.groups import Items, direct_edit
from e2efw.config.modules import EDFilter
from e2efw.config.nodes import Ignore, Unary
from e2efw.config.paths import EndPath
from e2efw.config.schedule import Schedule
from e2efw.config.sequences import Sequence
from e2efw.config.tasks import Task

__all__ = [
    "cleanUnscheduled",
    "convertToSingleModuleEndPaths",
    "convertToUnscheduled",
    "createTaskWithAllProducersAndFilters",
    "ignoreAllFiltersOnPath",
]

_LOG = logging.getLogger("e2efw.config")


def ignoreAllFiltersOnPath(path: Any) -> Any:
    """Ignore the decision of every filter on a path that stands there without operator; returns the path.

    Nested sequences are opened; tasks and operators stay as they are.
    """
    expanded = tuple(Ignore(node) if isinstance(node, EDFilter) else node for node in path._nodes())
    path._set_content(expanded, (*path._tasks, *_nested_tasks(path._members)))
    return path


def _nested_tasks(members: Items) -> Items:
    tasks: Items = ()
    for member in members:
        if isinstance(member, Sequence):
            tasks = (*tasks, *_nested_tasks(member._members), *member._tasks)
    return tasks


def createTaskWithAllProducersAndFilters(process: Any) -> Task:
    """A Task of all producers and filters of a process."""
    return Task(*process.producers.values(), *process.switchProducers.values(), *process.filters.values())


def convertToSingleModuleEndPaths(process: Any) -> None:
    """Give each module of an EndPath an EndPath of its own, ``<label>_endpath``; tasks stay with each."""
    for name, path in list(process.endpaths.items()):
        nodes = path._nodes()
        if len(nodes) <= 1:
            continue
        tasks = (*path._tasks, *_nested_tasks(path._members))
        new = []
        for node in nodes:
            leaf = node.operand if isinstance(node, Unary) else node
            label = f"{leaf.label_()}_endpath"
            setattr(
                process, label, EndPath(Sequence(node), *tasks) if isinstance(node, Unary) else EndPath(leaf, *tasks)
            )
            new.append(getattr(process, label))
        schedule = process.schedule
        if isinstance(schedule, Schedule) and schedule.contains(path):
            direct_edit(schedule, _in_place_of(path, tuple(new)))
        delattr(process, name)


def _in_place_of(path: Any, new: Items) -> Any:
    return lambda found: new if found is path else None


def convertToUnscheduled(process: Any) -> Any:
    """CMSSW's former way to run producers on demand: nothing to do since Tasks exist; returns the process."""
    _LOG.warning("convertToUnscheduled has no effect; put producers on a cms.Task")
    return process


def cleanUnscheduled(process: Any) -> Any:
    """CMSSW's former companion of `convertToUnscheduled`: no effect either; returns the process."""
    _LOG.warning("cleanUnscheduled has no effect; put producers on a cms.Task")
    return process
