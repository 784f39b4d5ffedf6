"""Which track points at a supercluster."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.helix import ecal_impacts
from dataformats.superclusters import SuperClusters
from dataformats.tracks import Tracks, Vertices
from simulation.kernels.egamma import match_tracks
from simulation.places import direction, first_vertices

Array = NDArray[np.float64]


class MatchCuts(NamedTuple):
    """What a track has to fulfil.

    Args:
        min_pt: least transverse momentum, GeV.
        max_dxy: largest distance from the first vertex in the transverse plane, cm.
        max_d_eta: largest distance in eta from the supercluster where the track meets the ECAL.
        max_d_phi: the same in phi, rad.
        min_ratio: least ratio of the supercluster's energy and the track's momentum.
        max_ratio: largest ratio.
    """

    min_pt: float
    max_dxy: float
    max_d_eta: float
    max_d_phi: float
    min_ratio: float
    max_ratio: float


def matched_tracks(
    superclusters: SuperClusters, tracks: Tracks, vertices: Vertices | None, cuts: MatchCuts
) -> NDArray[np.int32]:
    """(superclusters,) position in the event of the closest track, -1 for none; no track has two superclusters.

    The track is continued to the ECAL with the momentum it began with. There it meets the mean position of an electron
    and its radiation, which is where the supercluster is.
    """
    start, momentum = (
        np.stack([tracks.flat(name) for name in names]).astype(np.float64)
        for names in (("vx", "vy", "vz"), ("px", "py", "pz"))
    )
    pt = np.hypot(momentum[0], momentum[1])
    vertex = np.repeat(first_vertices(vertices, len(tracks)), tracks.counts, axis=0)
    dxy = ((start[1] - vertex[:, 1]) * momentum[0] - (start[0] - vertex[:, 0]) * momentum[1]) / pt
    good = (pt >= cuts.min_pt) & (np.abs(dxy) < cuts.max_dxy) & (tracks.flat("charge") != 0)
    eta, phi = np.full(pt.size, np.nan), np.full(pt.size, np.nan)
    eta[good], phi[good] = ecal_impacts(start[:, good], momentum[:, good], tracks.flat("charge")[good])
    shower = superclusters.flat("energy").astype(np.float64), *direction(superclusters)
    track = np.linalg.norm(momentum, axis=0), eta, phi
    found = np.empty(shower[0].size, np.int32)
    limits = cuts.max_d_eta, cuts.max_d_phi, (cuts.min_ratio, cuts.max_ratio)
    match_tracks(superclusters.offsets, shower, tracks.offsets, track, *limits, found)
    return found
