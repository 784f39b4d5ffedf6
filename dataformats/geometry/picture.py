"""The conventions of the pictures: which row and column a crystal, a tower or a direction has.

- Rows grow with eta. The stitched ECAL picture has 280: EE- 0..54, EB 55..224, EE+ 225..279. The HBHE picture has 56;
  tower row r covers rows 5 r to 5 r + 4 of the stitched picture.
- Columns grow with phi; column 0 begins at -10 degrees, as barrel crystals iphi 1 do. 360 columns, or 72 for towers.
- Endcap crystals fill a histogram of (phi, eta) with ROOT's rules: an entry on the upper edge of an axis is lost.
- What has no place gets -1. A pixel is row * 360 + column.

Numpy functions for users; the `..._of` functions ask the same one at a time inside numba kernels.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dataformats.geometry.constants import (
    EB_IETA,
    EB_IPHI,
    ECAL_BARREL_ETA,
    EE_SIZE,
    ENDCAP_ETA,
    FINE_PHI_IETA,
    FLOAT_PI,
    HCAL_IPHI,
    HE_IETA,
    TWO_PI,
)
from dataformats.geometry.crystals import eb_position, ee_position
from dataformats.geometry.detids import EE_EXISTS
from dataformats.geometry.ecal import IN_EB, find_ecal
from dataformats.jit import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROWS: Final = 280
"""Rows of the stitched ECAL picture."""
COLUMNS: Final = 360
"""Columns of the stitched ECAL picture."""
EB_FIRST_ROW: Final = 55
"""Row of barrel crystals with ieta -85, and number of rows of either endcap."""
EEP_FIRST_ROW: Final = EB_FIRST_ROW + 2 * EB_IETA
"""First row of EE+ (225)."""
EB_FIRST_PIXEL: Final = EB_FIRST_ROW * COLUMNS
"""Add this to a barrel crystal's hashed index to get its pixel."""
HBHE_ROWS: Final = 56
"""Rows of the HBHE picture."""
HBHE_COLUMNS: Final = HCAL_IPHI
"""Columns of the HBHE picture."""
CRYSTALS_PER_TOWER: Final = 5
"""Crystals along either side of a tower."""
HBHE_MAX_IETA: Final = 28
"""Largest |ieta| with a row of its own; towers 29 fold into 28."""

_BARREL_EDGES = (0, 0.087, 0.174, 0.261, 0.348, 0.435, 0.522, 0.609, 0.695, 0.783, 0.87, 0.957, 1.044, 1.131, 1.218)
_ENDCAP_EDGES = (1.305, 1.392, 1.479, 1.566, 1.653, 1.740, 1.830, 1.930, 2.043, 2.172, 2.322, 2.500, 2.650, 3.000)
_HALF_EDGES = np.array(_BARREL_EDGES + _ENDCAP_EDGES)

HBHE_ETA_EDGES: Final[Floats] = np.concatenate([-_HALF_EDGES[:0:-1], _HALF_EDGES])
"""Shape (57,): eta edges of the HBHE picture's rows; the last is towers 28 and 29 together [CMSSW HcalTopology]."""


def _cut_in_five(edges: Floats) -> Floats:
    steps = edges[:-1, np.newaxis] + np.diff(edges)[:, np.newaxis] * np.arange(CRYSTALS_PER_TOWER) / CRYSTALS_PER_TOWER
    return np.append(steps.ravel(), edges[-1])


EEP_ETA_EDGES: Final[Floats] = _cut_in_five(HBHE_ETA_EDGES[HBHE_ETA_EDGES > ECAL_BARREL_ETA - 1e-9])
"""Shape (56,): eta edges of the rows of EE+, from 1.479 to 3."""
EEM_ETA_EDGES: Final[Floats] = -EEP_ETA_EDGES[::-1]
"""Shape (56,): eta edges of the rows of EE-, from -3 to -1.479."""

