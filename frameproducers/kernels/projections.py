"""Calorimeter hits to cells of the pictures: what counts, where it goes and with which value, in the input's order.

Every projection allocates nothing and keeps nothing: entries of event i come out at out_offsets[i]:out_offsets[i + 1].
Only energies above zero count; what has no place in the picture is left out.
"""

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.constants import HCAL_IPHI, HE_IETA
from dataformats.geometry.detid_kernels import eb_index, ee_index, hbhe_cell
from dataformats.geometry.detids import EB_CELLS
from dataformats.geometry.overlap import LAST_BARREL_TOWER
from dataformats.geometry.picture import EB_FIRST_PIXEL, EE_PIXEL, HBHE_COLUMNS, hbhe_pixel_of
from dataformats.jit import kernel


@kernel
def project_ecal(
    eb_offsets: NDArray[np.int64],
    eb_detid: NDArray[np.uint32],
    eb_energy: NDArray[np.float32],
    ee_offsets: NDArray[np.int64],
    ee_detid: NDArray[np.uint32],
    ee_energy: NDArray[np.float32],
    out_offsets: NDArray[np.int64],
    out_cell: NDArray[np.int32],
    out_value: NDArray[np.float32],
) -> None:
    """Crystals to pixels of the stitched picture: EB by its indices, EE by the histogram bin of its centre.

    Args:
        eb_offsets, ee_offsets: (events + 1,) boundaries of the hits.
        eb_detid, eb_energy: (barrel hits,); GeV.
        ee_detid, ee_energy: (endcap hits,); GeV.
        out_offsets: (events + 1,).
        out_cell: (barrel + endcap hits,) pixel in 280 x 360.
        out_value: (barrel + endcap hits,) GeV.
    """
    filled = 0
    out_offsets[0] = 0
    for event in range(eb_offsets.size - 1):
        for i in range(eb_offsets[event], eb_offsets[event + 1]):
            index = eb_index(eb_detid[i])
            out_cell[filled], out_value[filled] = EB_FIRST_PIXEL + index, eb_energy[i]
            filled += 1 if (eb_energy[i] > 0.0) & (index >= 0) else 0  # no branch: signs of energies are hard to guess
        for i in range(ee_offsets[event], ee_offsets[event + 1]):
            index = ee_index(ee_detid[i])
            pixel = EE_PIXEL[max(index, 0)]
            out_cell[filled], out_value[filled] = pixel, ee_energy[i]
            filled += 1 if (ee_energy[i] > 0.0) & (index >= 0) & (pixel >= 0) else 0
        out_offsets[event + 1] = filled


@kernel
def project_hcal(
    offsets: NDArray[np.int64],
    detid: NDArray[np.uint32],
    energy: NDArray[np.float32],
    out_offsets: NDArray[np.int64],
    out_cell: NDArray[np.int32],
    out_value: NDArray[np.float32],
) -> None:
    """Hits of all depths to towers; 10-degree towers (|ieta| > 20) give half their energy to either 5-degree cell.

    Args:
        offsets: (events + 1,) boundaries of the hits.
        detid, energy: (hits,); GeV.
        out_offsets: (events + 1,).
        out_cell: (2 * hits,) cell in 56 x 72.
        out_value: (2 * hits,) GeV.
    """
    filled = 0
    out_offsets[0] = 0
    for event in range(offsets.size - 1):
        for i in range(offsets[event], offsets[event + 1]):
            ieta, iphi, _ = hbhe_cell(detid[i])
            row, column, split = hbhe_pixel_of(ieta, iphi)
            if not energy[i] > 0.0 or row < 0:
                continue
            parts = 2 if split else 1
            for part in range(parts):
                out_cell[filled] = row * HBHE_COLUMNS + column + part
                out_value[filled] = energy[i] / np.float32(parts)
                filled += 1
        out_offsets[event + 1] = filled


@kernel
def project_crystals(
    eb_offsets: NDArray[np.int64],
    eb_detid: NDArray[np.uint32],
    eb_energy: NDArray[np.float32],
    eb_time: NDArray[np.float32],
    ee_offsets: NDArray[np.int64],
    ee_detid: NDArray[np.uint32],
    ee_energy: NDArray[np.float32],
    ee_time: NDArray[np.float32],
    cell_of_crystal: NDArray[np.int32],
    out_offsets: NDArray[np.int64],
    out_cell: NDArray[np.int32],
    out_values: NDArray[np.float32],
) -> None:
    """Crystals to the cells that a table gives them, with energy and time.

    Args:
        eb_offsets, ee_offsets: (events + 1,) boundaries of the hits.
        eb_detid, eb_energy, eb_time: (barrel hits,); GeV, ns.
        ee_detid, ee_energy, ee_time: (endcap hits,); GeV, ns.
        cell_of_crystal: (81200,) cell of every place of the ECAL (see `overlap`), -1 for none.
        out_offsets: (events + 1,).
        out_cell: (barrel + endcap hits,).
        out_values: (2, barrel + endcap hits) energy in GeV, time in ns.
    """
    filled = 0
    out_offsets[0] = 0
    for event in range(eb_offsets.size - 1):
        for i in range(eb_offsets[event], eb_offsets[event + 1]):
            index = eb_index(eb_detid[i])
            if eb_energy[i] > 0.0 and index >= 0 and cell_of_crystal[index] >= 0:
                out_cell[filled] = cell_of_crystal[index]
                out_values[0, filled], out_values[1, filled] = eb_energy[i], eb_time[i]
                filled += 1
        for i in range(ee_offsets[event], ee_offsets[event + 1]):
            index = ee_index(ee_detid[i])
            if ee_energy[i] > 0.0 and index >= 0 and cell_of_crystal[EB_CELLS + index] >= 0:
                out_cell[filled] = cell_of_crystal[EB_CELLS + index]
                out_values[0, filled], out_values[1, filled] = ee_energy[i], ee_time[i]
                filled += 1
        out_offsets[event + 1] = filled


@kernel
def share_towers(
    offsets: NDArray[np.int64],
    detid: NDArray[np.uint32],
    energy: NDArray[np.float32],
    crystal_offsets: NDArray[np.int64],
    crystals: NDArray[np.int32],
    out_offsets: NDArray[np.int64],
    out_cell: NDArray[np.int32],
    out_value: NDArray[np.float32],
) -> None:
    """Hits of towers behind the endcaps to the crystals in front, in equal parts.

    Args:
        offsets: (events + 1,) boundaries of the hits.
        detid, energy: (hits,); GeV.
        crystal_offsets, crystals: the crystals of every tower, as `overlap.TowerCrystals`.
        out_offsets: (events + 1,).
        out_cell: (hits times the most crystals of a tower,) place in the ECAL (see `overlap`).
        out_value: as many; GeV.
    """
    filled = 0
    out_offsets[0] = 0
    for event in range(offsets.size - 1):
        for i in range(offsets[event], offsets[event + 1]):
            ieta, iphi, _ = hbhe_cell(detid[i])
            if not energy[i] > 0.0 or abs(ieta) <= LAST_BARREL_TOWER:
                continue
            tower = (ieta + HE_IETA) * HCAL_IPHI + iphi - 1
            first, last = crystal_offsets[tower], crystal_offsets[tower + 1]
            for crystal in range(first, last):
                out_cell[filled] = crystals[crystal]
                out_value[filled] = energy[i] / np.float32(last - first)
                filled += 1
        out_offsets[event + 1] = filled
