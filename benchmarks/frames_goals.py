"""What the benchmark of frames prints: rates on one thread and on two, and ratios beside what was aimed at."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.timing import Timing

Times = Mapping[str, tuple[Timing, Timing]]
"""By candidate: alone, and on all threads that began together."""


class Goal(NamedTuple):
    """A ratio of the last table.

    Args:
        what: is compared.
        ratio: measured.
        goal: to reach; None where none was set.
        at_least: True if larger is better.
    """

    what: str
    ratio: float
    goal: float | None
    at_least: bool

    @property
    def met(self) -> bool | None:
        """Whether it is reached; None without a goal."""
        if self.goal is None:
            return None
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal


def slower(times: Times, slow: str, fast: str, what: str, goal: float | None) -> Goal:
    """How many times longer others take than ours, on one thread; should be large."""
    return Goal(f"{slow} / {fast}: {what}", times[slow][0].median / times[fast][0].median, goal, at_least=True)


def above_floor(times: Times, ours: str, floor: str, what: str, goal: float | None) -> Goal:
    """How many times longer ours takes than the floor, on one thread; should be small."""
    return Goal(f"{ours} / {floor}: {what}", times[ours][0].median / times[floor][0].median, goal, at_least=False)


def gain(times: Times, name: str, what: str, counts: Sequence[int], goal: float | None) -> Goal:
    """How many times more is done in the same time on all threads than on one."""
    alone, together = times[name]
    ratio = sum(counts) / together.median * alone.median / counts[0]
    return Goal(f"{len(counts)} threads / one, {name}: {what}", ratio, goal, at_least=True)


def print_times(title: str, times: Times, counts: Sequence[int], what: str) -> None:
    """Rates on one thread and on all.

    Args:
        title: of the table.
        times: by candidate.
        counts: how many of `what` each thread handles; the first is the one that was alone, too.
        what: is counted.
    """
    table = Table(title=title, box=None, title_justify="left")
    on = f"on {len(counts)} threads"
    for heading in ("", f"{what}/s", f"us/{what}", "slowest/fastest", f"{what}/s {on}", "slowest/fastest"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, (alone, together) in times.items():
        table.add_row(
            name,
            f"{counts[0] / alone.median:,.0f}",
            f"{1e6 * alone.median / counts[0]:.2f}",
            f"{alone.slowest / alone.fastest:.2f}",
            f"{sum(counts) / together.median:,.0f}",
            f"{together.slowest / together.fastest:.2f}",
        )
    Console(width=120).print(table)


def print_goals(goals: Sequence[Goal]) -> None:
    """Measured ratios beside what was aimed at."""
    table = Table(title="Ratios of times, and goals", box=None, title_justify="left")
    for heading in ("", "measured", "goal", "met"):
        table.add_column(heading, justify="right" if heading in {"measured", "goal"} else "left")
    for goal in goals:
        aim = "-" if goal.goal is None else f"{'>=' if goal.at_least else '<='} {goal.goal:g}"
        met = {True: "yes", False: "no", None: "-"}[goal.met]
        table.add_row(goal.what, f"{goal.ratio:.2f}", aim, met)
    Console(width=120).print(table)
