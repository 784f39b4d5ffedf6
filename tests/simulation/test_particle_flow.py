"""Hand-made events: every particle comes out as what it is, and its energy is counted once."""

import math
from typing import NamedTuple

import numpy as np
import pytest

from dataformats.candidates import PFCandidates
from dataformats.clusters import CaloClusters
from dataformats.geometry.constants import ECAL_PLANE, ECAL_RADIUS, HCAL_PLANE, HCAL_RADIUS
from dataformats.geometry.helix import ecal_impact, hcal_impact
from dataformats.tracks import Tracks, Vertices
from simulation.hadron_response import HADRON_RESPONSE, calibrated, hadron_factors
from simulation.particle_flow import ParticleFlowLikeProducer


class Track(NamedTuple):
    pt: float
    eta: float
    phi: float
    charge: int = 1
    z: float = 0.0
    quality: int = Tracks.HIGH_PURITY

    @property
    def momentum(self) -> float:
        return self.pt * math.cosh(self.eta)

    @property
    def path(self) -> tuple[float, float, float, float, float, float]:
        px, py, pz = self.pt * math.cos(self.phi), self.pt * math.sin(self.phi), self.pt * math.sinh(self.eta)
        return 0.0, 0.0, self.z, px, py, pz


class Spot(NamedTuple):
    """A cluster at a direction seen from the centre of CMS."""

    energy: float
    eta: float
    phi: float


def at_ecal(track: Track) -> tuple[float, float]:
    x, y, z, px, py, pz = track.path
    return ecal_impact(x, y, z, px, py, pz, track.charge, False)


def in_ecal(track: Track, energy: float, d_phi: float = 0.0) -> Spot:
    eta, phi = at_ecal(track)
    return Spot(energy, eta, phi + d_phi)


def in_hcal(track: Track, energy: float, d_phi: float = 0.0) -> Spot:
    x, y, z, px, py, pz = track.path
    eta, phi = hcal_impact(x, y, z, px, py, pz, track.charge)
    return Spot(energy, eta, phi + d_phi)


def tracks_of(*events: list[Track]) -> Tracks:
    columns: dict[str, list[list[float]]] = {name: [] for name in ("vx", "vy", "vz", "px", "py", "pz")}
    for event in events:
        for number, name in enumerate(columns):
            columns[name].append([track.path[number] for track in event])
    return Tracks.from_lists(
        **columns,
        charge=[[track.charge for track in event] for event in events],
        quality=[[track.quality for track in event] for event in events],
        chi2=[[1.0] * len(event) for event in events],
        ndof=[[1.0] * len(event) for event in events],
    )


def clusters_of(radius: float, plane: float, *events: list[Spot]) -> CaloClusters:
    columns: dict[str, list[list[float]]] = {name: [] for name in ("energy", "x", "y", "z", "seed")}
    for event in events:
        spots = sorted(event, key=lambda spot: -spot.energy)
        across = [min(radius, plane / max(math.sinh(abs(spot.eta)), 1e-9)) for spot in spots]
        columns["energy"].append([spot.energy for spot in spots])
        columns["x"].append([r * math.cos(spot.phi) for r, spot in zip(across, spots, strict=True)])
        columns["y"].append([r * math.sin(spot.phi) for r, spot in zip(across, spots, strict=True)])
        columns["z"].append([r * math.sinh(spot.eta) for r, spot in zip(across, spots, strict=True)])
        columns["seed"].append([0 for _ in spots])
    return CaloClusters.from_lists(**columns)


def vertices_at(*z: float) -> Vertices:
    return Vertices.from_lists(x=[[0.0] * len(z)], y=[[0.0] * len(z)], z=[list(z)])


def flow(tracks: list[Track], ecal: list[Spot], hcal: list[Spot], *z: float, **parameters: float) -> PFCandidates:
    return ParticleFlowLikeProducer(**parameters).produce(
        tracks_of(tracks),
        vertices_at(*z),
        clusters_of(ECAL_RADIUS, ECAL_PLANE, ecal),
        clusters_of(HCAL_RADIUS, HCAL_PLANE, hcal),
    )


