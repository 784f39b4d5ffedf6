"""The plugin that finds primary vertices."""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.tracks import Tracks, Vertices
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.parameters import not_negative, positive
from simulation.compiled import load_kernels
from simulation.kernels.annealing import ROWS, cluster_tracks
from simulation.kernels.vertex_fit import COLUMNS, fit_vertices
from simulation.vertex_association import impact_errors

VERTEX_SIZE = 0.006
"""Added in quadrature to the errors of z when tracks are clustered, cm; CMSSW, vertexSize of ``DAClusterizerInZ``."""
NO_CONSTRAINT = 1.0
"""Width that stands for 'anywhere near the beam', cm."""
MAX_DZ_ERROR = 1.0
"""Tracks whose z is known less well are left out, cm; CMSSW, maxDzError of ``TrackFilterForPVFinding``."""

Array = NDArray[np.float64]
Index = NDArray[np.int64]


def three(values: tuple[float, ...]) -> str | None:
    """A check for parameters with one number for each of x, y, z."""
    return None if len(values) == 3 else f"needs three numbers, x, y and z, got {len(values)}"


def three_positive(values: tuple[float, ...]) -> str | None:
    """The same for widths."""
    return three(values) or (None if min(values) > 0 else "must be larger than 0 in x, y and z")


class Beamline(NamedTuple):
    """Tracks where they pass the beam spot.

    Args:
        pt: (tracks,) GeV.
        phi: (tracks,) rad.
        slope: (tracks,) cot(theta).
        z: (tracks,) where they pass, cm.
        dxy: (tracks,) how far from its centre, cm.
        dxy_error: (tracks,) cm.
        dz_error: (tracks,) cm.
    """

    pt: Array
    phi: Array
    slope: Array
    z: Array
    dxy: Array
    dxy_error: Array
    dz_error: Array


