"""Cheap modules on numbered events, an output that remembers, and jobs made of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.results import EventFloat
from dataformats.trigger import PathStatus
from e2efw import config as cms
from e2efw.errors import EventCorruptionError
from e2efw.framework.blocks import Block, EventIDs, SourceContent, Wanted
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.modules import EDAnalyzer, EDFilter, EDProducer, InputTag, OutputModule, param
from e2efw.framework.provenance import Provenance


class RulesNumber(EDProducer):
    """The number of the event."""

    bad: tuple[int, ...] = param((), doc="events that it cannot process")
    error: str = param("corrupt", doc="what it raises: corrupt, value, or together")

    def produce(self, ids: EventIDs) -> EventFloat:
        if self.error == "together" and len(ids) > 1:
            raise MemoryError("too many")
        if np.isin(ids.event, self.bad).any():
            raise {"corrupt": EventCorruptionError, "value": ValueError, "memory": MemoryError}[self.error](
                "a bad event"
            )
        return EventFloat(value=ids.event.astype(np.float32))


class RulesSum(EDProducer):
    """The sum of two numbers, of which the second may be missing."""

    first: InputTag = param("number", doc="a number")
    second: InputTag = param("nothing", doc="another number")
    seen: ClassVar[list[int]] = []

    def produce(self, first: EventFloat, second: EventFloat | None) -> EventFloat:
        self.seen.extend(first.value.astype(int).tolist())
        return EventFloat(value=first.value + (1000 if second is None else second.value))


class RulesDivisible(EDFilter):
    """Events whose number can be divided."""

    by: int = param(2, doc="divisor")

    def filter(self, ids: EventIDs) -> NDArray[np.bool_]:
        return np.asarray(ids.event % np.uint64(self.by) == 0)


class RulesPassed(EDFilter):
    """Events that passed another path."""

    path: InputTag = param(doc="its name")

    def filter(self, path: PathStatus) -> NDArray[np.bool_]:
        return path.accept


class RulesLook(EDAnalyzer):
    """Remembers the events it sees."""

    number: InputTag = param("number", doc="where the numbers are")
    seen: ClassVar[list[int]] = []

    def analyze(self, number: EventFloat) -> None:
        self.seen.extend(number.value.astype(int).tolist())


class RulesOutput(OutputModule):
    """Remembers events and numbers."""

    keep: tuple[str, ...] = param((), doc="labels of modules whose numbers are remembered")
    name: str = param("out", doc="where to find it")
    got: ClassVar[dict[str, dict[int, dict[str, Any]]]] = {}

    def open(self, content: SourceContent, provenance: Provenance) -> "RulesWriter":
        self.got[self.name] = {}
        wanted = {key: info.product_class for key, info in content.items() if key.label in self.keep}
        return RulesWriter(wanted, self.got[self.name])


@dataclass
class RulesWriter:
    """Open."""

    wanted: Wanted
    got: dict[int, dict[str, Any]]
    files: ClassVar[list[Path]] = []

    def write(self, block: Block) -> None:
        for position, event in enumerate(block.ids.event.tolist()):
            here = np.array([position])
            kept = {key.label: block.get(key, here) for key in self.wanted if block.has(key, here)[0]}
            self.got[event] = {label: getattr(product, "value", [product])[0] for label, product in kept.items()}

    def close(self) -> str:
        return ""

    def abort(self) -> None:
        pass


@pytest.fixture
def make_job() -> Callable[..., Job]:
    """``make_job(build)``: a process with ten numbered events, to which `build` attaches what it likes."""
    RulesSum.seen.clear()
    RulesLook.seen.clear()

    def made(build: Callable[[Any], None], *, events: int = 10, per_block: int = 4, threads: int = 1) -> Job:
        process = cms.Process("TEST")
        process.maxEvents.input = events
        process.options.eventsPerBlock = per_block
        process.options.numberOfThreads = threads
        process.source = cms.Source("EmptySource")
        build(process)
        return Job(configure(process, Path()))

    return made


@pytest.fixture
def written() -> dict[str, dict[int, dict[str, Any]]]:
    """What each `RulesOutput` got: numbers by event, by its name."""
    return RulesOutput.got


@pytest.fixture
def looked() -> list[int]:
    """Events that `RulesLook` saw."""
    return RulesLook.seen


@pytest.fixture
def summed() -> list[int]:
    """Events that `RulesSum` saw."""
    return RulesSum.seen
