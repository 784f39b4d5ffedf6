"""Crystals of the ECAL as one table, numbered as `detids.ECAL_CELLS` says: places, neighbours and ids of all."""

import functools
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.constants import EB_IETA, EB_IPHI, EE_SIZE
from dataformats.geometry.crystals import eb_position, ee_position
from dataformats.geometry.detids import (
    EB_CELLS,
    EE_EXISTS,
    EE_PLACES,
    Bools,
    Ints,
    eb_hash,
    ee_hash,
    pack_eb,
    pack_ee,
    unpack_eb,
    unpack_ee,
    valid_eb,
)

STEPS: Final = ((0, -1), (0, 1), (-1, 0), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1))
"""(rows, columns) to the neighbours, those that share a side first; rows are eta or iy, columns phi or ix."""


def grid_neighbours(rows: int, columns: int, *, wraps: bool) -> Ints:
    """(rows * columns, 8) places around each place of a grid in the order of `STEPS`, -1 beyond its edges.

    Args:
        wraps: the last column is beside the first.
    """
    row, column = np.indices((rows, columns))
    found = []
    for down, across in STEPS:
        there, beside = row + down, column + across
        inside = (there >= 0) & (there < rows) & (wraps | ((beside >= 0) & (beside < columns)))
        found.append(np.where(inside, there * columns + beside % columns, -1).ravel())
    return np.stack(found, axis=1)


@functools.cache
def neighbours() -> NDArray[np.int32]:
    """(ECAL_CELLS, 8) neighbouring crystals in the order of `STEPS`, -1 for none: barrel and endcaps end."""
    barrel = grid_neighbours(2 * EB_IETA, EB_IPHI, wraps=True)
    grid, exists = grid_neighbours(EE_SIZE, EE_SIZE, wraps=False), EE_EXISTS.ravel()
    there = (grid >= 0) & exists[grid] & exists[:, np.newaxis]
    endcaps = [np.where(there, first + grid, -1) for first in (EB_CELLS, EB_CELLS + EE_PLACES)]
    return np.concatenate([barrel, *endcaps]).astype(np.int32)


@functools.cache
def detids() -> NDArray[np.uint32]:
    """(ECAL_CELLS,) ids; 0 where there is no crystal."""
    row, column = np.indices((2 * EB_IETA, EB_IPHI))
    barrel = pack_eb(row - EB_IETA + (row >= EB_IETA), column + 1).ravel()
    iy, ix = np.nonzero(EE_EXISTS)
    endcaps = np.zeros((2, EE_SIZE, EE_SIZE), np.uint32)
    for number, zside in enumerate((-1, 1)):
        endcaps[number, iy, ix] = pack_ee(ix + 1, iy + 1, zside)
    return np.concatenate([barrel, endcaps.ravel()])


@functools.cache
def positions() -> NDArray[np.float64]:
    """(ECAL_CELLS, 3) centres of front faces, cm; endcap places without a crystal are extrapolated."""
    row, iphi = np.indices((2 * EB_IETA, EB_IPHI))
    barrel = eb_position(row - EB_IETA + (row >= EB_IETA), iphi + 1)
    iy, ix = np.indices((EE_SIZE, EE_SIZE)) + 1
    sides = [ee_position(ix, iy, zside) for zside in (-1, 1)]
    return np.concatenate([np.stack(part, axis=-1).reshape(-1, 3) for part in (barrel, *sides)])


def in_barrel(cell: Ints) -> Bools:
    """(hits,) True for crystals of the barrel."""
    answer: Bools = cell < EB_CELLS
    return answer


def cells_of(detid: NDArray[np.uint32]) -> Ints:
    """(hits,) numbers of crystals, those of barrel and endcaps mixed; every id is a crystal's."""
    cells: Ints = np.where(valid_eb(detid), eb_hash(*unpack_eb(detid)), EB_CELLS + ee_hash(*unpack_ee(detid)))
    return cells


def cells_around(cell: Ints, reach: int) -> Ints:
    """(n, 2 reach + 1, 2 reach + 1) crystals around (n,) others by row (eta or iy) and column (phi or ix).

    Places outside the barrel or the endcap's grid are -1; places of the grid without a crystal are not.
    """
    steps = np.arange(-reach, reach + 1)
    across = steps[np.newaxis, np.newaxis, :]
    down = steps[np.newaxis, :, np.newaxis]
    barrel = in_barrel(cell)[:, np.newaxis, np.newaxis]
    inner = np.where(in_barrel(cell), cell, cell - EB_CELLS)[:, np.newaxis, np.newaxis]
    row, column = inner // EB_IPHI + down, (inner % EB_IPHI + across) % EB_IPHI
    in_eb = np.where((row >= 0) & (row < 2 * EB_IETA), row * EB_IPHI + column, -1)
    side, place = inner // (EE_PLACES), inner % (EE_PLACES)
    y, x = place // EE_SIZE + down, place % EE_SIZE + across
    inside = (y >= 0) & (y < EE_SIZE) & (x >= 0) & (x < EE_SIZE)
    in_ee = np.where(inside, EB_CELLS + (side * EE_SIZE + y) * EE_SIZE + x, -1)
    around: Ints = np.where(barrel, in_eb, in_ee)
    return around
