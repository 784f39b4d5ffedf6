"""Paths, end paths and the final path: what runs, and what may stand on each."""

from e2efw.config.groups import Items, module_of
from e2efw.config.modules import Module, OutputModule
from e2efw.config.nodes import describe
from e2efw.config.origin import here
from e2efw.config.sequences import ModuleSequence, flattened


class Path(ModuleSequence):
    """Modules run in order; an event that a filter rejects goes no further.

    Raises:
        ValueError: an OutputModule, which belongs on an EndPath.
    """

    def _check_content(self, members: Items, tasks: Items) -> None:  # noqa: ARG002  tasks refuse outputs themselves
        for node in flattened(members, placeholders=True):
            module = module_of(node)
            if isinstance(module, OutputModule):
                raise ValueError(
                    f"{self._who()}: {describe(module)} ({module.origin_()}) writes events "
                    f"and cannot stand on a Path; put it on a cms.EndPath ({self.origin_()})."
                )


class EndPath(ModuleSequence):
    """Modules run after all paths; outputs stand here."""


class FinalPath(ModuleSequence):
    """Outputs that run last of all.

    Raises:
        TypeError: a Task.
        RuntimeError: a module that is no OutputModule.
    """

    def _check_content(self, members: Items, tasks: Items) -> None:
        if tasks:
            raise TypeError(f"{self._who()} takes no Task: nothing on it asks for products ({here()}).")
        for node in flattened(members, placeholders=True):
            module = module_of(node)
            if isinstance(module, Module) and not isinstance(module, OutputModule):
                raise RuntimeError(f"{self._who()} holds OutputModules only, not {describe(module)} ({here()}).")
