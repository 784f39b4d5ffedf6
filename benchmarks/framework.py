"""What the framework itself costs, beside what it may cost.

    python -m benchmarks.framework

Overhead: a path of twenty modules that do nothing but hand on what they read, over a million events in memory; the time
of the event loop, per event, and the CPU time of the process, which others on the machine disturb less. Streams: a path
with a compiled kernel that holds no lock, with one and two streams; beside it the kernel alone in one and two threads,
which says what the machine has to give just then.
Start-up: from the command to the end of the first event, of the main job and of one without modules, beside the imports
of uproot, awkward, numba and onnxruntime alone (see `start_up`).
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import ClassVar, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.start_up import start_ups
from dataformats.results import EventFloat
from e2efw import config as cms
from e2efw.framework.blocks import Block, EventIDs, ProductInfo, SourceContent, Wanted
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.modules import EDProducer, InputTag, Source, param
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey

N_EVENTS = 1_000_000
N_MODULES = 20
REPEATS = 5
STARTS = 7
_NUMBER = ProductKey("number", "", "IN")


class Measured(NamedTuple):
    """One line of the table."""

    what: str
    measured: str
    goal: str
    reached: bool


class BenchmarkSource(Source):
    """One number per event, in memory."""

    def open(self) -> "OpenBenchmark":
        """Nothing to open."""
        return OpenBenchmark()


class OpenBenchmark:
    """Open, and without end."""

    n_events: int | None = None
    content: ClassVar[SourceContent] = {_NUMBER: ProductInfo("float", product_class=EventFloat)}
    provenance: ClassVar[Provenance] = Provenance([])

    def blocks(self, wanted: Wanted, events_per_block: int, max_events: int) -> Iterator[Block]:
        """Blocks of the same numbers."""
        del wanted
        for number, first in enumerate(range(0, max_events, events_per_block)):
            event = np.arange(first, min(first + events_per_block, max_events), dtype=np.uint64)
            ones = np.ones(event.size, np.uint32)
            product = EventFloat(value=event.astype(np.float32))
            yield Block(number, EventIDs(ones, ones, event, "memory"), {_NUMBER: product})

    def report(self) -> list[str]:
        """Nothing to say."""
        return []

    def close(self) -> None:
        """Nothing to close."""


class BenchmarkEmpty(EDProducer):
    """Hands on what it reads."""

    number: InputTag = param(doc="what to hand on")

    def produce(self, number: EventFloat) -> EventFloat:
        """The same."""
        return number


class BenchmarkBusy(EDProducer):
    """Computes for a while."""

    number: InputTag = param("number", doc="where to begin")
    rounds: int = param(2000, doc="per event")

    def produce(self, number: EventFloat) -> EventFloat:
        """The end of a long sum."""
        return EventFloat(value=_busy(number.value, self.rounds))


@numba.njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def _busy(start: NDArray[np.float32], rounds: int) -> NDArray[np.float32]:
    """(events,) from (events,)."""
    out = np.empty_like(start)
    for i in range(start.size):
        x = start[i] * np.float32(1e-6)
        for _ in range(rounds):
            x = x * np.float32(0.999) + np.float32(0.1)
        out[i] = x
    return out


def job(events: int, modules: int, *, streams: int = 1, per_block: int = 256, busy: bool = False) -> Job:
    """A path of equal modules, each reading the one before it."""
    process = cms.Process("BENCH")
    process.maxEvents.input = events
    process.options.numberOfThreads = streams
    process.options.eventsPerBlock = per_block
    process.source = cms.Source("BenchmarkSource")
    path, before = cms.Path(), "number"
    for number in range(modules):
        label = f"m{number}"
        setattr(process, label, cms.EDProducer("BenchmarkBusy" if busy else "BenchmarkEmpty", number=before))
        path += getattr(process, label)
        before = label
    process.p = path
    return Job(configure(process, Path()))


def overhead(per_block: int) -> Measured:
    """Time per event of twenty modules that do nothing."""
    reports = [job(N_EVENTS, N_MODULES, per_block=per_block).run() for _ in range(REPEATS)]
    per_event, cpu = (
        1e6 * median(times) / N_EVENTS
        for times in ([report.seconds for report in reports], [report.cpu_seconds for report in reports])
    )
    what = f"{N_MODULES} empty modules, {per_block} events per block"
    return Measured(what, f"{per_event:.2f} (CPU {cpu:.2f}) us/event", "< 2 us/event", per_event < 2)


def two_streams() -> Measured:
    """How much faster a path that computes is with two streams."""
    job(256, 1, busy=True).run()  # compiles
    ratios = []
    for _ in range(REPEATS):
        one, two = (job(100_000, 4, streams=streams, busy=True).run().seconds for streams in (1, 2))
        ratios.append(one / two)
    ratio = median(ratios)
    return Measured("two streams against one, computing", f"{ratio:.2f} x", ">= 1.8 x", ratio >= 1.8)


def two_threads() -> Measured:
    """How much faster the kernel alone is in two threads."""
    numbers = np.arange(250_000, dtype=np.float32)
    ratios = []
    for _ in range(REPEATS):
        times = []
        for threads in (1, 2):
            with ThreadPoolExecutor(threads) as pool:
                started = time.perf_counter()
                list(pool.map(_busy, [numbers, numbers], [2000, 2000]))
                times.append(time.perf_counter() - started)
        ratios.append(times[0] / times[1])
    return Measured("two bare threads against one", f"{median(ratios):.2f} x", "for comparison", True)


def first_events() -> Iterator[Measured]:
    """From a command to its first event, in new processes."""
    for what, start in start_ups(STARTS).items():
        goal, reached = ("< 1 s", start.wall < 1) if what == "main job" else ("for comparison", True)
        name = what if what == "four imports" else f"command to first event, {what}"
        yield Measured(name, f"{start.wall:.2f} (CPU {start.cpu:.2f}) s", goal, reached)


def main() -> None:
    """Print the table."""
    table = Table(box=None, title=f"The framework alone, median of {REPEATS}", title_justify="left")
    for heading in ("", "measured", "goal", ""):
        table.add_column(heading, justify="left" if not heading else "right")
    for line in (overhead(256), overhead(1024), two_streams(), two_threads(), *first_events()):
        table.add_row(line.what, line.measured, line.goal, "" if line.reached else "missed")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
