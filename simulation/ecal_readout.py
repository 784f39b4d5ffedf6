"""Crystals as the ECAL's electronics gives them: `EBRecHits` and `EERecHits` from the energy that particles left."""

import functools
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.constants import EB_IETA, EB_IPHI, EE_SIZE, SUPERCRYSTAL
from dataformats.geometry.detids import EB_CELLS, EE_EXISTS, eb_hash, ee_hash, unpack_eb, unpack_ee
from dataformats.geometry.ecal_cells import detids, grid_neighbours, positions
from dataformats.rechits import EBRecHits, EERecHits
from dataformats.simulated import CaloSimHits
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.parameters import positive
from simulation.compiled import load_kernels
from simulation.kernels.readout import Channels
from simulation.random_numbers import event_keys
from simulation.readout import channels, read

TIME_NOISE, TIME_CONSTANT = 35.0, 0.15
"""ns; resolution of the time is 35 ns times noise over energy, and 0.15 ns [CMS, J. Instrum. 5 (2010) T03011]."""


class EBRecHitProducer(EDProducer):
    """Crystals of the barrel with noise, zero suppression, selective readout and time.

    Trigger towers (5 x 5 crystals) with much transverse energy and the eight around them are read whole, negative
    energies included; elsewhere crystals above the threshold are.
    """

    hits: InputTag = param("g4SimHits:ecalHitsEb", doc="energy in the crystals")
    seed: int = param(1, doc="another seed, other noise", check=positive)
    noise: float = param(0.040, unit="GeV", doc="standard deviation per crystal", check=positive)
    threshold: float = param(0.160, unit="GeV", doc="zero suppression", check=positive)
    interesting: float = param(4.0, unit="GeV", doc="transverse energy of towers that are read whole", check=positive)

    begin_job: ClassVar[Callable[..., Any] | None] = load_kernels

    def produce(self, hits: CaloSimHits, ids: EventIDs) -> EBRecHits:
        """Per event the crystals that are read, by row and column."""
        cell = eb_hash(*unpack_eb(hits.flat("detid")))
        electronics = eb_channels(self.noise, self.threshold, self.interesting)
        keys = event_keys(self.seed, "EBRecHitProducer", ids)
        return EBRecHits(**read(hits, cell, keys, electronics, detids()[:EB_CELLS]))


class EERecHitProducer(EDProducer):
    """Crystals of the endcaps, as `EBRecHitProducer` does it; supercrystals are the towers.

    Noise and threshold are transverse energies: crystals close to the beam have lost light and are amplified more.
    """

    hits: InputTag = param("g4SimHits:ecalHitsEe", doc="energy in the crystals")
    seed: int = param(1, doc="another seed, other noise", check=positive)
    noise: float = param(0.045, unit="GeV", doc="transverse standard deviation per crystal", check=positive)
    threshold: float = param(0.145, unit="GeV", doc="zero suppression, transverse", check=positive)
    interesting: float = param(6.0, unit="GeV", doc="transverse energy of towers that are read whole", check=positive)

    begin_job: ClassVar[Callable[..., Any] | None] = load_kernels

    def produce(self, hits: CaloSimHits, ids: EventIDs) -> EERecHits:
        """Per event the crystals that are read, by side, iy and ix."""
        cell = ee_hash(*unpack_ee(hits.flat("detid")))
        electronics = ee_channels(self.noise, self.threshold, self.interesting)
        keys = event_keys(self.seed, "EERecHitProducer", ids)
        return EERecHits(**read(hits, cell, keys, electronics, detids()[EB_CELLS:]))


@functools.cache
def eb_channels(noise: float, threshold: float, interesting: float) -> Channels:
    """Tables of the barrel, cells by hashed index."""
    transverse = _transverse()[:EB_CELLS]
    row, column = np.divmod(np.arange(EB_CELLS), EB_IPHI)
    rows, columns = 2 * EB_IETA // SUPERCRYSTAL, EB_IPHI // SUPERCRYSTAL
    return channels(
        noise=np.full(EB_CELLS, noise),
        threshold=np.full(EB_CELLS, threshold),
        existing=np.ones(EB_CELLS, np.bool_),
        transverse=transverse,
        tower=row // SUPERCRYSTAL * columns + column // SUPERCRYSTAL,
        neighbours=grid_neighbours(rows, columns, wraps=True),
        interesting=interesting,
        time_noise=TIME_NOISE,
        time_constant=TIME_CONSTANT,
    )


@functools.cache
def ee_channels(noise: float, threshold: float, interesting: float) -> Channels:
    """Tables of the endcaps, cells by `detids.ee_hash`; noise and threshold transverse."""
    transverse = _transverse()[EB_CELLS:]
    side, row, column = (index.ravel() for index in np.indices((2, EE_SIZE, EE_SIZE)))
    per_side = EE_SIZE // SUPERCRYSTAL
    neighbours = grid_neighbours(per_side, per_side, wraps=False)
    second = np.where(neighbours >= 0, neighbours + len(neighbours), -1)
    return channels(
        noise=noise / transverse,
        threshold=threshold / transverse,
        existing=np.tile(EE_EXISTS.ravel(), 2),
        transverse=transverse,
        tower=(side * per_side + row // SUPERCRYSTAL) * per_side + column // SUPERCRYSTAL,
        neighbours=np.concatenate([neighbours, second]),
        interesting=interesting,
        time_noise=TIME_NOISE,
        time_constant=TIME_CONSTANT,
    )


def _transverse() -> NDArray[np.float64]:
    """(ECAL_CELLS,) transverse energy per energy: sine of the angle between a crystal and the beam."""
    x, y, z = positions().T
    return np.asarray(1.0 / np.hypot(1.0, z / np.hypot(x, y)), np.float64)
