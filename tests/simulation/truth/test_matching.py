"""Who belongs to whom: the nearest within the cone, whatever the order, also across phi = pi."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataformats.candidates import Jets
from simulation.kernels.matching import match_nearest
from simulation.truth.matching import Matches, Objects, distances, match

Event = list[tuple[float, float, float]]
"""pt, eta, phi of each object or direction."""


def objects_of(events: list[Event], min_pt: float = 0.0) -> Objects:
    pt, eta, phi = ([[x[i] for x in event] for event in events] for i in range(3))
    jets = Jets.from_lists(pt=pt, eta=eta, phi=phi, mass=[[0.0 for _ in event] for event in events])
    return Objects.of(jets, min_pt=min_pt, max_eta=5.0)


def directions(events: list[Event]) -> tuple[Any, Any, Any]:
    flat = np.array([x for event in events for x in event], np.float32).reshape(-1, 3)
    return np.concatenate([[0], np.cumsum([len(event) for event in events])]), flat[:, 1], flat[:, 2]


def apart(one: Any, other: Any) -> float:
    turn = math.atan2(math.sin(float(one[2]) - float(other[2])), math.cos(float(one[2]) - float(other[2])))
    return math.hypot(float(one[1]) - float(other[1]), turn)


def twin(objects: Event, targets: Event, cone: float) -> list[tuple[int | None, int]]:
    """For each object of one event its target and the number of targets in its cone."""
    near = [sum(apart(x, target) <= cone for target in targets) for x in objects]
    own: list[list[int]] = [[] for _ in objects]
    for number, target in enumerate(targets):
        order = sorted(range(len(objects)), key=lambda i: (apart(objects[i], target), -objects[i][0]))
        if order and apart(objects[order[0]], target) <= cone:
            own[order[0]].append(number)
    return [
        (min(mine, key=lambda t: apart(objects[i], targets[t])) if mine else None, near[i])
        for i, mine in enumerate(own)
    ]


def single(event: Event) -> Event:
    """The same numbers in single precision, in which collections hold them."""
    return [(float(np.float32(pt)), float(np.float32(eta)), float(np.float32(phi))) for pt, eta, phi in event]


places = st.lists(st.tuples(st.floats(1, 99), st.floats(-1, 1), st.floats(-math.pi, math.pi)), max_size=6)


@settings(deadline=None)  # the first call compiles
@given(st.lists(st.tuples(places, places), min_size=1, max_size=3), st.floats(0.1, 2.0))
def test_matches_are_those_of_the_twin(events: list[tuple[Event, Event]], cone: float) -> None:
    rounded = [(single(objects), single(targets)) for objects, targets in events]
    found = match(objects_of([e[0] for e in rounded]), *directions([e[1] for e in rounded]), cone)
    expected = []
    first = 0
    for objects, targets in rounded:
        gaps = [apart(x, t) for x in objects for t in targets]
        if any(abs(gap - cone) < 1e-6 for gap in gaps) or len({round(gap, 6) for gap in gaps}) < len(gaps):
            return  # rounding decides; ties have a test of their own
        expected += [(None if t is None else t + first, n) for t, n in twin(objects, targets, cone)]
        first += len(targets)
    got = [
        (int(t) if known else None, int(n)) for t, known, n in zip(found.target, found.found, found.near, strict=True)
    ]
    assert got == expected


def test_compiled_and_plain_kernels_agree(sample: Callable[..., Any]) -> None:
    events = sample("ttbar", 12)
    objects = Objects.of(events.ak4, min_pt=20.0, max_eta=2.4)
    n = objects.pt.size
    arguments = (events.ak8.offsets, events.ak8.flat("eta"), events.ak8.flat("phi"), 0.7)
    plain = Matches(np.zeros(n, np.int64), np.full(n, np.nan), np.zeros(n, np.int64))
    columns = (objects.pt, objects.eta, objects.phi)
    match_nearest.py_func(objects.offsets, columns, objects.accepted, *arguments, *plain)
    assert plain.found.any()
    for one, other in zip(match(objects, *arguments), plain, strict=True):
        assert np.array_equal(one, other, equal_nan=True)


def test_of_equally_near_objects_the_harder_gets_the_particle_wherever_it_stands() -> None:
    left, right, target = (30.0, 0.25, 0.0), (40.0, -0.25, 0.0), (1.0, 0.0, 0.0)
    for event in ([left, right], [right, left]):
        found = match(objects_of([event]), *directions([[target]]), 0.4)
        assert found.found.tolist() == [x is right for x in event]
        assert found.near.tolist() == [1, 1]


def test_of_equal_and_equally_near_objects_direction_decides() -> None:
    for low, high in [((40.0, -0.25, 0.5), (40.0, 0.25, 0.5)), ((40.0, 0.0, 0.25), (40.0, 0.0, 0.75))]:
        for event in ([low, high], [high, low]):
            found = match(objects_of([event]), *directions([[(1.0, 0.0, 0.5)]]), 0.4)
            assert found.found.tolist() == [x is low for x in event]


def test_a_particle_belongs_to_at_most_one_object_and_an_object_keeps_the_nearest() -> None:
    objects = objects_of([[(50.0, 0.0, 0.0), (40.0, 0.5, 0.0)]])
    found = match(objects, *directions([[(1.0, 0.1, 0.0), (1.0, 0.05, 0.0), (1.0, 0.3, 0.0)]]), 0.4)
    assert found.target.tolist() == [1, 2]
    assert found.near.tolist() == [3, 2]


def test_objects_outside_the_acceptance_take_nothing_away() -> None:
    objects = objects_of([[(10.0, 0.0, 0.0), (40.0, 0.3, 0.0)]], min_pt=20.0)
    assert match(objects, *directions([[(1.0, 0.0, 0.0)]]), 0.4).found.tolist() == [False, True]


def test_particles_of_another_event_are_never_taken() -> None:
    objects = objects_of([[(40.0, 0.0, 0.0)], [(40.0, 0.0, 0.0)], []])
    assert match(objects, *directions([[], [(1.0, 0.0, 0.0)], [(1.0, 0.0, 0.0)]]), 0.4).found.tolist() == [False, True]


@pytest.mark.parametrize("turns", [0, 1])
def test_distances_go_across_the_seam_in_phi(turns: int) -> None:
    phi = math.pi - 0.1 + 2 * math.pi * turns
    one, other = np.array([[0.0, phi], [0.0, -math.pi + 0.1]], np.float32)
    assert distances(one[:1], one[1:], other[:1], other[1:])[0] == pytest.approx(0.2, abs=1e-5)
    found = match(objects_of([[(40.0, 0.0, -math.pi + 0.1)]]), *directions([[(1.0, 0.0, phi)]]), 0.25)
    assert found.distance[0] == pytest.approx(0.2, abs=1e-5)
