"""Blocks: consecutive events held as columns, with the products made for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, NamedTuple, Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ProductNotFoundError
from e2efw.framework.tags import ProductKey


class ProductLike(Protocol):
    """What the framework needs of a product; every class of `dataformats` offers it."""

    friendly_type: ClassVar[str]
    persistent: ClassVar[bool]

    def __len__(self) -> int:
        """Number of events."""

    def take(self, events: NDArray[np.int64] | slice) -> Self:
        """The same product for some events."""

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """Events of all parts, in order."""


Wanted: TypeAlias = Mapping[ProductKey, type[Any] | None]
"""Products to read, each with the class it is read as; None keeps whatever columns there are."""


@dataclass(frozen=True)
class ProductInfo:
    """What is known of a product before the first event.

    Args:
        friendly_type: first field of the branch name.
        description: shapes, channel names, as JSON data.
        persistent: False if it is never written.
        origin: who has it, for messages: a file or ``module label (type)``.
        product_class: class of the product, None if no module of this job knows it.
    """

    friendly_type: str
    description: Mapping[str, Any] = field(default_factory=dict)
    persistent: bool = True
    origin: str = ""
    product_class: type[Any] | None = None


SourceContent: TypeAlias = Mapping[ProductKey, ProductInfo]


@dataclass(frozen=True)
class EventIDs:
    """Who the events of a block are.

    Args:
        run: (events,) uint32.
        lumi: (events,) uint32.
        event: (events,) uint64.
        file: where they come from, for messages.
        ordinal: (events,) number in the job, from 0 in the order of the input; None before the job has counted them.
    """

    run: NDArray[np.uint32]
    lumi: NDArray[np.uint32]
    event: NDArray[np.uint64]
    file: str
    ordinal: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return int(self.run.size)

    def name(self, position: int) -> str:
        """``run:lumi:event`` of one event."""
        return f"{self.run[position]}:{self.lumi[position]}:{self.event[position]}"

    def take(self, events: NDArray[np.int64] | slice) -> "EventIDs":
        """The ids of some events."""
        ordinal = None if self.ordinal is None else self.ordinal[events]
        return EventIDs(self.run[events], self.lumi[events], self.event[events], self.file, ordinal)

    def counted(self, first: int) -> "EventIDs":
        """The same events with their numbers in the job.

        Args:
            first: number of the first one.
        """
        return replace(self, ordinal=np.arange(first, first + len(self)))


class Cut(NamedTuple):
    """Where a block of chosen events comes from.

    Args:
        ids: of all events of the block that it was cut from.
        chosen: (events of that block,) True for those that it holds.
    """

    ids: EventIDs
    chosen: NDArray[np.bool_]


@dataclass
class Block:
    """Consecutive events and their products.

    A product may exist for some of the events only: a module behind a filter makes nothing for events that were
    rejected.
    """

    number: int
    ids: EventIDs
    products: dict[ProductKey, ProductLike] = field(default_factory=dict)
    events: dict[ProductKey, NDArray[np.int64]] = field(default_factory=dict)
    """For products that not all events have: the positions of those that do."""
    cut: Cut | None = None
    """For a block of chosen events: what it was cut from."""

    def __len__(self) -> int:
        return len(self.ids)

    def has(self, key: ProductKey | None, events: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(events,) whether they have a product."""
        if key not in self.products:
            return np.zeros(events.size, np.bool_)
        having = self.events.get(key)
        return np.ones(events.size, np.bool_) if having is None else np.isin(events, having, assume_unique=True)

    def take(self, chosen: NDArray[np.bool_], keys: Iterable[ProductKey]) -> "Block":
        """A block of some of the events.

        Args:
            chosen: (events,) True for those it holds.
            keys: the products it holds, as far as this block has them.
        """
        events = np.flatnonzero(chosen)
        taken = Block(self.number, self.ids.take(events), cut=Cut(self.ids, chosen))
        place = np.cumsum(chosen) - 1
        for key in keys:
            product, having = self.products.get(key), self.events.get(key)
            if product is None:
                continue
            if having is None:
                taken.products[key] = product.take(events)
                continue
            kept = np.flatnonzero(chosen[having])
            taken.products[key] = product.take(kept)
            taken.events[key] = place[having[kept]]
        return taken

    def put(self, key: ProductKey, product: ProductLike, events: NDArray[np.int64]) -> None:
        """Add a product for some events; a second call adds those of other events."""
        if key in self.products:
            known = self.events[key]
            order = np.argsort(np.concatenate([known, events]), kind="stable")
            product = type(product).concatenate([self.products[key], product]).take(order)
            events = np.concatenate([known, events])[order]
        self.products[key] = product
        if events.size < len(self) or key in self.events:
            self.events[key] = events

    def share(self, name: ProductKey, key: ProductKey) -> None:
        """Give a product, if there is one, a second name."""
        if key in self.products:
            self.products[name] = self.products[key]
        if key in self.events:
            self.events[name] = self.events[key]

    def get(self, key: ProductKey, events: NDArray[np.int64]) -> ProductLike:
        """The product for exactly these events.

        Raises:
            ProductNotFoundError: one of the events lacks it.
        """
        product = self.products.get(key)
        if product is None:
            raise ProductNotFoundError(f"no product {key} in event {self._where(events[:1])}.")
        having = self.events.get(key)
        if having is None:
            return product if events.size == len(self) else product.take(events)
        lacking = np.setdiff1d(events, having)
        if lacking.size:
            raise ProductNotFoundError(
                f"product {key} was not made for event {self._where(lacking)}: a filter stopped its path."
            )
        return product if events.size == having.size else product.take(np.searchsorted(having, events))

    def _where(self, events: Iterable[int]) -> str:
        first = next(iter(events), None)
        return "(none)" if first is None else f"{self.ids.name(int(first))} of {self.ids.file}"
