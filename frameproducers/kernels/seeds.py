"""The HCAL tower or crystal that a jet's window is centred on.

Source: the jet selection of the public E2E trainings (MLAnalyzer).
"""

import numpy as np
from numpy.typing import NDArray

from dataformats.frames import SeedStatus
from dataformats.geometry.constants import HCAL_IPHI, HE_IETA
from dataformats.geometry.detid_kernels import hbhe_cell
from dataformats.geometry.hcal import find_hcal
from dataformats.geometry.picture import COLUMNS, CRYSTALS_PER_TOWER, ecal_pixel_of, hbhe_pixel_of
from dataformats.jit import kernel

REACH = 3
"""Towers searched on either side of the one the jet points to: a window of 7 x 7."""

GRID_SHAPE = (2 * HE_IETA + 1, HCAL_IPHI)
"""Towers of depth 1 by (ieta + 29, iphi - 1)."""

HOTTEST_TOWER = 0
"""Rule: the hottest tower near the one the jet points to."""
AXIS_TOWER = 1
"""Rule: the tower the jet points to."""
AXIS_CRYSTAL = 2
"""Rule: the pixel of the ECAL picture the jet points to."""

_OK = int(SeedStatus.OK)
_BELOW_PT = int(SeedStatus.BELOW_PT)
_OUTSIDE_ETA = int(SeedStatus.OUTSIDE_ETA)
_NO_HCAL_CELL = int(SeedStatus.NO_HCAL_CELL)
_NEAR_EDGE = int(SeedStatus.NEAR_EDGE)
_NO_CRYSTAL = int(SeedStatus.NO_CRYSTAL)


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
def aim(rule: int, eta: float, phi: float, grid: NDArray[np.float32]) -> tuple[int, int, int]:
    """(row, column, status) of the pixel that a window is centred on: a crystal, or the middle of a tower.

    Towers beyond |ieta| 20 are twice as wide as others; their window is centred on the half with the lower phi.

    Args:
        rule: HOTTEST_TOWER, AXIS_TOWER or AXIS_CRYSTAL.
        eta, phi: of the jet.
        grid: GRID_SHAPE energies for HOTTEST_TOWER, -inf where there is no hit.
    """
    if rule == AXIS_CRYSTAL:
        pixel = ecal_pixel_of(eta, phi)
        return (pixel // COLUMNS, pixel % COLUMNS, _OK) if pixel >= 0 else (0, 0, _NO_CRYSTAL)
    ieta, iphi = find_hcal(eta, phi)
    if ieta == 0:
        return 0, 0, _NO_HCAL_CELL
    if rule == HOTTEST_TOWER:
        ieta, iphi = hottest_tower(ieta, iphi, grid)
    row, column, _ = hbhe_pixel_of(ieta, iphi)
    middle = CRYSTALS_PER_TOWER // 2
    return CRYSTALS_PER_TOWER * row + middle, CRYSTALS_PER_TOWER * column + middle, _OK


@kernel
def find_seeds(
    offsets: NDArray[np.int64],
    jets: tuple[NDArray[np.float32], ...],
    hit_offsets: NDArray[np.int64],
    detid: NDArray[np.uint32],
    energy: NDArray[np.float32],
    cuts: tuple[float, float],
    rule: int,
    rows: tuple[int, int],
    grid: NDArray[np.float32],
    row: NDArray[np.uint16],
    column: NDArray[np.uint16],
    status: NDArray[np.uint8],
) -> None:
    """Centre pixel of every jet's window, or why it has none.

    Args:
        offsets: (events + 1,) boundaries of the jets.
        jets: three (jets,) arrays: pt in GeV, eta, phi.
        hit_offsets: (events + 1,) boundaries of the hits.
        detid, energy: (hits,) HB and HE hits; GeV.
        cuts: jets with less pt or larger |eta| get no window.
        rule: HOTTEST_TOWER, AXIS_TOWER or AXIS_CRYSTAL.
        rows: first and last row of a centre; others are too near the edge.
        grid: GRID_SHAPE scratch, -inf on entry and on return.
        row, column: (jets,) centre pixel in the stitched picture, 0 where there is none.
        status: (jets,) of SeedStatus.
    """
    pt, eta, phi = jets
    for event in range(offsets.size - 1):
        if offsets[event] == offsets[event + 1]:
            continue
        if rule == HOTTEST_TOWER:
            set_depth_one(hit_offsets[event], hit_offsets[event + 1], detid, energy, grid, False)
        for jet in range(offsets[event], offsets[event + 1]):
            row[jet] = column[jet] = 0
            if pt[jet] < cuts[0]:
                status[jet] = _BELOW_PT
                continue
            if abs(eta[jet]) > cuts[1]:
                status[jet] = _OUTSIDE_ETA
                continue
            centre_row, centre_column, status[jet] = aim(rule, np.float64(eta[jet]), np.float64(phi[jet]), grid)
            if status[jet] == _OK and rows[0] <= centre_row <= rows[1]:
                row[jet], column[jet] = centre_row, centre_column
            elif status[jet] == _OK:
                status[jet] = _NEAR_EDGE
        if rule == HOTTEST_TOWER:
            set_depth_one(hit_offsets[event], hit_offsets[event + 1], detid, energy, grid, True)
