"""Transverse and longitudinal parts of the energy in crystals, as seen from the centre of CMS."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.constants import EB_IETA, EB_IPHI, EE_SIZE
from dataformats.geometry.crystals import eb_position, ee_position
from dataformats.geometry.detids import ECAL_CELLS
from dataformats.geometry.picture import EB_FIRST_PIXEL, EE_PIXEL
from dataformats.rechits import EBRecHits, EERecHits
from frameproducers.kernels.projections import project_crystals


def _eta_of_crystals() -> NDArray[np.float64]:
    row, column = np.indices((2 * EB_IETA, EB_IPHI))
    iy, ix = np.indices((EE_SIZE, EE_SIZE)) + 1
    barrel = eb_position(row - EB_IETA + (row >= EB_IETA), column + 1)
    return np.concatenate([barrel.eta.ravel(), *(ee_position(ix, iy, side).eta.ravel() for side in (-1, 1))])


_ETA: Final = _eta_of_crystals()
_TRANSVERSE: Final = (1 / np.cosh(_ETA)).astype(np.float32)
_LONGITUDINAL: Final = np.abs(np.tanh(_ETA)).astype(np.float32)
_PIXEL: Final = np.concatenate([np.arange(EB_FIRST_PIXEL, EB_FIRST_PIXEL + 2 * EB_IETA * EB_IPHI), EE_PIXEL])
_PLACE: Final = np.arange(ECAL_CELLS, dtype=np.int32)


def project_energy_parts(
    eb_hits: EBRecHits, ee_hits: EERecHits
) -> tuple[NDArray[np.int64], NDArray[np.int32], dict[str, NDArray[np.float32]]]:
    """Boundaries, pixels of the stitched picture and values of everything that counts, in the order of the input.

    Returns:
        (events + 1,) boundaries; (entries,) pixels, -1 for crystals without one; (entries,) values in GeV by name:
        `energy_t` is E / cosh(eta) and `energy_z` E |tanh(eta)| of each crystal.
    """
    barrel = eb_hits.offsets, eb_hits.flat("detid"), eb_hits.flat("energy"), eb_hits.flat("time")
    endcaps = ee_hits.offsets, ee_hits.flat("detid"), ee_hits.flat("energy"), ee_hits.flat("time")
    size = barrel[1].size + endcaps[1].size
    offsets, place, values = (
        np.empty(len(eb_hits) + 1, np.int64),
        np.empty(size, np.int32),
        np.empty((2, size), np.float32),
    )
    project_crystals(*barrel, *endcaps, _PLACE, offsets, place, values)
    filled = int(offsets[-1])
    place, energy = place[:filled], values[0, :filled]
    parts = {"energy_t": energy * _TRANSVERSE[place], "energy_z": energy * _LONGITUDINAL[place]}
    return offsets, _PIXEL[place].astype(np.int32), parts
