"""Particle flow of random events knows no order, no beginning of phi, no side, no block."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataformats.candidates import PFCandidates
from dataformats.clusters import CaloClusters
from dataformats.geometry.constants import ECAL_PLANE, ECAL_RADIUS, HCAL_PLANE, HCAL_RADIUS
from dataformats.geometry.helix import ecal_impacts
from dataformats.tracks import Tracks, Vertices
from simulation.particle_flow import ParticleFlowLikeProducer

Event = tuple[Tracks, Vertices, CaloClusters, CaloClusters]


def clusters(
    rng: np.random.Generator, eta: list[float], phi: list[float], surface: tuple[float, float]
) -> CaloClusters:
    """One event with clusters at, or near, directions."""
    far, turn = np.array(eta) + rng.normal(0, 0.01, len(eta)), np.array(phi) + rng.normal(0, 0.01, len(eta))
    across = np.minimum(surface[0], surface[1] / np.maximum(np.sinh(np.abs(far)), 1e-9))
    energy = np.sort(rng.exponential(6.0, len(eta)))[::-1]
    place = {"x": across * np.cos(turn), "y": across * np.sin(turn), "z": across * np.sinh(far)}
    offsets = np.array([0, len(eta)])
    return CaloClusters(offsets, energy=energy, seed=np.zeros(len(eta)), **place)


def event(seed: int, size: int = 60) -> Event:
    """Tracks, and clusters at some of their impacts and elsewhere."""
    rng = np.random.default_rng(seed)
    pt, eta, phi = rng.exponential(5.0, size) + 1.0, rng.uniform(-2.4, 2.4, size), rng.uniform(-np.pi, np.pi, size)
    momentum = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)])
    charge = rng.choice([-1, 1], size)
    start = np.stack([np.zeros(size), np.zeros(size), rng.choice([0.0, 5.0], size)])
    at_eta, at_phi = ecal_impacts(start, momentum, charge)
    tracks = Tracks(
        np.array([0, size]),
        **dict(zip(("vx", "vy", "vz"), start, strict=True)),
        **dict(zip(("px", "py", "pz"), momentum, strict=True)),
        charge=charge,
        quality=np.full(size, Tracks.HIGH_PURITY),
        chi2=np.ones(size),
        ndof=np.ones(size),
    )
    parts = []
    for surface in ((ECAL_RADIUS, ECAL_PLANE), (HCAL_RADIUS, HCAL_PLANE)):
        hit = np.flatnonzero(rng.random(size) < 0.6)
        places = [*at_eta[hit], *rng.uniform(-2.9, 2.9, 20)], [*at_phi[hit], *rng.uniform(-np.pi, np.pi, 20)]
        parts.append(clusters(rng, *places, surface))
    return tracks, Vertices.from_lists(x=[[0.0, 0.0]], y=[[0.0, 0.0]], z=[[0.0, 5.0]]), parts[0], parts[1]


def flow(given_event: Event) -> PFCandidates:
    return ParticleFlowLikeProducer().produce(*given_event)


def turned(given_event: Event, angle: float, side: int, order: list[int]) -> Event:
    """The event turned around the beam, mirrored along it, with its tracks in another order."""
    cosine, sine = np.cos(angle), np.sin(angle)

    def moved(columns: dict[str, np.ndarray], x: str, y: str, z: str) -> dict[str, np.ndarray]:
        a, b = columns[x].astype(np.float64), columns[y].astype(np.float64)
        return {**columns, x: a * cosine - b * sine, y: a * sine + b * cosine, z: side * columns[z]}

    tracks, vertices, ecal, hcal = given_event
    columns = {name: column[order] for name, column in tracks.columns.items()}
    return (
        Tracks(tracks.offsets, **moved(moved(columns, "vx", "vy", "vz"), "px", "py", "pz")),
        Vertices(vertices.offsets, **moved(vertices.columns, "x", "y", "z")),
        CaloClusters(ecal.offsets, **moved(ecal.columns, "x", "y", "z")),
        CaloClusters(hcal.offsets, **moved(hcal.columns, "x", "y", "z")),
    )


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.floats(-np.pi, np.pi), st.sampled_from([-1, 1]), st.permutations(range(60)))
def test_turning_mirroring_and_reordering_an_event_does_the_same_to_its_particles(
    seed: int, angle: float, side: int, order: list[int]
) -> None:
    original = event(seed)
    before, after = flow(original), flow(turned(original, angle, side, order))
    assert before.flat("pdg_id").tolist() == after.flat("pdg_id").tolist()
    assert before.flat("from_pileup").tolist() == after.flat("from_pileup").tolist()
    assert after.flat("pt") == pytest.approx(before.flat("pt"), rel=1e-3, abs=1e-3)
    assert after.flat("eta") == pytest.approx(side * before.flat("eta"), abs=1e-4)
    angles = before.flat("phi").astype(np.float64) + angle, after.flat("phi").astype(np.float64)
    assert np.exp(1j * angles[0]) == pytest.approx(np.exp(1j * angles[1]), abs=1e-4)
    charged = before.flat("charge") != 0
    assert np.array(order)[after.flat("track")[charged]].tolist() == before.flat("track")[charged].tolist()


def test_every_event_is_as_if_it_were_alone() -> None:
    events = [event(seed) for seed in range(4)]
    joined = flow(
        (
            Tracks.concatenate([part[0] for part in events]),
            Vertices.concatenate([part[1] for part in events]),
            CaloClusters.concatenate([part[2] for part in events]),
            CaloClusters.concatenate([part[3] for part in events]),
        )
    )
    alone = PFCandidates.concatenate([flow(part) for part in events])
    assert joined.offsets.tolist() == alone.offsets.tolist()
    for name, column in joined.columns.items():
        assert np.array_equal(column, alone.columns[name], equal_nan=column.dtype.kind == "f"), name


def test_random_events_hold_every_kind_of_particle_by_falling_pt() -> None:
    found = [flow(event(seed, 200)) for seed in range(20)]
    kinds = {abs(int(number)) for part in found for number in part.flat("pdg_id")}
    assert kinds == {211, 11, 13, 22, 130}
    for part in found:
        assert np.all(np.diff(part.flat("pt")) <= 0)
        assert np.all(part.flat("pt") > 0)
