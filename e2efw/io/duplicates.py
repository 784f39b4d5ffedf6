"""Events that were read before: found by run, luminosity block and event number, and left out."""

import logging
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from e2efw.framework.blocks import EventIDs
from e2efw.io.event_selection import event_keys

_LOG = logging.getLogger("e2efw.io")

DuplicateMode: TypeAlias = Literal["checkAllFilesOpened", "checkEachFile", "checkEachRealDataFile", "noDuplicateCheck"]


class DuplicateCheck:
    """Remembers the events of the files so far.

    Args:
        mode: over all files, within each file, within each file of real data, or not at all.
    """

    def __init__(self, mode: DuplicateMode) -> None:
        self._mode = mode
        self._seen: NDArray[np.bytes_] = np.empty(0, "S16")
        self._found: dict[str, int] = {}

    def fresh(self, ids: EventIDs, *, real: bool) -> NDArray[np.bool_]:
        """(events,) False for events that stood before in this file, or in an earlier one.

        Args:
            ids: events of one file that would be processed.
            real: they come from a detector, not from a simulation.
        """
        if self._mode == "noDuplicateCheck" or (self._mode == "checkEachRealDataFile" and not real):
            return np.ones(len(ids), np.bool_)
        keys = event_keys(ids)
        fresh = _first_of_each(keys)
        if self._mode == "checkAllFilesOpened":
            if self._seen.size:
                place = np.minimum(np.searchsorted(self._seen, keys), self._seen.size - 1)
                fresh &= self._seen[place] != keys
            self._seen = np.sort(np.concatenate([self._seen, keys[fresh]]), kind="stable")
        repeated = np.flatnonzero(~fresh)
        if repeated.size:
            self._found[ids.file] = self._found.get(ids.file, 0) + repeated.size
            more = f" and {repeated.size - 1} more" if repeated.size > 1 else ""
            _LOG.warning(
                "DuplicateEvent: event %s%s of %s stood before in the input and will be skipped",
                ids.name(int(repeated[0])),
                more,
                ids.file,
            )
        return fresh

    def report(self) -> list[str]:
        """One line per file."""
        return [
            f"PoolSource: skipped {count} events of {file} because an event of the same run, luminosity block and "
            "number stood before (duplicateCheckMode)"
            for file, count in self._found.items()
        ]


def _first_of_each(keys: NDArray[np.bytes_]) -> NDArray[np.bool_]:
    """True for the first of equal keys; ascending ones, the usual case, are not sorted again."""
    first = np.ones(keys.size, np.bool_)
    if np.all(keys[1:] > keys[:-1]):
        return first
    first[:] = False
    first[np.unique(keys, return_index=True)[1]] = True
    return first
