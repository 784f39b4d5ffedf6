"""Tracks in jets to cells of the pictures, with impact parameters that know which way the jet flies.

Source: CMSSW CandIPProducer and IPTools; the closest point in space is taken on the tangent of the helix.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.angles import phi_between
from dataformats.geometry.helix import eta_of, surface_impact
from dataformats.jit import kernel
from dataformats.tracks import Tracks
from frameproducers.kernels.placements import cell_of
from frameproducers.kernels.projections_tracks import impact_parameters, significance

JET_TRACK_VALUES: Final = ("ip2d", "ip2d_sig", "ip3d", "ip3d_sig")
"""Names of the rows that `project_jet_tracks` fills."""
MIN_PT: Final = 1.0
"""Transverse momentum of tracks that tag jets, GeV [CandIPProducer]."""
MAX_D0: Final = 0.2
"""Largest |d0| of such tracks, cm [same]."""
MAX_DZ: Final = 17.0
"""Largest |dz| of such tracks, cm [same]."""
CONE: Final = 0.4
"""Largest distance in (eta, phi) between a track and the axis of its jet [association of tracks to AK4 jets]."""

_HIGH_PURITY = Tracks.HIGH_PURITY


@kernel
def nearest_jet(
    eta: float, phi: float, first: int, last: int, jet_eta: NDArray[np.float32], jet_phi: NDArray[np.float32]
) -> int:
    """Of jets first..last - 1 the one nearest to a direction, within CONE; -1 if there is none."""
    best, found = CONE * CONE, -1
    for jet in range(first, last):
        d_phi = phi_between(phi, np.float64(jet_phi[jet]))
        d_eta = eta - np.float64(jet_eta[jet])
        distance = d_eta * d_eta + d_phi * d_phi
        if distance < best:
            best, found = distance, jet
    return found


@kernel
def project_jet_tracks(
    offsets: NDArray[np.int64],
    path: tuple[NDArray[np.float32], ...],
    kind: tuple[NDArray[np.int8], NDArray[np.uint8]],
    errors: tuple[NDArray[np.float32], ...],
    first_vertex: NDArray[np.float64],
    jets: tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]],
    surface: tuple[float, float, float],
    fineness: int,
    legacy_direction: bool,
    out_cell: NDArray[np.int32],
    out_values: NDArray[np.float32],
) -> None:
    """Tracks in jets to the cell where they meet a calorimeter (or point to).

    An impact parameter is positive if the track passes the first vertex on the side to which its jet flies.

    Args:
        offsets: (events + 1,) boundaries of the tracks.
        path: six (tracks,) arrays: x, y, z of the reference point, cm; px, py, pz there, GeV.
        kind: two (tracks,) arrays: charge and quality.
        errors: two (tracks,) arrays: of dxy and dz, cm; NaN where not known.
        first_vertex: (events, 5) as for `project_tracks`.
        jets: (events + 1,) boundaries, and two (jets,) arrays: eta and phi.
        surface, fineness, legacy_direction: as for `project_tracks`.
        out_cell: (tracks,); -1 for tracks that are not drawn, whose values mean nothing.
        out_values: (4, tracks) JET_TRACK_VALUES: cm, 1.
    """
    for event in range(offsets.size - 1):
        for i in range(offsets[event], offsets[event + 1]):
            out_cell[i] = -1
            px, py, pz = np.float64(path[3][i]), np.float64(path[4][i]), np.float64(path[5][i])
            pt, q = math.hypot(px, py), np.float64(kind[0][i])
            if not pt > MIN_PT or q == 0.0 or kind[1][i] & _HIGH_PURITY == 0:
                continue
            x, y, z = np.float64(path[0][i]), np.float64(path[1][i]), np.float64(path[2][i])
            dx, dy = x - first_vertex[event, 0], y - first_vertex[event, 1]
            d0, dz = impact_parameters(dx, dy, z - first_vertex[event, 2], px, py, pz, pt)
            eta, phi = eta_of(px, py, pz), math.atan2(py, px)
            jet = nearest_jet(eta, phi, jets[0][event], jets[0][event + 1], jets[1], jets[2])
            if jet < 0 or abs(d0) > MAX_D0 or abs(dz) > MAX_DZ:
                continue
            if surface[0] > 0.0:
                eta, phi = surface_impact(x, y, z, px, py, pz, q, surface, legacy_direction)
            out_cell[i] = cell_of(eta, phi, fineness)
            # from the vertex to the closest point of the track: across the beam, then in space
            along_x, along_y = math.cos(np.float64(jets[2][jet])), math.sin(np.float64(jets[2][jet]))
            side = d0 * (py * along_x - px * along_y) / pt
            ip2d = math.copysign(abs(d0), side)
            sine, cosine = pt / math.hypot(pt, pz), pz / math.hypot(pt, pz)
            ahead = (px * along_x + py * along_y) / pt
            to_side = side + dz * sine * (sine * math.sinh(np.float64(jets[1][jet])) - cosine * ahead)
            ip3d = math.copysign(math.hypot(d0, dz * sine), to_side)
            d0_variance = np.float64(errors[0][i]) ** 2 + first_vertex[event, 3]
            dz_variance = (np.float64(errors[1][i]) ** 2 + first_vertex[event, 4]) * sine * sine
            variance = d0_variance
            if ip3d != 0.0:
                variance = (d0 * d0 * d0_variance + (dz * sine) ** 2 * dz_variance) / (ip3d * ip3d)
            out_values[0, i], out_values[1, i] = ip2d, significance(ip2d, d0_variance)
            out_values[2, i], out_values[3, i] = ip3d, significance(ip3d, variance)