def kinds(found: PFCandidates) -> list[int]:
    return [int(number) for number in found.flat("pdg_id")]


def energy(found: PFCandidates) -> list[float]:
    pt, eta, mass = (found.flat(name).astype(np.float64) for name in ("pt", "eta", "mass"))
    return [float(x) for x in np.hypot(pt * np.cosh(eta), mass)]


PION = Track(10.0, 0.3, 0.5)


def test_a_pion_is_its_track() -> None:
    found = flow([PION], [in_ecal(PION, 0.3)], [in_hcal(PION, 8.0)])
    assert kinds(found) == [211]
    assert energy(found) == pytest.approx([math.hypot(PION.momentum, 0.13957)])
    assert found.flat("track").tolist() == [0]
    assert (found.flat("ecal_eta")[0], found.flat("ecal_phi")[0]) == pytest.approx(at_ecal(PION))


def test_a_negative_pion_has_the_negative_number() -> None:
    assert kinds(flow([PION._replace(charge=-1)], [], [])) == [-211]


def test_a_photon_is_its_cluster_seen_from_the_vertex() -> None:
    found = flow([], [Spot(20.0, 0.3, 1.0)], [], 4.0)
    assert kinds(found) == [22]
    assert energy(found) == pytest.approx([20.0])
    assert found.flat("eta")[0] == pytest.approx(math.asinh(math.sinh(0.3) - 4.0 / ECAL_RADIUS))
    assert (found.flat("ecal_eta")[0], found.flat("ecal_phi")[0]) == pytest.approx((0.3, 1.0))


def test_a_neutral_hadron_has_its_calibrated_energy() -> None:
    found = flow([], [], [Spot(15.0, -0.8, -3.1)])
    assert kinds(found) == [130]
    assert energy(found) == pytest.approx([calibrated(0.0, 0.0, 15.0, HADRON_RESPONSE)])
    assert (found.flat("eta")[0], found.flat("phi")[0]) == pytest.approx((-0.8, -3.1))


def test_a_photon_on_top_of_a_pion_is_found() -> None:
    found = flow([PION], [in_ecal(PION, 20.3, 0.01)], [in_hcal(PION, 9.0)])
    assert kinds(found) == [22, 211]
    assert energy(found)[0] == pytest.approx(20.0, abs=2.0)


def test_an_early_shower_of_a_pion_is_taken_off_the_photon() -> None:
    found = flow([PION], [in_ecal(PION, 23.0, 0.01)], [in_hcal(PION, 4.0)])
    factor, _ = hadron_factors(27.0, HADRON_RESPONSE)
    total = calibrated(PION.momentum, 23.0, 4.0, HADRON_RESPONSE)
    assert kinds(found) == [22, 211]
    assert energy(found)[0] < 22.0
    assert PION.momentum + factor * energy(found)[0] == pytest.approx(total, rel=1e-5)


def test_a_photon_beside_a_pion_is_a_cluster_of_its_own() -> None:
    found = flow([PION], [in_ecal(PION, 0.3), in_ecal(PION, 20.0, 0.06)], [in_hcal(PION, 9.0)])
    assert kinds(found) == [22, 211]
    assert energy(found)[0] == pytest.approx(20.0)


def test_a_neutral_hadron_behind_a_pion_is_what_the_track_does_not_explain() -> None:
    found = flow([PION], [], [in_hcal(PION, 40.0)])
    assert kinds(found) == [130, 211]
    assert energy(found)[0] == pytest.approx(calibrated(0.0, 0.0, 40.0, HADRON_RESPONSE) - PION.momentum, rel=1e-5)


def test_an_excess_within_the_resolution_is_nothing() -> None:
    assert kinds(flow([PION], [], [in_hcal(PION, 12.0)])) == [211]
    assert kinds(flow([PION], [], [in_hcal(PION, 12.0)], n_sigma=0.1)) == [211, 130]


