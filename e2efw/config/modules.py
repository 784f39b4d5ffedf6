"""Kinds of modules a process holds: producers, filters, analyzers, outputs, sources, services, EventSetup modules."""

from typing import Any, NoReturn, Self

from e2efw.config.nodes import Labelled, Leaf
from e2efw.config.origin import here
from e2efw.config.plugin import Plugin
from e2efw.errors import UnimplementedFeatureError


class Module(Plugin, Leaf):
    """A plugin with a label that can stand on a path."""

    _tolerant = False

    def shouldTryToContinue(self) -> Self:
        """Let it run for events of which something that it reads is missing; returns the module."""
        self._tolerant = True
        return self

    def dumpPython(self, indent: int = 0) -> str:
        """Python text that makes this module again."""
        return f"{super().dumpPython(indent)}{'.shouldTryToContinue()' if self._tolerant else ''}"


class EDProducer(Module):
    """Makes products."""

    _allowed_in_task = True


class EDFilter(Module):
    """Says yes or no to each event, and may make products."""

    _allowed_in_task = True


class EDAnalyzer(Module):
    """Looks at events."""


class OutputModule(Module):
    """Writes events; stands on an EndPath."""


class Source(Plugin):
    """Where events come from; lives under ``process.source``."""


class Service(Plugin):
    """Something the job as a whole uses; lives under the name of its plugin."""

    _allowed_in_task = True
    _in_process = False

    def isInProcess_(self) -> bool:
        """Whether it is attached to a process."""
        return self._in_process

    def setInProcess_(self, attached: bool) -> None:
        """Note that it was attached to a process, or taken out."""
        self._in_process = attached

    def _cloned(self, blocks: tuple[Any, ...], changes: Any) -> Self:
        new = super()._cloned(blocks, changes)
        new._in_process = False
        return new


class ESModule(Plugin, Labelled):
    """Fills the EventSetup; without label of its own it is called after its plugin."""

    _allowed_in_task = True


class ESSource(ESModule):
    """Reads EventSetup data."""


class ESProducer(ESModule):
    """Computes EventSetup data."""


class Looper:
    """CMSSW's loop over the same events again and again.

    Raises:
        UnimplementedFeatureError: always; there is none here.
    """

    def __init__(self, plugin: str, /, *_blocks: Any, **_parameters: Any) -> None:
        _refuse(f"cms.Looper({plugin!r}): jobs do not loop over their events; run the job once per pass")


class SubProcess:
    """CMSSW's process inside a process, which it has dropped itself.

    Raises:
        UnimplementedFeatureError: always; there is none here.
    """

    def __init__(self, process: Any, *_arguments: Any, **_parameters: Any) -> None:
        _refuse(f"cms.SubProcess({process!r}): write its modules into the process, or run a second job on the output")


def _refuse(why: str) -> NoReturn:
    raise UnimplementedFeatureError(f"{why} ({here()}).")
