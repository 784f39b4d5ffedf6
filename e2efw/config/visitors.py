"""Walks through paths, sequences and tasks: ``path.visit(visitor)``."""

from typing import Any

from e2efw.config.groups import Visitor
from e2efw.config.modules import Module, OutputModule
from e2efw.config.nodes import Leaf, Unary, describe
from e2efw.config.origin import here
from e2efw.config.sequences import ModuleSequence
from e2efw.config.tasks import TaskBase

__all__ = [
    "EndPathValidator",
    "FinalPathValidator",
    "ModuleNodeNotOnTaskVisitor",
    "ModuleNodeOnTaskVisitor",
    "ModuleNodeVisitor",
    "NodeNameVisitor",
    "NodeVisitor",
    "PathValidator",
    "Visitor",
]


class NodeVisitor:
    """Does nothing; a visitor of one's own may extend it."""

    def enter(self, visitee: Any) -> None:
        """Before the content of something."""

    def leave(self, visitee: Any) -> None:
        """After it."""


class ModuleNodeVisitor(NodeVisitor):
    """Collects the modules that it meets, in order.

    Args:
        modules: the list to extend.
    """

    def __init__(self, modules: list[Any]) -> None:
        self._modules = modules
        self._tasks = 0

    def enter(self, visitee: Any) -> None:
        """Count how deep in tasks this is, and take modules."""
        self._tasks += isinstance(visitee, TaskBase)
        if isinstance(visitee, Leaf) and self._takes(visitee):
            self._modules.append(visitee)

    def leave(self, visitee: Any) -> None:
        """Count how deep in tasks this is."""
        self._tasks -= isinstance(visitee, TaskBase)

    def _takes(self, module: Leaf) -> bool:  # noqa: ARG002  its heirs choose
        return True


class ModuleNodeOnTaskVisitor(ModuleNodeVisitor):
    """Collects the modules on tasks."""

    def _takes(self, module: Leaf) -> bool:  # noqa: ARG002  where it stands counts
        return self._tasks > 0


class ModuleNodeNotOnTaskVisitor(ModuleNodeVisitor):
    """Collects the modules on no task."""

    def _takes(self, module: Leaf) -> bool:  # noqa: ARG002  where it stands counts
        return self._tasks == 0


class NodeNameVisitor(NodeVisitor):
    """Collects the labels of the modules that it meets.

    Args:
        names: the set to extend.
    """

    def __init__(self, names: set[str]) -> None:
        self._names = names

    def enter(self, visitee: Any) -> None:
        """Take the label of a module."""
        if isinstance(visitee, Leaf):
            self._names.add(visitee.label_())


class _Validator(NodeVisitor):
    """Refuses what a kind of path may not hold.

    Raises:
        ValueError: a module without label, or one of a kind that does not belong here.
    """

    _kind = ""
    _label = ""

    def setLabel(self, label: str) -> None:
        """Name the path, for messages."""
        self._label = f" {label!r}"

    def enter(self, visitee: Any) -> None:
        """Look at a module."""
        if isinstance(visitee, (ModuleSequence, TaskBase, Unary)) or not isinstance(visitee, Leaf):
            return
        if not visitee.hasLabel_():
            raise ValueError(
                f"{self._kind}{self._label}: {describe(visitee)} ({visitee.origin_()}) has no label; "
                f"assign it to the process first ({here()})."
            )
        self._check(visitee)

    def _check(self, module: Leaf) -> None:
        """Look at a module that has a label."""


class PathValidator(_Validator):
    """What stands on a Path: no OutputModules."""

    _kind = "Path"

    def _check(self, module: Leaf) -> None:
        if isinstance(module, OutputModule):
            raise ValueError(f"Path{self._label}: {describe(module)} belongs on an EndPath ({module.origin_()}).")


class EndPathValidator(_Validator):
    """What stands on an EndPath: anything with a label."""

    _kind = "EndPath"


class FinalPathValidator(_Validator):
    """What stands on a FinalPath: OutputModules."""

    _kind = "FinalPath"

    def _check(self, module: Leaf) -> None:
        if isinstance(module, Module) and not isinstance(module, OutputModule):
            raise ValueError(f"FinalPath{self._label}: {describe(module)} is no OutputModule ({module.origin_()}).")
