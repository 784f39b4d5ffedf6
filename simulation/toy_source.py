"""The plugin that delivers toy events, and the jets and vertices that belong to them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dataformats.candidates import Jets
from dataformats.collection import Product
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.framework.blocks import Block, EventIDs, ProductInfo, ProductLike, SourceContent, Wanted
from e2efw.framework.modules import Source, param
from e2efw.framework.parameters import positive
from e2efw.framework.provenance import ModuleRecord, ProcessRecord, ProductRecord, Provenance
from e2efw.framework.tags import ProductKey
from simulation.toy_detector import respond, track
from simulation.toy_events import Particles, generate

PROCESS = "TOY"
PRODUCTS: dict[ProductKey, type[Product]] = {
    ProductKey("reducedEcalRecHitsEB", "", PROCESS): EBRecHits,
    ProductKey("reducedEcalRecHitsEE", "", PROCESS): EERecHits,
    ProductKey("reducedHcalRecHits", "hbhereco", PROCESS): HBHERecHits,
    ProductKey("generalTracks", "", PROCESS): Tracks,
    ProductKey("offlinePrimaryVertices", "", PROCESS): Vertices,
    ProductKey("ak8PFJetsCHS", "", PROCESS): Jets,
}
"""What every event has, under the labels of real data."""


class ToyJetSource(Source):
    """Toy events with two boosted jets each, for trying things out; see `simulation.toy_events` for what they are not.

    Event n of a seed is the same whatever the block size or the number of events.
    """

    events: int = param(100, doc="events to make", check=positive)
    seed: int = param(1, doc="another seed, another sample", check=positive)

    def open(self) -> "OpenToys":
        """Nothing to open."""
        return OpenToys(self.events, self.seed)


@dataclass
class OpenToys:
    """Toy events being made."""

    n_events: int | None
    seed: int

    @property
    def content(self) -> SourceContent:
        """The products of every event."""
        return {key: ProductInfo(cls.friendly_type, origin="ToyJetSource") for key, cls in PRODUCTS.items()}

    @property
    def provenance(self) -> Provenance:
        """A process of its own, so that the sample says what it is."""
        source = ModuleRecord("source", "ToyJetSource", "Source", {"seed": self.seed})
        products = [ProductRecord(key, cls.friendly_type, [], {}) for key, cls in PRODUCTS.items()]
        return Provenance([ProcessRecord(PROCESS, "e2efw toy, no physics", [source], products)])

    def blocks(self, wanted: Wanted, events_per_block: int, max_events: int) -> Iterator[Block]:
        """Make the events."""
        total = self.n_events or 0
        if max_events >= 0:
            total = min(total, max_events)
        for number, first in enumerate(range(0, total, events_per_block)):
            made = _products(generate(self.seed, first, min(events_per_block, total - first)))
            event = np.arange(first + 1, first + 1 + len(made[next(iter(made))]), dtype=np.uint64)
            ids = EventIDs(np.ones(event.size, np.uint32), np.ones(event.size, np.uint32), event, "toy events")
            yield Block(number, ids, {key: made[key] for key in wanted})

    def report(self) -> list[str]:
        """Nothing is ever dropped."""
        return []

    def close(self) -> None:
        """Nothing to close."""


def _products(particles: Particles) -> dict[ProductKey, ProductLike]:
    hits = respond(particles)
    made = [hits.eb, hits.ee, hits.hbhe, track(particles), _vertices(particles), _jets(particles)]
    return dict(zip(PRODUCTS, made, strict=True))


def _vertices(particles: Particles) -> Vertices:
    """The one vertex of every event, where the particles start."""
    n_events = len(particles.px)
    zero, error = np.zeros(n_events), np.full(n_events, 0.002)
    return Vertices(
        np.arange(n_events + 1), x=zero, y=zero, z=particles.vertex_z[:, 0], x_error=error, y_error=error, z_error=error
    )


def _jets(particles: Particles) -> Jets:
    """Two jets per event: all particles of a top quark within 0.8 of its direction, the leading one first."""
    columns = []
    for top in (0, 1):
        p = np.stack([particles.px, particles.py, particles.pz]) * (particles.top == top)
        axis = p.sum(axis=2, keepdims=True)
        phi = np.arctan2(p[1], p[0]) - np.arctan2(axis[1], axis[0])
        eta = np.arcsinh(p[2] / np.maximum(np.hypot(p[0], p[1]), 1e-9)) - np.arcsinh(
            axis[2] / np.hypot(axis[0], axis[1])
        )
        inside = eta**2 + (np.mod(phi + np.pi, 2 * np.pi) - np.pi) ** 2 < 0.8**2
        p = p * inside
        x, y, z = p.sum(axis=2)
        energy = np.sqrt((p**2).sum(axis=0)).sum(axis=1)
        pt = np.hypot(x, y)
        mass = np.sqrt(np.maximum(energy**2 - pt**2 - z**2, 0.0))
        columns.append([pt, np.arcsinh(z / pt), np.arctan2(y, x), mass])
    jets = np.array(columns).transpose(1, 2, 0)
    order = np.argsort(-jets[0], axis=1)
    pt, eta, phi, mass = (np.take_along_axis(x, order, axis=1).ravel() for x in jets)
    return Jets(np.arange(0, pt.size + 1, 2), pt=pt, eta=eta, phi=phi, mass=mass)
