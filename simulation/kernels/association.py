"""Which vertex a track comes from."""

import math

import numpy as np
from numpy.typing import NDArray

from dataformats.jit import kernel

Floats = NDArray[np.float32]
Offsets = NDArray[np.int64]


@kernel
def distance_along_z(x: float, y: float, z: float, px: float, py: float, pz: float) -> float:
    """How far from the origin along z a straight track passes, where it is closest to the z axis, cm.

    Source: ``reco::TrackBase::dz``.

    Args:
        x: a point of the track relative to the origin, cm; y and z too.
        px: momentum in GeV; py and pz too. Not along z.
    """
    return z - (x * px + y * py) * pz / (px * px + py * py)


@kernel
def assign_tracks(
    track_offsets: Offsets,
    path: tuple[Floats, ...],
    dz_error: Floats,
    vertex_offsets: Offsets,
    place: tuple[Floats, ...],
    z_error: Floats,
    max_significance: float,
    window: float,
    out: NDArray[np.int32],
) -> None:
    """For each track the vertex it passes closest to along z, the earlier one of two that are equally close.

    Args:
        track_offsets: (events + 1,) boundaries of the tracks.
        path: vx, vy, vz in cm and px, py, pz in GeV, each (tracks,).
        dz_error: (tracks,) in cm.
        vertex_offsets: (events + 1,) boundaries of the vertices.
        place: x, y, z of the vertices in cm, each (vertices,).
        z_error: (vertices,) in cm; NaN counts as 0.
        max_significance: distance that still counts, in units of its error,
        window: or in cm; the larger of the two holds.
        out: (tracks,) position of the vertex in its event, -1 if all are too far.
    """
    vx, vy, vz, px, py, pz = path
    for event in range(track_offsets.size - 1):
        for track in range(track_offsets[event], track_offsets[event + 1]):
            smallest = math.inf
            out[track] = -1
            for vertex in range(vertex_offsets[event], vertex_offsets[event + 1]):
                x, y, z = vx[track] - place[0][vertex], vy[track] - place[1][vertex], vz[track] - place[2][vertex]
                distance = abs(distance_along_z(x, y, z, px[track], py[track], pz[track]))
                if distance < smallest:
                    smallest = distance
                    blur = 0.0 if math.isnan(z_error[vertex]) else z_error[vertex]
                    allowed = max(window, max_significance * math.hypot(dz_error[track], blur))
                    out[track] = vertex - vertex_offsets[event] if distance < allowed else -1
