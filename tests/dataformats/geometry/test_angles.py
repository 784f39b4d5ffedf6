"""Differences of directions know the seam in phi and full turns."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataformats.geometry.angles import delta_r, phi_between

angles = st.floats(-10.0, 10.0)


@settings(deadline=None)  # the first call may compile
@given(angles, angles, st.integers(-3, 3))
def test_differences_of_azimuths_know_full_turns(phi: float, other: float, turns: int) -> None:
    for between in (phi_between, phi_between.py_func):
        found = between(phi + 2 * math.pi * turns, other)
        assert -math.pi <= found <= math.pi
        assert math.remainder(found - (phi - other), 2 * math.pi) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("between", [phi_between, phi_between.py_func], ids=["compiled", "python"])
def test_the_difference_of_close_azimuths_is_exact(between: Callable[[float, float], float]) -> None:
    assert between(0.75, 0.5) == 0.25
    assert between(0.5, 0.75) == -0.25
    assert between(3.0, -3.0) == pytest.approx(6.0 - 2 * math.pi)
    assert between(-3.0, 3.0) == pytest.approx(2 * math.pi - 6.0)
    assert between(math.pi, 0.0) == -math.pi


@pytest.mark.parametrize("distance", [delta_r, delta_r.py_func], ids=["compiled", "python"])
def test_distances_go_across_the_seam_in_phi(distance: Callable[[float, float, float, float], float]) -> None:
    assert distance(0.0, math.pi - 0.1, 0.0, -math.pi + 0.1) == pytest.approx(0.2)
    assert distance(0.3, -math.pi, 0.3, math.pi) == pytest.approx(0.0, abs=1e-12)
    assert distance(3.0, 0.5, -1.0, 3.5) == distance(-1.0, 3.5, 3.0, 0.5) == pytest.approx(5.0)


@settings(deadline=None)  # the first call may compile
@given(angles, angles, angles, angles)
def test_distances_are_the_same_there_and_back(eta: float, phi: float, other_eta: float, other_phi: float) -> None:
    there, back = delta_r(eta, phi, other_eta, other_phi), delta_r(other_eta, other_phi, eta, phi)
    assert there == pytest.approx(back, abs=1e-14)
