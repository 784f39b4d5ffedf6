"""Which towers are behind which crystals, judged by the centre of a crystal's front face.

Crystals count through the whole ECAL here: barrel crystals by `detids.eb_hash`, then EE- and EE+ by `detids.ee_hash`.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.constants import EB_IETA, EB_IPHI, EE_SIZE, HCAL_IPHI, HE_IETA
from dataformats.geometry.crystals import Position, eb_position, ee_position
from dataformats.geometry.detids import EB_CELLS, EE_EXISTS
from dataformats.geometry.hcal import find_towers
from dataformats.geometry.picture import HBHE_COLUMNS, HBHE_ETA_EDGES, HBHE_ROWS, phi_column

EE_PLACES: Final = EE_SIZE * EE_SIZE
"""Places of either endcap, not all of which have a crystal."""
LAST_BARREL_TOWER: Final = 17
"""Largest |ieta| of towers behind the ECAL barrel."""


def _endcaps() -> tuple[Position, NDArray[np.bool_]]:
    iy, ix = np.indices((EE_SIZE, EE_SIZE)) + 1
    sides = [ee_position(ix, iy, zside) for zside in (-1, 1)]
    both = Position(*(np.concatenate([a.ravel(), b.ravel()]) for a, b in zip(*sides, strict=True)))
    return both, np.tile(EE_EXISTS.ravel(), 2)


def _tower_of_crystals() -> NDArray[np.int32]:
    row, column = np.indices((2 * EB_IETA, EB_IPHI))
    barrel = eb_position(row - EB_IETA + (row >= EB_IETA), column + 1)
    endcaps, exists = _endcaps()
    eta = np.concatenate([barrel.eta.ravel(), endcaps.eta])
    phi = np.concatenate([barrel.phi.ravel(), endcaps.phi])
    tower_row = np.searchsorted(HBHE_ETA_EDGES, eta, side="right") - 1
    lost = (tower_row < 0) | (tower_row >= HBHE_ROWS)
    lost[EB_CELLS:] |= ~exists
    return np.where(lost, -1, tower_row * HBHE_COLUMNS + phi_column(phi, HBHE_COLUMNS)).astype(np.int32)


def _crystals_of_towers() -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    endcaps, exists = _endcaps()
    ieta, iphi = find_towers(endcaps.eta, endcaps.phi)
    behind = np.flatnonzero(exists & (np.abs(ieta) > LAST_BARREL_TOWER))
    tower = ((ieta + HE_IETA) * HCAL_IPHI + iphi - 1)[behind]
    first = np.searchsorted(np.sort(tower), np.arange((2 * HE_IETA + 1) * HCAL_IPHI + 1))
    return first, (EB_CELLS + behind[np.argsort(tower, kind="stable")]).astype(np.int32)


CRYSTAL_TOWER: Final[NDArray[np.int32]] = _tower_of_crystals()
"""Shape (81200,): cell of the HBHE picture that a crystal is in front of; -1 for places without one and |eta| > 3."""

TOWER_CRYSTAL_OFFSETS, TOWER_CRYSTALS = _crystals_of_towers()
"""Endcap crystals in front of towers with |ieta| > 17: those of tower t = (ieta + 29) * 72 + iphi - 1 are
TOWER_CRYSTALS[TOWER_CRYSTAL_OFFSETS[t]:TOWER_CRYSTAL_OFFSETS[t + 1]]. Every such tower has at least one."""

MOST_TOWER_CRYSTALS: Final = int(np.diff(TOWER_CRYSTAL_OFFSETS).max())
"""Crystals in front of the tower that has most (24)."""
