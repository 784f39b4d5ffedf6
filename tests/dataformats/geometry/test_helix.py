"""Tracks meet the ECAL where a circle says they do."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest

from dataformats.geometry.constants import ECAL_BARREL_ETA, ECAL_PLANE, ECAL_RADIUS, HCAL_PLANE, HCAL_RADIUS
from dataformats.geometry.helix import (
    CURVATURE,
    after_arc,
    after_turn,
    arc_to_beam,
    arc_to_cylinder,
    ecal_impact,
    ecal_impacts,
    hcal_impact,
)

Impact: TypeAlias = Callable[..., tuple[float, float]]

both = pytest.mark.parametrize("impact", [ecal_impact, ecal_impact.py_func], ids=["compiled", "python"])
LOWEST_PT = CURVATURE * ECAL_RADIUS / 2
"""A track from the origin with less transverse momentum turns around inside the cylinder."""


def stepped(
    start: tuple[float, float, float], momentum: tuple[float, float, float], charge: float
) -> tuple[float, float]:
    """The readable twin: follow the circle around its centre in small steps until a surface is crossed."""
    (x, y, z), (px, py, pz) = start, momentum
    pt = math.hypot(px, py)
    radius = pt / (CURVATURE * abs(charge))
    turn = -math.copysign(1.0, charge)
    centre_x, centre_y = x - turn * py / pt * radius, y + turn * px / pt * radius
    angle = math.atan2(y - centre_y, x - centre_x) + turn * np.linspace(0, 2 * np.pi, 400_001)
    xs, ys = centre_x + radius * np.cos(angle), centre_y + radius * np.sin(angle)
    zs = z + pz / pt * radius * np.linspace(0, 2 * np.pi, 400_001)
    crossed = np.flatnonzero(np.hypot(xs, ys) >= ECAL_RADIUS)
    at_plane = np.flatnonzero(zs * np.sign(pz) >= ECAL_PLANE)
    candidates = [int(found[0]) for found in (crossed, at_plane) if found.size]
    if not candidates:
        return math.nan, math.nan
    barrel = int(crossed[0]) if crossed.size else -1
    in_barrel = barrel >= 0 and abs(math.asinh(zs[barrel] / ECAL_RADIUS)) < ECAL_BARREL_ETA
    at = barrel if in_barrel or not at_plane.size else int(at_plane[0])
    return math.asinh(zs[at] / math.hypot(xs[at], ys[at])), math.atan2(ys[at], xs[at])


@both
@pytest.mark.parametrize(("pt", "turned"), [(1, 0.829), (2, 0.378), (5, 0.148), (10, 0.0738), (50, 0.0148)])
def test_impact_turns_by_the_arcsine_of_half_radius_over_curvature_radius(
    impact: Impact, pt: float, turned: float
) -> None:
    for charge in (-1, 1):
        _, phi = impact(0, 0, 0, pt, 0, 0, charge, False)
        assert phi == pytest.approx(-charge * turned, rel=4e-3)
        assert abs(phi) == pytest.approx(math.asin(ECAL_RADIUS * CURVATURE / (2 * pt)), abs=1e-12)


@both
@pytest.mark.parametrize("pt", [0.75, 1.0, 2.0, 5.0, 10.0, 50.0])
def test_direction_turns_exactly_twice_as_much_as_the_position(impact: Impact, pt: float) -> None:
    _, position = impact(0, 0, 0, pt, 0, 0.3 * pt, 1, False)
    eta, direction = impact(0, 0, 0, pt, 0, 0.3 * pt, 1, True)
    assert direction == pytest.approx(2 * position, rel=1e-12)
    assert eta == pytest.approx(math.asinh(0.3))


@both
def test_slow_tracks_never_reach_the_barrel(impact: Impact) -> None:
    assert pytest.approx(0.738, abs=1e-3) == LOWEST_PT
    assert math.isnan(impact(0, 0, 0, LOWEST_PT * 0.9999, 0, 0, 1, False)[1])
    assert abs(impact(0, 0, 0, LOWEST_PT * 1.0001, 0, 0, 1, False)[1]) == pytest.approx(math.pi / 2, abs=0.02)


@both
def test_slow_forward_tracks_spiral_into_the_endcap(impact: Impact) -> None:
    eta, phi = impact(0, 0, 0, 0.6, 0, 3.0, -1, False)
    turned = CURVATURE / 0.6 * ECAL_PLANE / 5.0
    radius = 2 * 0.6 / CURVATURE * math.sin(turned / 2)
    assert eta == pytest.approx(math.asinh(ECAL_PLANE / radius))
    assert phi == pytest.approx(turned / 2)
    assert impact(0, 0, 0, 0.6, 0, -3.0, -1, False) == pytest.approx((-eta, phi))


@both
def test_tracks_that_turn_more_than_once_before_the_plane_are_lost(impact: Impact) -> None:
    assert math.isnan(impact(0, 0, 0, 0.6, 0, 0.1, 1, False)[0])


@both
def test_the_plane_is_not_met_backwards(impact: Impact) -> None:
    assert math.isnan(impact(0, 0, ECAL_PLANE + 1, 0.6, 0, 3.0, 1, False)[0])


@both
def test_stiff_and_neutral_tracks_go_straight(impact: Impact) -> None:
    for charge, pt in ((0, 1.0), (1, 1e9), (-1, 1e9)):
        for eta in (-2.5, -1.0, 0.0, 0.7, 2.0):
            for phi in (-3.0, 0.4):
                momentum = pt * math.cos(phi), pt * math.sin(phi), pt * math.sinh(eta)
                assert impact(0, 0, 0, *momentum, charge, False) == pytest.approx((eta, phi), abs=1e-8)


@both
def test_straight_tracks_off_the_beam_line_meet_the_cylinder(impact: Impact) -> None:
    eta, phi = impact(0, 50, 10, 1, 0, 0, 0, False)
    assert phi == pytest.approx(math.asin(50 / ECAL_RADIUS))
    assert eta == pytest.approx(math.asinh(10 / ECAL_RADIUS))


@both
def test_the_barrel_counts_below_its_eta_and_the_endcap_above(impact: Impact) -> None:
    start = 10.0  # cm up the beam line, so that a straight track's eta changes on its way
    below, above = (math.sinh(eta) - start / ECAL_RADIUS for eta in (1.4789, 1.4791))
    assert impact(0, 0, start, 1, 0, below, 0, False)[0] == pytest.approx(1.4789)
    assert impact(0, 0, start, 1, 0, above, 0, False)[0] == pytest.approx(
        math.asinh(ECAL_PLANE / ((ECAL_PLANE - start) / above))
    )


@both
def test_random_tracks_agree_with_stepping_along_the_circle(impact: Impact) -> None:
    rng = np.random.default_rng(1)
    met = 0
    for _ in range(60):
        start = (*rng.uniform(-40, 40, 2), rng.uniform(-30, 30))
        phi, pt, eta = rng.uniform(-np.pi, np.pi), rng.exponential(1.5) + 0.3, rng.uniform(-2.8, 2.8)
        momentum = pt * math.cos(phi), pt * math.sin(phi), pt * math.sinh(eta)
        expected = stepped(start, momentum, charge := int(rng.choice([-1, 1])))
        found = impact(*start, *momentum, charge, False)
        assert found == pytest.approx(expected, abs=2e-4, nan_ok=True)
        met += not math.isnan(found[0])
    assert met > 40


@pytest.mark.parametrize("arc", [arc_to_cylinder, arc_to_cylinder.py_func], ids=["compiled", "python"])
@pytest.mark.parametrize("after", [after_arc, after_arc.py_func], ids=["compiled", "python"])
def test_the_arc_ends_at_its_first_crossing_beyond_half_a_turn_too(
    arc: Callable[..., float], after: Callable[..., tuple[float, float]]
) -> None:
    for kappa in (-0.008, -0.003, -1e-12, 0.0, 1e-7, 0.008):
        path = arc(-60.0, 30.0, 0.6, 0.8, kappa, ECAL_RADIUS)
        assert math.hypot(*after(-60.0, 30.0, 0.6, 0.8, kappa, path)) == pytest.approx(ECAL_RADIUS, rel=1e-9)
    # a circle of 80 cm around (60, 0) is outside the cylinder for angles up to +-edge; start just after it came in
    edge = math.acos((ECAL_RADIUS**2 - 60**2 - 80**2) / (2 * 60 * 80))
    for side in (-1, 1):
        angle = edge + 0.05
        x, y = 60 + 80 * math.cos(angle), side * 80 * math.sin(angle)
        path = arc(x, y, -math.sin(angle), side * math.cos(angle), side / 80, ECAL_RADIUS)
        assert path / 80 == pytest.approx(2 * math.pi - 2 * edge - 0.05)


@pytest.mark.parametrize("arc", [arc_to_cylinder, arc_to_cylinder.py_func], ids=["compiled", "python"])
def test_arcs_that_stay_inside_or_start_outside_do_not_cross(arc: Callable[..., float]) -> None:
    assert math.isnan(arc(0.0, 0.0, 1.0, 0.0, 0.02, ECAL_RADIUS))
    assert math.isnan(arc(200.0, 0.0, 1.0, 0.0, 0.0, ECAL_RADIUS))


@pytest.mark.parametrize("nearest", [arc_to_beam, arc_to_beam.py_func], ids=["compiled", "python"])
@pytest.mark.parametrize("kappa", [-0.02, -1e-9, 0.0, 1e-4, 0.02])
def test_the_point_closest_to_the_beam_is_where_position_and_direction_are_at_right_angles(
    nearest: Callable[..., float], kappa: float
) -> None:
    for x, y, direction in [(3.0, 0.2, 0.1), (-2.0, 10.0, 1.2), (0.0, 0.0, 2.0)]:
        ux, uy = math.cos(direction), math.sin(direction)
        arc = nearest(x, y, ux, uy, kappa)
        there, along = after_arc(x, y, ux, uy, kappa, arc), after_turn(ux, uy, kappa, arc)
        assert there[0] * along[0] + there[1] * along[1] == pytest.approx(0.0, abs=1e-9)
        around = [math.hypot(*after_arc(x, y, ux, uy, kappa, arc + step)) for step in (-0.1, 0.1)]
        assert math.hypot(*there) <= min(around)


@pytest.mark.parametrize("impact", [hcal_impact, hcal_impact.py_func], ids=["compiled", "python"])
def test_the_hcal_is_met_behind_the_ecal(impact: Impact) -> None:
    for pt, charge in [(3.0, 1), (5.0, -1), (50.0, 1)]:
        _, phi = impact(0.0, 0.0, 0.0, pt, 0.0, 0.5 * pt, charge)
        assert phi == pytest.approx(-charge * math.asin(HCAL_RADIUS * CURVATURE / (2 * pt)))
    eta, phi = impact(0.1, 0.0, 1.0, 2.0, 0.0, 9.0, 0)
    assert math.sinh(eta) * (0.1 + (HCAL_PLANE - 1.0) / 4.5) == pytest.approx(HCAL_PLANE)
    assert phi == 0.0


def test_many_particles_are_propagated_as_one_by_one() -> None:
    rng = np.random.default_rng(3)
    start, momentum = rng.normal(0, 1, (3, 50)), rng.normal(0, 5, (3, 50))
    charge = rng.integers(-1, 2, 50)
    eta, phi = ecal_impacts(start, momentum, charge)
    for i in range(50):
        (vx, vy, vz), (px, py, pz) = start[:, i], momentum[:, i]
        alone = ecal_impact(vx, vy, vz, px, py, pz, float(charge[i]), False)
        assert np.array_equal([eta[i], phi[i]], alone, equal_nan=True)
