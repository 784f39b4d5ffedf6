"""Tracks and clusters of a block as particle flow looks at them, and which points to which."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from dataformats.clusters import CaloClusters
from dataformats.geometry.constants import HCAL_PLANE
from dataformats.tracks import Tracks
from simulation.kernels.links import COLUMNS, ROWS, find_impacts, find_nearest

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Chosen(NamedTuple):
    """The tracks that take part.

    Args:
        offsets: (events + 1,) boundaries.
        number: (tracks,) position of each in the block.
        position: (tracks,) position of each in its event.
        point: (3, tracks) reference point, cm.
        momentum: (3, tracks) GeV.
        charge: (tracks,) in units of the positron's.
    """

    offsets: Ints
    number: Ints
    position: Ints
    point: Array
    momentum: Array
    charge: Array

    @classmethod
    def of(cls, tracks: Tracks, min_pt: float) -> Self:
        """High-purity tracks with a pt of at least min_pt, GeV."""
        good = (tracks.flat("quality") & Tracks.HIGH_PURITY) != 0
        good &= np.hypot(tracks.flat("px"), tracks.flat("py")) >= min_pt
        number = np.flatnonzero(good)
        point, momentum = (
            np.stack([tracks.flat(name)[number].astype(np.float64) for name in names])
            for names in (("vx", "vy", "vz"), ("px", "py", "pz"))
        )
        event = np.searchsorted(tracks.offsets, number, side="right") - 1
        return cls(
            np.searchsorted(number, tracks.offsets).astype(np.int64),
            number,
            number - tracks.offsets[event],
            point,
            momentum,
            tracks.flat("charge")[number].astype(np.float64),
        )

    @property
    def pt(self) -> Array:
        """(tracks,) GeV."""
        return np.asarray(np.hypot(self.momentum[0], self.momentum[1]))

    @property
    def size(self) -> Array:
        """(tracks,) momentum, GeV."""
        return np.asarray(np.sqrt((self.momentum**2).sum(axis=0)))

    @property
    def eta(self) -> Array:
        """(tracks,) pseudorapidity at the reference point."""
        return np.asarray(np.arcsinh(self.momentum[2] / self.pt))

    @property
    def phi(self) -> Array:
        """(tracks,) azimuth at the reference point, rad."""
        return np.asarray(np.arctan2(self.momentum[1], self.momentum[0]))


class Clusters(NamedTuple):
    """Clusters of one calorimeter.

    Args:
        offsets: (events + 1,) boundaries.
        place: (3, clusters) cm.
        energy: (clusters,) GeV.
    """

    offsets: Ints
    place: Array
    energy: Array

    @classmethod
    def of(cls, clusters: CaloClusters) -> Self:
        """In double precision."""
        place = np.stack([clusters.flat(name) for name in ("x", "y", "z")]).astype(np.float64)
        return cls(clusters.offsets, place, clusters.flat("energy").astype(np.float64))

    @property
    def eta(self) -> Array:
        """(clusters,) pseudorapidity, seen from the centre of CMS."""
        return np.asarray(np.arcsinh(self.place[2] / np.hypot(self.place[0], self.place[1])))

    @property
    def phi(self) -> Array:
        """(clusters,) azimuth, rad."""
        return np.asarray(np.arctan2(self.place[1], self.place[0]))


class Links(NamedTuple):
    """What points to what; positions in the block, -1 for none.

    Args:
        impact: (2, tracks) eta and phi at the ECAL; NaN for tracks that never get there.
        ecal: (tracks,) ECAL cluster.
        hcal: (tracks,) HCAL cluster.
        behind: (ECAL clusters,) HCAL cluster that the same hadron made.
    """

    impact: Array
    ecal: Ints
    hcal: Ints
    behind: Ints


def find_links(
    tracks: Chosen,
    ecal: Clusters,
    hcal: Clusters,
    *,
    ecal_distance: float,
    hcal_distance: float,
    tracker_eta: float,
) -> Links:
    """Link tracks to the nearest cluster of either calorimeter.

    Beyond the tracker nothing tells a photon from the beginning of a hadronic shower: there an ECAL cluster without a
    track belongs to the HCAL cluster behind it, if there is one.

    Args:
        tracks, ecal, hcal: of the same events.
        ecal_distance, hcal_distance: largest distance of a link at right angles to the line of sight, cm.
        tracker_eta: |eta| where the tracker ends.
    """
    n_tracks = tracks.number.size
    at_ecal, at_hcal = np.empty((3, n_tracks)), np.empty((3, n_tracks))
    find_impacts(
        tuple(tracks.point),
        tuple(tracks.momentum),
        tracks.charge,
        ecal_distance,
        hcal_distance,
        tuple(at_ecal),
        tuple(at_hcal),
    )
    to_ecal = _nearest(tracks.offsets, at_ecal, ecal)
    to_hcal = _nearest(tracks.offsets, at_hcal, hcal)
    alone = np.abs(ecal.eta) > tracker_eta
    alone[to_ecal[to_ecal >= 0]] = False
    eta, phi = ecal.eta, ecal.phi
    reach = np.where(alone, hcal_distance * np.sinh(np.abs(eta)) / HCAL_PLANE, 0.0)
    behind = _nearest(ecal.offsets, np.stack([eta, phi, reach]), hcal)
    return Links(at_ecal[:2], to_ecal, to_hcal, behind)


def _nearest(offsets: Ints, at: Array, clusters: Clusters) -> Ints:
    """(points,) nearest cluster of points at eta, phi with a reach, (3, points)."""
    found = np.empty(at.shape[1], np.int64)
    head, following = np.full(ROWS * COLUMNS, -1, np.int64), np.empty(clusters.energy.size, np.int64)
    find_nearest(offsets, at[0], at[1], at[2], clusters.offsets, clusters.eta, clusters.phi, head, following, found)
    return found
