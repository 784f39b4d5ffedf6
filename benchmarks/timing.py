"""How everything here is timed: all candidates warmed up, then in shuffled order, several times; medians.

A fixed order favours whoever finds the caches filled by the one before. Hot means the inputs were touched just before.
"""

import random
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import NamedTuple, TypeVar

from rich.console import Console
from rich.table import Table

Key = TypeVar("Key", bound=Hashable)


class Timing(NamedTuple):
    """Wall time of one candidate, seconds."""

    median: float
    fastest: float
    slowest: float


def timed(candidates: Mapping[Key, Callable[[], object]], repeats: int = 9, seed: int = 1) -> dict[Key, Timing]:
    """Time every candidate.

    Args:
        candidates: functions by name; what they return is thrown away.
        repeats: rounds; every round runs all candidates in another order.
    """
    order = list(candidates)
    shuffle = random.Random(seed).shuffle  # noqa: S311 (an order, no secret)
    for run in candidates.values():
        run()
    seconds: dict[Key, list[float]] = {name: [] for name in order}
    for _ in range(repeats):
        shuffle(order)
        for name in order:
            start = time.perf_counter()
            candidates[name]()
            seconds[name].append(time.perf_counter() - start)
    return {name: Timing(median(times), min(times), max(times)) for name, times in seconds.items()}


def timed_on_threads(
    candidates: Mapping[str, Sequence[Callable[[], object]]], repeats: int
) -> dict[str, tuple[Timing, Timing]]:
    """Time every candidate on one thread, and on as many as it has functions.

    Args:
        candidates: by name, one function for each thread, each with data of its own.
        repeats: rounds; every round runs all candidates, on one thread and on all, in another order.

    Returns:
        The time of the first function alone, and the time until all are done that began together.
    """
    most = max(len(runs) for runs in candidates.values())
    with ThreadPoolExecutor(most) as pool:

        def together(runs: Sequence[Callable[[], object]]) -> None:
            for done in [pool.submit(_forgetful, run) for run in runs]:
                done.result()

        alone: dict[tuple[str, bool], Callable[[], object]] = {
            (name, False): each[0] for name, each in candidates.items()
        }
        both = {(name, True): lambda runs=runs: together(runs) for name, runs in candidates.items()}
        times = timed(alone | both, repeats)
    return {name: (times[name, False], times[name, True]) for name in candidates}


def _forgetful(run: Callable[[], object]) -> None:
    """Run, and give back the memory of what it returns at once, as on one thread."""
    run()


def print_rates(title: str, timings: Mapping[str, Timing], count: int, what: str, reference: str) -> None:
    """Rates per second, and how many times faster than the reference each candidate is.

    Args:
        count: how many of `what` one run handles.
        reference: the candidate that everything is compared with.
    """
    table = Table(title=title, box=None, title_justify="left")
    for heading in ("", f"{what}/s", f"us/{what}", "slowest/fastest", f"speed / {reference}"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, timing in timings.items():
        table.add_row(
            name,
            f"{count / timing.median:,.0f}",
            f"{1e6 * timing.median / count:.2f}",
            f"{timing.slowest / timing.fastest:.2f}",
            f"{timings[reference].median / timing.median:.2f}",
        )
    Console(width=110).print(table)
