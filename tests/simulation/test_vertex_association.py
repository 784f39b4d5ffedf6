"""Every track belongs to the vertex that it passes closest to, or to none."""

import math

import numpy as np
import pytest

from dataformats.tracks import Tracks, Vertices
from simulation.kernels.association import assign_tracks, distance_along_z
from simulation.vertex_association import impact_errors, nearest_vertex


def tracks_at(z: list[list[float]], **columns: list[list[float]]) -> Tracks:
    """Tracks of 1 GeV along x, for every event at these z on the beam line."""
    filled: dict[str, list[list[float]]] = {"vz": z}
    for name, value in (("px", 1.0), ("charge", 1), ("quality", Tracks.HIGH_PURITY)):
        filled[name] = [[value for _ in event] for event in z]
    for name in ("vx", "vy", "py", "pz", "chi2", "ndof"):
        filled[name] = [[0.0 for _ in event] for event in z]
    return Tracks.from_lists(**(filled | columns))


def vertices_at(z: list[list[float]], **columns: list[list[float]]) -> Vertices:
    zero = [[0.0 for _ in event] for event in z]
    return Vertices.from_lists(x=zero, y=zero, z=z, **columns)


def test_tracks_belong_to_the_nearest_vertex_of_their_event() -> None:
    tracks = tracks_at([[0.01, 0.19, 0.11, 3.0], [5.0], [], [0.25]])
    found = nearest_vertex(tracks, vertices_at([[0.0, 0.2], [], [1.0], [-4.0, 0.3]]))
    assert found.found.tolist() == [True, True, True, False, False, True]
    assert found.vertex.tolist() == [0, 1, 1, 0, 0, 1]
    assert found.from_pileup.tolist() == [False, True, True, False, False, True]


def test_the_earlier_of_two_equal_vertices_is_taken() -> None:
    assert nearest_vertex(tracks_at([[0.0]]), vertices_at([[0.0625, -0.0625]])).vertex.tolist() == [0]


def test_errors_of_track_and_vertex_widen_the_window() -> None:
    tracks = tracks_at([[0.4], [0.4], [0.4]], dz_error=[[0.1], [0.01], [0.01]])
    vertices = vertices_at([[0.0], [0.0], [0.0]], z_error=[[0.01], [0.01], [0.1]])
    assert nearest_vertex(tracks, vertices).found.tolist() == [True, False, True]
    assert nearest_vertex(tracks, vertices, max_significance=3.0).found.tolist() == [False, False, False]
    assert nearest_vertex(tracks, vertices, window=0.5).found.tolist() == [True, True, True]


def test_distances_are_taken_where_the_track_is_closest_to_the_vertex() -> None:
    """A track at 45 degrees through the vertex, whose reference point is 0.3 cm further along."""
    tracks = tracks_at([[1.3]], pz=[[1.0]], vx=[[0.3]])
    assert nearest_vertex(tracks, vertices_at([[1.0]]), window=1e-4, max_significance=0.0).found.all()
    assert distance_along_z(0.3, 0.0, 0.3, 1.0, 0.0, 1.0) == pytest.approx(0.0)


def test_compiled_and_readable_assignment_agree() -> None:
    rng = np.random.default_rng(5)
    track_offsets, vertex_offsets = np.array([0, 30, 30, 70]), np.array([0, 4, 6, 16])
    path = tuple(rng.normal(0, 1, 70).astype(np.float32) for _ in range(6))
    place = tuple(rng.normal(0, 1, 16).astype(np.float32) for _ in range(3))
    errors = rng.uniform(0, 0.1, 70).astype(np.float32), rng.uniform(0, 0.1, 16).astype(np.float32)
    arguments = track_offsets, path, errors[0], vertex_offsets, place, errors[1], 3.0, 0.1
    compiled, interpreted = np.empty(70, np.int32), np.empty(70, np.int32)
    assign_tracks(*arguments, compiled)
    assign_tracks.py_func(*arguments, interpreted)
    expected = []
    for event in range(3):
        x, y, z = (column[vertex_offsets[event] : vertex_offsets[event + 1]] for column in place)
        for i in range(track_offsets[event], track_offsets[event + 1]):
            vx, vy, vz, px, py, pz = (float(column[i]) for column in path)
            distance = np.abs((vz - z) - ((vx - x) * px + (vy - y) * py) * pz / (px**2 + py**2))
            nearest = int(distance.argmin())
            error = math.hypot(errors[0][i], errors[1][vertex_offsets[event] + nearest])
            expected.append(nearest if distance[nearest] < max(0.1, 3.0 * error) else -1)
    assert compiled.tolist() == interpreted.tolist() == expected
    assert 5 < np.count_nonzero(compiled >= 0) < 65


def test_tracks_without_errors_get_those_of_cms() -> None:
    tracks = tracks_at([[0.0, 0.0, 0.0]], px=[[1.0, 10.0, 1.0]], pz=[[0.0, 0.0, 5.0]])
    dxy, dz = impact_errors(tracks)
    assert dxy[:2] == pytest.approx([0.0090, 0.0025], rel=0.02)
    assert dz[:2] == pytest.approx([0.0150, 0.0045], rel=0.02)
    assert dxy[2] > 1.5 * dxy[0]
    assert dz[2] > 5.0 * dz[0]
    assert np.isfinite([dxy, dz]).all()


def test_errors_that_tracks_have_are_kept() -> None:
    tracks = tracks_at([[0.0, 0.0]], dxy_error=[[0.5, np.nan]], dz_error=[[0.25, 0.125]])
    dxy, dz = impact_errors(tracks)
    assert dz.tolist() == [0.25, 0.125]
    assert dxy[0] == 0.5
    assert dxy[1] == pytest.approx(0.0090, rel=0.02)
