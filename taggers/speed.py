"""`e2efw model bench`: windows per second of a bundle, by batch size."""

import time
from collections.abc import Sequence
from statistics import median
from typing import Final, NamedTuple

from taggers.backends import OpenModel
from taggers.reference import reference_windows

BATCHES: Final = (1, 8, 32, 128)
_SECONDS: Final = 0.5
"""Time that the runs of one batch size take together at least."""
_RUNS: Final = 3


class Speed(NamedTuple):
    """How fast one batch size is.

    Args:
        batch: windows per run.
        per_second: windows per second, median of the runs.
        milliseconds: of one run, median.
        fastest: of the runs, milliseconds; far from the median where others use the machine.
        runs: how many were timed.
    """

    batch: int
    per_second: float
    milliseconds: float
    fastest: float
    runs: int


def speeds(model: OpenModel, batches: Sequence[int] = BATCHES, seconds: float = _SECONDS) -> list[Speed]:
    """Time runs of each batch size, after one that is not timed; a batch is never cut, whatever memory it takes.

    Args:
        model: open with `max_batch` of the largest batch at least.
        batches: windows per run.
        seconds: that the runs of one size take at least.
    """
    pixels, extra = reference_windows(model.bundle.card.input, max(batches))
    found = []
    for batch in batches:
        some, others = pixels[:batch], {name: values[:batch] for name, values in extra.items()}
        model.run(some, others)
        times: list[float] = []
        while len(times) < _RUNS or sum(times) < seconds:
            start = time.perf_counter()
            model.run(some, others)
            times.append(time.perf_counter() - start)
        each = median(times)
        found.append(Speed(batch, batch / each, 1e3 * each, 1e3 * min(times), len(times)))
    return found
