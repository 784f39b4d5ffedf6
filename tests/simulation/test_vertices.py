"""Primary vertices: found where collisions were, as well as the tracks allow, and where CMS found them."""

from pathlib import Path
from typing import Any, NamedTuple

import awkward as ak
import numpy as np
import pytest
import uproot
from numpy.typing import NDArray

from dataformats.tracks import Tracks, Vertices
from e2efw.errors import ConfigurationError
from simulation.kernels.annealing import ROWS, cluster_tracks, share_out
from simulation.kernels.vertex_fit import COLUMNS, fit_vertices
from simulation.vertex_association import impact_errors
from simulation.vertices import TrackVertexProducer

WIDTH = np.array([0.0015, 0.0015, 4.0])
FOUND_WITHIN = 0.05  # cm


class Collisions(NamedTuple):
    """True vertices, the tracks from them, and how many each of them has; the first of an event is the hard one."""

    tracks: Tracks
    true: Vertices
    n_tracks: NDArray[np.int64]


def vertices_at(place: NDArray[np.float64], per_event: NDArray[np.int64]) -> Vertices:
    x, y, z = place.T
    return Vertices(np.concatenate([[0], np.cumsum(per_event)]), x=x, y=y, z=z)


def tracks_from(rng: np.random.Generator, true: Vertices, n_tracks: NDArray[np.int64], mean_pt: Any) -> Tracks:
    """Tracks with the resolution of CMS; one in twenty comes from a decay within some mm."""
    vertex = np.repeat(np.arange(n_tracks.size), n_tracks)
    counts = np.add.reduceat(n_tracks, true.offsets[:-1])
    size = vertex.size
    pt, eta, phi = (
        0.4 + rng.exponential(np.broadcast_to(mean_pt, n_tracks.shape)[vertex]),
        *rng.uniform(-1, 1, (2, size)),
    )
    eta, phi = 2.4 * eta, np.pi * phi
    offsets = np.concatenate([[0], np.cumsum(counts)])
    momentum = {"px": pt * np.cos(phi), "py": pt * np.sin(phi), "pz": pt * np.sinh(eta)}
    rest = {"charge": np.ones(size), "quality": np.full(size, 4), "chi2": np.ones(size), "ndof": np.ones(size)}
    nowhere = {name: np.zeros(size) for name in ("vx", "vy", "vz")}
    errors = impact_errors(Tracks(offsets, **nowhere, **momentum, **rest))
    dxy = rng.normal(0, errors.dxy) + rng.normal(0, 0.1, size) * (rng.random(size) < 0.05)
    x, y, z = (true.flat(name)[vertex] for name in "xyz")
    place = {"vx": x - dxy * np.sin(phi), "vy": y + dxy * np.cos(phi), "vz": z + rng.normal(0, errors.dz)}
    return Tracks(offsets, **place, **momentum, **rest, dxy_error=errors.dxy, dz_error=errors.dz)


def collisions(seed: int, n_events: int, pileup: float) -> Collisions:
    """A hard collision of 20 to 60 tracks per event, and softer ones."""
    rng = np.random.default_rng(seed)
    per_event = 1 + rng.poisson(pileup, n_events)
    true = vertices_at(rng.normal(0, WIDTH, (per_event.sum(), 3)), per_event)
    hard = np.isin(np.arange(per_event.sum()), true.offsets)
    n_tracks = np.where(hard, rng.integers(20, 60, hard.size), 2 + rng.exponential(10, hard.size).astype(int))
    return Collisions(tracks_from(rng, true, n_tracks, np.where(hard, 3.0, 0.7)), true, n_tracks)


def distances(some: Vertices, others: Vertices) -> NDArray[np.float64]:
    """For each vertex the distance in z to the nearest of the others in its event, cm."""
    nearest = ak.min(np.abs(some.z[:, :, None] - others.z[:, None, :]), axis=2)
    return np.asarray(ak.flatten(nearest), np.float64)


def firsts(vertices: Vertices, name: str) -> NDArray[np.float64]:
    return vertices.flat(name)[vertices.offsets[:-1]].astype(np.float64)


