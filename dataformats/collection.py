"""Products as columns: one class per data format, whose leaves drive construction, reading and writing.

A data format is a class with leaves::

    class HBHERecHits(Collection):
        friendly_type = "HBHERecHitsSorted"
        energy = Leaf("obj.obj.energy_", "float32", unit="GeV", finite=True)

Its objects hold the columns of a whole block of events. ``hits.energy`` is the ragged awkward array (event, hit);
``hits.flat("energy")`` the flat numpy array and ``hits.offsets`` the event boundaries that kernels take. Both are views
of the same memory.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self, TypeAlias, overload

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from e2efw.errors import LogicError, nearest

Columns: TypeAlias = Mapping[str, NDArray[Any]]
Events: TypeAlias = slice | NDArray[np.int64]
"""Which events of a block: a slice, or ascending positions."""


class Leaf:
    """One column of a data format.

    Args:
        path: leaf name in an EDM file, below the product's branch.
        dtype: numpy dtype in memory and in the files we write.
        unit: physical unit, "" for numbers without one.
        doc: one line of meaning.
        finite: a NaN or infinite value makes the object faulty.
        optional: files may lack it; a missing float column reads as NaN.
    """

    def __init__(
        self, path: str, dtype: str, *, unit: str = "", doc: str = "", finite: bool = False, optional: bool = False
    ) -> None:
        self.path = path
        self.dtype = np.dtype(dtype)
        self.unit = unit
        self.finite = finite
        self.optional = optional
        self.name = ""
        self.__doc__ = f"{doc} [{unit}]" if unit else doc

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, product: None, owner: type) -> Self: ...
    @overload
    def __get__(self, product: "Product", owner: type) -> Any: ...
    def __get__(self, product: "Product | None", owner: type) -> Any:
        """The leaf itself on a class, its values on a product."""
        return self if product is None else product.values(self.name)


class Product:
    """What a module makes or reads for every event of a block; base of `Collection`, `EventRecord` and the frames."""

    friendly_type: ClassVar[str] = ""
    """CMSSW's friendly class name, the first field of the branch name."""
    persistent: ClassVar[bool] = True
    """False for products that only live between modules and are never written."""
    leaves: ClassVar[dict[str, Leaf]] = {}
    """The columns, by attribute name."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Collect the leaves, those of the base classes first."""
        super().__init_subclass__(**kwargs)
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Leaf)}
        cls.leaves = {**cls.leaves, **own}

    @property
    def description(self) -> dict[str, Any]:
        """What the columns alone do not tell, as JSON data: shapes, channel names. Stored once per file."""
        return {}

    def __len__(self) -> int:
        """Number of events."""
        raise NotImplementedError

    def values(self, name: str) -> Any:
        """Column `name` shaped by event."""
        raise NotImplementedError

    def take(self, events: Events) -> Self:
        """The same product for some events; a slice gives views."""
        raise NotImplementedError

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """Events of all parts, in order."""
        raise NotImplementedError

    @classmethod
    def faults(cls, columns: Columns) -> dict[str, NDArray[np.bool_]]:
        """Masks of the objects that cannot be true, by reason; empty where all is well.

        Args:
            columns: flat columns by attribute name, as many as the file has.
        """
        found = {}
        for name, leaf in cls.leaves.items():
            if leaf.finite and name in columns:
                bad = ~np.isfinite(columns[name])
                if bad.any():
                    found[f"{name} is NaN or infinite"] = bad
        return found

    @classmethod
    def _checked(cls, columns: Columns) -> dict[str, NDArray[Any]]:
        """The columns in the dtypes of the leaves, or a LogicError that says what is missing or too much."""
        for name in columns:
            if name not in cls.leaves:
                raise LogicError(f"{cls.__name__}: no column '{name}'. {nearest(name, cls.leaves)}")
        for name, leaf in cls.leaves.items():
            if name not in columns and not leaf.optional:
                raise LogicError(f"{cls.__name__}: column '{name}' is missing; given: {', '.join(columns) or 'none'}.")
        return {name: np.ascontiguousarray(column, dtype=cls.leaves[name].dtype) for name, column in columns.items()}

    @classmethod
    def _refuse_faults(cls, columns: Columns) -> None:
        for reason, bad in cls.faults(columns).items():
            raise LogicError(
                f"{cls.__name__}: {reason} in {np.count_nonzero(bad)} of {bad.size} objects, "
                f"first at {int(bad.argmax())}."
            )


