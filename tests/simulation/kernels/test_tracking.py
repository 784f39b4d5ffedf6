"""Particles on their way to the calorimeters: arrivals, hits, radiation, conversions."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.geometry.constants import ECAL_PLANE, ECAL_RADIUS, HCAL_RADIUS
from dataformats.geometry.helix import CURVATURE
from dataformats.geometry.tracker_ids import unpack_tracker, valid_tracker
from dataformats.geometry.tracker_layers import CYLINDERS, DISKS, radiation_lengths
from simulation.kernels import tracking
from simulation.kernels.flight import (
    CHARGE,
    CHARGED_HADRON,
    ELECTRON,
    KIND,
    MASS,
    MUON,
    NEUTRAL_HADRON,
    PDG_ID,
    PHOTON,
    PT,
    REST,
    ROW,
    SLOPE,
    UX,
    UY,
    X,
    Y,
    Z,
)
from simulation.kernels.tracking import (
    ARRIVAL,
    BEHIND,
    COUNTERS,
    N_ARRIVALS,
    N_PIXEL_HITS,
    N_STACK,
    N_STRIP_HITS,
    N_TRACKS,
    OVERFLOWS,
    SOFTEST_ENERGY,
    follow_all,
)
from simulation.random_numbers import start

Floats = NDArray[np.float64]

IDS = {PHOTON: (22, 0.0), ELECTRON: (11, 0.000511), MUON: (13, 0.1057), CHARGED_HADRON: (211, 0.1396)}


class Followed(NamedTuple):
    """What particles leave, cut to what is used."""

    arrivals: Floats
    pixel_hits: tuple[NDArray[np.uint32], NDArray[np.float32]]
    strip_hits: tuple[NDArray[np.uint32], NDArray[np.float32]]
    tracks: tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.uint8]]
    counters: NDArray[np.int64]


def particle(kind: int, pt: float, eta: float, phi: float, charge: float = 0.0, place: Any = (0, 0, 0)) -> Floats:
    row = np.zeros(ROW)
    pdg_id, mass = IDS.get(kind, (130, 0.4976))
    row[[X, Y, Z]] = place
    row[[UX, UY, PT, SLOPE]] = math.cos(phi), math.sin(phi), pt, math.sinh(eta)
    row[[KIND, CHARGE, MASS, PDG_ID]] = kind, charge, mass, pdg_id
    return row


def followed(
    *rows: Floats, seed: int = 0, room: int = 2000, follow: Callable[..., None] = follow_all, tracks_room: int = 500
) -> Followed:
    stack, state, counters = np.empty((256, ROW)), np.zeros(1, np.uint64), np.zeros(COUNTERS, np.int64)
    arrivals = np.empty((room, ARRIVAL))
    pixel, strip = ((np.empty(room, np.uint32), np.empty((room, 3), np.float32)) for _ in range(2))
    tracks = (
        np.empty((tracks_room, 7), np.float32),
        np.empty((tracks_room, 2), np.int32),
        np.empty((tracks_room, 2), np.uint8),
    )
    for number, row in enumerate(rows):
        start(state, np.uint64(seed), number)
        stack[0], counters[N_STACK] = row, 1
        follow(stack, state, arrivals, pixel, strip, tracks, counters, np.empty(ROW), np.empty(2, np.int64))
    n_pixel, n_strip, n_tracks = counters[N_PIXEL_HITS], counters[N_STRIP_HITS], counters[N_TRACKS]
    return Followed(
        arrivals[: counters[N_ARRIVALS]],
        (pixel[0][:n_pixel], pixel[1][:n_pixel]),
        (strip[0][:n_strip], strip[1][:n_strip]),
        (tracks[0][:n_tracks], tracks[1][:n_tracks], tracks[2][:n_tracks]),
        counters,
    )


both = pytest.mark.parametrize("follow", [follow_all, follow_all.py_func], ids=["compiled", "python"])


@both
@pytest.mark.parametrize(("pt", "turned"), [(1, 0.829), (2, 0.378), (5, 0.148), (10, 0.0738), (50, 0.0148)])
def test_charged_particles_arrive_turned_by_the_arcsine_of_half_radius_over_curvature_radius(
    follow: Callable[..., None], pt: float, turned: float
) -> None:
    for charge in (-1, 1):
        (arrival,) = followed(particle(CHARGED_HADRON, pt, 0.0, 0.0, charge), follow=follow).arrivals
        kind, _, eta, phi, _, hcal_phi, _ = arrival
        assert (kind, eta) == (CHARGED_HADRON, 0.0)
        assert phi == pytest.approx(-charge * turned, rel=4e-3)
        assert phi == pytest.approx(-charge * math.asin(ECAL_RADIUS * CURVATURE / (2 * pt)), abs=1e-9)
        behind = HCAL_RADIUS * CURVATURE / (2 * pt)  # a particle that turns before the HCAL goes on straight
        assert hcal_phi == pytest.approx(-charge * math.asin(behind) if behind < 1 else phi, abs=1e-9)


def test_slow_particles_never_reach_the_barrel() -> None:
    assert len(followed(particle(MUON, 0.73, 0.0, 0.0, 1)).arrivals) == 0
    assert len(followed(particle(MUON, 0.745, 0.0, 0.0, 1)).arrivals) == 1


def test_slow_forward_particles_spiral_into_the_endcap() -> None:
    (arrival,) = followed(particle(MUON, 0.6, math.asinh(5.0), 0.0, -1)).arrivals
    turned = CURVATURE / 0.6 * ECAL_PLANE / 5.0
    assert arrival[3] == pytest.approx(turned / 2)
    assert arrival[2] == pytest.approx(math.asinh(ECAL_PLANE / (2 * 0.6 / CURVATURE * math.sin(turned / 2))))


def test_light_from_the_centre_arrives_at_time_zero_and_slow_particles_later() -> None:
    photon, kaon = followed(particle(NEUTRAL_HADRON, 1e6, 0.4, 0.3), particle(NEUTRAL_HADRON, 1.0, 0.0, 0.3)).arrivals
    assert photon[6] == pytest.approx(0.0, abs=1e-9)
    assert kaon[6] == pytest.approx(ECAL_RADIUS / 29.9792458 * (math.hypot(1.0, 0.4976) - 1))


def test_a_calorimeter_sees_the_rest_energy_as_the_kind_of_hadron_says() -> None:
    neutron, antineutron = (particle(NEUTRAL_HADRON, 2.0, 0.0, 0.0) for _ in range(2))
    neutron[MASS] = antineutron[MASS] = 0.9396
    neutron[REST], antineutron[REST] = -0.9396, 0.9396
    found = followed(neutron, antineutron).arrivals[:, 1]
    assert found == pytest.approx([math.hypot(2.0, 0.9396) + sign * 0.9396 for sign in (-1, 1)])


def test_hits_lie_on_the_layers_that_their_ids_name() -> None:
    rng = np.random.default_rng(1)
    rows = [
        particle(MUON, 3.0, eta, phi, 1)
        for eta, phi in zip(rng.uniform(-2.5, 2.5, 60), rng.uniform(-3, 3, 60), strict=True)
    ]
    left = followed(*rows)
    for number, (ids, place) in enumerate((left.pixel_hits, left.strip_hits)):
        assert valid_tracker(ids).all()
        subdet, layer, side = unpack_tracker(ids)
        assert np.isin(subdet, ((1, 2), (3, 4, 5, 6))[number]).all()
        for hit in range(ids.size):
            x, y, z = place[hit]
            names = int(subdet[hit]), int(layer[hit])
            for cylinder in CYLINDERS:
                if names == cylinder[:2]:
                    assert math.hypot(x, y) == pytest.approx(cylinder.radius, abs=1e-4)
                    assert abs(z) < cylinder.half_length
            for disk in DISKS:
                if names == disk[:2]:
                    assert z == pytest.approx(disk.z * side[hit], abs=1e-3)
    assert left.tracks[2].sum(axis=0).tolist() == [
        left.pixel_hits[0].size,
        np.unique(left.strip_hits[1], axis=0).shape[0],
    ]


def test_double_modules_have_a_stereo_and_an_r_phi_hit() -> None:
    ids, place = followed(particle(MUON, 10.0, 0.1, 0.5, 1)).strip_hits
    subdet, layer, _ = unpack_tracker(ids)
    pairs = (layer <= 2) & np.isin(subdet, (3, 5))
    assert (ids[pairs] & 3).tolist() == [1, 2] * 4
    assert (ids[~pairs] & 3).tolist() == [0] * 6
    assert np.array_equal(place[pairs][::2], place[pairs][1::2])


def test_loopers_leave_hits_only_on_their_way_out() -> None:
    left = followed(particle(MUON, 0.25, 0.3, 0.0, 1))
    assert len(left.arrivals) == 0
    reach = 2 * 0.25 / CURVATURE
    assert left.tracks[2].tolist() == [[4, sum(cylinder.radius < reach for cylinder in CYLINDERS) - 4]]


def test_a_track_knows_its_particle_and_where_it_starts() -> None:
    left = followed(particle(MUON, 3.0, 1.0, 0.4, -1, (0.1, 0.2, -3.0)))
    ((px, py, pz, x, y, z, radiated),) = left.tracks[0]
    assert (px, py, pz) == pytest.approx((3 * math.cos(0.4), 3 * math.sin(0.4), 3 * math.sinh(1.0)))
    assert (x, y, z, radiated) == pytest.approx((0.1, 0.2, -3.0, 0.0))
    assert left.tracks[1].tolist() == [[13, -1]]


def test_particles_without_hits_have_no_track() -> None:
    left = followed(particle(MUON, 3.0, 0.1, 0.0, 1, (110.0, 0, 0)), particle(MUON, 3.0, 4.5, 0.0, 1))
    assert len(left.tracks[0]) == 0


@pytest.mark.parametrize("eta", [0.225, -1.075, 1.425, 2.225])
def test_photons_convert_as_often_as_the_matter_says(eta: float) -> None:
    n = 4000
    phi = np.random.default_rng(2).uniform(-3, 3, n)
    left = followed(*(particle(PHOTON, 20.0, eta, p) for p in phi), room=60_000, tracks_room=20_000)
    untouched = (left.arrivals[:, 0] == PHOTON) & (np.abs(left.arrivals[:, 1] / (20 * math.cosh(eta)) - 1) < 1e-9)
    expected = math.exp(-7 / 9 * radiation_lengths(np.array(eta)))
    assert untouched.sum() / n == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / n))


def test_a_conversion_shares_the_photons_energy_between_electron_and_positron() -> None:
    left = followed(*(particle(PHOTON, 30.0, 1.4, 0.1 * i) for i in range(60)), room=10_000)
    n_positive = np.sum(left.tracks[1][:, 1] > 0)
    assert n_positive == pytest.approx(len(left.tracks[1]) / 2, rel=0.1)  # those without hits are missing
    assert np.array_equal(left.tracks[1][:, 0], -11 * left.tracks[1][:, 1])
    momentum = np.linalg.norm(left.tracks[0][:, :3], axis=1)
    assert momentum.max() < 30 * math.cosh(1.4)
    radius, z = np.hypot(left.tracks[0][:, 3], left.tracks[0][:, 4]), left.tracks[0][:, 5]
    in_layer = np.abs(radius[:, None] - [c.radius for c in CYLINDERS]).min(axis=1) < 1e-3
    in_layer |= np.abs(np.abs(z[:, None]) - [d.z for d in DISKS]).min(axis=1) < 1e-3
    assert in_layer.all()


@pytest.mark.parametrize("eta", [0.0, 1.4, -2.0])
def test_energy_is_kept_while_electrons_radiate_and_photons_convert(eta: float) -> None:
    for kind, charge in ((ELECTRON, -1), (PHOTON, 0)):
        for seed in range(30):
            left = followed(particle(kind, 40.0, eta, 0.3, charge), seed=seed)
            energy = 40 * math.cosh(eta)
            seen = left.arrivals[:, 1].sum()
            assert 0.97 * energy < seen < energy + SOFTEST_ENERGY  # what is soft is lost; pairs add their rest energy


def test_electrons_lose_to_photons_what_the_matter_says() -> None:
    n, eta = 1500, 0.625
    left = followed(*(particle(ELECTRON, 50.0, eta, 0.004 * i, -1) for i in range(n)), room=30_000, tracks_room=10_000)
    first = left.tracks[0][:, 6][left.tracks[0][:, 3:6].any(axis=1) == 0]  # those that start at the centre
    assert first.size == n
    matter = float(radiation_lengths(np.array(eta)))
    # energy falls as exp(-x / X0) but for the photons below the softest
    assert first.mean() == pytest.approx(1 - math.exp(-0.985 * matter), rel=0.05)


def test_hadrons_that_meet_a_nucleus_leave_no_hits_behind_it() -> None:
    n, eta = 2000, 0.225
    left = followed(*(particle(CHARGED_HADRON, 20.0, eta, 0.003 * i, 1) for i in range(n)), room=60_000, tracks_room=n)
    layers = left.tracks[2].sum(axis=1)
    expected = math.exp(-tracking.HADRON_MATTER * float(radiation_lengths(np.array(eta))))
    # the last layer's matter comes after its hit
    assert np.mean(layers == layers.max()) == pytest.approx(expected, abs=0.03)
    assert len(left.arrivals) == n  # and goes on


@both
def test_particles_born_behind_the_ecal_arrive_where_they_are_born(follow: Callable[..., None]) -> None:
    places = [(0.0, 140.0, 50.0), (20.0, 0.0, -330.0), (0.0, 310.0, 0.0), (50.0, 0.0, 570.0)]
    left = followed(*(particle(CHARGED_HADRON, 3.0, 0.5, 1.0, 1, place) for place in places), follow=follow)
    assert left.arrivals[:, 0].tolist() == [BEHIND, BEHIND]  # the other two are behind the HCAL
    for arrival, (x, y, z) in zip(left.arrivals, places[:2], strict=True):
        assert arrival[2:6] == pytest.approx([math.asinh(z / math.hypot(x, y)), math.atan2(y, x)] * 2)
    assert len(left.tracks[0]) == 0


def test_full_rooms_are_counted_and_not_written_beyond() -> None:
    rows = [particle(ELECTRON, 30.0, 1.4, 0.1 * i, -1) for i in range(20)]
    left = followed(*rows, room=3, tracks_room=2)
    assert left.counters[OVERFLOWS] > 50
    assert left.counters[[N_ARRIVALS, N_PIXEL_HITS, N_STRIP_HITS, N_TRACKS]].tolist() == [3, 3, 3, 2]


def test_plain_python_follows_as_compiled_code_does() -> None:
    rows = [
        particle(ELECTRON, 20.0, 1.2, 0.5, -1),
        particle(PHOTON, 9.0, -1.9, 0.7),
        particle(CHARGED_HADRON, 1.0, 0.7, 2.0, 1),
        particle(NEUTRAL_HADRON, 5.0, 2.2, 0.0),
    ]
    with np.errstate(over="ignore"):
        one, other = followed(*rows), followed(*rows, follow=follow_all.py_func)
    assert np.allclose(one.arrivals, other.arrivals, rtol=1e-10)
    assert np.array_equal(one.pixel_hits[0], other.pixel_hits[0])
    for part in (0, 1, 2):
        assert np.allclose(one.tracks[part], other.tracks[part], rtol=1e-6, atol=1e-6)
