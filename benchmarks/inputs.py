"""Events for benchmarks: those of the packaged sample, again and again until there are enough."""

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dataformats.candidates import Jets
from dataformats.collection import Collection, Product
from dataformats.frames import Windows
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.trackerhits import TrackerRecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.framework.blocks import Block, EventIDs
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.pool_output import PoolOutputModule
from e2efw.io.pool_source import PoolSource
from frameproducers.entries import Inputs
from frameproducers.jet_frames import JetFrameProducer
from python_cfg.samples import SIMULATED_TTBAR

LAYERS = ("ECAL", "HCAL")
PRODUCTS: dict[str, type[Product]] = {
    "reducedEcalRecHitsEB": EBRecHits,
    "reducedEcalRecHitsEE": EERecHits,
    "reducedHcalRecHits": HBHERecHits,
    "generalTracks": Tracks,
    "offlinePrimaryVertices": Vertices,
    "siPixelRecHits": TrackerRecHits,
    "ak8PFJetsCHS": Jets,
}
"""What the producers of frames read, by label and in the order of `Inputs`; then jets."""


class Sample(NamedTuple):
    """Everything the producers read, for one block.

    Args:
        inputs: hits, tracks and vertices.
        jets: of the same events.
        title: how many events there are, and how many distinct ones they repeat, for printing.
    """

    inputs: Inputs
    jets: Jets
    title: str

    def windows(self, channels: Sequence[str] = LAYERS) -> Windows:
        """Windows around the jets, straight from the hits."""
        producer = JetFrameProducer(channels=tuple(channels), min_jet_pt=30.0)
        return producer.produce(self.jets, self.inputs).frames

    def denser(self, times: int) -> "Sample":
        """Events with the hits and tracks of so many events each, around the jets of the first."""
        products = {one.name: getattr(self.inputs, one.name) for one in fields(self.inputs)}
        several: dict[str, Any] = {
            name: overlaid(each, times) for name, each in products.items() if each is not None and name != "vertices"
        }
        return Sample(replace(self.inputs, **several), self.jets, f"{self.title}, {times} times as many hits")


def overlaid(product: Collection, times: int) -> Collection:
    """In event i the objects of events i, i + 1, ..."""
    n_events = len(product)
    events = (np.arange(n_events)[:, np.newaxis] + np.arange(times)) % n_events
    taken = product.take(events.ravel())
    return product.restored(taken.offsets[::times].copy(), taken.columns, product.description)


def sample(n_events: int) -> Sample:
    """So many events, as one block."""
    block, title = _repeated(n_events)
    *hits, jets = block.products.values()
    return Sample(Inputs(*hits), jets, title)  # type: ignore[arg-type]  # in the order of `PRODUCTS`


def write_sample(path: Path, n_events: int) -> str:
    """Write the same events to a file, numbered from 1; returns their title."""
    block, title = _repeated(n_events)
    source = PoolSource(file_names=(SIMULATED_TTBAR,)).open()
    content = {key: source.content[key] for key in block.products}
    writer = PoolOutputModule(file_name=str(path)).open(content, Provenance())
    writer.write(block)
    writer.close()
    return title


def _repeated(n_events: int) -> tuple[Block, str]:
    source = PoolSource(file_names=(SIMULATED_TTBAR,)).open()
    by_label = {key.label: key for key in source.content}
    wanted: dict[ProductKey, type[Product]] = {by_label[label]: cls for label, cls in PRODUCTS.items()}
    (block,) = source.blocks(wanted, source.n_events, -1)
    source.close()
    again = np.arange(n_events) % len(block)
    ones = np.ones(n_events, np.uint32)
    ids = EventIDs(ones, ones, np.arange(1, n_events + 1, dtype=np.uint64), SIMULATED_TTBAR)
    products = {key: block.products[key].take(again) for key in wanted}
    return Block(0, ids, products), f"{n_events} events, repeating {min(n_events, len(block))}"
