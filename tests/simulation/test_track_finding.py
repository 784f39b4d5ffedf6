"""Tracks of whole events: efficiency and errors against what was generated, order, fakes, quality."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.generator import GenParticles
from dataformats.simulated import SimTracks
from dataformats.tracks import Tracks
from e2efw.errors import ConfigurationError
from e2efw.framework.blocks import EventIDs
from simulation.detector_sim import DetectorSimProducer
from simulation.track_finding import TrackProducer

Crowd = Callable[[int, int], GenParticles]
IdsOf = Callable[..., EventIDs]
Floats = NDArray[np.float64]

N = 3000


@pytest.fixture(scope="module")
def muons() -> GenParticles:
    """One muon per event, of 1 to 100 GeV, from a displaced vertex."""
    rng = np.random.default_rng(7)
    charge = rng.choice([-1, 1], N)
    return GenParticles(
        np.arange(N + 1),
        pt=10 ** rng.uniform(0, 2, N),
        eta=rng.uniform(-2.4, 2.4, N),
        phi=rng.uniform(-np.pi, np.pi, N),
        mass=np.full(N, 0.1057),
        pdg_id=-13 * charge,
        status=np.ones(N),
        **{f"v{axis}": rng.normal(0, width, N) for axis, width in (("x", 0.1), ("y", 0.1), ("z", 4.0))},
    )


@pytest.fixture(scope="module")
def sim_tracks(muons: GenParticles, ids_of: IdsOf) -> SimTracks:
    return DetectorSimProducer().produce(muons, None, ids_of(N)).sim_tracks


def impact(x: Floats, y: Floats, phi: Floats) -> Floats:
    """Transverse impact parameter, cm."""
    return np.asarray(-x * np.sin(phi) + y * np.cos(phi), np.float64)


def test_muons_are_found_in_the_right_place_with_the_right_momentum(
    muons: GenParticles, sim_tracks: SimTracks, ids_of: IdsOf
) -> None:
    tracks = TrackProducer(fakes=0.0).produce(sim_tracks, ids_of(N))
    assert tracks.counts.max() == 1
    has = tracks.counts == 1
    assert has.mean() == pytest.approx(0.96, abs=0.02)
    true = {name: muons.flat(name)[has].astype(np.float64) for name in ("pt", "eta", "phi", "vx", "vy", "vz")}
    px, py, pz, x, y, z = (tracks.flat(name).astype(np.float64) for name in ("px", "py", "pz", "vx", "vy", "vz"))
    assert np.array_equal(tracks.flat("charge"), -np.sign(muons.flat("pdg_id")[has]))
    # from the vertex back to the point closest to the beam the way is nearly straight
    dxy = impact(x, y, np.arctan2(py, px)) - impact(true["vx"], true["vy"], true["phi"])
    along = true["vx"] * np.cos(true["phi"]) + true["vy"] * np.sin(true["phi"])
    dz = z - (true["vz"] - along * np.sinh(true["eta"]))
    for pull in (dxy / tracks.flat("dxy_error"), dz / tracks.flat("dz_error")):
        assert pull.std() == pytest.approx(1.0, abs=0.06)
        assert pull.mean() == pytest.approx(0.0, abs=0.08)
    ratio = np.hypot(px, py) / true["pt"]
    central = np.abs(true["eta"]) < 0.8
    assert np.quantile(np.abs(ratio[central] - 1), 0.68) == pytest.approx(0.009, abs=0.002)
    assert np.quantile(np.abs(np.arcsinh(pz / np.hypot(px, py)) - true["eta"]), 0.9) < 0.01


def test_most_muons_are_of_high_purity_and_all_are_tight(sim_tracks: SimTracks, ids_of: IdsOf) -> None:
    quality = TrackProducer(fakes=0.0).produce(sim_tracks, ids_of(N)).flat("quality")
    assert np.mean(quality & Tracks.HIGH_PURITY > 0) == pytest.approx(0.95, abs=0.03)
    assert set((quality & 3).tolist()) == {3}


def test_fakes_come_on_top_of_the_same_tracks(crowd: Crowd, ids_of: IdsOf) -> None:
    true = DetectorSimProducer().produce(crowd(6, 60), None, ids_of(60)).sim_tracks
    real = TrackProducer(fakes=0.0).produce(true, ids_of(60))
    more = TrackProducer(fakes=0.5).produce(true, ids_of(60))
    n_fakes = more.counts - real.counts
    assert n_fakes.sum() == pytest.approx(0.5 * real.counts.sum(), abs=4 * np.sqrt(0.5 * real.counts.sum()))
    for event in range(60):
        mine, theirs = (tracks.take(slice(event, event + 1)).columns for tracks in (real, more))
        assert all(np.array_equal(column, theirs[name][: column.size]) for name, column in mine.items())
    place = np.concatenate([np.arange(count) for count in more.counts])
    fake = place >= np.repeat(real.counts, more.counts)
    assert np.mean(more.flat("quality")[fake] & Tracks.HIGH_PURITY > 0) < 0.25
    assert not Tracks.faults(more.columns)


def test_tracks_do_not_depend_on_the_size_of_blocks(sim_tracks: SimTracks, ids_of: IdsOf) -> None:
    ids = ids_of(N)
    whole = TrackProducer().produce(sim_tracks, ids)
    for cut in (slice(0, 1), slice(1, 800), slice(800, N)):
        part, expected = TrackProducer().produce(sim_tracks.take(cut), ids.take(cut)), whole.take(cut)
        assert np.array_equal(part.counts, expected.counts)
        assert all(np.array_equal(column, expected.columns[name]) for name, column in part.columns.items())


def test_no_particles_no_tracks(ids_of: IdsOf) -> None:
    assert TrackProducer().produce(SimTracks.empty(3), ids_of(3)).offsets.tolist() == [0, 0, 0, 0]


def test_fakes_are_not_negative() -> None:
    with pytest.raises(ConfigurationError, match=r"TrackProducer: parameter 'fakes'"):
        TrackProducer(fakes=-0.1)
