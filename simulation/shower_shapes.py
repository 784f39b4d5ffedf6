"""Shapes of showers in the ECAL, in crystals around the hottest one ("full 5x5"), and the energy behind them."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.constants import EE_SIZE
from dataformats.geometry.detids import EB_CELLS, EE_PLACES, unpack_hcal
from dataformats.geometry.ecal_cells import cells_around, cells_of, in_barrel
from dataformats.geometry.hcal import tower_direction
from dataformats.rechits import HBHERecHits
from dataformats.superclusters import SuperClusters
from simulation.ecal_hits import EcalHits, energies_of
from simulation.kernels.egamma import energy_near
from simulation.places import direction

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

LOG_WEIGHT: Final = 4.7
"""Crystals with less than exp(-4.7), 0.9 %, of the energy of 5 x 5 have no weight in widths [EcalClusterTools]."""
EB_CRYSTAL: Final = 0.01745
"""Width in eta of a barrel crystal [EcalClusterTools]."""
EE_CRYSTAL: Final = 0.0447
"""What stands for it in the endcaps [EcalClusterTools]."""


class ShowerShapes(NamedTuple):
    """Shapes of showers, (n,) each.

    Args:
        max_energy_crystal: energy of the hottest crystal, GeV.
        e3x3: energy of 3 x 3 crystals around it, GeV.
        e5x5: energy of 5 x 5, GeV.
        sigma_ieta_ieta: spread in eta of 5 x 5, in crystals times the width of one; NaN where 5 x 5 have no energy.
    """

    max_energy_crystal: Array
    e3x3: Array
    e5x5: Array
    sigma_ieta_ieta: Array


def shower_shapes(superclusters: SuperClusters, hits: EcalHits) -> ShowerShapes:
    """Shapes from all hits, whether or not they belong to the superclusters."""
    event = np.repeat(np.arange(len(superclusters)), superclusters.counts)
    seed = cells_of(superclusters.flat("seed"))
    cell = cells_around(seed, 2)
    energy = energies_of(hits, event[:, np.newaxis, np.newaxis], cell)
    return ShowerShapes(
        energy[:, 2, 2],
        energy[:, 1:4, 1:4].sum(axis=(1, 2)),
        energy.sum(axis=(1, 2)),
        _sigma_ieta_ieta(energy, seed),
    )


def _sigma_ieta_ieta(energy: Array, seed: Ints) -> Array:
    """Spread in eta of (n, 5, 5) energies around seeds (n,): log weights, mean by energy [EcalClusterTools]."""
    steps = _eta_steps(seed)
    hot = np.maximum(energy, 0.0)
    total = hot.sum(axis=(1, 2), keepdims=True)
    part = np.divide(hot, total, out=np.zeros_like(hot), where=total > 0)
    weight = np.maximum(LOG_WEIGHT + np.log(np.where(part > 0, part, 1e-30)), 0.0)
    mean = (part * steps).sum(axis=(1, 2), keepdims=True)
    summed = weight.sum(axis=(1, 2))
    squares = (weight * (steps - mean) ** 2).sum(axis=(1, 2))
    variance = np.divide(squares, summed, out=np.full_like(summed, np.nan), where=summed > 0)
    sigma: Array = np.sqrt(variance) * np.where(in_barrel(seed), EB_CRYSTAL, EE_CRYSTAL)
    return sigma


def _eta_steps(seed: Ints) -> Array:
    """(n, 5, 5) crystals along eta from the seeds: rows of the barrel; distance from the beam line in the endcaps."""
    steps = np.arange(-2.0, 3.0)
    place = (seed - EB_CELLS) % EE_PLACES
    y, x = (_from_centre(index[:, np.newaxis] + steps) for index in (place // EE_SIZE, place % EE_SIZE))
    radius = np.hypot(y[:, :, np.newaxis], x[:, np.newaxis, :])
    rings = radius - radius[:, 2:3, 2:3]
    wide = in_barrel(seed)[:, np.newaxis, np.newaxis]
    return np.where(wide, steps[np.newaxis, :, np.newaxis], rings).astype(np.float64)


def _from_centre(index: Array) -> Array:
    """Endcap columns or rows 0..99 counted from the centre, which is between 49 (-1) and 50 (1)."""
    half = EE_SIZE // 2
    return np.where(index < half, index - half, index - half + 1)


def hcal_over_ecal(superclusters: SuperClusters, hbhe_hits: HBHERecHits, *, reach: float, min_energy: float) -> Array:
    """(n,) energy of the HCAL hits behind superclusters, per energy of the supercluster.

    Args:
        superclusters: the showers.
        hbhe_hits: hits; every tower is seen from the centre of CMS.
        reach: towers closer than this in (eta, phi) are behind.
        min_energy: hits with less do not count, GeV.
    """
    _, ieta, iphi, _ = unpack_hcal(hbhe_hits.flat("detid"))
    energy = hbhe_hits.flat("energy").astype(np.float64)
    hits = np.where(energy >= min_energy, energy, 0.0), *tower_direction(ieta, iphi)
    behind = np.empty(superclusters.flat("energy").size)
    energy_near(superclusters.offsets, *direction(superclusters), hbhe_hits.offsets, hits, reach, behind)
    return behind / superclusters.flat("energy").astype(np.float64)
