"""Leptons among random tracks are those that a readable twin finds."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from simulation.kernels.leptons import (
    ElectronCuts,
    LinkedTracks,
    MuonCuts,
    claim_clusters,
    find_leptons,
    survey_clusters,
)

ELECTRONS = ElectronCuts(min_pt=2.0, min_ratio=0.7, max_ratio=1.6, max_h_over_e=0.1)
MUONS = MuonCuts(
    min_momentum=5.0,
    max_ecal=1.0,
    max_hcal=4.0,
    n_sigma=2.5,
    stochastic=1.0,
    constant=0.05,
    radius=0.3,
    max_isolation=0.2,
)
Array = NDArray[np.float64]
both = pytest.mark.parametrize("python", [False, True], ids=["compiled", "python"])


class Event(NamedTuple):
    tracks: LinkedTracks
    ecal: Array
    hcal: Array


def random_event(rng: np.random.Generator) -> Event:
    """Half of the tracks have clusters of their own that fit an electron or a muon."""
    size, n_ecal, n_hcal = 30, 25, 20
    pt, eta, phi = rng.exponential(10.0, size) + 1, rng.uniform(-1.0, 1.0, size), rng.uniform(-np.pi, np.pi, size)
    momentum = pt * np.cosh(eta)
    ecal_of, hcal_of = rng.integers(-1, n_ecal, size), rng.integers(-1, n_hcal, size)
    ecal, hcal = rng.exponential(5.0, n_ecal), rng.exponential(8.0, n_hcal)
    like = rng.choice([0, 11, 13], size)
    for track in np.flatnonzero(like):
        if ecal_of[track] >= 0:
            ecal[ecal_of[track]] = momentum[track] * rng.uniform(0.6, 1.7) if like[track] == 11 else rng.uniform(0, 1.2)
        if hcal_of[track] >= 0:
            hcal[hcal_of[track]] = rng.uniform(0.5, 5.0)
    counts = rng.random(size) < 0.7
    return Event(LinkedTracks(pt, momentum, eta, phi, counts, ecal_of, hcal_of), ecal, hcal)


def kinds(event: Event, python: bool) -> list[int]:
    survey: Callable[..., None] = survey_clusters.py_func if python else survey_clusters
    find: Callable[..., None] = find_leptons.py_func if python else find_leptons
    count = np.empty(event.ecal.size, np.int64), np.empty(event.hcal.size, np.int64)
    hardest = np.empty_like(count[0]), np.empty_like(count[1])
    survey(event.tracks.ecal, event.tracks.momentum, count[0], hardest[0])
    survey(event.tracks.hcal, event.tracks.momentum, count[1], hardest[1])
    size = event.tracks.pt.size
    kind = np.empty(size, np.int32)
    energy = event.ecal, event.hcal
    find(np.array([0, size]), event.tracks, energy, count, hardest[0], ELECTRONS, MUONS, kind)
    return [int(number) for number in kind]


def twin(event: Event) -> list[int]:
    pt, momentum, eta, phi, counts, ecal_of, hcal_of = (column.tolist() for column in event.tracks)
    answer = []
    for i in range(len(pt)):
        ecal = float(event.ecal[ecal_of[i]]) if ecal_of[i] >= 0 else 0.0
        hcal = float(event.hcal[hcal_of[i]]) if hcal_of[i] >= 0 else 0.0
        others = [j for j in range(len(pt)) if j != i]
        at_ecal = [j for j in others if ecal_of[j] == ecal_of[i] >= 0]
        at_hcal = [j for j in others if hcal_of[j] == hcal_of[i] >= 0]
        around = sum(
            pt[j]
            for j in others
            if counts[j] and math.hypot(eta[i] - eta[j], math.remainder(phi[i] - phi[j], 2 * math.pi)) < 0.3
        )
        leads = ecal_of[i] >= 0 and all(momentum[j] < momentum[i] for j in at_ecal)
        too_little = momentum[i] - 2.5 * math.hypot(math.sqrt(momentum[i]), 0.05 * momentum[i])
        if leads and pt[i] >= 2 and 0.7 <= ecal / momentum[i] <= 1.6 and hcal <= 0.1 * ecal:
            answer.append(11)
        elif (
            not at_ecal
            and not at_hcal
            and momentum[i] >= 5
            and ecal <= 1
            and hcal <= 4
            and 0 < ecal + hcal < too_little
            and around <= 0.2 * pt[i]
        ):
            answer.append(13)
        else:
            answer.append(211)
    return answer


@both
def test_random_tracks_are_what_the_readable_twin_calls_them(python: bool) -> None:
    rng = np.random.default_rng(2)
    seen = set()
    for _ in range(40):
        event = random_event(rng)
        found = kinds(event, python)
        assert found == twin(event)
        seen |= set(found)
    assert seen == {211, 11, 13}


@both
def test_leptons_take_their_clusters_but_leave_the_hcal_to_hadrons(python: bool) -> None:
    claim: Callable[..., None] = claim_clusters.py_func if python else claim_clusters
    kind = np.array([11, 211, 13, 211, 11], np.int32)
    ecal, hcal = np.array([0, 0, 1, 2, 3]), np.array([0, 0, 1, -1, -1])
    taken = np.empty(4, np.bool_), np.empty(2, np.bool_)
    claim(kind, ecal, hcal, *taken)
    assert taken[0].tolist() == [True, True, False, True]
    assert taken[1].tolist() == [False, True]
    assert ecal.tolist() == [-1, -1, -1, 2, -1]
    assert hcal.tolist() == [-1, 0, -1, -1, -1]