class TrackVertexProducer(EDProducer):
    """Primary vertices: clusters of tracks along the beam line, each fitted; the first has the largest sum of pt^2.

    An event in which no two tracks meet has one vertex at the beam spot, as in CMSSW: it counts as valid and its chi2
    and ndof are zero. So every event has a first vertex, and impact parameters refer to the best guess there is.
    """

    tracks: InputTag = param("generalTracks", doc="tracks; those without errors get the resolution of CMS")
    beam_spot: tuple[float, ...] = param((0.0, 0.0, 0.0), unit="cm", doc="where beams collide: x, y, z", check=three)
    beam_width: tuple[float, ...] = param(
        (0.0015, 0.0015, 4.0), unit="cm", doc="standard deviations of the same", check=three_positive
    )
    beam_constraint: bool = param(True, doc="the beam spot counts as one more measurement of x and y")
    min_pt: float = param(0.5, unit="GeV", doc="softer tracks are left out", check=not_negative)
    max_dxy_significance: float = param(
        4.0, doc="tracks that miss the beam by more, in units of the error, are left out", check=positive
    )
    min_ndof: float = param(2.0, doc="vertices with fewer degrees of freedom are dropped")

    begin_job: ClassVar[Callable[..., Any] | None] = load_kernels

    def produce(self, tracks: Tracks) -> Vertices:
        """At least one vertex per event."""
        beamline = self._beamline(tracks)
        significance = np.abs(beamline.dxy) / np.hypot(beamline.dxy_error, max(self.beam_width[:2]))
        chosen = (tracks.flat("quality") & Tracks.HIGH_PURITY != 0) & (beamline.pt > self.min_pt)
        chosen &= (significance < self.max_dxy_significance) & (beamline.dz_error < MAX_DZ_ERROR)
        event = np.repeat(np.arange(len(tracks)), tracks.counts)
        order = np.lexsort((beamline.z, event))
        order = order[chosen[order]]
        weight = 1.0 / (1.0 + np.exp(significance[order] ** 2 - 9.0))
        cluster = self._clusters(event[order], weight, Beamline(*(x[order] for x in beamline)), len(tracks))
        kept = np.flatnonzero(cluster >= 0)
        kept = kept[np.lexsort((cluster[kept], event[order[kept]]))]
        return self._fitted(tracks, beamline, event, order[kept], cluster[kept])

    def _beamline(self, tracks: Tracks) -> Beamline:
        px, py, pz, vx, vy, vz = (tracks.flat(name).astype(np.float64) for name in ("px", "py", "pz", "vx", "vy", "vz"))
        pt = np.hypot(px, py)
        x, y = vx - self.beam_spot[0], vy - self.beam_spot[1]
        z = vz - (x * px + y * py) / pt * pz / pt
        return Beamline(pt, np.arctan2(py, px), pz / pt, z, (y * px - x * py) / pt, *impact_errors(tracks))

    def _clusters(self, event: Index, weight: Array, tracks: Beamline, n_events: int) -> NDArray[np.int32]:
        """(tracks,) number of each one's cluster in its event, -1 for none; tracks ascend in event and z."""
        offsets = np.searchsorted(event, np.arange(n_events + 1))
        capacity = int(np.diff(offsets).max(initial=0)) + 1
        blur = max(self.beam_width[:2]) * tracks.slope
        variance = tracks.dz_error**2 + blur**2 + VERTEX_SIZE**2
        scratch = np.empty(capacity), np.empty(capacity), np.empty(capacity), np.empty((ROWS, capacity))
        cluster = np.empty(event.size, np.int32)
        cluster_tracks(offsets, tracks.z, variance, weight, *scratch, np.empty(event.size), cluster)
        return cluster

    def _fitted(
        self, tracks: Tracks, beamline: Beamline, event: Index, chosen: Index, cluster: NDArray[np.int32]
    ) -> Vertices:
        """One vertex per cluster; the chosen tracks ascend in event and cluster."""
        new = np.ones(chosen.size, np.bool_)
        new[1:] = (np.diff(event[chosen]) != 0) | (np.diff(cluster) != 0)
        offsets = np.append(np.flatnonzero(new), chosen.size)
        place = [tracks.flat(name)[chosen] for name in ("vx", "vy", "vz")]
        columns = np.stack([*place, *(x[chosen] for x in (beamline.phi, beamline.slope, *beamline[-2:]))], axis=1)
        width = np.array(self.beam_width)
        if not self.beam_constraint:
            width[:2] = NO_CONSTRAINT
        fits, weights = np.zeros((offsets.size - 1, COLUMNS)), np.empty(chosen.size)
        fits[:, 2] = beamline.z[chosen[offsets[:-1]]]
        beam = np.stack([self.beam_spot, width])
        fit_vertices(offsets, columns, beam, np.empty((2, 3, 3)), np.empty((2, 4)), weights, fits)
        sum_pt2 = np.zeros(len(fits))
        np.add.at(sum_pt2, np.cumsum(new) - 1, beamline.pt[chosen] ** 2 * (weights > 0.5))
        ndof = 2.0 * fits[:, 7] - (0.0 if self.beam_constraint else 3.0)
        good = ndof >= self.min_ndof
        return self._sorted(len(tracks), event[chosen[new]][good], sum_pt2[good], fits[good], ndof[good])

    def _sorted(self, n_events: int, event: Index, sum_pt2: Array, fits: Array, ndof: Array) -> Vertices:
        """The vertices by falling sum of pt^2, and one at the beam spot for every event without."""
        empty = np.setdiff1d(np.arange(n_events), event)
        event = np.concatenate([event, empty])
        fake = np.tile([*self.beam_spot, *self.beam_width, 0.0, 0.0], (empty.size, 1))
        order = np.lexsort((-np.concatenate([sum_pt2, np.zeros(empty.size)]), event))
        x, y, z, x_error, y_error, z_error, chi2, _ = np.concatenate([fits, fake])[order].T
        return Vertices(
            np.searchsorted(event[order], np.arange(n_events + 1)),
            x=x,
            y=y,
            z=z,
            chi2=chi2,
            ndof=np.concatenate([ndof, np.zeros(empty.size)])[order],
            valid=np.ones(event.size, np.bool_),
            x_error=x_error,
            y_error=y_error,
            z_error=z_error,
        )
