"""Particles cross the layers that a helix, followed in small steps, crosses, and get there when they should."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.geometry.constants import ECAL_PLANE, ECAL_RADIUS
from dataformats.geometry.helix import CURVATURE
from dataformats.geometry.tracker_layers import CYLINDERS, DISKS, radiation_lengths
from simulation.kernels import flight
from simulation.kernels.flight import CHARGE, MASS, N_CYLINDERS, PT, ROW, SLOPE, TIME, UX, UY, X, Y, Z

Floats = NDArray[np.float64]


class Steps(NamedTuple):
    """The steps of a flight, compiled or as plain Python."""

    first_layers: Callable[..., None]
    next_crossing: Callable[..., tuple[float, int]]
    advance: Callable[..., None]


COMPILED = Steps(flight.first_layers, flight.next_crossing, flight.advance)
PLAIN = Steps(flight.first_layers.py_func, flight.next_crossing.py_func, flight.advance.py_func)
both = pytest.mark.parametrize("steps", [COMPILED, PLAIN], ids=["compiled", "python"])


def particle(pt: float, eta: float, phi: float, charge: float, start: Any = (0.0, 0.0, 0.0)) -> Floats:
    row = np.zeros(ROW)
    row[[X, Y, Z]] = start
    row[[UX, UY, PT, SLOPE]] = math.cos(phi), math.sin(phi), pt, math.sinh(eta)
    row[CHARGE], row[MASS] = charge, 0.1396
    return row


def flown(row: Floats, steps: Steps = COMPILED) -> list[tuple[int, Floats]]:
    """Layers that are crossed within half a turn, with the particle there."""
    row, kappa, ahead = row.copy(), float(flight.curvature(row)), np.empty(2, np.int64)
    steps.first_layers(row, ahead)
    crossed: list[tuple[int, Floats]] = []
    turned = 0.0
    while True:
        arc, layer = steps.next_crossing(row, kappa, ahead)
        turned += abs(kappa) * arc if layer >= 0 else 0.0
        if layer < 0 or turned > math.pi:
            return crossed
        steps.advance(row, kappa, arc)
        crossed.append((layer, row.copy()))


def stepped(row: Floats) -> list[tuple[int, Floats]]:
    """The readable twin: layers in order, with place and path, from a helix cut into short pieces."""
    kappa = -row[CHARGE] * CURVATURE / row[PT]
    reach = min(math.pi / abs(kappa) if kappa else math.inf, 300.0)
    s = np.linspace(0, reach, 60_001)
    direction = np.arctan2(row[UY], row[UX]) + kappa * s
    if kappa:
        x = row[X] + (np.sin(direction) - np.sin(direction[0])) / kappa
        y = row[Y] - (np.cos(direction) - np.cos(direction[0])) / kappa
    else:
        x, y = row[X] + row[UX] * s, row[Y] + row[UY] * s
    z = row[Z] + row[SLOPE] * s
    radius, forward = np.hypot(x, y), np.sign(row[SLOPE]) * z
    found = []
    for number, cylinder in enumerate(CYLINDERS):
        there = int(np.argmax(radius > cylinder.radius))
        if radius[0] < cylinder.radius < radius.max() and abs(z[there]) < cylinder.half_length:
            found.append((there, number))
    for number, disk in enumerate(DISKS):
        there = int(np.argmax(forward > disk.z))
        if forward[0] < disk.z < forward.max() and disk.inner < radius[there] < disk.outer:
            found.append((there, N_CYLINDERS + number))
    path = s * np.hypot(1.0, row[SLOPE])
    return [(layer, np.array([x[at], y[at], z[at], path[at]])) for at, layer in sorted(found)]


def compared(row: Floats, steps: Steps) -> list[int]:
    """Layers crossed, found to be those of the twin."""
    found, expected = flown(row, steps), stepped(row)
    assert [layer for layer, _ in found] == [layer for layer, _ in expected], row
    for (_, there), (_, twin) in zip(found, expected, strict=True):
        assert np.allclose(there[[X, Y, Z]], twin[:3], atol=0.15)
        beta = math.sqrt(1 - (row[MASS] / flight.energy_of(row)) ** 2)
        assert there[TIME] == pytest.approx(twin[3] / 29.9792458 / beta, abs=0.005)
    return [layer for layer, _ in found]


@both
def test_particles_from_the_beam_cross_the_layers_of_a_stepped_helix(steps: Steps) -> None:
    rng = np.random.default_rng(1)
    n_layers = []
    for charge in [-1, 1] * 40:
        pt, eta, phi = 0.2 + rng.exponential(2), rng.uniform(-2.9, 2.9), rng.uniform(-3.1, 3.1)
        n_layers.append(len(compared(particle(pt, eta, phi, charge, rng.normal(0, (0.01, 0.01, 4))), steps)))
    assert np.mean(n_layers) > 9


@both
def test_loopers_leave_layers_on_their_way_out_only(steps: Steps) -> None:
    for phi, charge in ((0.3, 1), (2.0, -1)):
        reached = compared(particle(0.25, 0.2, phi, charge), steps)
        turns_at = 2 * 0.25 / CURVATURE
        assert reached == [n for n, cylinder in enumerate(CYLINDERS) if cylinder.radius < turns_at]


@both
def test_straight_particles_cross_the_layers_of_a_stepped_line(steps: Steps) -> None:
    for eta in (-2.4, -1.3, -0.4, 0.9, 1.7, 2.7):
        compared(particle(5.0, eta, 1.0, 0.0, (0.05, -0.02, 3.0)), steps)


@both
def test_particles_made_far_from_the_beam_cross_what_is_outside(steps: Steps) -> None:
    rng = np.random.default_rng(2)
    for _ in range(60):
        start = *rng.uniform(-50, 50, 2), rng.uniform(-80, 80)
        row = particle(
            0.5 + rng.exponential(2), rng.uniform(-2.5, 2.5), rng.uniform(-3, 3), rng.choice([-1, 0, 1]), start
        )
        layers = compared(row, steps)
        outside = [layer for layer in layers if layer < N_CYLINDERS]
        assert all(CYLINDERS[layer].radius > math.hypot(*start[:2]) for layer in outside)


@both
def test_transverse_particles_meet_no_disk(steps: Steps) -> None:
    layers = compared(particle(10.0, 0.0, 0.5, 1, (0.0, 0.0, 1.0)), steps)
    assert layers == list(range(N_CYLINDERS))
    assert compared(particle(10.0, 0.0, 0.5, 1, (0.0, 0.0, 120.0)), steps) == []


@both
def test_what_is_made_in_a_layer_does_not_cross_it_again(steps: Steps) -> None:
    rng = np.random.default_rng(3)
    for _ in range(300):
        row = particle(
            3.0, rng.uniform(-2.5, 2.5), rng.uniform(-3, 3), rng.choice([-1, 0, 1]), rng.normal(0, (0.1, 0.1, 4))
        )
        crossed = flown(row, steps)
        made = int(rng.integers(len(crossed)))
        later = [layer for layer, _ in flown(crossed[made][1], steps)]
        assert later == [layer for layer, _ in crossed[made + 1 :]]


def test_direction_stays_a_unit_vector_and_turns_with_the_path() -> None:
    row = particle(1.0, 0.5, 0.2, -1)
    kappa = flight.curvature(row)
    assert kappa == pytest.approx(CURVATURE)
    for advance in (flight.advance, flight.advance.py_func):
        moved = row.copy()
        for _ in range(10):
            advance(moved, kappa, 7.0)
        assert math.atan2(moved[UY], moved[UX]) == pytest.approx(0.2 + 70 * CURVATURE)
        assert math.hypot(moved[UX], moved[UY]) == pytest.approx(1.0, abs=1e-14)
        assert moved[Z] == pytest.approx(70 * math.sinh(0.5))


def test_heavy_particles_are_late() -> None:
    light, heavy = particle(1.0, 0.0, 0.0, 0.0), particle(1.0, 0.0, 0.0, 0.0)
    light[MASS], heavy[MASS] = 0.0, 1.0
    for row in (light, heavy):
        flight.advance(row, 0.0, 100.0)
    assert light[TIME] == pytest.approx(100 / 29.9792458)
    assert heavy[TIME] == pytest.approx(light[TIME] * math.sqrt(2))


@pytest.mark.parametrize("energy_of", [flight.energy_of, flight.energy_of.py_func], ids=["compiled", "python"])
def test_energy_is_that_of_momentum_and_mass(energy_of: Callable[[Floats], float]) -> None:
    row = particle(3.0, 1.2, 0.0, 1)
    assert energy_of(row) == pytest.approx(math.hypot(3.0 * math.cosh(1.2), 0.1396))


@pytest.mark.parametrize("eta_bin", [flight.eta_bin, flight.eta_bin.py_func], ids=["compiled", "python"])
def test_the_matter_of_all_layers_in_a_direction_is_that_in_front_of_the_ecal(eta_bin: Callable[[Floats], int]) -> None:
    for eta in (0.01, -0.62, 1.37, -1.9, 2.48, 2.93):
        place = eta_bin(particle(1.0, eta, 0.0, 0))
        total = sum(flight.matter_of(place, layer) for layer in range(len(CYLINDERS) + len(DISKS)))
        centre = 0.05 * (math.floor(abs(eta) / 0.05) + 0.5)
        assert total == pytest.approx(radiation_lengths(np.array(centre)))
        crossed = {layer for layer, _ in flown(particle(1.0, math.copysign(centre, eta), 0.0, 0))}
        assert crossed == {n for n in range(29) if flight.matter_of.py_func(place, n) > 0}
    assert eta_bin(particle(1.0, 4.9, 0.0, 0)) == eta_bin(particle(1.0, 2.99, 0.0, 0))


def test_particles_behind_the_ecal_are_told_from_those_before_it() -> None:
    for is_behind in (flight.is_behind_ecal, flight.is_behind_ecal.py_func):
        for start, expected in (
            ((0, 0, 0), False),
            ((0.0, ECAL_RADIUS - 0.01, 0), False),
            ((ECAL_RADIUS, 0, 0), True),
            ((1.0, 0.0, ECAL_PLANE - 0.01), False),
            ((1.0, 0.0, -ECAL_PLANE), True),
        ):
            assert is_behind(particle(1.0, 0.0, 0.0, 0, start)) is expected


def test_the_way_to_the_ecal_ends_on_its_surface() -> None:
    for arc_to_ecal in (flight.arc_to_ecal, flight.arc_to_ecal.py_func):
        for eta, surface in ((0.3, "barrel"), (-1.2, "barrel"), (1.9, "endcap"), (-2.5, "endcap")):
            row = particle(4.0, eta, 1.0, 1)
            kappa = flight.curvature(row)
            flight.advance(row, kappa, arc_to_ecal(row, kappa))
            if surface == "barrel":
                assert math.hypot(row[X], row[Y]) == pytest.approx(ECAL_RADIUS)
            else:
                assert row[Z] == pytest.approx(math.copysign(ECAL_PLANE, eta))
        assert math.isnan(arc_to_ecal(particle(0.3, 0.01, 0.0, 1), CURVATURE / 0.3))
