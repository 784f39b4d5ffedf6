"""The HCAL tower a jet's window is centred on.

Source: the jet selection of the public E2E trainings (MLAnalyzer).
"""

import numpy as np
from numpy.typing import NDArray

from dataformats.frames import SeedStatus
from dataformats.geometry.constants import HB_IETA, HCAL_IPHI, HE_IETA
from dataformats.geometry.detid_kernels import hbhe_cell
from dataformats.geometry.hcal import find_hcal
from dataformats.geometry.picture import CRYSTALS_PER_TOWER, hbhe_pixel_of
from dataformats.jit import kernel

REACH = 3
"""Towers searched on either side of the one the jet points to: a window of 7 x 7."""

GRID_SHAPE = (2 * HE_IETA + 1, HCAL_IPHI)
"""Towers of depth 1 by (ieta + 29, iphi - 1)."""

_OK = int(SeedStatus.OK)
_BELOW_PT = int(SeedStatus.BELOW_PT)
_OUTSIDE_ETA = int(SeedStatus.OUTSIDE_ETA)
_NO_HCAL_CELL = int(SeedStatus.NO_HCAL_CELL)
_NEAR_EDGE = int(SeedStatus.NEAR_EDGE)


@kernel
def hottest_tower(ieta: int, iphi: int, grid: NDArray[np.float32]) -> tuple[int, int]:
    """(ieta, iphi) of the tower with the highest depth-1 energy in the 7 x 7 around a start.

    The start holds until a tower is strictly hotter (a start without a hit counts as 0 GeV), so of equals the first
    wins; scanned with ieta rising, and for each ieta iphi from start - 3 to start + 3 around the barrel. Numbers are
    not renumbered across ieta = 0 and end at |ieta| = 28, so windows there lose rows.

    Args:
        ieta, iphi: start.
        grid: GRID_SHAPE energies, -inf where there is no hit.
    """
    best_ieta, best_iphi = ieta, iphi
    best = grid[ieta + HE_IETA, iphi - 1]
    if best == -np.inf:
        best = np.float32(0.0)
    for near_ieta in range(max(ieta - REACH, 1 - HE_IETA), min(ieta + REACH, HE_IETA - 1) + 1):
        if near_ieta == 0:
            continue
        for step in range(-REACH, REACH + 1):
            column = (iphi - 1 + step) % HCAL_IPHI
            energy = grid[near_ieta + HE_IETA, column]
            if energy > best:
                best, best_ieta, best_iphi = energy, near_ieta, column + 1
    return best_ieta, best_iphi


@kernel
def set_depth_one(
    first: int,
    last: int,
    detid: NDArray[np.uint32],
    energy: NDArray[np.float32],
    grid: NDArray[np.float32],
    clear: bool,
) -> None:
    """Put the depth-1 hits first..last - 1 into the grid (GRID_SHAPE), or take them out again.

    Towers up to |ieta| 16 are HB, those beyond HE; HE begins its tower 16 at depth 3, so depth 1 alone tells.
    """
    for i in range(first, last):
        ieta, iphi, depth = hbhe_cell(detid[i])
        if depth == 1:
            grid[ieta + HE_IETA, iphi - 1] = -np.inf if clear else energy[i]


@kernel
def find_seeds(
    offsets: NDArray[np.int64],
    jets: tuple[NDArray[np.float32], ...],
    hit_offsets: NDArray[np.int64],
    detid: NDArray[np.uint32],
    energy: NDArray[np.float32],
    min_pt: float,
    max_eta: float,
    grid: NDArray[np.float32],
    row: NDArray[np.uint16],
    column: NDArray[np.uint16],
    status: NDArray[np.uint8],
) -> None:
    """Centre pixel of every jet's window, or why it has none.

    A seed beyond |ieta| 16 is too near the edge: its window would leave the picture.

    Args:
        offsets: (events + 1,) boundaries of the jets.
        jets: three (jets,) arrays: pt in GeV, eta, phi.
        hit_offsets: (events + 1,) boundaries of the hits.
        detid, energy: (hits,) HB and HE hits; GeV.
        min_pt, max_eta: jets with less pt or larger |eta| get no window.
        grid: GRID_SHAPE scratch, -inf on entry and on return.
        row, column: (jets,) centre pixel in the stitched picture, 0 where there is none.
        status: (jets,) of SeedStatus.
    """
    pt, eta, phi = jets
    for event in range(offsets.size - 1):
        if offsets[event] == offsets[event + 1]:
            continue
        set_depth_one(hit_offsets[event], hit_offsets[event + 1], detid, energy, grid, False)
        for jet in range(offsets[event], offsets[event + 1]):
            row[jet] = column[jet] = 0
            if pt[jet] < min_pt:
                status[jet] = _BELOW_PT
                continue
            if abs(eta[jet]) > max_eta:
                status[jet] = _OUTSIDE_ETA
                continue
            ieta, iphi = find_hcal(np.float64(eta[jet]), np.float64(phi[jet]))
            if ieta == 0:
                status[jet] = _NO_HCAL_CELL
                continue
            ieta, iphi = hottest_tower(ieta, iphi, grid)
            if abs(ieta) > HB_IETA:
                status[jet] = _NEAR_EDGE
                continue
            tower_row, tower_column, _ = hbhe_pixel_of(ieta, iphi)
            row[jet] = CRYSTALS_PER_TOWER * tower_row + CRYSTALS_PER_TOWER // 2
            column[jet] = CRYSTALS_PER_TOWER * tower_column + CRYSTALS_PER_TOWER // 2
            status[jet] = _OK
        set_depth_one(hit_offsets[event], hit_offsets[event + 1], detid, energy, grid, True)
