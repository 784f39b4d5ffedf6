"""Objects that cannot be true: left out and counted, or refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import EventCorruptionError
from e2efw.framework.blocks import EventIDs
from e2efw.io.branches import BranchName


@dataclass
class Screening:
    """What is done with faulty objects, and how many there were.

    Args:
        bad_hits: ``drop`` leaves them out, ``refuse`` stops.
        owner: the source, for messages.
    """

    bad_hits: Literal["drop", "refuse"]
    owner: str = "PoolSource"
    _counts: dict[tuple[BranchName, str], int] = field(default_factory=dict)
    _first: dict[tuple[BranchName, str], str] = field(default_factory=dict)

    def good(
        self, name: BranchName, faults: Mapping[str, NDArray[np.bool_]], events: NDArray[np.int64], ids: EventIDs
    ) -> NDArray[np.bool_]:
        """Count the faulty objects; one with several faults counts for the first.

        Args:
            name: the product.
            faults: (objects,) masks by reason.
            events: (objects,) position in `ids` of the event of each object.
            ids: the events.

        Returns:
            (objects,) True for those that stay.

        Raises:
            EventCorruptionError: there is one and they are refused.
        """
        bad = np.zeros(events.size, np.bool_)
        for reason, mask in faults.items():
            fresh = mask & ~bad
            bad |= mask
            if fresh.any():
                where = f"{ids.name(int(events[fresh.argmax()]))} of {ids.file}"
                if self.bad_hits == "refuse":
                    raise EventCorruptionError(
                        f"{self.owner}: {name} {reason} in event {where}. "
                        "badHits = 'drop' leaves such objects out and counts them."
                    )
                self._counts[name, reason] = self._counts.get((name, reason), 0) + int(np.count_nonzero(fresh))
                self._first.setdefault((name, reason), where)
        return ~bad

    def report(self) -> list[str]:
        """One line per product and reason."""
        return [
            f"{self.owner}: dropped {count} objects of {name} because {reason}; "
            f"first in event {self._first[name, reason]}"
            for (name, reason), count in self._counts.items()
        ]


def screened(
    offsets: NDArray[np.int64], columns: dict[str, NDArray[Any]], good: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
    """Boundaries and columns of the objects that stay."""
    if good.all():
        return offsets, columns
    before = np.concatenate([[0], np.cumsum(good)]).astype(np.int64)
    return before[offsets], {name: column[good] for name, column in columns.items()}
