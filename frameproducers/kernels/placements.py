"""The cell that a direction falls into, for every kind of cells that pictures of tracks, hits and particles have."""

import math

import numpy as np

from dataformats.geometry.constants import EB_IPHI, FLOAT_PI, TWO_PI
from dataformats.geometry.detids import EB_CELLS
from dataformats.geometry.ecal import IN_EB, IN_EE, find_ecal, offset_in_eb
from dataformats.geometry.picture import (
    COLUMNS,
    EB_FIRST_ROW,
    EEM_ETA_EDGES,
    EEP_ETA_EDGES,
    EEP_FIRST_ROW,
    ecal_pixel_of,
    ee_row_of,
)
from dataformats.jit import kernel


@kernel
def part_of(fraction: float, fineness: int) -> int:
    """Which of `fineness` equal parts of a cell a place is in, given as the fraction 0..1 of the way through it."""
    return max(0, min(math.floor(fraction * fineness), fineness - 1))


@kernel
def fine_pixel_of(eta: float, phi: float, fineness: int) -> int:
    """Where a direction goes in a stitched picture whose pixels are cut into fineness x fineness; -1 where lost.

    The parts belong to the pixel that `ecal_pixel_of` gives: a fine picture summed over its parts is the coarse one. In
    the barrel a crystal is cut around its centre, in the endcaps a bin of the histogram along eta and phi.

    Args:
        eta, phi: from the centre of CMS.
        fineness: parts along either side of a pixel.
    """
    kind, index = find_ecal(eta, phi)
    if kind == IN_EB:
        row, column = EB_FIRST_ROW + index // EB_IPHI, index % EB_IPHI
        along_eta, along_phi = offset_in_eb(index, eta, phi)
        along_eta, along_phi = along_eta + 0.5, along_phi + 0.5
    elif kind == IN_EE:
        row = ee_row_of(eta)
        if row < 0 or not (-FLOAT_PI <= phi < math.pi):
            return -1
        edges, place = (EEP_ETA_EDGES, row - EEP_FIRST_ROW) if row >= EEP_FIRST_ROW else (EEM_ETA_EDGES, row)
        along_eta = (eta - edges[place]) / (edges[place + 1] - edges[place])
        turned = max(phi + math.pi, 0.0) * COLUMNS / TWO_PI
        column = (int(turned) + COLUMNS * 190 // 360) % COLUMNS
        along_phi = turned - math.floor(turned)
    else:
        return -1
    fine_row = row * fineness + part_of(along_eta, fineness)
    return int(fine_row * COLUMNS * fineness + column * fineness + part_of(along_phi, fineness))


@kernel
def crystal_of(eta: float, phi: float) -> int:
    """Place of the crystal a direction points to among all of the ECAL (see `overlap`); -1 where there is none."""
    kind, index = find_ecal(eta, phi)
    if kind == IN_EB:
        return index
    return EB_CELLS + index if kind == IN_EE else -1


@kernel
def cell_of(eta: float, phi: float, fineness: int) -> int:
    """The cell of a direction: fineness 0 asks for the crystal, 1 for the stitched pixel, more for a part of it.

    Anything without a place, NaN and infinity included, gives -1.
    """
    if not (np.isfinite(eta) and np.isfinite(phi)):
        return -1
    if fineness == 0:
        return crystal_of(eta, phi)
    if fineness == 1:
        return ecal_pixel_of(eta, phi)
    return fine_pixel_of(eta, phi, fineness)