@pytest.mark.parametrize(("pileup", "efficiency"), [(0.0, 1.0), (5.0, 0.98), (15.0, 0.97), (30.0, 0.95)])
def test_vertices_are_found_where_collisions_were(pileup: float, efficiency: float) -> None:
    tracks, true, n_tracks = collisions(3, 100, pileup)
    found = TrackVertexProducer().produce(tracks)
    assert np.mean(distances(true, found)[n_tracks >= 5] < FOUND_WITHIN) >= efficiency
    assert np.mean(distances(found, true) > 2 * FOUND_WITHIN) < 0.01
    assert len(found.flat("z")) <= len(true.flat("z"))
    off = {name: firsts(found, name) - firsts(true, name) for name in "xyz"}
    assert np.abs(off["z"]).max() < 0.02
    for name, resolution in (("x", 0.0015), ("y", 0.0015), ("z", 0.0025)):
        assert np.std(off[name]) < resolution
        assert np.std(off[name] / firsts(found, f"{name}_error")) == pytest.approx(1.0, abs=0.25)
    assert found.flat("chi2").sum() / found.flat("ndof").sum() == pytest.approx(0.85, abs=0.1)


@pytest.mark.parametrize(("gap", "resolved"), [(0.1, 0.95), (0.2, 0.97), (3.0, 0.97)])
def test_two_collisions_a_millimetre_apart_are_two_vertices(gap: float, resolved: float) -> None:
    rng = np.random.default_rng(11)
    place = np.tile([[0.0, 0.0, 0.0], [0.0, 0.0, gap]], (100, 1))
    place[:, 2] += np.repeat(rng.normal(0, 4, 100), 2)
    true = vertices_at(place, np.full(100, 2))
    found = TrackVertexProducer().produce(tracks_from(rng, true, np.full(200, 15), 0.7))
    good = np.logical_and.reduceat(distances(true, found) < 0.3 * gap, true.offsets[:-1]) & (found.counts == 2)
    assert good.mean() >= resolved


def test_vertices_do_not_depend_on_the_block() -> None:
    tracks = collisions(5, 20, 10.0).tracks
    whole = TrackVertexProducer().produce(tracks)
    for step in (1, 7):
        parts = [TrackVertexProducer().produce(tracks.take(slice(a, a + step))) for a in range(0, 20, step)]
        joined = Vertices.concatenate(parts)
        assert np.array_equal(whole.offsets, joined.offsets)
        for name, column in whole.columns.items():
            assert np.array_equal(column, joined.columns[name]), name


def tracks_at(z: list[list[float]], pt: list[list[float]], vx: list[list[float]], quality: int = 4) -> Tracks:
    filled: dict[str, list[list[float]]] = {"vz": z, "vx": vx, "py": pt}
    for name, value in (("px", 0.0), ("pz", 0.0), ("vy", 0.0), ("charge", 1), ("quality", quality), ("chi2", 1.0)):
        filled[name] = [[value for _ in event] for event in z]
    return Tracks.from_lists(**filled, ndof=filled["chi2"])


def test_events_in_which_no_tracks_meet_have_the_beam_spot() -> None:
    tracks = tracks_at([[], [1.0], [1.0, 3.0]], [[], [5.0], [5.0, 5.0]], [[], [0.1], [0.1, 0.1]])
    found = TrackVertexProducer(beam_spot=(0.1, 0.2, 0.3)).produce(tracks)
    assert found.counts.tolist() == [1, 1, 1]
    assert found.fake.all()
    assert found.flat("valid").all()
    for name, value in (("x", 0.1), ("y", 0.2), ("z", 0.3), ("x_error", 0.0015), ("z_error", 4.0)):
        assert found.flat(name) == pytest.approx(np.full(3, value))


def test_only_good_tracks_from_the_beam_make_vertices() -> None:
    z, still = [[1.0] * 5], [[0.0] * 5]
    assert not TrackVertexProducer().produce(tracks_at(z, [[1.0] * 5], still)).fake.any()
    assert TrackVertexProducer().produce(tracks_at(z, [[0.4] * 5], still)).fake.all()
    assert TrackVertexProducer().produce(tracks_at(z, [[1.0] * 5], [[0.5] * 5])).fake.all()
    assert TrackVertexProducer().produce(tracks_at(z, [[1.0] * 5], still, quality=1)).fake.all()