_STEPS = 256
_PER_STEP = _STEPS / (ENDCAP_ETA - ECAL_BARREL_ETA)
_FIRST_ROW_OF_STEP = np.searchsorted(EEP_ETA_EDGES, ECAL_BARREL_ETA + (np.arange(_STEPS) - 1) / _PER_STEP, side="right")
_FIRST_ROW_OF_STEP = np.maximum(_FIRST_ROW_OF_STEP - 1, 0)
"""No row later than this begins before the step in |eta|: where the search for a row begins."""


class Pixel(NamedTuple):
    """Row and column of a picture."""

    row: Ints
    column: Ints


class TowerPixel(NamedTuple):
    """Place of a tower in the HBHE picture; where split, column and column + 1 get half the energy each."""

    row: Ints
    column: Ints
    split: NDArray[np.bool_]


def eb_pixel(ieta: ArrayLike, iphi: ArrayLike) -> Pixel:
    """Place of barrel crystals in the stitched picture."""
    ieta = np.asarray(ieta, np.int64)
    return Pixel(ieta - (ieta > 0) + EB_IETA + EB_FIRST_ROW, np.asarray(iphi, np.int64) - 1)


def hbhe_pixel(ieta: ArrayLike, iphi: ArrayLike) -> TowerPixel:
    """Place of HB and HE towers in the HBHE picture."""
    ieta, iphi = np.asarray(ieta, np.int64), np.asarray(iphi, np.int64)
    size = np.minimum(np.abs(ieta), HBHE_MAX_IETA)
    row = np.where(ieta > 0, HBHE_MAX_IETA + size - 1, HBHE_MAX_IETA - size)
    return TowerPixel(row, (iphi + 1) % HBHE_COLUMNS, np.abs(ieta) > FINE_PHI_IETA)


def tower_centre(row: ArrayLike, column: ArrayLike) -> Pixel:
    """The stitched pixel in the middle of a tower of the HBHE picture."""
    size, middle = CRYSTALS_PER_TOWER, CRYSTALS_PER_TOWER // 2
    return Pixel(size * np.asarray(row, np.int64) + middle, size * np.asarray(column, np.int64) + middle)


