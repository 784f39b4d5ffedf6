"""Links found on a grid are those found among all pairs."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dataformats.geometry.constants import ECAL_PLANE, ECAL_RADIUS, HCAL_PLANE, HCAL_RADIUS
from dataformats.geometry.helix import ecal_impact, hcal_impact
from simulation.kernels.links import COLUMNS, ROWS, find_impacts, find_nearest, reach_of

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Points = list[tuple[float, float]]

compiled_and_python = pytest.mark.parametrize("find", [find_nearest, find_nearest.py_func], ids=["compiled", "python"])


def nearest(points: Points, targets: Points, reach: float, find: Callable[..., None] = find_nearest) -> list[int]:
    """Links of one event."""
    eta, phi = np.array(points, np.float64).reshape(-1, 2).T
    target_eta, target_phi = np.array(targets, np.float64).reshape(-1, 2).T
    head, found = np.full(ROWS * COLUMNS, -1, np.int64), np.empty(eta.size, np.int64)
    bounds = np.array([0, eta.size]), np.array([0, target_eta.size])
    distance = np.full(eta.size, reach)
    following = np.empty(target_eta.size, np.int64)
    find(bounds[0], eta, phi, distance, bounds[1], target_eta, target_phi, head, following, found)
    assert np.all(head == -1)
    return found.tolist()


def twin(points: Points, targets: Points, reach: float) -> list[int]:
    """All pairs."""

    def distance(point: tuple[float, float], target: tuple[float, float]) -> float:
        return math.hypot(point[0] - target[0], math.remainder(point[1] - target[1], 2 * math.pi))

    answer = []
    for point in points:
        best = min(range(len(targets)), key=lambda i: distance(point, targets[i]), default=-1)
        answer.append(best if best >= 0 and distance(point, targets[best]) < reach else -1)
    return answer


def scattered(rng: np.random.Generator, size: int) -> Points:
    eta, phi = rng.uniform(-3.5, 3.5, size), rng.uniform(-math.pi, math.pi, size)
    return list(zip(eta.tolist(), phi.tolist(), strict=True))


@compiled_and_python
@pytest.mark.parametrize("reach", [0.03, 0.11, 0.4, 4.0])
def test_links_on_the_grid_are_those_among_all_pairs(find: Callable[..., None], reach: float) -> None:
    rng = np.random.default_rng(5)
    for _ in range(10):
        points, targets = scattered(rng, 60), scattered(rng, int(rng.integers(0, 80)))
        assert nearest(points, targets, reach, find) == twin(points, targets, reach)


@compiled_and_python
def test_events_do_not_mix(find: Callable[..., None]) -> None:
    found = np.empty(3, np.int64)
    head = np.full(ROWS * COLUMNS, -1, np.int64)
    zero, one = np.zeros(3), np.ones(3)
    offsets, targets = np.array([0, 1, 2, 3]), np.array([0, 0, 2, 3])
    find(offsets, zero, zero, one, targets, np.array([0.2, 0.1, 0.3]), zero, head, np.empty(3, np.int64), found)
    assert found.tolist() == [-1, 1, 2]


def test_of_equally_near_targets_the_first_is_found() -> None:
    assert nearest([(0.0, 0.0)], [(0.05, 0.0), (-0.05, 0.0), (0.0, 0.05)], 0.1) == [0]


def test_what_never_arrives_has_no_link() -> None:
    assert nearest([(math.nan, math.nan)], [(0.0, 0.0)], 4.0) == [-1]


angles = st.floats(-math.pi, math.pi)
directions = st.tuples(st.floats(-3.0, 3.0), angles)


@given(st.lists(directions, max_size=12), st.lists(directions, max_size=12), angles)
def test_links_stay_when_everything_is_turned_or_mirrored(points: Points, targets: Points, turn: float) -> None:
    reach = 0.2
    distances = [
        math.hypot(a - c, math.remainder(b - d, 2 * math.pi)) for a, b in points for c, d in [*targets, (9.0, 0.0)]
    ]
    gaps = np.diff(np.sort([*distances, reach]))
    if gaps.size and gaps.min() < 1e-9:
        return  # a tie may fall either way once rounded
    before = nearest(points, targets, reach)

    def moved(places: Points, eta_sign: int, phi_sign: int) -> Points:
        return [(eta_sign * eta, math.remainder(phi_sign * phi + turn, 2 * math.pi)) for eta, phi in places]

    for signs in ((1, 1), (-1, 1), (1, -1)):
        assert nearest(moved(points, *signs), moved(targets, *signs), reach) == before
    turned_over = nearest(points, targets[::-1], reach)
    assert [len(targets) - 1 - i if i >= 0 else -1 for i in turned_over] == before


def test_a_reach_is_the_same_length_on_barrel_and_endcap() -> None:
    assert reach_of(4.5, 0.3, ECAL_RADIUS, ECAL_PLANE) * ECAL_RADIUS == pytest.approx(4.5)
    assert reach_of(4.5, -2.4, ECAL_RADIUS, ECAL_PLANE) * ECAL_PLANE / math.sinh(2.4) == pytest.approx(4.5)


@pytest.mark.parametrize("find", [find_impacts, find_impacts.py_func], ids=["compiled", "python"])
def test_impacts_are_those_of_the_helix(find: Callable[..., None]) -> None:
    rng = np.random.default_rng(3)
    point, momentum = rng.normal(0, 1, (3, 40)), rng.normal(0, 2, (3, 40))
    charge = rng.choice([-1.0, 1.0], 40)
    ecal, hcal = np.empty((3, 40)), np.empty((3, 40))
    find(tuple(point), tuple(momentum), charge, 4.0, 20.0, tuple(ecal), tuple(hcal))
    for i in range(40):
        (x, y, z), (px, py, pz) = point[:, i].tolist(), momentum[:, i].tolist()
        assert ecal[:2, i] == pytest.approx(ecal_impact(x, y, z, px, py, pz, charge[i], False), nan_ok=True)
        assert hcal[:2, i] == pytest.approx(hcal_impact(x, y, z, px, py, pz, charge[i]), nan_ok=True)
        reach = reach_of(20.0, hcal[0, i], HCAL_RADIUS, HCAL_PLANE)
        assert hcal[2, i] == pytest.approx(reach, nan_ok=True)
