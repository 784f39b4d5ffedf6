"""Events for benchmarks: those of a file, again and again until there are enough."""

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from dataformats.candidates import Jets, Photons
from dataformats.collection import Collection, Product
from dataformats.frames import Windows
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.superclusters import SuperClusterHits
from dataformats.trackerhits import TrackerRecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.config.loader import load_process
from e2efw.framework.blocks import Block, EventIDs
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.pool_output import PoolOutputModule
from e2efw.io.pool_source import PoolSource
from frameproducers.entries import Inputs
from frameproducers.jet_frames import JetFrameProducer
from python_cfg.samples import SIMULATED_TTBAR

LAYERS = ("ECAL", "HCAL")
MIN_JET_PT = 30.0
"""GeV, of jets that get a window."""
PRODUCTS: dict[str, tuple[str, type[Product]]] = {
    "eb_hits": ("reducedEcalRecHitsEB:", EBRecHits),
    "ee_hits": ("reducedEcalRecHitsEE:", EERecHits),
    "hbhe_hits": ("reducedHcalRecHits:hbhereco", HBHERecHits),
    "tracks": ("generalTracks:", Tracks),
    "vertices": ("offlinePrimaryVertices:", Vertices),
    "pixel_hits": ("siPixelRecHits:", TrackerRecHits),
    "jets": ("ak8PFJetsCHS:", Jets),
    "photons": ("gedPhotons:", Photons),
    "super_cluster_hits": ("superClusters:hits", SuperClusterHits),
}
"""What the producers of frames read, by the name of their argument: label, instance and class."""
STRIPS: dict[str, tuple[str, type[Product]]] = {
    "strip_hits": ("siStripMatchedRecHits:rphiRecHit", TrackerRecHits),
    "stereo_hits": ("siStripMatchedRecHits:stereoRecHit", TrackerRecHits),
}
"""What the packaged sample does not have."""


class Sample(NamedTuple):
    """Everything the producers read, for one block.

    Args:
        inputs: hits, tracks and vertices.
        jets: of the same events.
        photons: of the same events.
        super_cluster_hits: of the same events.
        title: how many events there are, and how many distinct ones they repeat, for printing.
    """

    inputs: Inputs
    jets: Jets
    photons: Photons
    super_cluster_hits: SuperClusterHits
    title: str

    def windows(self, channels: Sequence[str] = LAYERS) -> Windows:
        """Windows around the jets, straight from the hits."""
        producer = JetFrameProducer(channels=tuple(channels), min_jet_pt=MIN_JET_PT)
        return producer.produce(self.jets, self.inputs).frames

    def denser(self, times: int) -> "Sample":
        """Events with the hits and tracks of so many events each, around the jets and photons of the first."""
        products = {one.name: getattr(self.inputs, one.name) for one in fields(self.inputs)}
        several: dict[str, Any] = {
            name: overlaid(each, times) for name, each in products.items() if each is not None and name != "vertices"
        }
        title = f"{self.title}, {times} times as many hits"
        return self._replace(inputs=replace(self.inputs, **several), title=title)


def overlaid(product: Collection, times: int) -> Collection:
    """In event i the objects of events i, i + 1, ..."""
    n_events = len(product)
    events = (np.arange(n_events)[:, np.newaxis] + np.arange(times)) % n_events
    taken = product.take(events.ravel())
    return product.restored(taken.offsets[::times].copy(), taken.columns, product.description)


def sample(n_events: int) -> Sample:
    """So many events of the packaged sample, as one block."""
    block, title = _repeated(SIMULATED_TTBAR, PRODUCTS, np.arange(n_events))
    return _sample(block, PRODUCTS, title)


def samples_with_strips(n_samples: int, n_events: int) -> list[Sample]:
    """So many blocks of so many events each: what the packaged sample holds and hits in the strips, simulated now."""
    wanted = PRODUCTS | STRIPS
    with TemporaryDirectory() as folder:
        file = Path(folder) / "simulated.root"
        options = ["process=ttbar_boosted", "maxEvents=32", f"outputFile={file}"]
        Job(configure(load_process("simulate_cfg.py", options), Path())).run()
        starts = n_events * np.arange(n_samples)
        blocks = [_repeated(str(file), wanted, start + np.arange(n_events)) for start in starts]
    return [_sample(block, wanted, title) for block, title in blocks]


def write_sample(path: Path, n_events: int) -> str:
    """Write events of the packaged sample to a file, numbered from 1; returns their title."""
    block, title = _repeated(SIMULATED_TTBAR, PRODUCTS, np.arange(n_events))
    source = PoolSource(file_names=(SIMULATED_TTBAR,)).open()
    content = {key: source.content[key] for key in block.products}
    writer = PoolOutputModule(file_name=str(path)).open(content, Provenance())
    writer.write(block)
    writer.close()
    return title


def _sample(block: Block, wanted: dict[str, tuple[str, type[Product]]], title: str) -> Sample:
    products: dict[str, Any] = dict(zip(wanted, block.products.values(), strict=True))
    inputs = Inputs(**{one.name: products.get(one.name) for one in fields(Inputs)})  # type: ignore[arg-type]
    return Sample(inputs, products["jets"], products["photons"], products["super_cluster_hits"], title)


def _repeated(file: str, wanted: dict[str, tuple[str, type[Product]]], events: Any) -> tuple[Block, str]:
    """These events of a file that is begun again when it ends, and a title."""
    source = PoolSource(file_names=(file,)).open()
    by_tag = {f"{key.label}:{key.instance}": key for key in source.content}
    classes: dict[ProductKey, type[Product]] = {by_tag[tag]: cls for tag, cls in wanted.values()}
    (block,) = source.blocks(classes, source.n_events, -1)
    source.close()
    ones = np.ones(events.size, np.uint32)
    ids = EventIDs(ones, ones, np.arange(1, events.size + 1, dtype=np.uint64), file)
    products = {key: block.products[key].take(events % len(block)) for key in classes}
    return Block(0, ids, products), f"{events.size} events, repeating {min(events.size, len(block))}"
