"""What ``process.options`` and ``process.maxEvents`` may hold, as data."""

from typing import Any, NamedTuple

from e2efw.config.booleans import bool as cms_bool
from e2efw.config.parameter import Parameter
from e2efw.config.pset import PSet
from e2efw.config.scalars import int32, uint32
from e2efw.config.vectors import vstring


class Option(NamedTuple):
    """One entry of a PSet that steers the job; all are untracked."""

    name: str
    kind: type[Parameter]
    default: Any
    meaning: str


OPTIONS: tuple[Option, ...] = (
    Option("accelerators", vstring, ("*",), "patterns of the accelerators that may be used"),
    Option("eventsPerBlock", uint32, 256, "events that travel together; results do not depend on it"),
    Option("numberOfStreams", uint32, 0, "blocks in flight at a time; 0 for as many as threads"),
    Option("numberOfThreads", uint32, 1, "threads; 0 for as many as there are cores"),
    Option("wantSummary", cms_bool, False, "print how often each path and module ran and passed"),
)

MAX_EVENTS: tuple[Option, ...] = (Option("input", int32, -1, "events to read; -1 for all"),)

STEERING: dict[str, tuple[Option, ...]] = {"options": OPTIONS, "maxEvents": MAX_EVENTS}
"""The PSets every process is born with."""


def defaults(name: str) -> PSet:
    """A fresh ``options`` or ``maxEvents`` with default values."""
    block = PSet()
    for option in STEERING[name]:
        parameter = option.kind(option.default)
        parameter.setIsTracked(False)
        block._parameters[option.name] = parameter
    block.setIsTracked(False)
    block._name = f"process.{name}"
    return block
