"""Tracker hits as reconstruction gives them: `TrackerRecHits` of pixels and strips from true crossings."""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.tracker_modules import STEREO
from dataformats.simulated import TrackerSimHits
from dataformats.trackerhits import TrackerRecHits
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.parameters import positive
from simulation.compiled import load_kernels
from simulation.kernels.tracker_readout import measure_hits
from simulation.random_numbers import event_keys

PAIR_BITS = 3
"""Lowest bits of a strip module's id: plain, stereo or r-phi."""


def _probability(value: float) -> str | None:
    return None if 0.0 <= value <= 1.0 else "must be from 0 to 1"


class StripProducts(NamedTuple):
    """As CMSSW names them; plain modules count as r-phi."""

    rphi_rec_hit: TrackerRecHits
    stereo_rec_hit: TrackerRecHits


class PixelRecHitProducer(EDProducer):
    """Hits of the pixel detector, with inefficiency and resolution."""

    hits: InputTag = param("g4SimHits:trackerHitsPixel", doc="true crossings")
    seed: int = param(1, doc="another seed, other losses and errors", check=positive)
    efficiency: float = param(0.99, doc="of a layer", check=_probability)

    begin_job: ClassVar[Callable[..., Any] | None] = load_kernels

    def produce(self, hits: TrackerSimHits, ids: EventIDs) -> TrackerRecHits:
        """Per event the hits that are found, in the order of the crossings."""
        found, measured = _measured(hits, self.seed, "PixelRecHitProducer", ids, self.efficiency)
        return _chosen(hits, measured, found)


class StripRecHitProducer(EDProducer):
    """Hits of the strip tracker, with inefficiency and resolution; along the strips a hit is in their middle."""

    hits: InputTag = param("g4SimHits:trackerHitsStrip", doc="true crossings")
    seed: int = param(1, doc="another seed, other losses and errors", check=positive)
    efficiency: float = param(0.985, doc="of a layer", check=_probability)

    begin_job: ClassVar[Callable[..., Any] | None] = load_kernels

    def produce(self, hits: TrackerSimHits, ids: EventIDs) -> StripProducts:
        """Per event the hits that are found, in the order of the crossings."""
        found, measured = _measured(hits, self.seed, "StripRecHitProducer", ids, self.efficiency)
        stereo = (hits.flat("detid") & PAIR_BITS) == STEREO
        return StripProducts(_chosen(hits, measured, found & ~stereo), _chosen(hits, measured, found & stereo))


def _measured(
    hits: TrackerSimHits, seed: int, purpose: str, ids: EventIDs, efficiency: float
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Which crossings are found, (hits,), and their measured positions, (3, hits)."""
    detid = hits.flat("detid")
    position = np.stack([hits.flat(axis) for axis in "xyz"])
    found, measured = np.empty(detid.size, np.bool_), np.empty_like(position)
    measure_hits(hits.offsets, detid, position, event_keys(seed, purpose, ids), efficiency, found, measured)
    return found, measured


def _chosen(hits: TrackerSimHits, measured: NDArray[np.float32], chosen: NDArray[np.bool_]) -> TrackerRecHits:
    places = np.flatnonzero(chosen)
    x, y, z = (axis[places] for axis in measured)
    columns = {"detid": hits.flat("detid")[places], "x": x, "y": y, "z": z}  # valid, as those of the crossings are
    return TrackerRecHits.restored(np.searchsorted(places, hits.offsets), columns, {})
