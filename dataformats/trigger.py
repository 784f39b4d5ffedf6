"""How events fared on the paths of a job: TriggerResults for all of them, PathStatus for one."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection, EventRecord, Leaf

_STATES = 4
"""A status is state + 4 * index in 16 bits, as in CMSSW's HLTPathStatus; an index of -1 stands as 16383."""
_NO_INDEX = 2**16 // _STATES - 1


class PathState(IntEnum):
    """What became of an event on a path."""

    READY = 0
    PASS = 1
    FAIL = 2
    EXCEPTION = 3


class TriggerResults(Collection):
    """State of every path, and the last module reached on it; the same number of paths in every event.

    CMSSW's ``edm::TriggerResults``, product ``TriggerResults::PROCESS``. The names of the paths are part of the
    description; a file of another framework may not tell them.
    """

    friendly_type = "edmTriggerResults"
    status = Leaf("obj.paths_.status_", "uint16", doc="state + 4 * index of the last module reached")
    paths: tuple[str, ...] = ()
    """Names of the paths, in the order of the columns; () if nobody told."""

    @classmethod
    def of(cls, paths: Sequence[str], status: NDArray[np.uint16]) -> Self:
        """From packed states.

        Args:
            status: (events, paths).
        """
        offsets = np.arange(0, status.size + 1, len(paths)) if paths else np.zeros(len(status) + 1)
        columns = {"status": np.ascontiguousarray(status, np.uint16).reshape(-1)}
        return cls.restored(offsets.astype(np.int64), columns, {"paths": list(paths)})

    @classmethod
    def restored(
        cls, offsets: NDArray[np.int64], columns: dict[str, NDArray[Any]], description: Mapping[str, Any]
    ) -> Self:
        """With the names of the paths from the description."""
        product = super().restored(offsets, columns, description)
        product.paths = tuple(description.get("paths", ()))
        return product

    @property
    def description(self) -> dict[str, Any]:
        """The names of the paths."""
        return {"paths": list(self.paths)} if self.paths else {}

    @property
    def state(self) -> NDArray[np.uint8]:
        """(events, paths) `PathState` of each."""
        return state_of(self._table())

    @property
    def index(self) -> NDArray[np.int16]:
        """(events, paths) position of the last module reached; -1 on an empty path."""
        return index_of(self._table())

    def _table(self) -> NDArray[np.uint16]:
        return np.asarray(self.flat("status").reshape(len(self), -1) if len(self) else np.empty((0, len(self.paths))))


class PathStatus(EventRecord):
    """How events fared on one path, for modules that ask; lives within a job only. CMSSW's ``edm::PathStatus``."""

    friendly_type = "edmPathStatus"
    persistent = False
    status = Leaf("obj.status_", "uint16", doc="state + 4 * index of the last module reached")

    @property
    def state(self) -> NDArray[np.uint8]:
        """(events,) `PathState` of each."""
        return state_of(self.columns["status"])

    @property
    def accept(self) -> NDArray[np.bool_]:
        """(events,) True where the path passed."""
        return np.asarray(self.state == PathState.PASS)


class EndPathStatus(PathStatus):
    """How events fared on one of several end paths."""

    friendly_type = "edmEndPathStatus"


def packed(state: NDArray[np.uint8], index: NDArray[np.int16]) -> NDArray[np.uint16]:
    """Both numbers in one, as they are stored."""
    return (state + index.astype(np.uint16) * np.uint16(_STATES)).astype(np.uint16)


def state_of(status: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """`PathState` of packed numbers."""
    return (status % _STATES).astype(np.uint8)


def index_of(status: NDArray[np.uint16]) -> NDArray[np.int16]:
    """Index of packed numbers, -1 if there is no module."""
    index = (status // _STATES).astype(np.int32)
    return np.where(index == _NO_INDEX, -1, index).astype(np.int16)
