"""True CMS cells, where a checkout has them beside it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dataformats.geometry.fit import TrueCells, read_cells

CELLS = Path(__file__).resolve().parents[4] / "shared" / "data" / "geometry" / "cms_cells.npz"


@pytest.fixture(scope="session")
def cells_file() -> Path:
    if not CELLS.exists():
        pytest.skip("no true CMS cells beside this checkout")
    return CELLS


@pytest.fixture(scope="session")
def true_cells(cells_file: Path) -> Callable[[str], TrueCells]:
    """Ids and front-face centres by name: eb, ee, hb, he, pixel_phase0, pixel_phase1, tib, tob, tid, tec."""
    return lambda name: read_cells(cells_file, name)
