"""What calorimeters saw beyond the tracks is counted once."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from simulation.hadron_response import (
    HADRON_RESPONSE,
    calibrated,
    hadron_factors,
    hadron_resolution,
    response_to_hadrons,
)
from simulation.kernels import neutrals
from simulation.kernels.neutrals import BalanceRules, Groups, split_excess

RULES = BalanceRules(stochastic=1.0, constant=0.05, n_sigma=1.0, absurd_pt=100.0, absurd_sigma=4.0)
Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class Event(NamedTuple):
    """Tracks with their links, clusters with their energy."""

    momentum: Array
    ecal: Ints
    hcal: Ints
    behind: Ints
    energy: tuple[Array, Array]
    taken: tuple[NDArray[np.bool_], NDArray[np.bool_]]


class Answer(NamedTuple):
    photon: Array
    neutral: Array
    kept: NDArray[np.bool_]


def random_event(rng: np.random.Generator) -> Event:
    n_tracks, n_ecal, n_hcal = rng.integers(0, 30), rng.integers(1, 20), rng.integers(1, 12)
    ecal = np.where(rng.random(n_tracks) < 0.5, rng.integers(0, n_ecal, n_tracks), -1)
    hcal = np.where(rng.random(n_tracks) < 0.5, rng.integers(0, n_hcal, n_tracks), -1)
    behind = np.where(rng.random(n_ecal) < 0.1, rng.integers(0, n_hcal, n_ecal), -1)
    behind[ecal[ecal >= 0]] = -1
    taken = rng.random(n_ecal) < 0.1, rng.random(n_hcal) < 0.1
    energy = np.sort(rng.exponential(5.0, n_ecal))[::-1].copy(), np.sort(rng.exponential(8.0, n_hcal))[::-1].copy()
    momentum = rng.exponential(4.0, n_tracks) + np.where(rng.random(n_tracks) < 0.1, 150.0, 0.0)
    return Event(momentum, ecal, hcal, behind, energy, taken)


def kernels(event: Event, python: bool) -> Answer:
    """The answer of the kernels; pt is taken to be the momentum."""

    def call(function: Any, *arguments: Any) -> None:
        (function.py_func if python else function)(*arguments)

    n_ecal, n_hcal = event.energy[0].size, event.energy[1].size
    parent = np.empty(n_ecal + n_hcal, np.int64)
    tracks = event.momentum, event.ecal, event.hcal
    sums = [np.zeros(parent.size) for _ in range(3)]
    groups = Groups(sums[0], sums[1], sums[2], np.zeros(parent.size, np.bool_))
    kept = np.ones(event.momentum.size, np.bool_)
    hard = np.flatnonzero(event.momentum > RULES.absurd_pt)
    hard = hard[np.argsort(-event.momentum[hard])]
    photon, neutral = np.empty(n_ecal), np.empty(n_hcal)
    call(neutrals.group_clusters, event.ecal, event.hcal, event.behind, parent)
    call(neutrals.sum_groups, tracks, event.energy, event.taken, event.behind, parent, groups)
    call(neutrals.drop_absurd, hard, tracks, n_hcal, parent, groups, RULES, HADRON_RESPONSE, kept)
    call(neutrals.share_neutrals, event.energy, event.taken, parent, groups, RULES, HADRON_RESPONSE, photon, neutral)
    return Answer(photon, neutral, kept)


Node = tuple[str, int]


def twin_groups(event: Event) -> list[set[Node]]:
    """Clusters that belong together: join sets until no link joins two."""
    groups: list[set[Node]] = [{("ecal", i)} for i in range(event.energy[0].size)]
    groups += [{("hcal", i)} for i in range(event.energy[1].size)]
    links = [(e, h) for e, h in zip(event.ecal.tolist(), event.hcal.tolist(), strict=True) if e >= 0 and h >= 0]
    links += [(e, h) for e, h in enumerate(event.behind.tolist()) if h >= 0]
    for e, h in links:
        joined = [group for group in groups if ("ecal", e) in group or ("hcal", h) in group]
        groups = [group for group in groups if group not in joined] + [set().union(*joined)]
    return groups


def twin_seen(event: Event, group: set[Node]) -> tuple[float, float]:
    """Energy in ECAL and HCAL."""
    ecal = sum(float(event.energy[0][i]) for kind, i in group if kind == "ecal" and not event.taken[0][i])
    return ecal, sum(float(event.energy[1][i]) for kind, i in group if kind == "hcal" and not event.taken[1][i])


def twin_calibrated(momentum: float, ecal: float, hcal: float) -> tuple[float, float]:
    """Calibrated energy, and the factor of the ECAL."""
    at = max(momentum, ecal + hcal, 2.0)
    to_ecal, to_hcal, at_50 = (
        1 - part * (energy / 0.96) ** -0.18 for part, energy in ((1.4 / 2.4, at), (0.3, at), (0.3, 50.0))
    )
    lost = 2.5 if hcal > 0 else 0.0
    return ecal / to_ecal + hcal * at_50 / to_hcal + lost, 1 / to_ecal


def twin(event: Event) -> Answer:
    """Everything again, group by group."""
    photon, neutral = np.zeros(event.energy[0].size), np.zeros(event.energy[1].size)
    kept = np.ones(event.momentum.size, np.bool_)
    for group in twin_groups(event):
        mine = [
            t
            for t in range(event.momentum.size)
            if ("ecal", event.ecal[t]) in group or ("hcal", event.hcal[t]) in group
        ]
        ecal, hcal = twin_seen(event, group)
        for track in sorted(mine, key=lambda t: -float(event.momentum[t])):
            total = float(sum(event.momentum[t] for t in mine if kept[t]))
            missing = total - twin_calibrated(total, ecal, hcal)[0]
            if event.momentum[track] > 100 and missing > 4 * np.hypot(total**0.5, 0.05 * total):
                kept[track] = False
        total = float(sum(event.momentum[t] for t in mine if kept[t]))
        energy, factor = twin_calibrated(total, ecal, hcal)
        excess = energy - total
        noticed = (1 + np.exp(-total / 100)) * np.hypot(total**0.5, 0.05 * total)
        if excess <= noticed:
            continue
        is_hadron = any(kind == "ecal" and event.behind[i] >= 0 for kind, i in group)
        light = 0.0 if is_hadron and hcal > 0 else min(excess / factor, ecal)
        left, rest = light, excess - light * factor
        rest = rest if rest > noticed else 0.0
        for kind, i in sorted(group):
            if kind == "ecal" and not event.taken[0][i]:
                photon[i] = min(left, event.energy[0][i])
                left -= photon[i]
            elif kind == "hcal" and not event.taken[1][i]:
                neutral[i] = rest * event.energy[1][i] / hcal
    kept[(event.ecal < 0) & (event.hcal < 0) & (event.momentum > 100)] = False
    return Answer(photon, neutral, kept)


@pytest.mark.parametrize("python", [False, True], ids=["compiled", "python"])
def test_random_events_are_divided_as_the_readable_twin_does(python: bool) -> None:
    rng = np.random.default_rng(11)
    dropped = 0
    for _ in range(60):
        event = random_event(rng)
        found, expected = kernels(event, python), twin(event)
        assert found.kept.tolist() == expected.kept.tolist()
        assert found.photon == pytest.approx(expected.photon, abs=1e-9)
        assert found.neutral == pytest.approx(expected.neutral, abs=1e-9)
        dropped += found.kept.tolist().count(False)
    assert dropped > 20


energies = st.floats(0.0, 500.0)


@given(energies, energies, energies, st.booleans())
def test_tracks_photons_and_hadrons_add_up_to_the_calibrated_energy(
    momentum: float, ecal: float, hcal: float, hadronic: bool
) -> None:
    photons, hadrons = split_excess(momentum, ecal, hcal, hadronic, RULES, HADRON_RESPONSE)
    for_ecal, _ = hadron_factors(max(momentum, ecal + hcal), HADRON_RESPONSE)
    total = calibrated(momentum, ecal, hcal, HADRON_RESPONSE)
    assert 0 <= photons <= ecal
    assert hadrons >= 0
    if total - momentum <= hadron_resolution(momentum, 1.0, 0.05):
        assert photons == hadrons == 0
    elif hadrons > 0:
        assert momentum + for_ecal * photons + hadrons == pytest.approx(total)
    else:
        unseen = total - momentum - for_ecal * photons
        assert unseen <= 2 * hadron_resolution(momentum, 1.0, 0.05) + 1e-9 * total


@given(energies)
def test_without_tracks_the_ecal_holds_photons_and_the_hcal_hadrons(energy: float) -> None:
    assert split_excess(0.0, energy, 0.0, False, RULES, HADRON_RESPONSE)[0] == pytest.approx(energy)
    right = calibrated(0.0, 0.0, energy, HADRON_RESPONSE)
    assert split_excess(0.0, 0.0, energy, False, RULES, HADRON_RESPONSE)[1] == pytest.approx(right)


def test_the_response_to_hadrons_rises_with_energy_and_is_right_where_calibrated() -> None:
    energies = [3.0, 10.0, 50.0, 300.0]
    for h_over_e in (HADRON_RESPONSE.ecal_h_over_e, HADRON_RESPONSE.hcal_h_over_e):
        response = [response_to_hadrons(energy, h_over_e, HADRON_RESPONSE) for energy in energies]
        assert response == sorted(response)
        assert response[-1] < 1
    assert hadron_factors(50.0, HADRON_RESPONSE)[1] == pytest.approx(1.0)
    assert calibrated(400.0, 0.0, 400.0, HADRON_RESPONSE) < 400.0 < calibrated(400.0, 400.0, 0.0, HADRON_RESPONSE)


def test_no_energy_is_calibrated_to_none() -> None:
    assert calibrated(20.0, 0.0, 0.0, HADRON_RESPONSE) == 0.0


def test_the_resolution_of_hadrons_is_what_the_formula_says() -> None:
    assert hadron_resolution(100.0, 1.0, 0.05) == pytest.approx((100 + 25) ** 0.5)


@pytest.mark.parametrize("join", [neutrals.join, neutrals.join.py_func], ids=["compiled", "python"])
def test_joined_groups_keep_the_smallest_number(join: Callable[..., None]) -> None:
    parent = np.arange(6)
    for pair in ((4, 5), (2, 4), (5, 1)):
        join(*pair, parent)
    assert {neutrals.root_of(node, parent) for node in (1, 2, 4, 5)} == {1}
    assert neutrals.root_of(3, parent) == 3
