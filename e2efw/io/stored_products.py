"""From the branches of a product to the product: leaves that fit together, faulty objects left out."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection, Leaf
from e2efw.errors import FileReadError, LogicError
from e2efw.framework.blocks import Block, EventIDs, ProductLike, Wanted
from e2efw.io.branches import PRESENT, StoredProduct
from e2efw.io.chunks import joined, rearranged
from e2efw.io.columns import Column, fitted, is_numeric, read_column
from e2efw.io.root_file import EventFile
from e2efw.io.screening import Screening, screened
from e2efw.io.untyped import UntypedProduct

_LOG = logging.getLogger("e2efw.io")

_GAP = 1000
"""Events that are read and left out rather than read around: they mostly share a basket with their neighbours."""

_NAMED = 3
"""Leaves that a warning names."""

Found: TypeAlias = tuple[ProductLike, NDArray[np.int64] | None]
"""A product for the events that have it, and their positions, None for all."""


def branches_of(file: EventFile, wanted: Wanted) -> list[Any]:
    """All branches that reading these products touches."""
    branches: list[Any] = []
    for key, cls in wanted.items():
        stored = file.index.products[key]
        branches += [branch for path, branch in stored.leaves.items() if cls is None or path in _paths(cls)]
        branches += [] if stored.present is None else [stored.present]
    return branches


def read_events(
    file: EventFile, ids: EventIDs, wanted: Wanted, positions: NDArray[np.int64], screening: Screening
) -> Block:
    """Read events of one file, in any order; those that lie near each other are read together.

    Args:
        ids: of all events of the file.
        positions: entries in the file, each at most once.

    Raises:
        FileReadError: a branch is corrupt, or the leaves of a product do not fit together.
        EventCorruptionError: an object is faulty and faulty objects are refused.
    """
    order = np.argsort(positions, kind="stable")
    ascending = positions[order]
    pieces = np.split(ascending, np.flatnonzero(np.diff(ascending) > _GAP) + 1)
    if len(pieces) == 1:
        return _read_near(file, ids, wanted, positions, screening)
    block = reduce(joined, [_read_near(file, ids, wanted, piece, screening) for piece in pieces])
    back = np.empty_like(order)
    back[order] = np.arange(order.size)
    return block if np.array_equal(positions, ascending) else rearranged(block, back)


def _read_near(
    file: EventFile, ids: EventIDs, wanted: Wanted, positions: NDArray[np.int64], screening: Screening
) -> Block:
    """Read the whole range in which the events lie, and keep them."""
    start, stop = (int(positions.min()), int(positions.max()) + 1) if positions.size else (0, 0)
    entire = np.array_equal(positions, np.arange(start, stop))
    block = Block(0, ids.take(slice(start, stop) if entire else positions))
    chosen = None if entire else positions - start
    for key, cls in wanted.items():
        reader = _Reader(file, file.index.products[key], start, stop, chosen, block.ids, screening)
        product, having = reader.untyped() if cls is None else reader.typed(cls)
        if product is None:
            continue
        block.products[key] = product
        if having is not None:
            block.events[key] = having
    return block


@dataclass(frozen=True)
class _Reader:
    """Reads one product for some events.

    Args:
        start: first entry to read.
        stop: last entry + 1.
        chosen: which of these entries, in which order; None for all.
        ids: of the events that are kept.
    """

    file: EventFile
    stored: StoredProduct
    start: int
    stop: int
    chosen: NDArray[np.int64] | None
    ids: EventIDs
    screening: Screening

    def typed(self, cls: type[Any]) -> Found:
        """As an object of its class."""
        ragged = issubclass(cls, Collection)
        raw = {name: self._column(leaf.path) for name, leaf in cls.leaves.items() if self._has(leaf)}
        offsets = self._common_offsets({cls.leaves[name].path: column for name, column in raw.items()}, ragged=ragged)
        having = self._having()
        chosen = (
            having if having is not None and not ragged else slice(None)
        )  # events without a record hold no value to judge
        columns, faults = {}, {}
        for name, column in raw.items():
            columns[name], unfit = fitted(column.values[chosen], cls.leaves[name].dtype)
            if unfit is not None:
                faults[f"{name} does not fit {cls.leaves[name].dtype}"] = unfit
        faults |= cls.faults(columns)
        if faults:
            events = np.repeat(np.arange(len(self.ids)), np.diff(offsets))[chosen]
            good = self.screening.good(self.stored.name, faults, events, self.ids)
            if ragged:
                offsets, columns = screened(offsets, columns, good)
            else:
                columns = {name: column[good] for name, column in columns.items()}
                having = having if good.all() else events[good]
        if not ragged:
            return cls(**columns), having
        product = self._restored(cls, offsets, columns)
        return (product, None) if having is None else (product.take(having), having)

    def untyped(self) -> Found | tuple[None, None]:
        """As columns; None if the product has no leaf that a column can hold."""
        raw = self._of_one_list(
            {path: self._column(path) for path, branch in self.stored.leaves.items() if is_numeric(branch)}
        )
        left_out = [path for path in self.stored.leaves if path not in raw]
        if left_out and self.start == 0:
            what = f"File {self.file.path}: {self.stored.name}"
            _LOG.warning(
                "%s: %d of %d leaves are not read: they are no numbers, or belong to another list (%s%s)",
                what,
                len(left_out),
                len(self.stored.leaves),
                ", ".join(left_out[:_NAMED]),
                ", ..." if len(left_out) > _NAMED else "",
            )
            _LOG.debug("%s: not read: %s", what, ", ".join(left_out))
        if not raw:
            return None, None
        ragged = {path: column for path, column in raw.items() if column.offsets is not None}
        scalars = {path: column.values for path, column in raw.items() if column.offsets is None}
        offsets = self._common_offsets(ragged, ragged=True) if ragged else np.zeros(len(self.ids) + 1, np.int64)
        flat = {path: column.values for path, column in ragged.items()}
        product = UntypedProduct(
            self.stored.name.friendly_type, len(self.ids), offsets, flat, scalars, self._description()
        )
        having = self._having()
        return (product, None) if having is None else (product.take(having), having)

    def _of_one_list(self, columns: dict[str, Column]) -> dict[str, Column]:
        """Without the leaves of lists that are not the one with most leaves."""
        lists = [self.stored.lists.get(path, "") for path, column in columns.items() if column.offsets is not None]
        if len(set(lists)) < 2:
            return columns
        largest = max(dict.fromkeys(lists), key=lists.count)
        return {
            path: column
            for path, column in columns.items()
            if column.offsets is None or self.stored.lists.get(path, "") == largest
        }

    def _has(self, leaf: Leaf) -> bool:
        """True if the file has it; where ours is an optional number, CMSSW may have a reference to another object."""
        branch = self.stored.leaves.get(leaf.path)
        return branch is not None and not (leaf.optional and not is_numeric(branch))

    def _column(self, path: str) -> Column:
        return self._read(self.stored.leaves[path])

    def _read(self, branch: Any) -> Column:
        column = read_column(branch, self.start, self.stop, self.file.path)
        return column if self.chosen is None else column.take(self.chosen)

    def _common_offsets(self, columns: Mapping[str, Column], *, ragged: bool) -> NDArray[np.int64]:
        """Event boundaries that all leaves of the product share."""
        first_path = next(iter(columns))
        first = columns[first_path].offsets
        for path, column in columns.items():
            if (column.offsets is not None) != ragged:
                form = "one value per event instead of a list" if ragged else "a list per event instead of one value"
                raise FileReadError(f"File {self.file.path}: leaf '{path}' of {self.stored.name} has {form}.")
            if column.offsets is not None and first is not None and not np.array_equal(column.offsets, first):
                event = int(np.argmax(np.diff(column.offsets) != np.diff(first)))
                raise FileReadError(
                    f"File {self.file.path}: product {self.stored.name} has {np.diff(first)[event]} values of "
                    f"'{first_path}' but {np.diff(column.offsets)[event]} of '{path}' in event {self.ids.name(event)}."
                )
        return np.arange(len(self.ids) + 1) if first is None else first

    def _having(self) -> NDArray[np.int64] | None:
        """Positions of the events that have the product, None for all."""
        if self.stored.present is None:
            return None
        present = self._read(self.stored.present)
        if present.offsets is not None:
            raise FileReadError(
                f"File {self.file.path}: '{PRESENT}' of {self.stored.name} is a list instead of one value per event."
            )
        flags = present.values.astype(np.bool_)
        return None if flags.all() else np.flatnonzero(flags)

    def _description(self) -> Mapping[str, Any]:
        record = self.file.provenance.product(self.stored.name.key)
        return {} if record is None else record.description

    def _restored(
        self, cls: type[Collection], offsets: NDArray[np.int64], columns: dict[str, NDArray[Any]]
    ) -> Collection:
        try:
            return cls.restored(offsets, columns, self._description())
        except (LookupError, TypeError) as error:
            raise FileReadError(
                f"File {self.file.path}: its provenance does not describe {self.stored.name} "
                f"as {cls.__name__} needs it: {error!r}."
            ) from error
        except LogicError as error:  # what no producer writes: bytes that no checksum covered have changed
            raise FileReadError(
                f"File {self.file.path}: {self.stored.name} is damaged in one of the {len(self.ids)} events from "
                f"{self.ids.name(0)} on: {error}"
            ) from error


def _paths(cls: type[Any]) -> set[str]:
    return {leaf.path for leaf in cls.leaves.values()}