@pytest.mark.parametrize(("charge", "number"), [(-1, 11), (1, -11)])
def test_an_electron_takes_its_cluster(charge: int, number: int) -> None:
    track = Track(20.0, 0.3, 0.5, charge)
    found = flow([track], [in_ecal(track, 20.0)], [in_hcal(track, 1.0)])
    assert kinds(found) == [number]
    assert energy(found) == pytest.approx([track.momentum], rel=1e-6)


def test_much_energy_in_the_hcal_makes_no_electron() -> None:
    track = Track(20.0, 0.3, 0.5)
    assert 11 not in np.abs(kinds(flow([track], [in_ecal(track, 20.0)], [in_hcal(track, 4.0)])))


@pytest.mark.parametrize(("charge", "number"), [(-1, 13), (1, -13)])
def test_a_muon_leaves_little_behind(charge: int, number: int) -> None:
    track = Track(30.0, 0.3, 0.5, charge)
    found = flow([track], [in_ecal(track, 0.3)], [in_hcal(track, 2.5)])
    assert kinds(found) == [number]
    assert found.flat("mass")[0] == pytest.approx(0.10566)


def test_a_muon_among_tracks_of_its_vertex_is_a_hadron_but_pileup_does_not_count() -> None:
    muon = Track(30.0, 0.3, 0.5)
    near, behind = [in_ecal(muon, 0.3)], [in_hcal(muon, 2.5)]
    assert kinds(flow([muon, Track(20.0, 0.45, 0.55)], near, behind, 0.0, 8.0))[0] == 211
    assert kinds(flow([muon, Track(20.0, 0.45, 0.55, z=8.0)], near, behind, 0.0, 8.0))[0] == -13


def test_tracks_of_later_vertices_are_from_pileup() -> None:
    found = flow([Track(5.0, 0.1, 0.2), Track(3.0, 0.1, 2.2, z=6.0)], [], [], 0.0, 6.0)
    assert found.flat("from_pileup").tolist() == [False, True]


def test_a_hard_track_with_far_too_little_behind_is_dropped_and_its_clusters_are_neutral() -> None:
    fake = Track(600.0, 0.3, 0.5)
    assert kinds(flow([fake], [], [])) == []
    assert kinds(flow([fake], [in_ecal(fake, 5.0)], [])) == [22]
    assert kinds(flow([fake._replace(pt=90.0)], [in_ecal(fake, 5.0)], [])) == [211]


def test_bad_and_soft_tracks_are_no_particles() -> None:
    assert kinds(flow([PION._replace(quality=1), PION._replace(pt=0.1)], [], [])) == []


def test_a_track_that_curls_up_is_a_hadron_that_meets_no_calorimeter() -> None:
    found = flow([Track(0.5, 0.0, 0.2)], [Spot(1.0, 0.0, 0.2)], [])
    assert kinds(found) == [22, 211]
    assert np.isnan(found.flat("ecal_eta")[1])


def test_beyond_the_tracker_ecal_and_hcal_in_line_are_one_hadron() -> None:
    spots = [Spot(10.0, 2.7, 1.0)], [Spot(30.0, 2.72, 1.02)]
    found = flow([], *spots)
    assert kinds(found) == [130]
    assert energy(found) == pytest.approx([calibrated(0.0, 10.0, 30.0, HADRON_RESPONSE)])
    assert sorted(kinds(flow([], *spots, tracker_eta=2.9))) == [22, 130]
    assert kinds(flow([], spots[0], [])) == [22]


def test_events_do_not_see_each_other() -> None:
    flown = ParticleFlowLikeProducer().produce(
        tracks_of([], [PION], []),
        Vertices.empty(3),
        clusters_of(ECAL_RADIUS, ECAL_PLANE, [], [in_ecal(PION, 0.3)], [in_ecal(PION, 5.0)]),
        clusters_of(HCAL_RADIUS, HCAL_PLANE, [in_hcal(PION, 9.0)], [in_hcal(PION, 9.0)], []),
    )
    assert flown.counts.tolist() == [1, 1, 1]
    assert kinds(flown) == [130, 211, 22]
