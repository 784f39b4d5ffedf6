"""Shares of cells are integrals of the profile of Grindhammer and Peters."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from simulation.kernels import shower_shapes
from simulation.kernels.shower_shapes import cell_shares, quadrant_share, shower_response, strip_share

Floats = NDArray[np.float64]

shares_of = pytest.mark.parametrize("kernel", [cell_shares, cell_shares.py_func], ids=["compiled", "python"])


def integral(x: tuple[float, float], y: tuple[float, float], radius: float) -> float:
    """The readable twin: the density R^2 / (pi (r^2 + R^2)^2), added up in small squares."""
    n = 1200
    edges_x, edges_y = np.linspace(*x, n + 1), np.linspace(*y, n + 1)
    middle_x, middle_y = (edges_x[1:] + edges_x[:-1]) / 2, (edges_y[1:] + edges_y[:-1]) / 2
    density = radius**2 / (np.pi * (middle_x[:, None] ** 2 + middle_y**2 + radius**2) ** 2)
    return float(density.sum() * (x[1] - x[0]) * (y[1] - y[0]) / n**2)


def shares(kernel: Callable[..., None], x: float, y: float, radius: float, half: int, weight: float = 1.0) -> Floats:
    found = np.zeros((2 * half + 1, 2 * half + 1))
    kernel(x, y, radius, weight, half, np.empty((2 * half + 6, 2 * half + 2)), found)
    return found


@pytest.mark.parametrize("quadrant", [quadrant_share, quadrant_share.py_func], ids=["compiled", "python"])
def test_the_share_of_a_rectangle_at_the_axis_is_its_integral(quadrant: Callable[..., float]) -> None:
    for x, y, radius in ((0.5, 0.5, 0.3), (2.0, 0.1, 1.2), (0.01, 3.0, 0.5)):
        assert quadrant(x, y, radius) == pytest.approx(integral((0, x), (0, y), radius), rel=1e-4)
        assert quadrant(-x, y, radius) == -quadrant(x, y, radius)
        assert quadrant(y, x, radius) == pytest.approx(quadrant(x, y, radius), rel=1e-14)
    assert quadrant(1e9, 1e9, 0.3) == pytest.approx(0.25)


@pytest.mark.parametrize("strip", [strip_share, strip_share.py_func], ids=["compiled", "python"])
def test_the_share_of_a_strip_is_that_of_two_long_rectangles(strip: Callable[..., float]) -> None:
    for low, high, radius in ((-0.3, 0.4, 0.2), (1.0, 2.0, 0.5), (-5.0, -0.1, 1.0)):
        expected = 2 * (quadrant_share(high, 1e9, radius) - quadrant_share(low, 1e9, radius))
        assert strip(low, high, radius) == pytest.approx(expected, rel=1e-9)
    assert strip(-1e9, 1e9, 0.3) == pytest.approx(1.0)


@shares_of
@pytest.mark.parametrize(
    ("x", "y", "radius"), [(0.0, 0.0, 0.26), (0.3, -0.45, 0.26), (-0.5, 0.5, 1.2), (2.0, 0.1, 0.9)]
)
def test_shares_of_cells_are_integrals_of_the_profile(
    kernel: Callable[..., None], x: float, y: float, radius: float
) -> None:
    found = shares(kernel, x, y, radius, 3)
    for i, j in ((3, 3), (4, 2), (0, 6), (5, 3)):
        low_x, low_y = i - 3.5 - x, j - 3.5 - y
        assert found[i, j] == pytest.approx(integral((low_x, low_x + 1), (low_y, low_y + 1), radius), rel=1e-3)
    assert found.min() > 0


@shares_of
def test_shares_add_up_to_the_integral_over_all_cells(kernel: Callable[..., None]) -> None:
    for half in (1, 2, 3):
        found = shares(kernel, 0.2, -0.4, 0.7, half).sum()
        edge = half + 0.5
        assert found == pytest.approx(integral((-edge - 0.2, edge - 0.2), (-edge + 0.4, edge + 0.4), 0.7), rel=1e-3)
    assert shares(kernel, 0.2, -0.4, 0.05, 3).sum() == pytest.approx(1.0, abs=1e-3)  # a narrow one is all inside


@shares_of
def test_mirrored_showers_have_mirrored_shares(kernel: Callable[..., None]) -> None:
    found = shares(kernel, 0.3, 0.1, 0.5, 2)
    assert np.allclose(shares(kernel, -0.3, 0.1, 0.5, 2), found[::-1], rtol=1e-10)
    assert np.allclose(shares(kernel, 0.3, -0.1, 0.5, 2), found[:, ::-1], rtol=1e-10)
    assert np.allclose(shares(kernel, 0.1, 0.3, 0.5, 2), found.T, rtol=1e-10)


@shares_of
def test_components_are_added_with_their_weights(kernel: Callable[..., None]) -> None:
    found = np.zeros((3, 3))
    for radius, weight in ((0.26, 0.88), (1.2, 0.12)):
        kernel(0.1, 0.2, radius, weight, 1, np.empty((8, 4)), found)
    expected = 0.88 * shares(kernel, 0.1, 0.2, 0.26, 1) + 0.12 * shares(kernel, 0.1, 0.2, 1.2, 1)
    assert np.allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("response", [shower_response, shower_response.py_func], ids=["compiled", "python"])
def test_hard_showers_are_more_electromagnetic_than_soft_ones(response: Callable[[float, float], float]) -> None:
    seen = [response(energy, 0.5) for energy in (0.1, 0.96, 2.0, 10.0, 100.0, 1e4)]
    assert seen[:2] == [0.5, 0.5]
    assert all(one < other for one, other in itertools.pairwise(seen[1:]))
    assert seen[-1] < 1
    assert response(50.0, 1.0) == pytest.approx(1.0)
    electromagnetic = 1 - (50 / shower_shapes.EM_SCALE) ** (shower_shapes.EM_POWER - 1)
    assert response(50.0, 0.0) == pytest.approx(electromagnetic)
    assert math.isclose(electromagnetic, 0.5, abs_tol=0.05)  # about half of a pion of 50 GeV [Groom]
