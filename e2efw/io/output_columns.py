"""Products on their way into a file: columns for every event, gathered until a cluster of events is complete."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection, EventRecord
from e2efw.errors import FileWriteError, LogicError
from e2efw.framework.blocks import ProductLike
from e2efw.io.branches import PRESENT, BranchName
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
    """The leaves of a product in the file being written, fixed when its tree is made."""

    ragged: dict[str, np.dtype[Any]]
    scalars: dict[str, np.dtype[Any]]

    @classmethod
    def of(cls, product_class: type[Any] | None, parts: list[StoredColumns]) -> "Layout":
        """From the first cluster of events; optional leaves that it lacks are not written.

        Args:
            product_class: class of the product; all its leaves are written if no event of the cluster has the product.
            parts: the cluster.
        """
        seen = [part for part in parts if part.present.any()]
        if not seen and product_class is not None:
            leaves = {leaf.path: leaf.dtype for leaf in product_class.leaves.values()}
            return cls(leaves, {}) if issubclass(product_class, Collection) else cls({}, leaves)
        found = cls({}, {})
        for part in seen:
            found.ragged |= {path: column.dtype for path, column in part.ragged.items() if path not in found.ragged}
            found.scalars |= {path: column.dtype for path, column in part.scalars.items() if path not in found.scalars}
        return found

    def branch_types(self, name: BranchName) -> dict[str, Any]:
        """Names and types of the branches, as uproot takes them: lists share one counter."""
        if not self.ragged and not self.scalars:
            return {}  # nothing is known of it, not even that it is nothing
        types: dict[str, Any] = {f"{name.prefix}{PRESENT}": np.dtype(np.bool_)}
        if self.ragged:
            kinds = [ak.types.NumpyType(dtype.name) for dtype in self.ragged.values()]
            types[name.prefix] = ak.types.ListType(ak.types.RecordType(kinds, list(self.ragged)))
        return types | {f"{name.prefix}{path}": dtype for path, dtype in self.scalars.items()}

    def branch_data(self, name: BranchName, parts: list[StoredColumns]) -> dict[str, Any]:
        """Values of all branches for the events of all parts.

        Raises:
            FileWriteError: a part lacks a leaf, or has one more.
        """
        for part in parts:
            extra = [path for path in {**part.ragged, **part.scalars} if path not in {**self.ragged, **self.scalars}]
            if extra and part.present.any():
                raise FileWriteError(
                    f"PoolOutputModule: {name} has a leaf '{extra[0]}' that it did not have in the first events of "
                    "the job: inputs that differ go into different outputs."
                )
        if not self.ragged and not self.scalars:
            return {}
        data: dict[str, Any] = {f"{name.prefix}{PRESENT}": np.concatenate([part.present for part in parts])}
        if self.ragged:
            counts = np.concatenate([np.diff(part.offsets) for part in parts])
            offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
            columns = [
                np.concatenate([_column(name, path, dtype, part.ragged, int(part.offsets[-1])) for part in parts])
                for path, dtype in self.ragged.items()
            ]
            records = ak.contents.RecordArray([ak.contents.NumpyArray(column) for column in columns], list(self.ragged))
            data[name.prefix] = ak.Array(ak.contents.ListOffsetArray(ak.index.Index64(offsets), records))
        for path, dtype in self.scalars.items():
            values = [
                _column(name, path, dtype, part.scalars, len(part), needed=bool(part.present.any())) for part in parts
            ]
            data[f"{name.prefix}{path}"] = np.concatenate(values)
        return data


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


def _column(
    name: BranchName,
    path: str,
    dtype: np.dtype[Any],
    columns: Mapping[str, NDArray[Any]],
    size: int,
    *,
    needed: bool = True,
) -> NDArray[Any]:
    """A column in the file's type; a missing one is NaN.

    Raises:
        FileWriteError: a column of whole numbers is missing or does not fit.
    """
    values = columns.get(path)
    if values is None:
        if dtype.kind != "f" and size and needed:
            raise FileWriteError(
                f"PoolOutputModule: {name} lacks the leaf '{path}' that it had in the first events of "
                "the job: inputs that differ go into different outputs."
            )
        return np.full(size, np.nan if dtype.kind == "f" else 0, dtype)
    stored, unfit = fitted(values, dtype)
    if unfit is not None:
        raise FileWriteError(
            f"PoolOutputModule: {name}: a value of '{path}' does not fit {dtype}, its type in the first events."
        )
    return stored
