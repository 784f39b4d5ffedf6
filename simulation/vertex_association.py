"""Which primary vertex a track comes from, and how well its impact parameters are known."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.tracks import Tracks, Vertices
from simulation.kernels.association import assign_tracks

MAX_SIGNIFICANCE: Final = 5.0
"""Distance along z between track and vertex, in units of its error, up to which they belong together.

Source: CMSSW, maxDzSigForPrimaryAssignment of ``PrimaryVertexAssignment``."""
WINDOW: Final = 0.1
"""The same in cm, for decay products of heavy quarks, which miss the vertex by more than their errors.

Source: CMSSW, maxDzForPrimaryAssignment of ``PrimaryVertexAssignment``."""

Array = NDArray[np.float64]


class Association(NamedTuple):
    """The vertex of each track.

    Args:
        vertex: (tracks,) int32 position in the track's event of the nearest vertex, 0 where none was found.
        found: (tracks,) bool; False for tracks that are too far from every vertex.
    """

    vertex: NDArray[np.int32]
    found: NDArray[np.bool_]

    @property
    def from_pileup(self) -> NDArray[np.bool_]:
        """(tracks,) True for tracks of a vertex after the first; tracks of no vertex are not called pileup."""
        return self.found & (self.vertex > 0)


class ImpactErrors(NamedTuple):
    """Uncertainties of the impact parameters of tracks, both (tracks,) in cm."""

    dxy: Array
    dz: Array


def nearest_vertex(
    tracks: Tracks, vertices: Vertices, *, max_significance: float = MAX_SIGNIFICANCE, window: float = WINDOW
) -> Association:
    """For each track the vertex that it passes closest to along z.

    Args:
        tracks: of a block of events; without errors, those of `impact_errors`.
        vertices: of the same events.
        max_significance: distance that still counts, in units of its error (track and vertex),
        window: or in cm; the larger of the two holds.
    """
    vertex = np.empty(tracks.offsets[-1], np.int32)
    path = tuple(tracks.flat(name) for name in ("vx", "vy", "vz", "px", "py", "pz"))
    place = vertices.flat("x"), vertices.flat("y"), vertices.flat("z")
    errors = impact_errors(tracks).dz.astype(np.float32), vertices.flat("z_error")
    assign_tracks(tracks.offsets, path, errors[0], vertices.offsets, place, errors[1], max_significance, window, vertex)
    return Association(np.maximum(vertex, 0), vertex >= 0)


def impact_errors(tracks: Tracks) -> ImpactErrors:
    """The errors of dxy and dz that the tracks have, a parametrisation for tracks without (NaN).

    Split EDM files do not hold them. The parametrisation is the resolution of the detector, a constant and multiple
    scattering in quadrature: 25 um (dxy) and 45 um (dz) at pt 10 GeV, 90 um and 150 um at 1 GeV for central tracks
    (arXiv:1405.6569, abstract); scattering grows forward with the path in the material and the angle to the beam.
    """
    px, py, pz = (tracks.flat(name).astype(np.float64) for name in ("px", "py", "pz"))
    pt = np.hypot(px, py)
    stretch = np.hypot(pt, pz) / pt
    dxy, dz = tracks.flat("dxy_error").astype(np.float64), tracks.flat("dz_error").astype(np.float64)
    return ImpactErrors(
        np.where(np.isnan(dxy), np.hypot(0.0023, 0.0087 * stretch**0.5 / pt), dxy),
        np.where(np.isnan(dz), np.hypot(0.0042, 0.0144 * stretch**1.5 / pt), dz),
    )
