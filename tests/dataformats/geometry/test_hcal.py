"""Towers, and the tower a direction points to."""

from collections.abc import Callable

import numpy as np
import pytest

from dataformats.geometry import detids, hcal
from dataformats.geometry.fit import TrueCells

FINDERS = [hcal.find_hcal, hcal.find_hcal.py_func]


@pytest.mark.parametrize("name", ["hb", "he"])
def test_the_centre_of_a_true_cell_points_to_its_tower(true_cells: Callable[[str], TrueCells], name: str) -> None:
    cells = true_cells(name)
    found, true = hcal.find_towers(cells.position.eta, cells.position.phi), detids.unpack_hcal(cells.detid)
    assert np.mean((found.ieta == true.ieta) & (found.iphi == true.iphi)) >= 0.999


@pytest.mark.parametrize("name", ["hb", "he"])
def test_tower_centres_are_in_the_middle_of_true_cells(true_cells: Callable[[str], TrueCells], name: str) -> None:
    cells = true_cells(name)
    fields = detids.unpack_hcal(cells.detid)
    centre = hcal.tower_direction(fields.ieta, fields.iphi)
    d_phi = np.remainder(cells.position.phi - centre.phi + np.pi, 2 * np.pi) - np.pi
    assert np.abs(d_phi).max() < 2e-3
    own_eta = np.abs(fields.ieta) < 28  # the deepest 28 also covers 29
    assert np.abs(cells.position.eta - centre.eta)[own_eta].max() < 0.01


def slow_tower(eta: float, phi: float) -> tuple[int, int]:
    """Look for the tower whose edges enclose the direction."""
    edges = hcal.TOWER_ETA_EDGES
    for size in range(1, 30):
        width = 1 if size <= 20 else 2
        for iphi in range(1, 73, width):
            low = np.radians(5 * (iphi - 1))
            if edges[size - 1] <= abs(eta) < edges[size] and 0 <= (phi - low) % (2 * np.pi) < np.radians(5 * width):
                return (size if eta >= 0 else -size), iphi
    return 0, 0


@pytest.mark.parametrize("find", FINDERS, ids=["compiled", "python"])
def test_find_hcal_agrees_with_the_slow_way(find: Callable[[float, float], tuple[int, int]]) -> None:
    random = np.random.default_rng(5)
    for eta, phi in zip(random.uniform(-3.1, 3.1, 300), random.uniform(-4, 7, 300), strict=True):
        assert find(eta, phi) == slow_tower(eta, phi)


@pytest.mark.parametrize("find", FINDERS, ids=["compiled", "python"])
@pytest.mark.parametrize(
    ("eta", "phi", "tower"),
    [
        (0.01, 0.01, (1, 1)),
        (-0.01, -0.01, (-1, 72)),
        (0.01, -1e-300, (1, 72)),
        (1.0, np.pi, (12, 37)),
        (1.8, np.radians(7), (21, 1)),
        (-2.99, np.radians(355), (-29, 71)),
        (3.0, 0.0, (0, 0)),
        (np.nan, 0.0, (0, 0)),
        (np.inf, 0.0, (0, 0)),
        (0.0, np.nan, (0, 0)),
        (0.0, -np.inf, (0, 0)),
    ],
)
def test_directions_point_to_known_towers(
    find: Callable[[float, float], tuple[int, int]], eta: float, phi: float, tower: tuple[int, int]
) -> None:
    assert find(eta, phi) == tower


def test_arrays_of_directions_are_found_one_by_one() -> None:
    eta, phi = np.linspace(-3.1, 3.1, 50), np.linspace(-3, 3, 50)
    ieta, iphi = np.zeros(50, np.int64), np.zeros(50, np.int64)
    hcal._find_towers.py_func(eta, phi, ieta, iphi)
    found = hcal.find_towers(eta, phi)
    np.testing.assert_array_equal(found.ieta, ieta)
    np.testing.assert_array_equal(found.iphi, iphi)


def test_tower_positions_lie_on_the_surfaces_and_point_back() -> None:
    x, y, z = hcal.tower_position([1, 16, 17, -29], [1, 36, 72, 71])
    np.testing.assert_allclose(np.hypot(x, y)[:2], 180.7)
    np.testing.assert_allclose(z[2:], [402.7, -402.7])
    found = hcal.find_towers(np.arcsinh(z / np.hypot(x, y)), np.arctan2(y, x))
    assert found.ieta.tolist() == [1, 16, 17, -29]
    assert found.iphi.tolist() == [1, 36, 72, 71]
