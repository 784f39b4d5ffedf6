"""Crystals as the ECAL's electronics gives them: `EBRecHits` and `EERecHits` from the energy that particles left."""

import functools

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.constants import EB_IETA, EB_IPHI, EE_SIZE, SUPERCRYSTAL
from dataformats.geometry.crystals import eb_position, ee_position
from dataformats.geometry.detids import EE_EXISTS, eb_hash, ee_hash, pack_eb, pack_ee, unpack_eb, unpack_ee
from dataformats.rechits import EBRecHits, EERecHits
from dataformats.simulated import CaloSimHits
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDProducer, InputTag, JobContext, param
from e2efw.framework.parameters import positive
from simulation.kernels.ecal_response import EB_CELLS
from simulation.kernels.readout import Channels
from simulation.random_numbers import event_keys
from simulation.readout import channels, nobody, read

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

    def begin_job(self, job: JobContext) -> None:
        """Have kernel and tables ready before the first event."""
        del job
        self.produce(CaloSimHits.empty(1), nobody())

    def produce(self, hits: CaloSimHits, ids: EventIDs) -> EBRecHits:
        """Per event the crystals that are read, by row and column."""
        cell = eb_hash(*unpack_eb(hits.flat("detid")))
        electronics = eb_channels(self.noise, self.threshold, self.interesting)
        keys = event_keys(self.seed, "EBRecHitProducer", ids)
        return EBRecHits(**read(hits, cell, keys, electronics, ecal_detids()[:EB_CELLS]))


class EERecHitProducer(EDProducer):
    """Crystals of the endcaps, as `EBRecHitProducer` does it; supercrystals are the towers.

    Noise and threshold are transverse energies: crystals close to the beam have lost light and are amplified more.
    """

    hits: InputTag = param("g4SimHits:ecalHitsEe", doc="energy in the crystals")
    seed: int = param(1, doc="another seed, other noise", check=positive)
    noise: float = param(0.045, unit="GeV", doc="transverse standard deviation per crystal", check=positive)
    threshold: float = param(0.145, unit="GeV", doc="zero suppression, transverse", check=positive)
    interesting: float = param(6.0, unit="GeV", doc="transverse energy of towers that are read whole", check=positive)

    def begin_job(self, job: JobContext) -> None:
        """Have kernel and tables ready before the first event."""
        del job
        self.produce(CaloSimHits.empty(1), nobody())

    def produce(self, hits: CaloSimHits, ids: EventIDs) -> EERecHits:
        """Per event the crystals that are read, by side, iy and ix."""
        cell = ee_hash(*unpack_ee(hits.flat("detid")))
        electronics = ee_channels(self.noise, self.threshold, self.interesting)
        keys = event_keys(self.seed, "EERecHitProducer", ids)
        return EERecHits(**read(hits, cell, keys, electronics, ecal_detids()[EB_CELLS:]))


@functools.cache
def eb_channels(noise: float, threshold: float, interesting: float) -> Channels:
    """Tables of the barrel, cells by hashed index."""
    row, column = np.indices((2 * EB_IETA, EB_IPHI))
    eta = eb_position(row - EB_IETA + (row >= EB_IETA), column + 1).eta.ravel()
    rows, columns = 2 * EB_IETA // SUPERCRYSTAL, EB_IPHI // SUPERCRYSTAL
    return channels(
        noise=np.full(eta.size, noise),
        threshold=np.full(eta.size, threshold),
        existing=np.ones(eta.size, np.bool_),
        transverse=1.0 / np.cosh(eta),
        tower=(row // SUPERCRYSTAL * columns + column // SUPERCRYSTAL).ravel(),
        neighbours=grid_neighbours(rows, columns, wraps=True),
        interesting=interesting,
        time_noise=TIME_NOISE,
        time_constant=TIME_CONSTANT,
    )


@functools.cache
def ee_channels(noise: float, threshold: float, interesting: float) -> Channels:
    """Tables of the endcaps, cells by `detids.ee_hash`; noise and threshold transverse."""
    side, row, column = np.indices((2, EE_SIZE, EE_SIZE))
    eta = ee_position(column + 1, row + 1, 2 * side - 1).eta.ravel()
    per_side = EE_SIZE // SUPERCRYSTAL
    neighbours = grid_neighbours(per_side, per_side, wraps=False)
    second = np.where(neighbours >= 0, neighbours + len(neighbours), -1)
    return channels(
        noise=noise * np.cosh(eta),
        threshold=threshold * np.cosh(eta),
        existing=np.broadcast_to(EE_EXISTS, side.shape).ravel(),
        transverse=1.0 / np.cosh(eta),
        tower=((side * per_side + row // SUPERCRYSTAL) * per_side + column // SUPERCRYSTAL).ravel(),
        neighbours=np.concatenate([neighbours, second]),
        interesting=interesting,
        time_noise=TIME_NOISE,
        time_constant=TIME_CONSTANT,
    )


def grid_neighbours(rows: int, columns: int, *, wraps: bool) -> NDArray[np.int64]:
    """(rows * columns, 8) places around each place of a grid, -1 beyond its edges.

    Args:
        wraps: the last column is beside the first.
    """
    row, column = np.indices((rows, columns))
    found = []
    for down, across in ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)):
        there, beside = row + down, column + across
        inside = (there >= 0) & (there < rows) & (wraps | ((beside >= 0) & (beside < columns)))
        found.append(np.where(inside, there * columns + beside % columns, -1).ravel())
    return np.stack(found, axis=1)


@functools.cache
def ecal_detids() -> NDArray[np.uint32]:
    """(81200,) ids of barrel crystals by hashed index, then of endcap places; 0 where there is no crystal."""
    row, column = np.indices((2 * EB_IETA, EB_IPHI))
    barrel = pack_eb(row - EB_IETA + (row >= EB_IETA), column + 1).ravel()
    iy, ix = np.nonzero(EE_EXISTS)
    endcaps = np.zeros((2, EE_SIZE, EE_SIZE), np.uint32)
    for number, zside in enumerate((-1, 1)):
        endcaps[number, iy, ix] = pack_ee(ix + 1, iy + 1, zside)
    return np.concatenate([barrel, endcaps.ravel()])
