"""Modules of random jobs: numbers made of numbers, filters that look at them, an output that remembers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataformats.results import EventFloat
from dataformats.trigger import PathStatus, TriggerResults
from e2efw.errors import EventCorruptionError
from e2efw.framework.blocks import Block, EventIDs, ProductInfo, SourceContent, Wanted
from e2efw.framework.modules import EDFilter, EDProducer, InputTag, OutputModule, Source, param
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey

NUMBER = ProductKey("number", "", "IN")


class RandomSource(Source):
    """Numbered events."""

    events: int = param(10, doc="how many")

    def open(self) -> "OpenRandomSource":
        return OpenRandomSource(self.events)


@dataclass
class OpenRandomSource:
    """Open."""

    n_events: int
    content: ClassVar[SourceContent] = {NUMBER: ProductInfo("float", product_class=EventFloat)}
    provenance: ClassVar[Provenance] = Provenance([])

    def blocks(self, wanted: Wanted, events_per_block: int, max_events: int) -> Iterator[Block]:
        last = self.n_events if max_events < 0 else min(max_events, self.n_events)
        for number, first in enumerate(range(0, last, events_per_block)):
            event = np.arange(first, min(first + events_per_block, last), dtype=np.uint64)
            ones = np.ones(event.size, np.uint32)
            products = {NUMBER: EventFloat(value=event.astype(np.float32))}
            yield Block(number, EventIDs(ones, ones, event, "memory"), {k: products[k] for k in wanted})

    def report(self) -> list[str]:
        return []

    def close(self) -> None:
        pass


def refuse_some(events: NDArray[np.uint64], bad: int) -> None:
    if bad and np.any(events % np.uint64(bad) == bad - 1):
        raise EventCorruptionError("a bad event")


class RandomProducer(EDProducer):
    """A number made of the event's, of what it reads and of its salt."""

    first: InputTag = param("number", doc="must be there")
    second: InputTag = param("number", doc="may be missing")
    salt: int = param(1, doc="makes modules differ")
    bad: int = param(0, doc="cannot process every so manieth event")

    def produce(self, first: EventFloat, second: EventFloat | None, ids: EventIDs) -> EventFloat:
        refuse_some(ids.event, self.bad)
        other = 0 if second is None else second.value
        return EventFloat(value=(3 * first.value + 5 * other + self.salt) % 997)


class RandomFilter(EDFilter):
    """Most of the events."""

    number: InputTag = param("number", doc="what decides")
    salt: int = param(1, doc="makes filters differ")
    bad: int = param(0, doc="cannot process every so manieth event")

    def filter(self, number: EventFloat, ids: EventIDs) -> NDArray[np.bool_]:
        refuse_some(ids.event, self.bad)
        return np.asarray((number.value + self.salt) % 4 != 0)


class RandomQuestion(EDFilter):
    """Did that path pass?"""

    path: InputTag = param(doc="name of the path")

    def filter(self, path: PathStatus) -> NDArray[np.bool_]:
        return path.accept


class RandomOutput(OutputModule):
    """Remembers what it gets."""

    name: str = param(doc="where to find it")
    keep: tuple[str, ...] = param((), doc="labels of modules")
    got: ClassVar[dict[str, list[tuple[int, dict[str, Any]]]]] = {}

    def open(self, content: SourceContent, provenance: Provenance) -> "RandomWriter":
        self.got[self.name] = []
        wanted = {key: info.product_class for key, info in content.items() if key.label in self.keep}
        return RandomWriter(wanted, self.got[self.name])


def shown(product: Any) -> Any:
    """The number, or state and index of every path."""
    if isinstance(product, TriggerResults):
        return list(zip(product.state[0].tolist(), product.index[0].tolist(), strict=True))
    return float(product.value[0])


@dataclass
class RandomWriter:
    """Open."""

    wanted: Wanted
    got: list[tuple[int, dict[str, Any]]]
    files: ClassVar[Sequence[Path]] = ()

    def write(self, block: Block) -> None:
        for position, event in enumerate(block.ids.event.tolist()):
            here = np.array([position])
            kept = {key.label: block.get(key, here) for key in self.wanted if block.has(key, here)[0]}
            self.got.append((event, {label: shown(product) for label, product in kept.items()}))

    def close(self) -> str:
        return ""

    def abort(self) -> None:
        pass
