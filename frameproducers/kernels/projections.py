"""Hits and tracks to cells of the pictures: what counts, where it goes and with which value, in the order of the input.

Every projection allocates nothing and keeps nothing: entries of event i come out at out_offsets[i]:out_offsets[i + 1].
Only energies above zero count; what has no place in the picture is left out.
"""

import math

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.detid_kernels import eb_index, ee_index, hbhe_cell
from dataformats.geometry.helix import ecal_impact
from dataformats.geometry.picture import EB_FIRST_PIXEL, EE_PIXEL, HBHE_COLUMNS, ecal_pixel_of, hbhe_pixel_of
from dataformats.jit import kernel
from dataformats.tracks import Tracks

MIN_TRACK_PT = 0.5
"""Transverse momentum that tracks must exceed, GeV [public E2E trainings]."""

_HIGH_PURITY = Tracks.HIGH_PURITY


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
            if eb_energy[i] > 0.0 and index >= 0:
                out_cell[filled], out_value[filled] = EB_FIRST_PIXEL + index, eb_energy[i]
                filled += 1
        for i in range(ee_offsets[event], ee_offsets[event + 1]):
            index = ee_index(ee_detid[i])
            if ee_energy[i] > 0.0 and index >= 0 and EE_PIXEL[index] >= 0:
                out_cell[filled], out_value[filled] = EE_PIXEL[index], ee_energy[i]
                filled += 1
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
def significance(value: float, variance: float) -> float:
    """Value over its error; NaN where the error is not known or zero."""
    return value / math.sqrt(variance) if variance > 0.0 else math.nan


@kernel
def project_tracks(
    offsets: NDArray[np.int64],
    path: tuple[NDArray[np.float32], ...],
    charge: NDArray[np.int8],
    quality: NDArray[np.uint8],
    errors: tuple[NDArray[np.float32], ...],
    vertex: NDArray[np.float64],
    legacy_direction: bool,
    out_offsets: NDArray[np.int64],
    out_cell: NDArray[np.int32],
    out_values: NDArray[np.float32],
) -> None:
    """Good tracks to the pixel where they meet the ECAL, with impact parameters to the first vertex of their event.

    Good: pt above MIN_TRACK_PT, charged, high purity, meeting a crystal that has a pixel (|eta| < 3). d0 = -dxy(vertex)
    and dz(vertex) as in CMSSW's ``reco::TrackBase``; variances are those of track and vertex together.

    Args:
        offsets: (events + 1,) boundaries of the tracks.
        path: six (tracks,) arrays: x, y, z of the reference point, cm; px, py, pz there, GeV.
        charge, quality: (tracks,).
        errors: two (tracks,) arrays: of dxy and dz, cm; NaN where not known.
        vertex: (events, 5) x, y, z in cm and the variances of d0 and dz that come from the vertex in cm^2.
        legacy_direction: as for `ecal_impact`.
        out_offsets: (events + 1,).
        out_cell: (tracks,) pixel in 280 x 360.
        out_values: (5, tracks) pt in GeV, d0 and dz in cm, d0 and dz over their errors.
    """
    filled = 0
    out_offsets[0] = 0
    for event in range(offsets.size - 1):
        for i in range(offsets[event], offsets[event + 1]):
            # np.float64 and not float, which leaves a float32 as it is in compiled code
            px, py, pz = np.float64(path[3][i]), np.float64(path[4][i]), np.float64(path[5][i])
            pt = math.hypot(px, py)
            if not pt > MIN_TRACK_PT or charge[i] == 0 or quality[i] & _HIGH_PURITY == 0:
                continue
            x, y, z = np.float64(path[0][i]), np.float64(path[1][i]), np.float64(path[2][i])
            eta, phi = ecal_impact(x, y, z, px, py, pz, np.float64(charge[i]), legacy_direction)
            pixel = ecal_pixel_of(eta, phi)
            if pixel < 0:
                continue
            dx, dy = x - vertex[event, 0], y - vertex[event, 1]
            d0 = (dx * py - dy * px) / pt
            dz = z - vertex[event, 2] - (dx * px + dy * py) / pt * (pz / pt)
            out_cell[filled] = pixel
            out_values[0, filled], out_values[1, filled], out_values[2, filled] = pt, d0, dz
            out_values[3, filled] = significance(d0, np.float64(errors[0][i]) ** 2 + vertex[event, 3])
            out_values[4, filled] = significance(dz, np.float64(errors[1][i]) ** 2 + vertex[event, 4])
            filled += 1
        out_offsets[event + 1] = filled
