"""Tracks and charged particles to cells of the pictures, in step with the input; the cell is -1 for what is not drawn.

Marks are bits that tell which tracks belong to the first vertex, so that pictures of some tracks share one pass.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import PFCandidates
from dataformats.geometry.helix import eta_of, surface_impact
from dataformats.jit import kernel
from dataformats.tracks import Tracks
from frameproducers.kernels.placements import cell_of

MIN_TRACK_PT = 0.5
"""Transverse momentum that tracks must exceed, GeV [public E2E trainings]."""
Z0_PV_CUT = 0.1
"""A track is of the first vertex if |dz| to it is less than this, cm [RecoE2E z0PVCut]."""

PV: Final = 1
"""Mark of tracks with |dz| to the first vertex below Z0_PV_CUT."""
NPV: Final = 2
"""Mark of all others."""
FROM_PV: Final = 4
"""Mark of tracks marked PV to which no other vertex is nearer in z."""
MUON: Final = 8
"""Mark of particles that are muons."""

TRACK_VALUES: Final = ("pt", "qpt", "d0", "dz", "d0_sig", "dz_sig", "beam_d0", "beam_dz", "beam_d0_sig", "beam_dz_sig")
"""Names of the rows that `project_tracks` fills; those from `beam_` on refer to (0, 0, 0), not to the first vertex."""
_D0, _D0_SIG, _BEAM = (TRACK_VALUES.index(name) for name in ("d0", "d0_sig", "beam_d0"))
TRACK_VALUE_GROUPS: Final = (_D0, _D0_SIG, _BEAM, len(TRACK_VALUES))
"""How many rows there can be."""

_HIGH_PURITY = Tracks.HIGH_PURITY
_MUON = PFCandidates.MUON


@kernel
def significance(value: float, variance: float) -> float:
    """Value over its error; NaN where the error is not known or zero."""
    return value / math.sqrt(variance) if variance > 0.0 else math.nan


@kernel
def impact_parameters(x: float, y: float, z: float, px: float, py: float, pz: float, pt: float) -> tuple[float, float]:
    """(d0, dz) = (-dxy, dz) to a point, cm, as in CMSSW's ``reco::TrackBase``.

    Args:
        x, y, z: from the point to the reference point of the track, cm.
        px, py, pz, pt: momentum of the track, GeV.
    """
    return (x * py - y * px) / pt, z - (x * px + y * py) / pt * (pz / pt)


@kernel
def vertex_marks(
    x: float,
    y: float,
    z: float,
    px: float,
    py: float,
    pz: float,
    dz: float,
    others: tuple[int, int],
    vertices: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
) -> int:
    """PV or NPV, and FROM_PV where it holds.

    Args:
        x, y, z: reference point of the track, cm.
        px, py, pz: its momentum, GeV.
        dz: to the first vertex, cm.
        others: the first of the event's other vertices, and the one after the last.
        vertices: three arrays x, y, z, cm.
    """
    if not abs(dz) < Z0_PV_CUT:
        return NPV
    pt = math.hypot(px, py)
    for other in range(others[0], others[1]):
        at = np.float64(vertices[0][other]), np.float64(vertices[1][other]), np.float64(vertices[2][other])
        _, other_dz = impact_parameters(x - at[0], y - at[1], z - at[2], px, py, pz, pt)
        if abs(other_dz) < abs(dz):
            return PV
    return PV | FROM_PV


@kernel
def project_tracks(
    offsets: NDArray[np.int64],
    path: tuple[NDArray[np.float32], ...],
    charge: NDArray[np.int8],
    quality: NDArray[np.uint8],
    errors: tuple[NDArray[np.float32], ...],
    first_vertex: NDArray[np.float64],
    vertices: tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
    surface: tuple[float, float, float],
    fineness: int,
    legacy_direction: bool,
    out: tuple[NDArray[np.int32], NDArray[np.uint8]],
    out_values: NDArray[np.float32],
) -> None:
    """Good tracks to the cell where they meet a calorimeter (or point to), with their impact parameters.

    Good: pt above MIN_TRACK_PT, charged, high purity, with a cell (|eta| < 3). d0 = -dxy and dz as in CMSSW's
    ``reco::TrackBase``; variances are those of track and vertex together, and of the track alone for (0, 0, 0).

    Args:
        offsets: (events + 1,) boundaries of the tracks.
        path: six (tracks,) arrays: x, y, z of the reference point, cm; px, py, pz there, GeV.
        charge, quality: (tracks,).
        errors: two (tracks,) arrays: of dxy and dz, cm; NaN where not known.
        first_vertex: (events, 5) x, y, z in cm and the variances of d0 and dz that come from the vertex in cm^2.
        vertices: (events + 1,) boundaries of all vertices and three arrays of their x, y, z, cm.
        surface: as for `surface_impact`; a radius of 0 stands for the track's own direction at its reference point.
        fineness: as for `cell_of`.
        legacy_direction: as for `surface_impact`.
        out: two arrays: (tracks,) cell, -1 for tracks that are not drawn, whose values mean nothing; marks, (tracks,),
            or (0,) if nobody asks.
        out_values: (2, 4, 6 or 10, tracks) so many of TRACK_VALUES, the others are not worked out: GeV, cm, 1.
    """
    out_cell, out_marks = out
    n_values, marked = out_values.shape[0], out_marks.size > 0
    for event in range(offsets.size - 1):
        others = vertices[0][event] + 1, vertices[0][event + 1]
        for i in range(offsets[event], offsets[event + 1]):
            out_cell[i] = -1
            # np.float64 and not float, which leaves a float32 as it is in compiled code
            px, py, pz = np.float64(path[3][i]), np.float64(path[4][i]), np.float64(path[5][i])
            pt = math.hypot(px, py)
            if not pt > MIN_TRACK_PT or charge[i] == 0 or quality[i] & _HIGH_PURITY == 0:
                continue
            x, y, z = np.float64(path[0][i]), np.float64(path[1][i]), np.float64(path[2][i])
            q = np.float64(charge[i])
            if surface[0] > 0.0:
                eta, phi = surface_impact(x, y, z, px, py, pz, q, surface, legacy_direction)
            else:
                eta, phi = eta_of(px, py, pz), math.atan2(py, px)
            cell = cell_of(eta, phi, fineness)
            if cell < 0:
                continue
            out_cell[i] = cell
            out_values[0, i], out_values[1, i] = pt, q * pt
            dx, dy, dz = x - first_vertex[event, 0], y - first_vertex[event, 1], z - first_vertex[event, 2]
            d0, dz = impact_parameters(dx, dy, dz, px, py, pz, pt)
            if marked:
                out_marks[i] = vertex_marks(x, y, z, px, py, pz, dz, others, vertices[1:])
            if n_values > _D0:
                out_values[_D0, i], out_values[_D0 + 1, i] = d0, dz
            if n_values > _D0_SIG:
                d0_variance, dz_variance = np.float64(errors[0][i]) ** 2, np.float64(errors[1][i]) ** 2
                out_values[_D0_SIG, i] = significance(d0, d0_variance + first_vertex[event, 3])
                out_values[_D0_SIG + 1, i] = significance(dz, dz_variance + first_vertex[event, 4])
                if n_values > _BEAM:
                    d0, dz = impact_parameters(x, y, z, px, py, pz, pt)
                    out_values[_BEAM, i], out_values[_BEAM + 1, i] = d0, dz
                    out_values[_BEAM + 2, i] = significance(d0, d0_variance)
                    out_values[_BEAM + 3, i] = significance(dz, dz_variance)


@kernel
def mark_tracks(
    offsets: NDArray[np.int64],
    path: tuple[NDArray[np.float32], ...],
    first_vertex: NDArray[np.float64],
    vertices: tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
    out_marks: NDArray[np.uint8],
) -> None:
    """`vertex_marks` of all tracks, good or not; the arguments are those of `project_tracks`."""
    for event in range(offsets.size - 1):
        others = vertices[0][event] + 1, vertices[0][event + 1]
        for i in range(offsets[event], offsets[event + 1]):
            px, py, pz = np.float64(path[3][i]), np.float64(path[4][i]), np.float64(path[5][i])
            x, y, z = np.float64(path[0][i]), np.float64(path[1][i]), np.float64(path[2][i])
            pt = math.hypot(px, py)
            dx, dy = x - first_vertex[event, 0], y - first_vertex[event, 1]
            _, dz = impact_parameters(dx, dy, z - first_vertex[event, 2], px, py, pz, pt)
            out_marks[i] = vertex_marks(x, y, z, px, py, pz, dz, others, vertices[1:])


@kernel
def project_particles(
    eta: NDArray[np.float32],
    phi: NDArray[np.float32],
    pt: NDArray[np.float32],
    charge: NDArray[np.int8],
    pdg_id: NDArray[np.int32],
    fineness: int,
    out_cell: NDArray[np.int32],
    out_values: NDArray[np.float32],
    out_marks: NDArray[np.uint8],
) -> None:
    """Charged particles to the cell where they meet the ECAL.

    Args:
        eta, phi: (particles,) where they meet the ECAL; NaN where they do not.
        pt, charge, pdg_id: (particles,); GeV.
        fineness: as for `cell_of`.
        out_cell: (particles,); -1 for particles that are not drawn.
        out_values: (2, particles) pt and charge times pt, GeV.
        out_marks: (particles,) MUON or 0.
    """
    for i in range(eta.size):
        out_cell[i] = cell_of(np.float64(eta[i]), np.float64(phi[i]), fineness) if charge[i] != 0 else -1
        out_values[0, i], out_values[1, i] = pt[i], np.float32(charge[i]) * pt[i]
        out_marks[i] = MUON if abs(pdg_id[i]) == _MUON else 0