class Collection(Product):
    """Objects per event, as ragged columns.

    Args:
        offsets: (events + 1,) int64; objects of event i are offsets[i]:offsets[i + 1] of every column.
        columns: flat arrays, one per leaf, all of length offsets[-1].

    Raises:
        LogicError: columns and offsets do not fit, or an object is faulty (see `faults`).
    """

    def __init__(self, offsets: NDArray[np.int64], **columns: NDArray[Any]) -> None:
        checked = self._checked(columns)
        offsets = np.ascontiguousarray(offsets, dtype=np.int64)
        if offsets.ndim != 1 or offsets.size == 0 or offsets[0] != 0 or np.any(np.diff(offsets) < 0):
            raise LogicError(f"{type(self).__name__}: offsets must start at 0 and never fall.")
        for name, column in checked.items():
            if column.shape != (offsets[-1],):
                raise LogicError(
                    f"{type(self).__name__}: column '{name}' has shape {column.shape}, "
                    f"the offsets end at {offsets[-1]}."
                )
        self._refuse_faults(checked)
        self.offsets = offsets
        self.columns = checked

    @classmethod
    def restored(
        cls, offsets: NDArray[np.int64], columns: dict[str, NDArray[Any]], description: Mapping[str, Any]
    ) -> Self:
        """Build from columns known to be valid: a selection of a valid product, or screened input."""
        del description  # nothing but columns here; frames keep their layers in it
        product = cls.__new__(cls)
        product.offsets = offsets
        product.columns = columns
        return product

    @classmethod
    def from_lists(cls, **columns: Iterable[Iterable[Any]]) -> Self:
        """Build from one list per event, for tests and notebooks: ``Tracks.from_lists(pt=[[1.0, 2.0], []])``."""
        ragged = {name: list(map(list, column)) for name, column in columns.items()}
        first = next(iter(ragged.values()), [])
        counts = [len(event) for event in first]
        flat = {
            name: np.array([x for event in column for x in event], dtype=cls.leaves[name].dtype)
            for name, column in ragged.items()
        }
        return cls(np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]), **flat)

    @classmethod
    def empty(cls, n_events: int) -> Self:
        """No object in any of `n_events` events."""
        required = {name: np.empty(0, leaf.dtype) for name, leaf in cls.leaves.items() if not leaf.optional}
        return cls.restored(np.zeros(n_events + 1, np.int64), required, {})

    def __len__(self) -> int:
        return self.offsets.size - 1

    @property
    def counts(self) -> NDArray[np.int64]:
        """(events,) objects per event."""
        return np.diff(self.offsets)

    def flat(self, name: str) -> NDArray[Any]:
        """Flat column over all events; an optional float column that was not given is NaN."""
        found = self.columns.get(name)
        if found is not None:
            return found
        leaf = self.leaves.get(name)
        if leaf is None:
            raise LogicError(f"{type(self).__name__}: no column '{name}'. {nearest(name, self.leaves)}")
        if leaf.dtype.kind != "f":
            raise LogicError(
                f"{type(self).__name__}: the input has no '{leaf.path}', so column '{name}' does not exist."
            )
        return np.full(int(self.offsets[-1]), np.nan, leaf.dtype)

    def values(self, name: str) -> Any:
        """Column as awkward array (event, object)."""
        content = ak.contents.NumpyArray(self.flat(name))
        return ak.Array(ak.contents.ListOffsetArray(ak.index.Index64(self.offsets), content))

    def take(self, events: Events) -> Self:
        """Views for a slice, copies for positions."""
        if isinstance(events, slice):
            start, stop, _ = events.indices(len(self))
            objects: Any = slice(int(self.offsets[start]), int(self.offsets[stop]))
            offsets = self.offsets[start : stop + 1] - self.offsets[start]
        else:
            offsets, objects = picked(self.offsets, events)
        return self.restored(
            offsets, {name: column[objects] for name, column in self.columns.items()}, self.description
        )

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """Columns that not every part has are left out: they are optional."""
        shared = set.intersection(*(set(part.columns) for part in parts))
        columns = {
            name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns if name in shared
        }
        return cls.restored(joined_offsets([part.offsets for part in parts]), columns, parts[0].description)


class EventRecord(Product):
    """One value per event and leaf.

    Args:
        columns: arrays of equal length, one per leaf.
    """

    def __init__(self, **columns: NDArray[Any]) -> None:
        self.columns = self._checked(columns)
        shapes = {name: column.shape for name, column in self.columns.items()}
        if len(set(shapes.values())) > 1 or any(len(shape) != 1 for shape in shapes.values()):
            raise LogicError(f"{type(self).__name__}: columns must be one-dimensional and equally long, got {shapes}.")
        self._refuse_faults(self.columns)

    def __len__(self) -> int:
        return int(next(iter(self.columns.values())).size)

    def values(self, name: str) -> NDArray[Any]:
        """(events,) values of one leaf."""
        return self.columns[name]

    def take(self, events: Events) -> Self:
        """Views for a slice, copies for positions."""
        return self._from({name: column[events] for name, column in self.columns.items()})

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """Events of all parts, in order."""
        return cls._from({name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns})

    @classmethod
    def _from(cls, columns: dict[str, NDArray[Any]]) -> Self:
        product = cls.__new__(cls)
        product.columns = columns
        return product


def picked(offsets: NDArray[np.int64], events: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Offsets of the chosen events and the positions of their objects.

    Args:
        offsets: (events + 1,) boundaries.
        events: positions of the chosen events.

    Returns:
        (chosen + 1,) new boundaries starting at 0, and (new total,) positions into the old flat columns.
    """
    counts = np.diff(offsets)[events]
    chosen = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    shift = np.repeat(offsets[events] - chosen[:-1], counts)
    return chosen, shift + np.arange(chosen[-1])


def joined_offsets(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Boundaries of blocks put one after the other, from the boundaries of each."""
    counts = np.concatenate([np.diff(offsets) for offsets in parts])
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
