"""What may be attached to a process under which name."""

import re
from typing import Any

from e2efw.config.accelerators import ProcessAccelerator
from e2efw.config.alias import EDAlias
from e2efw.config.esprefer import ESPrefer
from e2efw.config.groups import direct_members
from e2efw.config.modules import ESModule, Module, Service, Source
from e2efw.config.nodes import Labelled, Leaf, Node, describe
from e2efw.config.origin import here
from e2efw.config.pset import PSet, VPSet
from e2efw.config.schedule import Schedule
from e2efw.config.sequences import ModuleSequence
from e2efw.config.tasks import TaskBase

COMPONENTS = (
    *(Module, Source, Service, ESModule, ESPrefer, EDAlias, PSet, VPSet),
    *(ModuleSequence, TaskBase, Schedule, ProcessAccelerator),
)
"""What a process consists of."""

UNLABELLED = (Service, ESModule, ESPrefer, ProcessAccelerator)
"""What `Process.add_` takes: it has the name of its plugin where it has none of its own."""


def check_component(process: Any, label: str, value: Any) -> None:
    """Refuse what a process cannot hold under this label.

    Raises:
        TypeError: no component, or a Service that is not called after its plugin.
        ValueError: an impossible label.
        AttributeError: the label of a view.
    """
    where = f"process.{label}"
    if not isinstance(value, COMPONENTS):
        hint = (
            "wrap it in cms.Sequence(...)" if isinstance(value, Node) else "a module, path, sequence or PSet is wanted"
        )
        raise TypeError(f"{where}: {describe(value)} is no part of a process; {hint} ({here()}).")
    if not re.fullmatch("[A-Za-z0-9_]+", label):
        raise ValueError(f"{label!r} is no label; use letters, digits and underscores ({here()}).")
    taken = getattr(type(process), label, None)
    if isinstance(taken, property):
        raise AttributeError(f"{where} is a read-only view; write process.<label> = ... ({here()}).")
    if taken is not None:
        raise ValueError(f"{where} is a method of cms.Process; choose another label ({here()}).")
    _check_place(where, label, value)


def _check_place(where: str, label: str, value: Any) -> None:
    """Some kinds live under one name only."""
    for kind, name in ((Source, "source"), (Schedule, "schedule")):
        if isinstance(value, kind) and label != name:
            raise ValueError(f"{where}: a {kind.__name__} must be called {name!r} ({here()}).")
        if label == name and not isinstance(value, kind):
            raise TypeError(f"{where}: a cms.{kind.__name__} is wanted, not {describe(value)} ({here()}).")
    if isinstance(value, (Service, ProcessAccelerator)) and label != value.type_():
        raise TypeError(
            f"{where}: a {'Service' if isinstance(value, Service) else 'ProcessAccelerator'} has the name of its "
            f"plugin, {value.type_()!r}; use process.add_(...) ({here()})."
        )


def check_members(process: Any, label: str, group: Any) -> None:
    """Refuse a path, task or schedule whose modules and named groups are not part of this process.

    Raises:
        RuntimeError: something without label, or of another process.
    """
    objects = vars(process)["_objects"]
    for position, path in enumerate(group) if isinstance(group, Schedule) else ():
        if not path.hasLabel_() or objects.get(path.label_()) is not path:
            raise RuntimeError(
                f"process.schedule: path number {position}, {describe(path)} ({path.origin_()}), is not part of "
                f"process {process.name_()!r}; assign it to the process first ({here()})."
            )
    for member in direct_members(group):
        if isinstance(member, Service):
            attached = objects.get(member.type_()) is member
        elif isinstance(member, (Leaf, ESModule)):
            attached = member.hasLabel_() and objects.get(member.label_()) is member
        elif isinstance(member, Labelled) and member.hasLabel_():
            attached = objects.get(member.label_()) is member
        else:
            continue  # a group without label is part of what holds it
        if not attached:
            raise RuntimeError(
                f"process.{label}: {describe(member)} ({member.origin_()}) is not part of process {process.name_()!r}; "
                f"assign it to the process first ({here()})."
            )
    group._check_content(group._members, group._tasks)
