"""Simulated top pairs per second, where the time goes, and whether memory stays flat.

    python -m benchmarks.simulation [--memory-events 10000] [--events 256] [--repeats 5] [--cfg simulate_cfg.py]

Every timed job is one block on one thread, so that the source and the modules take turns and none waits for another.
Pythia's time is that of the source, which also turns Pythia's records into columns; ours is everything else, writing
included. With and without pileup the hard collisions are the same. Hot: a first job of each kind, not counted, loads
the kernels, and every module finds what the one before it has just made. The start of a job is not counted.
"""

import argparse
import os
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.job import job
from benchmarks.timing import timed
from e2efw.framework.job import Job
from e2efw.framework.report import JobReport

CFG = "simulate_cfg.py"
PILEUP = (0, 30)
STEP = 1000
"""Events per line of the memory check; the output gathers as many before it writes them."""
SOURCE = "source"


class Simulation(NamedTuple):
    """Jobs that simulate top pairs, one after the other into the same file."""

    cfg: str
    folder: Path

    def job(self, pileup: int, events: int, events_per_block: int) -> Job:
        """A job on one thread, ready to run."""
        arguments = ["process=ttbar", f"pileup={pileup}", f"maxEvents={events}", "skipEvents=0", "seed=1"]
        arguments.append(f"outputFile={self.folder / 'simulated.root'}")
        return job(self.cfg, arguments, ["options.numberOfThreads=1", f"options.eventsPerBlock={events_per_block}"])


class Memory:
    """Watches a job's resident memory; called after every block."""

    def __init__(self) -> None:
        self.largest: dict[int, int] = {}

    def __call__(self, report: JobReport, total: int) -> None:
        """Remember the largest number of bytes since the last line."""
        line = min(-(-report.events // STEP) * STEP, total)
        self.largest[line] = max(self.largest.get(line, 0), resident_bytes())


def resident_bytes() -> int:
    """Resident memory of this process, from Linux."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def measured(simulation: Simulation, events: int, repeats: int) -> dict[int, list[JobReport]]:
    """What jobs of one block report, by pileup, the warm-up left out."""
    reports: dict[int, list[JobReport]] = {pileup: [] for pileup in PILEUP}

    def run(pileup: int) -> None:
        reports[pileup].append(simulation.job(pileup, events, events).run())

    timed({str(pileup): partial(run, pileup) for pileup in PILEUP}, repeats=repeats)
    return {pileup: counted[1:] for pileup, counted in reports.items()}


def ms_per_event(reports: Sequence[JobReport], label: str) -> float:
    """Median of one module, ms."""
    return 1e3 * median(report.modules[label].seconds / report.events for report in reports)


def ours(reports: Sequence[JobReport]) -> float:
    """Median of everything but the source, ms per event."""
    return 1e3 * median(
        sum(module.seconds for module in report.modules.values() if module.label != SOURCE) / report.events
        for report in reports
    )


def rates(reports: Mapping[int, Sequence[JobReport]]) -> Table:
    """Events per second, and ours against Pythia."""
    table = _table(
        f"Simulated ttbar, one thread, {reports[0][0].events} events",
        *("pileup", "events/s", "slowest/fastest", "Pythia ms/event", "ours ms/event", "ours / Pythia without pileup"),
    )
    for pileup, runs in reports.items():
        seconds = [run.seconds for run in runs]
        table.add_row(
            str(pileup),
            f"{runs[0].events / median(seconds):,.1f}",
            f"{max(seconds) / min(seconds):.2f}",
            f"{ms_per_event(runs, SOURCE):.3f}",
            f"{ours(runs):.3f}",
            f"{ours(runs) / ms_per_event(reports[0], SOURCE):.2f}",
        )
    return table


def modules(reports: Mapping[int, Sequence[JobReport]]) -> Table:
    """Time per module."""
    table = _table("ms/event", "module", "type", *(f"pileup {pileup}" for pileup in reports), left=2)
    for module in reports[0][0].modules.values():
        times = [f"{ms_per_event(runs, module.label):.3f}" for runs in reports.values()]
        table.add_row(module.label, module.plugin, *times)
    return table


def memory(simulation: Simulation, events: int) -> Table:
    """Resident memory while one long job with the most pileup runs, in blocks of the usual size."""
    watched = Memory()
    simulation.job(PILEUP[-1], events, 64).run(watched)
    table = _table(f"Resident memory, pileup {PILEUP[-1]}", "up to event", "largest size, MB", "/ first")
    first = next(iter(watched.largest.values()))
    for after, size in watched.largest.items():
        table.add_row(str(after), f"{size / 1e6:.0f}", f"{size / first:.3f}")
    return table


def _table(title: str, *headings: str, left: int = 0) -> Table:
    table = Table(title=title, box=None, title_justify="left")
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="left" if number < left else "right")
    return table


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description="Speed and memory of the simulation.")
    parser.add_argument("--memory-events", type=int, default=2 * STEP, help="length of the memory check")
    parser.add_argument("--events", type=int, default=256, help="events of each timed job")
    parser.add_argument("--repeats", type=int, default=5, help="timed jobs for each pileup")
    parser.add_argument("--cfg", default=CFG, help="a packaged cfg, or a file")
    given = parser.parse_args()
    console = Console(width=110)
    with tempfile.TemporaryDirectory() as scratch:
        simulation = Simulation(given.cfg, Path(scratch))
        console.print(memory(simulation, given.memory_events))  # first, before other jobs have enlarged the process
        reports = measured(simulation, given.events, given.repeats)
    console.print(rates(reports), modules(reports), sep="\n")


if __name__ == "__main__":
    main()
