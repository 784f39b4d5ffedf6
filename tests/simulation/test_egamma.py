"""Photons come from the first vertex; electrons are superclusters with the track that points at them."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from dataformats.candidates import Electrons, Photons
from dataformats.geometry.constants import MAGNETIC_FIELD
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.superclusters import SuperClusters
from dataformats.tracks import Tracks, Vertices
from simulation.ecal_clusters import EcalClusterProducer
from simulation.egamma import ElectronProducer, PhotonProducer
from simulation.places import direction
from simulation.superclusters import SuperClusterProducer


class Event(NamedTuple):
    """What the producers read."""

    super_clusters: SuperClusters
    eb_hits: EBRecHits
    ee_hits: EERecHits
    hbhe_hits: HBHERecHits


@pytest.fixture
def event(eb_showers: Callable[..., EBRecHits]) -> Event:
    """Two superclusters, the first of 40 GeV at ieta 20, the second of 20 GeV elsewhere."""
    eb, ee = eb_showers((20, 100, 40.0), (-40, 200, 20.0)), EERecHits.empty(1)
    super_clusters = SuperClusterProducer().produce(*EcalClusterProducer().produce(eb, ee), eb, ee).clusters
    assert super_clusters.counts.tolist() == [2]
    return Event(super_clusters, eb, ee, HBHERecHits.empty(1))


def track_to(eta: float, phi: float, pt: float, charge: int, start: tuple[float, float] = (0.0, 0.0)) -> dict[str, Any]:
    """A track of the beam line that meets the ECAL barrel at (eta, phi): it bends by asin(r / 2R) on the way."""
    bend = np.arcsin(129.4 / 2 * 0.00299792458 * MAGNETIC_FIELD / pt)
    at = phi + charge * bend
    arc = 2 * bend * pt / (0.00299792458 * MAGNETIC_FIELD)
    slope = 129.4 * np.sinh(eta) / arc
    momentum = {"px": pt * np.cos(at), "py": pt * np.sin(at), "pz": pt * slope}
    return {"vx": start[0], "vy": start[1], "vz": 0.0, **momentum, "charge": charge}


def tracks_of(*tracks: dict[str, Any]) -> Tracks:
    rest = {"quality": 7, "chi2": 1.0, "ndof": 10.0}
    names = ("vx", "vy", "vz", "px", "py", "pz", "charge", *rest)
    return Tracks.from_lists(**{name: [[{**rest, **track}[name] for track in tracks]] for name in names})


def electrons_of(event: Event, *tracks: dict[str, Any], **parameters: float) -> Electrons:
    return ElectronProducer(**parameters).produce(*event, tracks_of(*tracks), None)


def photons_of(event: Event, tracks: Tracks | None = None, vertices: Vertices | None = None) -> Photons:
    return PhotonProducer().produce(*event, tracks, vertices)


def test_every_supercluster_is_a_photon_with_its_shapes(event: Event) -> None:
    photons = photons_of(event)
    assert photons.flat("super_cluster").tolist() == [0, 1]
    assert photons.flat("max_energy_crystal") == pytest.approx([28.8, 14.4])
    assert photons.flat("e3x3") == pytest.approx([40.0, 20.0])
    assert photons.flat("e5x5") == pytest.approx([40.0, 20.0])
    assert photons.flat("h_over_e").tolist() == [0.0, 0.0]
    assert photons.flat("eta") == pytest.approx(direction(event.super_clusters)[0], abs=1e-6)
    assert photons.flat("pt") * np.cosh(photons.flat("eta")) == pytest.approx(event.super_clusters.flat("energy"))
    assert "has_pixel_seed" not in photons.columns


def test_photons_point_from_the_first_vertex_to_the_shower(event: Event) -> None:
    vertices = Vertices.from_lists(x=[[0.1, 0.0]], y=[[-0.2, 0.0]], z=[[8.0, -3.0]])
    photons = photons_of(event, vertices=vertices)
    x, y, z = (event.super_clusters.flat(axis).astype(float) for axis in "xyz")
    assert photons.flat("eta") == pytest.approx(np.arcsinh((z - 8.0) / np.hypot(x - 0.1, y + 0.2)), abs=1e-6)
    assert photons.flat("phi") == pytest.approx(np.arctan2(y + 0.2, x - 0.1), abs=1e-6)


@pytest.mark.parametrize("charge", [-1, 1])
def test_an_electron_takes_its_energy_from_the_shower_and_the_rest_from_the_track(event: Event, charge: int) -> None:
    eta, phi = direction(event.super_clusters)
    track = track_to(eta[0], phi[0], 38.0, charge)
    electrons = electrons_of(event, track_to(2.0, 0.0, 30.0, 1), track)
    assert electrons.counts.tolist() == [1]
    assert electrons.flat("track").tolist() == [1]
    assert electrons.flat("super_cluster").tolist() == [0]
    assert electrons.flat("charge").tolist() == [charge]
    assert electrons.flat("phi") == pytest.approx([np.arctan2(track["py"], track["px"])], abs=1e-6)
    assert electrons.flat("pt") * np.cosh(electrons.flat("eta")) == pytest.approx(
        event.super_clusters.flat("energy")[:1], rel=1e-6
    )
    assert electrons.flat("e3x3") == pytest.approx([40.0])
    assert photons_of(event, tracks_of(track)).flat("has_pixel_seed").tolist() == [True, False]


def test_tracks_that_are_too_far_or_too_soft_make_no_electron(event: Event) -> None:
    eta, phi = direction(event.super_clusters)
    shifted = {
        "eta": track_to(eta[0] + 0.03, phi[0], 38.0, 1),
        "phi": track_to(eta[0], phi[0] + 0.17, 38.0, 1),
        "soft": track_to(eta[0], phi[0], 10.0, 1),
        "hard": track_to(eta[0], phi[0], 100.0, 1),
        "displaced": track_to(eta[0], phi[0], 38.0, 1, start=(0.3, 0.0)),
        "neutral": {**track_to(eta[0], phi[0], 3800.0, 1), "charge": 0},
    }
    for reason, track in shifted.items():
        assert electrons_of(event, track).counts.tolist() == [0], reason
    assert electrons_of(event, shifted["eta"], max_delta_eta=0.05).counts.tolist() == [1]
    assert electrons_of(event, shifted["soft"], max_e_over_p=5.0).counts.tolist() == [1]
    assert electrons_of(event, shifted["displaced"], max_dxy=1.0).counts.tolist() == [1]


def test_the_closest_track_wins(event: Event) -> None:
    eta, phi = direction(event.super_clusters)
    electrons = electrons_of(
        event, track_to(eta[0], phi[0] + 0.05, 38.0, 1), track_to(eta[0] + 0.001, phi[0], 38.0, -1)
    )
    assert electrons.flat("track").tolist() == [1]


def test_a_track_makes_one_electron_of_two_showers(eb_showers: Callable[..., EBRecHits]) -> None:
    eb, ee = eb_showers((20, 100, 40.0), (22, 103, 30.0)), EERecHits.empty(1)
    found = SuperClusterProducer().produce(*EcalClusterProducer().produce(eb, ee), eb, ee).clusters
    assert found.counts.tolist() == [2]
    eta, phi = direction(found)
    both = Event(found, eb, ee, HBHERecHits.empty(1))
    wide = {"max_delta_eta": 0.1}
    assert electrons_of(both, track_to(eta[0], phi[0], 38.0, 1), **wide).flat("super_cluster").tolist() == [0]
    second = track_to(eta[1], phi[1], 30.0, 1)
    assert electrons_of(both, track_to(eta[0], phi[0], 38.0, 1), second, **wide).flat("track").tolist() == [0, 1]


def test_electrons_of_several_events_keep_to_their_events(event: Event) -> None:
    eta, phi = direction(event.super_clusters)
    mine = tracks_of(track_to(eta[1], phi[1], 15.0, 1))
    found, eb, ee, hbhe = event
    electrons = ElectronProducer().produce(
        SuperClusters.concatenate([SuperClusters.empty(1), found, found]),
        EBRecHits.concatenate([EBRecHits.empty(1), eb, eb]),
        EERecHits.concatenate([ee, ee, ee]),
        HBHERecHits.concatenate([hbhe, hbhe, hbhe]),
        Tracks.concatenate([mine, Tracks.empty(1), mine]),
        None,
    )
    assert electrons.counts.tolist() == [0, 0, 1]
    assert electrons.flat("super_cluster").tolist() == [1]
