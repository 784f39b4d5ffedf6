"""How far the events of a block have come on one path."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from e2efw.framework.counts import count
from e2efw.framework.worker import Mask

PASS: Final = 1
FAIL: Final = 2
EXCEPTION: Final = 3
"""States of an event on a path, as CMSSW numbers them; 0 is one that has not run."""


@dataclass
class PathProgress:
    """One path; the events that left it remember where.

    Args:
        alive: (events,) True for those still on it. Replaced, never changed: others may hold it.
        n_alive: how many these are.
        index: (events,) last module reached.
        failed: (events,) True for those that an error took off; None if there are none.
    """

    alive: Mask
    n_alive: int
    index: NDArray[np.int16]
    failed: Mask | None = None

    @classmethod
    def start(cls, everything: Mask, n_modules: int) -> Self:
        """All events at the beginning of a path."""
        return cls(everything, everything.size, np.full(everything.size, n_modules - 1, np.int16))

    def stop(self, passed: Mask, position: int) -> int:
        """Take off the events that a filter at this position rejects; returns how many these are."""
        return self._leave(self.alive & ~passed, position)

    def fail(self, failed: Mask, position: int) -> int:
        """Take off the events that an error at this position ends; returns how many these are."""
        leaving = self.alive & failed
        self.failed = leaving if self.failed is None else self.failed | leaving
        return self._leave(leaving, position)

    def _leave(self, leaving: Mask, position: int) -> int:
        n_leaving = count(leaving)
        if n_leaving:
            self.index[leaving] = position
            self.alive = self.alive & ~leaving
            self.n_alive -= n_leaving
        return n_leaving

    @property
    def n_failed(self) -> int:
        """Events that an error took off."""
        return 0 if self.failed is None else count(self.failed)

    @property
    def state(self) -> NDArray[np.uint8]:
        """(events,) states at the end of the path."""
        state = np.where(self.alive, PASS, FAIL).astype(np.uint8)
        if self.failed is not None:
            state[self.failed] = EXCEPTION
        return state
