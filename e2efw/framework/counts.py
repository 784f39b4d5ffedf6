"""How often paths and modules ran, passed, failed and raised, and what time they took."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass
class Counts:
    """Numbers of one path, one place on a path, or one module; of a path, `visited` is how often it was run.

    Args:
        executed: events for which it really ran; of modules only.
        seconds: wall time.
    """

    visited: int = 0
    executed: int = 0
    passed: int = 0
    failed: int = 0
    error: int = 0
    seconds: float = 0.0

    def add(self, other: "Counts") -> None:
        """Add the numbers of another block."""
        self.visited += other.visited
        self.executed += other.executed
        self.passed += other.passed
        self.failed += other.failed
        self.error += other.error
        self.seconds += other.seconds


@dataclass
class BlockCounts:
    """Numbers of one block.

    Args:
        passed: events that passed at least one path.
        paths: by number of the path.
        places: by number of the path and position on it.
        modules: by label.
    """

    events: int
    passed: int = 0
    seconds: float = 0.0
    paths: dict[int, Counts] = field(default_factory=dict)
    places: dict[tuple[int, int], Counts] = field(default_factory=dict)
    modules: dict[str, Counts] = field(default_factory=dict)


@dataclass
class PathCounts:
    """Numbers of one path.

    Args:
        kind: ``Path``, ``EndPath`` or ``FinalPath``.
        labels: its modules.
        places: numbers of each place.
    """

    name: str
    kind: str
    labels: Sequence[str]
    total: Counts = field(default_factory=Counts)
    places: list[Counts] = field(default_factory=list)


@dataclass
class TriggerCounts:
    """Numbers of a job.

    Args:
        stream_seconds: wall time of all streams inside blocks.
    """

    events: int = 0
    passed: int = 0
    stream_seconds: float = 0.0
    paths: list[PathCounts] = field(default_factory=list)
    modules: dict[str, Counts] = field(default_factory=dict)

    def add(self, block: BlockCounts) -> None:
        """Count a block."""
        self.events += block.events
        self.passed += block.passed
        self.stream_seconds += block.seconds
        for number, counts in block.paths.items():
            self.paths[number].total.add(counts)
        for (number, position), counts in block.places.items():
            self.paths[number].places[position].add(counts)
        for label, counts in block.modules.items():
            self.modules.setdefault(label, Counts()).add(counts)


def count(mask: NDArray[np.bool_]) -> int:
    """How many are True."""
    return int(np.count_nonzero(mask))
