"""Pixels of a window as massless particles around the axis of its jet."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.picture import COLUMNS, CRYSTALS_PER_TOWER, PIXEL_ETA_CENTER, PIXEL_PHI_CENTER, tower_centre

CHANNELS: Final = ("TracksPt", "ECAL", "HCAL")
"""What is read of a window, in this order."""
REACH: Final = 0.8
"""Distance in eta and phi from the axis within which particles count: the size of the jets."""

Floats = NDArray[np.float64]


class Particles(NamedTuple):
    """Massless particles of one jet.

    Args:
        pt: (particles,) transverse momentum or energy, GeV, larger than 0.
        eta: (particles,) from the axis of the jet.
        phi: (particles,) from the axis of the jet, rad.
    """

    pt: Floats
    eta: Floats
    phi: Floats

    @classmethod
    def near(
        cls, pt: Floats, row: NDArray[np.int64], column: NDArray[np.int64], axis: tuple[float, float]
    ) -> "Particles":
        """Those within REACH of an axis.

        Args:
            pt: (pixels,) GeV.
            row: (pixels,) of the stitched picture.
            column: (pixels,) of the stitched picture.
            axis: eta and phi.
        """
        eta = PIXEL_ETA_CENTER[row] - axis[0]
        phi = (PIXEL_PHI_CENTER[column] - axis[1] + np.pi) % (2 * np.pi) - np.pi
        keep = (pt > 0) & (np.hypot(eta, phi) < REACH)
        return cls(pt[keep], eta[keep], phi[keep])


def particles_of(
    picture: NDArray[np.float32], seed: tuple[int, int], axis: tuple[float, float]
) -> Mapping[str, Particles]:
    """``tracks`` and ``calo``, crystals and towers, of one window with the granularity of the crystals.

    Energies count as they would across the beam. Towers stand in their middle.

    Args:
        picture: (3, rows, columns) of `CHANNELS`, GeV; towers are spread over their pixels.
        seed: row and column of the middle pixel in the stitched picture.
        axis: eta and phi of the jet.
    """
    size = picture.shape[1:]
    down, right = (np.arange(n) - (n - 1) // 2 + at for n, at in zip(size, seed, strict=True))
    row, column = (one.ravel() for one in np.meshgrid(down, right % COLUMNS, indexing="ij"))
    inside = (row >= 0) & (row < PIXEL_ETA_CENTER.size)
    row, column = row[inside], column[inside]
    tracks, ecal, hcal = (channel.ravel()[inside].astype(np.float64) for channel in picture)
    towers = COLUMNS // CRYSTALS_PER_TOWER
    tower = row // CRYSTALS_PER_TOWER * towers + column // CRYSTALS_PER_TOWER
    energy = np.bincount(tower, hcal, minlength=0)
    filled = np.flatnonzero(energy)
    middle = tower_centre(*np.divmod(filled, towers))
    rows, columns = (np.concatenate(pair) for pair in ((row, middle.row), (column, middle.column)))
    transverse = np.concatenate([ecal, energy[filled]]) / np.cosh(PIXEL_ETA_CENTER[rows])
    return {
        "tracks": Particles.near(tracks, row, column, axis),
        "calo": Particles.near(transverse, rows, columns, axis),
    }


def axis_of(columns: Mapping[str, Any], row: int) -> tuple[float, float]:
    """Eta and phi of the jet of a row."""
    return float(columns["eta"][row]), float(columns["phi"][row])
