"""Products that no module of the job knows: their columns as the file has them, so that outputs can copy them."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Events, Product, joined_offsets, picked
from e2efw.errors import LogicError, nearest


class UntypedProduct(Product):
    """Columns by leaf path.

    Args:
        friendly_type: first field of the branch name.
        n_events: number of events.
        offsets: (events + 1,) int64, boundaries of every column in `ragged`.
        ragged: flat arrays of what is a list per event.
        scalars: (events,) arrays of what is one value per event.
        description: carried along.
    """

    def __init__(
        self,
        friendly_type: str,
        n_events: int,
        offsets: NDArray[np.int64],
        ragged: Mapping[str, NDArray[Any]],
        scalars: Mapping[str, NDArray[Any]],
        description: Mapping[str, Any],
    ) -> None:
        sizes = {name: (column.size, int(offsets[-1])) for name, column in ragged.items()}
        sizes |= {name: (column.size, n_events) for name, column in scalars.items()}
        for name, (size, expected) in sizes.items():
            if size != expected:
                raise LogicError(
                    f"UntypedProduct {friendly_type}: column '{name}' has {size} values instead of {expected}."
                )
        if offsets.size != n_events + 1:
            raise LogicError(f"UntypedProduct {friendly_type}: {offsets.size} boundaries for {n_events} events.")
        vars(self)["friendly_type"] = friendly_type  # other products have it on their class
        self.offsets = offsets
        self.ragged = dict(ragged)
        self.scalars = dict(scalars)
        self._n_events = n_events
        self._description = dict(description)

    @property
    def description(self) -> dict[str, Any]:
        """As the input had it."""
        return self._description

    def __len__(self) -> int:
        return self._n_events

    def values(self, name: str) -> NDArray[Any]:
        """Column by leaf path: (events,) or flat over all events."""
        columns = {**self.ragged, **self.scalars}
        if name not in columns:
            raise LogicError(f"UntypedProduct {self.friendly_type}: no column '{name}'. {nearest(name, columns)}")
        return columns[name]

    def take(self, events: Events) -> Self:
        """Views for a slice, copies for positions."""
        if isinstance(events, slice):
            start, stop, _ = events.indices(len(self))
            objects: Any = slice(int(self.offsets[start]), int(self.offsets[stop]))
            offsets = self.offsets[start : stop + 1] - self.offsets[start]
        else:
            offsets, objects = picked(self.offsets, events)
        ragged = {name: column[objects] for name, column in self.ragged.items()}
        scalars = {name: column[events] for name, column in self.scalars.items()}
        return type(self)(self.friendly_type, offsets.size - 1, offsets, ragged, scalars, self._description)

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """Events of all parts, in order; the parts have the same columns."""
        first = parts[0]
        offsets = joined_offsets([part.offsets for part in parts])
        ragged = {name: np.concatenate([part.ragged[name] for part in parts]) for name in first.ragged}
        scalars = {name: np.concatenate([part.scalars[name] for part in parts]) for name in first.scalars}
        return cls(first.friendly_type, offsets.size - 1, offsets, ragged, scalars, first.description)
