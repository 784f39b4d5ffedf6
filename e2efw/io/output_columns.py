"""Products on their way into a file: columns for every event, gathered until a cluster of events is complete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection, EventRecord, joined_offsets
from e2efw.errors import FileWriteError, LogicError
from e2efw.framework.blocks import ProductLike
from e2efw.io.branches import BranchName
from e2efw.io.columns import fitted
from e2efw.io.untyped import UntypedProduct


@dataclass(frozen=True)
class StoredColumns:
    """One product for consecutive events, as files hold it.

    Args:
        present: (events,) False where an event lacks the product; its lists are empty and its values NaN or 0.
        offsets: (events + 1,) boundaries of the ragged columns.
        ragged: flat columns by leaf path.
        scalars: (events,) columns by leaf path.
    """

    present: NDArray[np.bool_]
    offsets: NDArray[np.int64]
    ragged: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    scalars: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, product: ProductLike | None, having: NDArray[np.int64] | None, n_events: int) -> "StoredColumns":
        """Spread a product over all events of its block.

        Args:
            product: None if no event has it.
            having: positions of the events that have it, None for all.
            n_events: events of the block.
        """
        if product is None:
            return cls(np.zeros(n_events, np.bool_), np.zeros(n_events + 1, np.int64))
        present = np.full(n_events, having is None)
        present[having] = True
        counts = np.zeros(n_events, np.int64)
        if isinstance(product, Collection | UntypedProduct):
            counts[present] = np.diff(product.offsets)
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        if isinstance(product, Collection):
            ragged = {product.leaves[name].path: column for name, column in product.columns.items()}
            return cls(present, offsets, ragged)
        if isinstance(product, EventRecord):
            record = {product.leaves[name].path: _spread(column, present) for name, column in product.columns.items()}
            return cls(present, offsets, {}, record)
        if isinstance(product, UntypedProduct):
            scalars = {path: _spread(column, present) for path, column in product.scalars.items()}
            return cls(present, offsets, product.ragged, scalars)
        raise LogicError(f"{type(product).__name__}: cannot be written: it is neither a Collection nor an EventRecord.")

    def __len__(self) -> int:
        return self.present.size

    def part(self, start: int, stop: int) -> "StoredColumns":
        """Some consecutive events, as views."""
        first, last = int(self.offsets[start]), int(self.offsets[stop])
        return StoredColumns(
            self.present[start:stop],
            self.offsets[start : stop + 1] - first,
            {path: column[first:last] for path, column in self.ragged.items()},
            {path: column[start:stop] for path, column in self.scalars.items()},
        )


@dataclass
class Layout:
    """The leaves of a product in the file being written, fixed by the first events.

    Args:
        owner: who writes, for messages.
        name: the product.
        ragged: types of the leaves that are a list per event.
        scalars: types of the leaves that are one value per event.
    """

    owner: str
    name: BranchName
    ragged: dict[str, np.dtype[Any]]
    scalars: dict[str, np.dtype[Any]]

    @classmethod
    def of(
        cls, owner: str, name: BranchName, product_class: type[Any] | None, parts: Sequence[StoredColumns]
    ) -> "Layout":
        """From the first cluster of events; optional leaves that it lacks are not written.

        Args:
            product_class: class of the product; all its leaves are written if no event of the cluster has the product.
            parts: the cluster.
        """
        found = cls(owner, name, {}, {})
        seen = [part for part in parts if part.present.any()]
        if not seen and product_class is not None:
            leaves = {leaf.path: leaf.dtype for leaf in product_class.leaves.values()}
            (found.ragged if issubclass(product_class, Collection) else found.scalars).update(leaves)
        for part in seen:
            found.ragged |= {path: column.dtype for path, column in part.ragged.items() if path not in found.ragged}
            found.scalars |= {path: column.dtype for path, column in part.scalars.items() if path not in found.scalars}
        return found

    @property
    def empty(self) -> bool:
        """True if nothing is known of the product, not even that it is nothing: it gets no branch."""
        return not self.ragged and not self.scalars

    def joined(self, parts: Sequence[StoredColumns]) -> StoredColumns:
        """The events of all parts, each column in the file's type.

        Raises:
            FileWriteError: a part lacks a leaf, or has one more.
        """
        for part in parts:
            extra = [path for path in {**part.ragged, **part.scalars} if path not in {**self.ragged, **self.scalars}]
            if extra and part.present.any():
                raise FileWriteError(
                    f"{self.owner}: {self.name} has a leaf '{extra[0]}' that it did not have in the first events of "
                    "the job: inputs that differ go into different outputs."
                )
        offsets = joined_offsets([part.offsets for part in parts] or [np.zeros(1, np.int64)])
        present = _concatenated([part.present for part in parts], np.dtype(np.bool_))
        ragged = {
            path: _concatenated([self._column(path, dtype, p.ragged, int(p.offsets[-1])) for p in parts], dtype)
            for path, dtype in self.ragged.items()
        }
        scalars = {
            path: _concatenated(
                [self._column(path, dtype, p.scalars, len(p), needed=bool(p.present.any())) for p in parts], dtype
            )
            for path, dtype in self.scalars.items()
        }
        return StoredColumns(present, offsets, ragged, scalars)

    def _column(
        self, path: str, dtype: np.dtype[Any], columns: Mapping[str, NDArray[Any]], size: int, *, needed: bool = True
    ) -> NDArray[Any]:
        """A column in the file's type; a missing one is NaN.

        Raises:
            FileWriteError: a column of whole numbers is missing or does not fit.
        """
        values = columns.get(path)
        if values is None:
            if dtype.kind != "f" and size and needed:
                raise FileWriteError(
                    f"{self.owner}: {self.name} lacks the leaf '{path}' that it had in the first events of "
                    "the job: inputs that differ go into different outputs."
                )
            return np.full(size, np.nan if dtype.kind == "f" else 0, dtype)
        stored, unfit = fitted(values, dtype)
        if unfit is not None:
            raise FileWriteError(
                f"{self.owner}: {self.name}: a value of '{path}' does not fit {dtype}, its type in the first events."
            )
        return stored


def split(parts: list[StoredColumns], n_events: int) -> tuple[list[StoredColumns], list[StoredColumns]]:
    """The first events of all parts, and the rest."""
    head, rest = [], []
    for part in parts:
        taken = min(len(part), n_events)
        n_events -= taken
        head += [part.part(0, taken)] if taken else []
        rest += [part.part(taken, len(part))] if taken < len(part) else []
    return head, rest


def _spread(values: NDArray[Any], present: NDArray[np.bool_]) -> NDArray[Any]:
    """One value per event: NaN, or 0 for whole numbers, where there is none."""
    if present.all():
        return values
    spread = np.full(present.size, np.nan if values.dtype.kind == "f" else 0, values.dtype)
    spread[present] = values
    return spread


def _concatenated(columns: list[NDArray[Any]], dtype: np.dtype[Any]) -> NDArray[Any]:
    return np.concatenate(columns) if columns else np.empty(0, dtype)
