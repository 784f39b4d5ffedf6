"""Objects of a job, block by block from any stream, and back in the order of the events."""

import threading
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection
from dataformats.results import Scores, score_columns
from dataformats.truth import TruthLabels
from e2efw.errors import ConfigurationError, LogicError, nearest
from e2efw.framework.blocks import EventIDs
from taggers.evaluation.sample import Array


class Rows(NamedTuple):
    """Some objects, one per row.

    Args:
        run: of the event.
        lumi: of the event.
        event: of the event.
        position: of the object in its event.
        said: score or estimate; (objects, networks) if several say something.
        truth: label or target.
        sigma: claimed uncertainty, in the shape of `said`; NaN where there is none.
    """

    run: NDArray[np.uint32]
    lumi: NDArray[np.uint32]
    event: NDArray[np.uint64]
    position: NDArray[np.int64]
    said: Array
    truth: Array
    sigma: Array

    def ordered(self) -> "Rows":
        """By event and position, whatever order they came in; events of equal numbers by what was said."""
        said, sigma = (np.atleast_2d(columns.T) for columns in (self.said, self.sigma))
        order = np.lexsort((*sigma, self.truth, *said, self.position, self.event, self.lumi, self.run))
        return Rows._make(column[order] for column in self)


class Collected:
    """Rows of all blocks so far; streams add at the same time. About 52 bytes per object stay until the end."""

    def __init__(self) -> None:
        self._parts: list[Rows] = []
        self._lock = threading.Lock()

    def add(self, rows: Rows) -> None:
        """Keep the rows of a block."""
        with self._lock:
            self._parts.append(rows)

    def __bool__(self) -> bool:
        """True if any block came, even one without objects."""
        return bool(self._parts)

    def rows(self) -> Rows:
        """All rows: the same for any size and order of blocks."""
        return Rows._make(np.concatenate(columns) for columns in zip(*self._parts, strict=True)).ordered()


def rows_of(ids: EventIDs, said: Collection, truth: TruthLabels, names: tuple[str, str, str]) -> Rows:
    """The valid objects of a block; of those with a target, only if it is known.

    Args:
        ids: of the events.
        said: what a network says, in step with the objects.
        truth: in step with the same objects.
        names: columns: what is said, its truth, its uncertainty ("" for none).

    Raises:
        LogicError: the two are about different objects.
        ConfigurationError: one of them has no such column.
    """
    if not np.array_equal(said.offsets, truth.offsets):
        raise LogicError(
            f"{type(said).__name__} of {said.offsets[-1]} objects in {len(said)} events and labels of "
            f"{truth.offsets[-1]} objects in {len(truth)} events are not about the same objects."
        )
    value, target, sigma = names
    true = _column(truth, target)
    taken = np.flatnonzero(truth.flat("valid") & np.isfinite(true))
    event = np.repeat(np.arange(len(said)), said.counts)[taken]
    claimed = _column(said, sigma)[taken] if sigma else np.full(taken.size, np.nan)
    position = taken - said.offsets[event]
    numbers = ids.run[event], ids.lumi[event], ids.event[event]
    return Rows(*numbers, position, _column(said, value)[taken], true[taken], claimed)


def column_of(said: Collection, name: str) -> str:
    """The column with that name; of `Scores`, of the class with that name.

    Raises:
        ConfigurationError: there is none; names the nearest.
    """
    classes = score_columns(said.classes) if isinstance(said, Scores) else {}
    if name not in said.leaves and name not in classes:
        known = (*classes, *said.leaves)
        raise ConfigurationError(f"{type(said).__name__} has no column '{name}'. {nearest(name, known)}")
    return classes.get(name, name)


def _column(product: Collection, name: str) -> Array:
    if name not in product.leaves:
        raise ConfigurationError(f"{type(product).__name__} has no column '{name}'. {nearest(name, product.leaves)}")
    return product.flat(name).astype(np.float64)
