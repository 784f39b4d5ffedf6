"""Towers of the hadron calorimeter as cells of a clustering: their numbers, neighbours, positions, and hits."""

import functools
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.constants import FINE_PHI_IETA, HCAL_IPHI, HE_IETA
from dataformats.geometry.detids import unpack_hcal
from dataformats.geometry.hcal import tower_position
from dataformats.rechits import HBHERecHits
from simulation.clustering import CellHits, cell_hits

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

N_TOWERS: Final = (2 * HE_IETA + 1) * HCAL_IPHI
"""Numbers of towers, (ieta + 29) * 72 + iphi - 1; those of ieta 0 and of even iphi beyond |ieta| 20 are not used."""
SIDES: Final = 6
"""Columns of `neighbours` for towers with a common side: two along phi, up to two at either end in eta."""
_DEPTHS: Final = 8
"""More than there are in one subdetector."""


class TowerHits(NamedTuple):
    """Hits added up over the depths of each tower; where HB and HE share tower 16, over both.

    Args:
        towers: number and energy of each tower, by event and tower.
        time: (towers,) mean over its hits with the energy as weight, ns.
        detid: (towers,) of its hit with most energy.
        bounds: (towers + 1,) boundaries of the hits of each tower in `order`.
        order: (hits,) where each hit stands in the collection.
    """

    towers: CellHits
    time: Array
    detid: NDArray[np.uint32]
    bounds: Ints
    order: Ints


def tower_number(ieta: Ints, iphi: Ints) -> Ints:
    """Number of each tower, 0..N_TOWERS - 1."""
    return (ieta + HE_IETA) * HCAL_IPHI + iphi - 1


def tower_ieta(tower: Ints) -> Ints:
    """Ring, ieta, of numbered towers."""
    return tower // HCAL_IPHI - HE_IETA


@functools.cache
def towers_exist() -> Bools:
    """(N_TOWERS,) True for numbers that are used."""
    ieta, iphi = np.indices((2 * HE_IETA + 1, HCAL_IPHI)) + np.array([-HE_IETA, 1])[:, None, None]
    exist: Bools = ((ieta != 0) & ((np.abs(ieta) <= FINE_PHI_IETA) | (iphi % 2 == 1))).ravel()
    return exist


@functools.cache
def neighbours() -> NDArray[np.int32]:
    """(N_TOWERS, 10) towers that touch each tower, -1 for none: `SIDES` with a common side, then those at the corners.

    phi wraps, ieta 1 follows on -1, and towers of 10 degrees beyond |ieta| 20 touch two of 5 degrees.
    """
    table = np.full((N_TOWERS, SIDES + 4), -1, np.int32)
    tower = np.flatnonzero(towers_exist())
    ieta, first = tower_ieta(tower), tower % HCAL_IPHI
    last = first + _width(ieta) - 1
    columns = [_at(ieta, first - 1), _at(ieta, last + 1)]
    corners = []
    for step in (-1, 1):
        there = ieta + step + step * (ieta + step == 0)
        ends = _at(there, first), _at(there, last)
        columns += [ends[0], np.where(ends[1] == ends[0], -1, ends[1])]
        beyond = _at(there, first - 1), _at(there, last + 1)
        corners += [np.where((place == ends[0]) | (place == ends[1]), -1, place) for place in beyond]
    table[tower] = np.stack(columns + corners, axis=1)
    return table


@functools.cache
def positions() -> Array:
    """(N_TOWERS, 3) centres on the surface of the HCAL, cm; 0 for numbers that are not used."""
    place = np.zeros((N_TOWERS, 3))
    tower = np.flatnonzero(towers_exist())
    place[tower] = np.stack(tower_position(tower_ieta(tower), tower % HCAL_IPHI + 1), axis=1)
    return place


def tower_hits(hits: HBHERecHits) -> TowerHits:
    """Add up the hits of a block.

    Raises:
        EventCorruptionError: an event has two hits in one cell.
    """
    subdet, ieta, iphi, depth = unpack_hcal(hits.flat("detid"))
    event = np.repeat(np.arange(len(hits)), hits.counts)
    cell = (tower_number(ieta, iphi) * 2 + subdet - 1) * _DEPTHS + depth
    cells = cell_hits(event, cell, hits.flat("energy"), len(hits), "hits of the HCAL")
    tower, event = cells.cell // (2 * _DEPTHS), event[cells.order]
    starts = np.flatnonzero(np.diff(event, prepend=-1) | np.diff(tower, prepend=-1))
    number = np.repeat(np.arange(starts.size), np.diff(starts, append=tower.size))
    weight = np.maximum(cells.energy, 0.0)
    seen = np.bincount(number, weight, starts.size)
    late = np.bincount(number, weight * hits.flat("time")[cells.order], starts.size)
    hottest = np.lexsort((-cells.energy, number))[starts]
    return TowerHits(
        CellHits(
            np.searchsorted(event[starts], np.arange(len(hits) + 1)).astype(np.int64),
            tower[starts],
            np.bincount(number, cells.energy, starts.size).astype(np.float64),
            np.arange(starts.size),
        ),
        np.divide(late, seen, out=np.zeros(starts.size), where=seen > 0.0),
        hits.flat("detid")[cells.order][hottest],
        np.append(starts, tower.size).astype(np.int64),
        cells.order,
    )


def _width(ieta: Ints) -> Ints:
    """Width in phi of towers, in units of 5 degrees."""
    return np.where(np.abs(ieta) > FINE_PHI_IETA, 2, 1)


def _at(ieta: Ints, column: Ints) -> Ints:
    """The tower at a column 0..71 (any integer, phi wraps) of ring ieta; -1 beyond the last ring."""
    width = _width(ieta)
    tower = tower_number(ieta, column % HCAL_IPHI // width * width + 1)
    return np.where(np.abs(ieta) <= HE_IETA, tower, -1)
