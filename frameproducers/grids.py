"""The kinds of cells that detector pictures are made of, and the pictures cut from them."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from dataformats.geometry.constants import EB_IETA, EB_IPHI, EE_SIZE
from dataformats.geometry.detids import EB_CELLS, ECAL_CELLS, EE_PLACES
from dataformats.geometry.overlap import LAST_BARREL_TOWER
from dataformats.geometry.picture import COLUMNS, CRYSTALS_PER_TOWER, EB_FIRST_ROW, HBHE_COLUMNS, HBHE_ROWS, ROWS


class Cells(IntEnum):
    """Cells that one projection fills; from CRYSTALS on the value is the fineness of `cell_of`."""

    TOWERS = -1
    CRYSTALS = 0
    PIXELS = 1
    THIRDS = 3
    FIFTHS = 5

    @property
    def number(self) -> int:
        """How many there are."""
        if self is Cells.TOWERS:
            return HBHE_ROWS * HBHE_COLUMNS
        return ECAL_CELLS if self is Cells.CRYSTALS else ROWS * COLUMNS * self * self


@dataclass(frozen=True)
class Grid:
    """The rows and columns of a picture, and where it lies in the stitched 280 x 360 picture.

    Args:
        cells: that it is cut from.
        rows, columns: of the picture.
        cell_size: pixels of the stitched picture along either side of a cell.
        fineness: cells along either side of a pixel of the stitched picture.
        first_row: row of the stitched picture where the picture begins; None if it has no place there.
        first_cell: the first of `cells` that belongs to the picture.
    """

    cells: Cells
    rows: int
    columns: int
    cell_size: int = 1
    fineness: int = 1
    first_row: int | None = 0
    first_cell: int = 0

    @property
    def is_whole(self) -> bool:
        """True if it covers the stitched picture."""
        return self.first_row == 0 and self.rows * self.cell_size == ROWS * self.fineness


_TOWER_ROWS: Final = 2 * LAST_BARREL_TOWER

STITCHED: Final = Grid(Cells.PIXELS, ROWS, COLUMNS)
"""EE-, EB and EE+ one above the other, 280 x 360."""
STITCHED_3X3: Final = Grid(Cells.THIRDS, 3 * ROWS, 3 * COLUMNS, fineness=3)
"""Every pixel of it cut into 3 x 3: 840 x 1080."""
STITCHED_5X5: Final = Grid(Cells.FIFTHS, 5 * ROWS, 5 * COLUMNS, fineness=5)
"""Every pixel of it cut into 5 x 5: 1400 x 1800."""
TOWERS: Final = Grid(Cells.TOWERS, HBHE_ROWS, HBHE_COLUMNS, CRYSTALS_PER_TOWER)
"""All towers, 56 x 72; one covers 5 x 5 pixels."""
BARREL_TOWERS: Final = Grid(
    Cells.TOWERS,
    _TOWER_ROWS,
    HBHE_COLUMNS,
    CRYSTALS_PER_TOWER,
    first_row=EB_FIRST_ROW,
    first_cell=EB_FIRST_ROW // CRYSTALS_PER_TOWER * HBHE_COLUMNS,
)
"""Towers with |ieta| up to 17, those behind the ECAL barrel: 34 x 72."""
BARREL: Final = Grid(Cells.CRYSTALS, 2 * EB_IETA, EB_IPHI, first_row=EB_FIRST_ROW)
"""Barrel crystals by ieta and iphi, 170 x 360."""
ENDCAP_MINUS: Final = Grid(Cells.CRYSTALS, EE_SIZE, EE_SIZE, first_row=None, first_cell=EB_CELLS)
"""Crystals of EE- by iy and ix, 100 x 100."""
ENDCAP_PLUS: Final = Grid(Cells.CRYSTALS, EE_SIZE, EE_SIZE, first_row=None, first_cell=EB_CELLS + EE_PLACES)
"""Crystals of EE+ by iy and ix, 100 x 100."""
