"""Which towers are behind which crystals, judged by the centre of a crystal's front face.

Crystals count through the whole ECAL here, as in `ecal_cells`. The tables are made when first asked for.
"""

import functools
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.constants import HCAL_IPHI, HE_IETA
from dataformats.geometry.crystals import Position
from dataformats.geometry.detids import EB_CELLS, EE_EXISTS
from dataformats.geometry.ecal_cells import positions
from dataformats.geometry.hcal import find_towers
from dataformats.geometry.picture import HBHE_COLUMNS, HBHE_ETA_EDGES, HBHE_ROWS, phi_column

LAST_BARREL_TOWER: Final = 17
"""Largest |ieta| of towers behind the ECAL barrel."""


class TowerCrystals(NamedTuple):
    """Endcap crystals in front of towers with |ieta| > 17; every such tower has at least one.

    Args:
        offsets: (4249,) boundaries: the crystals of tower t = (ieta + 29) * 72 + iphi - 1 are
            crystals[offsets[t]:offsets[t + 1]].
        crystals: all of them, tower by tower.
    """

    offsets: NDArray[np.int64]
    crystals: NDArray[np.int32]

    @property
    def most(self) -> int:
        """Crystals in front of the tower that has most (24)."""
        return int(np.diff(self.offsets).max())


@functools.cache
def tower_of_crystals() -> NDArray[np.int32]:
    """(ECAL_CELLS,) cell of the HBHE picture behind a crystal; -1 for places without one and |eta| > 3."""
    place = Position(*positions().T)
    row = np.searchsorted(HBHE_ETA_EDGES, place.eta, side="right") - 1
    lost = (row < 0) | (row >= HBHE_ROWS)
    lost[EB_CELLS:] |= ~np.tile(EE_EXISTS.ravel(), 2)
    return np.where(lost, -1, row * HBHE_COLUMNS + phi_column(place.phi, HBHE_COLUMNS)).astype(np.int32)


@functools.cache
def crystals_of_towers() -> TowerCrystals:
    """The crystals that share what a tower behind the endcaps holds."""
    place = Position(*positions()[EB_CELLS:].T)
    ieta, iphi = find_towers(place.eta, place.phi)
    behind = np.flatnonzero(np.tile(EE_EXISTS.ravel(), 2) & (np.abs(ieta) > LAST_BARREL_TOWER))
    tower = ((ieta + HE_IETA) * HCAL_IPHI + iphi - 1)[behind]
    offsets = np.searchsorted(np.sort(tower), np.arange((2 * HE_IETA + 1) * HCAL_IPHI + 1))
    return TowerCrystals(offsets, (EB_CELLS + behind[np.argsort(tower, kind="stable")]).astype(np.int32))