def test_the_first_vertex_has_the_largest_sum_of_pt_squared() -> None:
    z = [[-1.0, -1.0, -1.0, -1.0, 2.0, 2.0, 5.0, 5.0]]
    found = TrackVertexProducer().produce(tracks_at(z, [[2.0, 2.0, 2.0, 2.0, 5.0, 5.0, 1.0, 1.0]], [[0.0] * 8]))
    assert found.flat("z").tolist() == pytest.approx([2.0, -1.0, 5.0], abs=1e-3)
    assert found.flat("ndof")[1] == pytest.approx(2 * 4 * 0.957, rel=0.01)  # weight of a track that fits: 1/(1+e^-3.1)


def test_without_the_beam_spot_a_fit_has_three_degrees_of_freedom_less() -> None:
    tracks = collisions(2, 30, 0.0).tracks
    with_beam, without = (TrackVertexProducer(beam_constraint=on).produce(tracks) for on in (True, False))
    assert without.flat("ndof") == pytest.approx(with_beam.flat("ndof") - 3.0, abs=1.5)
    assert np.all(without.flat("x_error") > with_beam.flat("x_error"))
    assert np.abs(without.flat("x")).max() < 0.01


def test_wrong_beam_spots_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="'beamSpot': needs three numbers, x, y and z, got 2"):
        TrackVertexProducer(beam_spot=(0.0, 0.0))
    with pytest.raises(ConfigurationError, match="'beamWidth': must be larger than 0 in x, y and z"):
        TrackVertexProducer(beam_width=(0.0, 1.0, 1.0))


def _column(tree: Any, cls: type[Any], label: str, name: str) -> Any:
    return tree[f"{cls.friendly_type}_{label}__RECO.{cls.leaves[name].path}"].array()


def test_the_first_vertex_of_real_events_is_the_one_of_cms(real_files: list[Path]) -> None:
    """Within 1 mm for 68 of the 70 events with tracks, whose errors are those of our parametrisation."""
    misses = []
    for path in real_files:
        tree = uproot.open(path)["Events"]
        names = ("vx", "vy", "vz", "px", "py", "pz", "charge", "quality", "chi2", "ndof")
        columns = {name: _column(tree, Tracks, "generalTracks", name) for name in names}
        counts = ak.to_numpy(ak.num(columns["vx"]))
        flat = {name: ak.to_numpy(ak.flatten(column)) for name, column in columns.items()}
        tracks = Tracks(np.concatenate([[0], np.cumsum(counts)]), **flat)
        found = TrackVertexProducer(beam_spot=(0.0725, 0.0605, 0.0)).produce(tracks)
        cms = ak.to_numpy(_column(tree, Vertices, "offlinePrimaryVertices", "z")[:, 0])
        misses += (firsts(found, "z") - cms)[counts > 1].tolist()
    assert len(misses) == 70
    assert np.count_nonzero(np.abs(misses) < 0.1) >= 68
    assert np.median(np.abs(misses)) < 0.002


def readable_fit(tracks: NDArray[np.float64], beam: NDArray[np.float64], start: float) -> NDArray[np.float64]:
    """The adaptive fit as reweighted least squares, for tracks (n, 7)."""
    x, y, z, phi, slope, dxy_error, dz_error = tracks.T
    sine, cosine, zero = np.sin(phi), np.cos(phi), np.zeros(len(x))
    place = np.array([beam[0, 0], beam[0, 1], start])
    gradients = np.concatenate(
        [np.stack([sine, -cosine, zero]) / dxy_error, np.stack([cosine * slope, sine * slope, zero - 1]) / dz_error],
        axis=1,
    ).T
    for temperature in (256, 64, 16, 4, *[1] * 30):
        ahead, aside = (x - place[0]) * cosine + (y - place[1]) * sine, (y - place[1]) * cosine - (x - place[0]) * sine
        misses = np.concatenate([aside / dxy_error, (z - place[2] - ahead * slope) / dz_error])
        chi2 = (misses.reshape(2, -1) ** 2).sum(axis=0)
        weight = 1 / (1 + np.exp(0.5 * (chi2 - 6.25) / temperature))
        off = (place - beam[0]) / beam[1]
        rows = np.concatenate([gradients * np.sqrt(np.tile(weight, 2))[:, None], np.diag(1 / beam[1])])
        values = np.concatenate([misses * np.sqrt(np.tile(weight, 2)), off])
        place = place - np.linalg.lstsq(rows, values, rcond=None)[0]
    errors = np.sqrt(np.diag(np.linalg.inv(rows.T @ rows)))
    return np.array([*place, *errors, weight @ chi2 + off @ off, weight.sum()])


