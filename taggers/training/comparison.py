"""Two bundles that should say the same: how far apart they are, how much quicker one is, and what it loses."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import LogicError
from taggers.bundle import Bundle
from taggers.onnx_backend import OnnxSession
from taggers.training.standings import Standings

_ROUNDS: Final = 5
"""Times that each bundle is timed, in turns; the median counts."""


@dataclass(frozen=True)
class Difference:
    """How far one output is from that of the first bundle, in its unit.

    Args:
        name: of the output.
        mean: of |difference|.
        largest: of |difference|.
        spread: standard deviation of the output of the first bundle, to compare with.
    """

    name: str
    mean: float
    largest: float
    spread: float


@dataclass(frozen=True)
class Comparison:
    """A bundle, second, against the one it was made of, first.

    Args:
        names: of the bundles.
        sizes: bytes of their graphs.
        rates: objects per second.
        differences: output by output.
        objects: windows that they were compared on.
        batch: windows per run.
        threads: of ONNX Runtime.
        provider: execution provider.
        standings: how good both are; None if nothing tells.
    """

    names: tuple[str, str]
    sizes: tuple[int, int]
    rates: tuple[float, float]
    differences: tuple[Difference, ...]
    objects: int
    batch: int
    threads: int
    provider: str
    standings: Standings | None = None

    @property
    def speed_up(self) -> float:
        """Rate of the second over that of the first."""
        return self.rates[1] / self.rates[0]

    def written(self) -> dict[str, Any]:
        """For JSON."""
        told = self.standings.written() if self.standings else None
        return asdict(replace(self, standings=None)) | {"speed_up": self.speed_up, "standings": told}

    def text(self) -> str:
        """A table for people."""
        width = max(len(name) for name in (*self.names, *(one.name for one in self.differences), "output"))
        lines = [f"{'model':<{width}}  {'MB':>9}  {'objects/s':>9}"]
        for name, size, rate in zip(self.names, self.sizes, self.rates, strict=True):
            lines.append(f"{name:<{width}}  {size / 1e6:9.3f}  {rate:9.0f}")
        lines.append(
            f"{self.speed_up:.2f} times as fast, {self.sizes[1] / self.sizes[0]:.2f} times the size "
            f"({self.provider}, batches of {self.batch}, threads: {self.threads}, {self.objects} objects)"
        )
        lines.append(f"{'output':<{width}}  {'mean diff':>9}  {'largest':>9}  {'spread':>9}")
        lines += [
            f"{one.name:<{width}}  {one.mean:9.3g}  {one.largest:9.3g}  {one.spread:9.3g}" for one in self.differences
        ]
        lines += self.standings.lines() if self.standings else []
        return "\n".join(lines)


def compare(
    first: Bundle,
    second: Bundle,
    pixels: NDArray[np.float32],
    extra: Mapping[str, NDArray[Any]],
    *,
    threads: int = 1,
    batch: int = 32,
) -> Comparison:
    """Run both on the same windows.

    Args:
        first: what is compared with.
        second: says the same things.
        pixels: (windows, channels, rows, columns) raw.
        extra: (windows,) integers by name, as the cards ask for.
        threads: of ONNX Runtime.
        batch: windows per run.

    Raises:
        LogicError: the bundles say different things, or there are no windows.
    """
    if first.output_names != second.output_names or not len(pixels):
        raise LogicError(
            f"compare: {len(pixels)} windows for '{first.card.name}', which says {', '.join(first.output_names)}, and "
            f"'{second.card.name}', which says {', '.join(second.output_names)}."
        )
    sessions = [OnnxSession.open(bundle, threads=threads, max_batch=batch) for bundle in (first, second)]
    before, after = (session.run(pixels, extra) for session in sessions)
    seconds = np.empty((_ROUNDS, 2))
    for turn in range(_ROUNDS):
        for place, session in enumerate(sessions):
            start = time.perf_counter()
            session.run(pixels, extra)
            seconds[turn, place] = time.perf_counter() - start
    rates = len(pixels) / np.median(seconds, axis=0)
    return Comparison(
        (first.card.name, second.card.name),
        (len(first.model), len(second.model)),
        (float(rates[0]), float(rates[1])),
        tuple(_difference(name, before[name], after[name]) for name in first.output_names),
        len(pixels),
        batch,
        threads,
        sessions[1].provider,
    )


def _difference(name: str, before: NDArray[np.float32], after: NDArray[np.float32]) -> Difference:
    apart = np.abs(after.astype(np.float64) - before)
    return Difference(name, float(apart.mean()), float(apart.max()), float(before.astype(np.float64).std()))