def phi_column(phi: ArrayLike, columns: int = COLUMNS) -> Ints:
    """Column of azimuths (rad) in a picture of that many columns; -1 for phi >= pi, phi < -pi and NaN."""
    phi = np.asarray(phi, np.float64)
    inside = (phi >= -FLOAT_PI) & (phi < math.pi)
    turned = np.where(inside, np.maximum(phi + math.pi, 0.0), 0.0) * columns / TWO_PI
    return np.where(inside, (turned.astype(np.int64) + columns * 190 // 360) % columns, -1)


def ee_row(eta: ArrayLike) -> Ints:
    """Row of endcap directions in the stitched picture; -1 outside 1.479 <= eta < 3 and -3 <= eta < -1.479."""
    eta = np.asarray(eta, np.float64)
    plus, minus = (np.searchsorted(edges, eta, side="right") - 1 for edges in (EEP_ETA_EDGES, EEM_ETA_EDGES))
    in_minus = (minus >= 0) & (minus < EB_FIRST_ROW)
    in_plus = (plus >= 0) & (plus < EB_FIRST_ROW)
    return np.where(in_plus, plus + EEP_FIRST_ROW, np.where(in_minus, minus, -1))


def ee_pixel(eta: ArrayLike, phi: ArrayLike) -> Ints:
    """Stitched pixel of endcap directions, -1 where lost."""
    row, column = ee_row(eta), phi_column(phi)
    return np.where((row >= 0) & (column >= 0), row * COLUMNS + column, -1)


@kernel
def column_of(phi: float, columns: int) -> int:
    """`phi_column` of one azimuth."""
    if not (-FLOAT_PI <= phi < math.pi):
        return -1
    column = int(max(phi + math.pi, 0.0) * columns / TWO_PI) + columns * 190 // 360
    return column - columns if column >= columns else column


@kernel
def ee_row_of(eta: float) -> int:
    """`ee_row` of one direction."""
    if not (-ENDCAP_ETA <= eta < ENDCAP_ETA):
        return -1
    size = abs(eta)
    if size < ECAL_BARREL_ETA or (eta < 0 and size == ECAL_BARREL_ETA):
        return -1
    row = _FIRST_ROW_OF_STEP[min(int((size - ECAL_BARREL_ETA) * _PER_STEP), _STEPS - 1)]
    if eta > 0:
        while EEP_ETA_EDGES[row + 1] <= size:
            row += 1
        return int(EEP_FIRST_ROW + row)
    while EEP_ETA_EDGES[row + 1] < size:
        row += 1
    return int(EB_FIRST_ROW - 1 - row)


@kernel
def ee_pixel_of(eta: float, phi: float) -> int:
    """`ee_pixel` of one direction."""
    row, column = ee_row_of(eta), column_of(phi, COLUMNS)
    return row * COLUMNS + column if row >= 0 and column >= 0 else -1


@kernel
def ecal_pixel_of(eta: float, phi: float) -> int:
    """Stitched pixel that a track or tracker hit in this direction is drawn in; -1 where it meets no crystal.

    In the barrel the pixel of the crystal that is hit; in the endcaps the direction's own bin, if it hits a crystal.
    """
    if not abs(eta) <= ECAL_BARREL_ETA:
        return ee_pixel_of(eta, phi)  # all of the endcaps has a crystal within reach
    kind, index = find_ecal(eta, phi)
    return EB_FIRST_PIXEL + index if kind == IN_EB else -1


@kernel
def hbhe_pixel_of(ieta: int, iphi: int) -> tuple[int, int, bool]:
    """`hbhe_pixel` of one tower; (-1, -1, False) for what is no tower."""
    size = min(abs(ieta), HBHE_MAX_IETA)
    if size == 0 or abs(ieta) > HE_IETA or iphi < 1 or iphi > HCAL_IPHI:
        return -1, -1, False
    row = HBHE_MAX_IETA + size - 1 if ieta > 0 else HBHE_MAX_IETA - size
    return row, (iphi + 1) % HBHE_COLUMNS, abs(ieta) > FINE_PHI_IETA


def _endcap_pixels() -> NDArray[np.int32]:
    iy, ix = np.indices((EE_SIZE, EE_SIZE)) + 1
    sides = [ee_position(ix, iy, zside) for zside in (-1, 1)]
    pixels = [np.where(EE_EXISTS, ee_pixel(side.eta, side.phi), -1).ravel() for side in sides]
    return np.concatenate(pixels).astype(np.int32)


def _row_eta() -> Floats:
    ieta = np.arange(1, EB_IETA + 1)[:, np.newaxis]
    barrel = eb_position(ieta, np.arange(1, 21)).eta.mean(axis=1)
    plus = (EEP_ETA_EDGES[:-1] + EEP_ETA_EDGES[1:]) / 2
    half = np.concatenate([barrel, plus])
    return np.concatenate([-half[::-1], half])


EE_PIXEL: Final[NDArray[np.int32]] = _endcap_pixels()
"""Shape (20000,): stitched pixel of endcap place (0 EE-, 1 EE+) * 10000 + (iy - 1) * 100 + ix - 1; -1 without a crystal
or where the crystal's centre is outside the picture's endcap."""

PIXEL_ETA_CENTER: Final[Floats] = _row_eta()
"""Shape (280,): eta of each row's middle; of the crystals in the barrel, of the bins in the endcaps."""

PIXEL_PHI_CENTER: Final[Floats] = np.radians((np.arange(EB_IPHI) - 9.5 + 180) % 360 - 180)
"""Shape (360,): azimuth of each column's middle, rad in [-pi, pi)."""