def test_compiled_and_readable_fit_agree() -> None:
    rng = np.random.default_rng(4)
    offsets = np.array([0, 2, 9, 40])
    phi, slope = rng.uniform(-np.pi, np.pi, 40), rng.normal(0, 1, 40)
    errors = rng.uniform(0.002, 0.02, (2, 40))
    tracks = np.stack([*rng.normal(0, 0.02, (3, 40)), phi, slope, *errors], axis=1)
    beam = np.array([[0.01, 0.02, 0.0], [0.0015, 0.002, 4.0]])
    for fit in (fit_vertices, fit_vertices.py_func):
        out = np.zeros((3, COLUMNS))
        fit(offsets, tracks, beam, np.empty((2, 3, 3)), np.empty((2, 4)), np.empty(40), out)
        for i in range(3):
            expected = readable_fit(tracks[offsets[i] : offsets[i + 1]], beam, 0.0)
            assert out[i] == pytest.approx(expected, rel=2e-3, abs=2e-5)


def readable_shares(z: Any, variance: Any, temperature: float, noise: float, centres: Any, shares: Any) -> Any:
    """(tracks, prototypes) parts of every track."""
    scale = 1 / (variance[:, None] * temperature)
    terms = shares * np.exp(-((z[:, None] - centres) ** 2) * scale)
    return terms / (terms.sum(axis=1) + noise * np.exp(-9 / temperature))[:, None]


@pytest.mark.parametrize(("temperature", "noise"), [(200.0, 0.0), (1.0, 0.01)])
def test_compiled_and_readable_sharing_agree(temperature: float, noise: float) -> None:
    rng = np.random.default_rng(8)
    z = np.sort(rng.normal(0, 0.5, 60))
    variance, weight = rng.uniform(0.01, 0.05, 60) ** 2, rng.uniform(0.1, 1.0, 60)
    centres, shares = np.array([-0.6, 0.1, 0.1, 0.15, 0.7]), np.array([0.2, 0.3, 0.1, 0.3, 0.1])
    parts = readable_shares(z, variance, temperature, noise, centres, shares)
    sums = np.empty((ROWS, 5))
    owner, chance = np.empty(60, np.int32), np.empty(60)
    for share in (share_out, share_out.py_func):
        share((z, variance, weight), temperature, noise, (centres, shares), 5, (np.empty(5), sums), (owner, chance))
        assert sums[0] == pytest.approx(weight @ parts, abs=1e-5)
        assert sums[1] == pytest.approx((weight / variance) @ parts, rel=1e-5)
        assert chance == pytest.approx(parts.max(axis=1), abs=1e-6)
        assert owner[chance > 0.6].tolist() == parts.argmax(axis=1)[chance > 0.6].tolist()


def test_clusters_rest_where_plain_sharing_leaves_them() -> None:
    """Without windows and short cuts, the prototypes of one event are the means of what they have."""
    rng = np.random.default_rng(9)
    z = np.sort(np.concatenate([rng.normal(at, 0.015, 12) for at in (-3.0, 0.0, 0.12, 2.0)]))
    variance, weight, offsets = np.full(48, 0.015**2), np.ones(48), np.array([0, 48])
    centres, shares, cluster = np.empty(49), np.empty(49), np.empty(48, np.int32)
    cluster_tracks(
        offsets, z, variance, weight, centres, shares, np.empty(49), np.empty((ROWS, 49)), np.empty(48), cluster
    )
    assert np.unique(cluster[cluster >= 0]).tolist() == [0, 1, 2, 3]
    assert np.count_nonzero(cluster < 0) <= 2
    parts = readable_shares(z, variance, 0.5, 1 / 48, centres[:4], shares[:4])
    assert centres[:4] == pytest.approx((z @ parts) / parts.sum(axis=0), abs=2e-3)
    assert centres[:4] == pytest.approx([-3.0, 0.0, 0.12, 2.0], abs=0.015)
    interpreted = np.empty(48, np.int32)
    scratch = np.empty(49), np.empty(49), np.empty(49), np.empty((ROWS, 49)), np.empty(48)
    cluster_tracks.py_func(offsets, z, variance, weight, *scratch, interpreted)
    assert interpreted.tolist() == cluster.tolist()
