"""Which ECAL crystal a direction from the centre of CMS points to.

A direction with |eta| > 1.479 meets the endcap plane |z| = 319.2 cm, else the barrel cylinder r = 129.4 cm; the crystal
is the one whose front-face centre, seen from the centre of CMS, is closest there.
Source: CMSSW spr::findDetIdECAL, with the closest cell judged by directions.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dataformats.geometry.constants import (
    EB_IETA,
    EB_IPHI,
    ECAL_BARREL_ETA,
    ECAL_PLANE,
    EE_PITCH,
    EE_REACH,
    EE_SIZE,
    ENDCAP_ETA,
    SUPERMODULE_IPHI,
)
from dataformats.geometry.crystals import eb_position, ee_position
from dataformats.geometry.detids import EE_EXISTS
from dataformats.jit import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOWHERE: Final = 0
"""No crystal in this direction."""
IN_EB: Final = 1
"""A barrel crystal; its index is `detids.eb_hash`."""
IN_EE: Final = 2
"""An endcap crystal; its index is `detids.ee_hash`."""

_FAR = 1e6
_PER_ETA = EB_IETA / ECAL_BARREL_ETA
"""Barrel crystals per unit of eta."""
_HALF = EE_SIZE // 2


class Crystal(NamedTuple):
    """What directions point to: kind NOWHERE, IN_EB or IN_EE, and the index of the cell (-1 for NOWHERE)."""

    kind: Ints
    cell: Ints


def _barrel_tables() -> tuple[Floats, Floats]:
    """Of supermodule 1 at -z and +z: eta (85, 20) by |ieta| and place; phi in degrees after -10, (2, 85, 20)."""
    ieta, iphi = np.arange(1, EB_IETA + 1)[:, np.newaxis], np.arange(1, SUPERMODULE_IPHI + 1)
    minus, plus = eb_position(-ieta, iphi), eb_position(ieta, iphi)
    return np.stack([-minus.eta, plus.eta]), np.degrees(np.stack([minus.phi, plus.phi])) + 10


def _endcap_tables() -> tuple[Floats, float, float]:
    """Centres of a quadrant seen on the endcap plane, (50, 50, 2) [row, column] cm; mean first column and pitch, cm."""
    row, column = np.indices((_HALF, _HALF)) + _HALF + 1
    x, y, z = ee_position(column, row, 1)
    exists = EE_EXISTS[_HALF:, _HALF:]
    seen = np.stack([x, y], axis=-1) * (ECAL_PLANE / z)[..., np.newaxis]
    pitch, first = np.polyfit(column[exists] - _HALF - 1, seen[exists][:, 0], 1)
    return np.where(exists[..., np.newaxis], seen, _FAR), float(first), float(pitch)


def _half_distance(centres: Floats) -> float:
    """Whatever is nearer than this to one of the centres (rows, columns, 2) is nearer to it than to any other."""
    steps = [(row, column) for row in (0, 1, 2) for column in (-2, -1, 0, 1, 2) if row > 0 or column > 0]
    n_rows, n_columns = centres.shape[:2]
    closest = math.inf
    for row, column in steps:
        left = slice(max(-column, 0), n_columns - max(column, 0))
        right = slice(max(column, 0), n_columns - max(-column, 0))
        apart = np.hypot(*np.moveaxis(centres[: n_rows - row, left] - centres[row:, right], -1, 0))
        closest = min(closest, float(apart[apart > 0].min()))  # crystals that do not exist are all at one place
    return 0.999 * closest / 2


def _barrel_centres(side: int) -> Floats:
    """Of two supermodules side by side, (85, 40, 2): |eta| and phi, degrees."""
    phi = np.concatenate([_EB_PHI[side], _EB_PHI[side] + SUPERMODULE_IPHI], axis=1)
    return np.stack([np.degrees(np.tile(_EB_ETA[side], 2)), phi], axis=-1)


_EB_ETA, _EB_PHI = _barrel_tables()
_EE_SEEN, _EE_FIRST, _EE_STEP = _endcap_tables()
_EB_SURE: Final = min(_half_distance(_barrel_centres(side)) for side in (0, 1)) ** 2
"""Square of a distance, degrees, within which a barrel crystal is surely the closest."""
_EE_SURE: Final = _half_distance(_EE_SEEN) ** 2
"""The same on the endcap plane, cm."""
_PLACE = np.arange(-1, EB_IPHI + 1) % SUPERMODULE_IPHI
_MODULE_PHI = np.arange(-1, EB_IPHI + 1) // SUPERMODULE_IPHI * float(SUPERMODULE_IPHI)
"""Of columns -1 to 360, the one before them first: place in the supermodule, and where that begins, degrees."""


@kernel
def _eb_distance(side: int, ring: int, column: int, size: float, degrees: float) -> float:
    """Square of the distance of a direction to a barrel crystal, degrees.

    Args:
        side: 1 for +z, else 0.
        ring: |ieta| - 1.
        column: -1 to 360.
        size: |eta| of the direction.
        degrees: its phi after -10 degrees.
    """
    place = _PLACE[column + 1]
    d_eta = math.degrees(size - _EB_ETA[side, ring, place])
    d_phi = degrees - _MODULE_PHI[column + 1] - _EB_PHI[side, ring, place]
    return float(d_eta * d_eta + d_phi * d_phi)


@kernel
def _find_barrel(eta: float, phi: float) -> int:
    """Index of the barrel crystal, of the same side, closest to a direction with |eta| <= 1.479."""
    side, size = (1 if eta >= 0 else 0), abs(eta)
    degrees = math.degrees(phi) + 10.0
    if not 0.0 <= degrees < 360.0:
        degrees %= 360.0
        degrees = degrees if degrees < 360.0 else 0.0  # the remainder of almost nothing below zero
    ring, column = min(int(size * _PER_ETA), EB_IETA - 1), int(degrees)
    best = _eb_distance(side, ring, column, size, degrees)
    if best >= _EB_SURE:
        near_ring, near_column = ring, column
        for r in range(max(near_ring - 1, 0), min(near_ring + 2, EB_IETA)):
            for c in range(near_column - 1, near_column + 2):
                distance = _eb_distance(side, r, c, size, degrees)
                if distance < best:
                    best, ring, column = distance, r, c
        column = column % EB_IPHI
    row = EB_IETA + ring if side == 1 else EB_IETA - 1 - ring
    return row * EB_IPHI + column


@kernel
def _search_quadrant(x: float, y: float, reach: int, limit: float) -> int:
    """Crystal row * 50 + column of a quadrant closest to (x, y) on the endcap plane, cm; -1 if limit cm away or more.

    Looks at the crystals up to `reach` rows and columns from the likely one.
    """
    near_row, near_column = int((y - _EE_FIRST) / _EE_STEP + 0.5), int((x - _EE_FIRST) / _EE_STEP + 0.5)
    if near_row < _HALF and near_column < _HALF:
        off_x, off_y = x - _EE_SEEN[near_row, near_column, 0], y - _EE_SEEN[near_row, near_column, 1]
        if off_x * off_x + off_y * off_y < _EE_SURE:
            return near_row * _HALF + near_column
    best, place = limit * limit, -1
    for row in range(max(near_row - reach, 0), min(near_row + reach + 1, _HALF)):
        for column in range(max(near_column - reach, 0), min(near_column + reach + 1, _HALF)):
            distance = (x - _EE_SEEN[row, column, 0]) ** 2 + (y - _EE_SEEN[row, column, 1]) ** 2
            if distance < best:
                best, place = distance, row * _HALF + column
    return place


@kernel
def _find_endcap(eta: float, phi: float) -> int:
    """Index of the endcap crystal closest to a direction with 1.479 < |eta| <= 3; -1 if none is within reach."""
    radius = ECAL_PLANE / math.sinh(abs(eta))
    x, y = radius * math.cos(phi), radius * math.sin(phi)
    place = _search_quadrant(abs(x), abs(y), 1, EE_PITCH)
    if place < 0:
        place = _search_quadrant(abs(x), abs(y), EE_REACH, EE_REACH * EE_PITCH)
    if place < 0:
        return -1
    row, column = place // _HALF, place % _HALF
    iy0 = _HALF + row if y >= 0 else _HALF - 1 - row
    ix0 = _HALF + column if x >= 0 else _HALF - 1 - column
    return ((1 if eta > 0 else 0) * EE_SIZE + iy0) * EE_SIZE + ix0


@kernel
def find_ecal(eta: float, phi: float) -> tuple[int, int]:
    """(kind, index) of the crystal a direction points to; (NOWHERE, -1) for |eta| > 3, NaN and infinity.

    Crystals end in steps short of |eta| = 1.479 and 3; there the closest may be up to four crystals off, as in CMSSW.
    """
    if not (abs(eta) <= ENDCAP_ETA and math.isfinite(phi)):
        return NOWHERE, -1
    if abs(eta) <= ECAL_BARREL_ETA:
        return IN_EB, _find_barrel(eta, phi)
    index = _find_endcap(eta, phi)
    return (IN_EE, index) if index >= 0 else (NOWHERE, -1)


@kernel
def _find_all(eta: Floats, phi: Floats, kind: Ints, index: Ints) -> None:
    """Fill kind and index (n,) with the crystals of directions eta, phi (n,)."""
    for i in range(eta.size):
        kind[i], index[i] = find_ecal(eta[i], phi[i])


@kernel
def offset_in_eb(index: int, eta: float, phi: float) -> tuple[float, float]:
    """How far a direction is from the centre of a barrel crystal, along rows (eta) and columns (phi), in crystals."""
    row, column = index // EB_IPHI, index % EB_IPHI
    side, ring = (1, row - EB_IETA) if row >= EB_IETA else (0, EB_IETA - 1 - row)
    module, place = column // SUPERMODULE_IPHI, column % SUPERMODULE_IPHI
    along_eta = (abs(eta) - _EB_ETA[side, ring, place]) * _PER_ETA
    along_phi = math.degrees(phi) + 10.0 - SUPERMODULE_IPHI * module - _EB_PHI[side, ring, place]
    return along_eta if side == 1 else -along_eta, (along_phi + 180.0) % 360.0 - 180.0


@kernel
def offset_in_ee(index: int, eta: float, phi: float) -> tuple[float, float]:
    """How far a direction is from the centre of an endcap crystal, along rows (y) and columns (x), in crystals."""
    place = index % (EE_SIZE * EE_SIZE)
    iy0, ix0 = place // EE_SIZE, place % EE_SIZE
    upper, right = iy0 >= _HALF, ix0 >= _HALF
    row, column = (iy0 - _HALF if upper else _HALF - 1 - iy0), (ix0 - _HALF if right else _HALF - 1 - ix0)
    radius = ECAL_PLANE / math.sinh(abs(eta))
    x, y = radius * math.cos(phi), radius * math.sin(phi)
    along_x = ((x if right else -x) - _EE_SEEN[row, column, 0]) / _EE_STEP
    along_y = ((y if upper else -y) - _EE_SEEN[row, column, 1]) / _EE_STEP
    return (along_y if upper else -along_y), (along_x if right else -along_x)


def find_crystals(eta: ArrayLike, phi: ArrayLike) -> Crystal:
    """`find_ecal` for arrays of directions of one shape."""
    eta, phi = np.broadcast_arrays(np.asarray(eta, np.float64), np.asarray(phi, np.float64))
    kind, index = np.zeros(eta.size, np.int64), np.zeros(eta.size, np.int64)
    _find_all(eta.ravel(), phi.ravel(), kind, index)
    return Crystal(kind.reshape(eta.shape), index.reshape(eta.shape))
