"""Transverse and longitudinal parts of the energy in crystals, as seen from the centre of CMS."""

import functools
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.constants import EB_IETA, EB_IPHI
from dataformats.geometry.crystals import Position
from dataformats.geometry.detids import ECAL_CELLS
from dataformats.geometry.ecal_cells import positions
from dataformats.geometry.picture import EB_FIRST_PIXEL, EE_PIXEL
from dataformats.rechits import EBRecHits, EERecHits
from frameproducers.kernels.projections import project_crystals

_PIXEL: Final = np.concatenate([np.arange(EB_FIRST_PIXEL, EB_FIRST_PIXEL + 2 * EB_IETA * EB_IPHI), EE_PIXEL])
_PLACE: Final = np.arange(ECAL_CELLS, dtype=np.int32)


@functools.cache
def _parts_of_energies() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(ECAL_CELLS,) of a crystal's energy so much is transverse, and so much along the beams."""
    eta = Position(*positions().T).eta
    return (1 / np.cosh(eta)).astype(np.float32), np.abs(np.tanh(eta)).astype(np.float32)


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
    transverse, along = _parts_of_energies()
    parts = {"energy_t": energy * transverse[place], "energy_z": energy * along[place]}
    return offsets, _PIXEL[place].astype(np.int32), parts
