"""Crystal positions, and the crystal a direction points to."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.geometry import detids, ecal
from dataformats.geometry.constants import ECAL_PLANE
from dataformats.geometry.crystals import Position, eb_position, ee_position
from dataformats.geometry.fit import TrueCells

Floats = NDArray[np.float64]


def distance(one: Position, other: Position) -> Floats:
    return np.asarray(np.linalg.norm(np.stack(one) - np.stack(other), axis=0), np.float64)


def test_listed_barrel_crystals_are_within_a_twentieth_of_a_millimetre(
    true_cells: Callable[[str], TrueCells],
) -> None:
    cells = true_cells("eb")
    model = eb_position(*detids.unpack_eb(cells.detid))
    assert distance(model, cells.position).max() < 0.005
    assert np.abs(model.eta - cells.position.eta).max() < 1e-5


def test_all_endcap_crystals_are_within_a_twentieth_of_a_millimetre(true_cells: Callable[[str], TrueCells]) -> None:
    cells = true_cells("ee")
    model = ee_position(*detids.unpack_ee(cells.detid))
    assert distance(model, cells.position).max() < 0.005
    assert np.abs(model.eta - cells.position.eta).max() < 3e-5


def test_supercrystals_are_steps_of_29_millimetres() -> None:
    x = np.stack(ee_position([71, 72, 71], [71, 71, 72], 1))
    np.testing.assert_allclose(np.linalg.norm(x[:, 1:] - x[:, :1], axis=0), 2.912, atol=1e-3)


@pytest.mark.parametrize("name", ["eb", "ee"])
def test_the_centre_of_a_true_crystal_points_to_that_crystal(true_cells: Callable[[str], TrueCells], name: str) -> None:
    cells = true_cells(name)
    found = ecal.find_crystals(cells.position.eta, cells.position.phi)
    if name == "eb":
        kind, index = ecal.IN_EB, detids.eb_hash(*detids.unpack_eb(cells.detid))
    else:
        kind, index = ecal.IN_EE, detids.ee_hash(*detids.unpack_ee(cells.detid))
    assert np.mean((found.kind == kind) & (found.cell == index)) >= 0.999


def test_every_barrel_crystal_is_found_from_its_own_centre() -> None:
    row, iphi = np.divmod(np.arange(61200), 360)
    position = eb_position(np.where(row < 85, row - 85, row - 84), iphi + 1)
    found = ecal.find_crystals(position.eta, position.phi)
    assert (found.kind == ecal.IN_EB).all()
    np.testing.assert_array_equal(found.cell, np.arange(61200))


def nearest(eta: float, phi: float) -> tuple[int, int]:
    """The slow way: look at every crystal of that side of the barrel or the endcap."""
    if abs(eta) <= 1.479:
        row, iphi = np.divmod(np.arange(61200), 360)
        centre = eb_position(np.where(row < 85, row - 85, row - 84), iphi + 1)
        d_phi = np.remainder(centre.phi - phi + np.pi, 2 * np.pi) - np.pi
        other_side = (row >= 85) != (eta >= 0)
        return ecal.IN_EB, int(np.argmin((centre.eta - eta) ** 2 + d_phi**2 + 9.0 * other_side))
    if abs(eta) > 3:
        return ecal.NOWHERE, -1
    iy, ix = np.nonzero(detids.EE_EXISTS)
    side = int(np.sign(eta))
    centre = ee_position(ix + 1, iy + 1, side)
    scale, radius = ECAL_PLANE / np.abs(centre.z), ECAL_PLANE / np.sinh(abs(eta))
    off = np.hypot(centre.x * scale - radius * np.cos(phi), centre.y * scale - radius * np.sin(phi))
    best = int(np.argmin(off))
    return ecal.IN_EE, int(detids.ee_hash(ix[best] + 1, iy[best] + 1, side))


def directions() -> list[tuple[float, float]]:
    random = np.random.default_rng(4)
    anywhere = np.stack([random.uniform(-3.2, 3.2, 300), random.uniform(-4, 7, 300)], axis=1)
    edges = [
        (1.479, 0.1),
        (np.nextafter(1.479, 2), 0.1),
        (-1.479, 3.14),
        (0.0, np.pi),
        (-0.0, -np.pi),
        (0.3, np.nextafter(np.radians(-10), -1)),
        (2.0, np.pi / 2),
    ]
    rims = [(eta, phi) for eta in (1.4791, -1.49, 1.5, 2.99, -3.0) for phi in np.linspace(-3, 3, 20)]
    return [(float(eta), float(phi)) for eta, phi in [*anywhere, *edges, *rims]]


@pytest.mark.parametrize("find", [ecal.find_ecal, ecal.find_ecal.py_func], ids=["compiled", "python"])
def test_find_ecal_is_the_closest_of_all_crystals(find: Callable[[float, float], tuple[int, int]]) -> None:
    assert [find(*direction) for direction in directions()] == [nearest(*direction) for direction in directions()]


def test_both_parts_of_find_ecal_agree_with_the_slow_way_as_plain_python() -> None:
    for eta, phi in directions():
        if abs(eta) <= 3:
            part: Any = ecal._find_barrel if abs(eta) <= 1.479 else ecal._find_endcap
            assert part(eta, phi) == part.py_func(eta, phi) == nearest(eta, phi)[1]


def test_within_half_the_smallest_distance_of_two_crystals_there_is_no_doubt() -> None:
    for side in (0, 1):
        module = np.stack([np.degrees(ecal._EB_ETA[side]), ecal._EB_PHI[side]], axis=-1).reshape(-1, 2)
        beside = np.add(module, [0, 20])
        assert (smallest_distance(np.concatenate([module, beside])) / 2) ** 2 > ecal._EB_SURE
    seen = ecal._EE_SEEN[detids.EE_EXISTS[50:, 50:]]
    assert 0.9 < ecal._EE_SURE / (smallest_distance(seen) / 2) ** 2 < 1


def smallest_distance(points: NDArray[np.float64]) -> float:
    nearby = ((points[:, np.newaxis] - chunk) ** 2 for chunk in np.array_split(points, 20))
    squares = [np.sort(np.sum(each, axis=-1), axis=0)[1] for each in nearby]  # the nearest is the point itself
    return float(np.sqrt(np.concatenate(squares).min()))


def test_every_direction_into_the_endcaps_has_a_crystal_within_reach() -> None:
    eta, phi = np.meshgrid(np.linspace(np.nextafter(1.479, 2), 3, 400), np.linspace(0, np.pi / 2, 400))
    assert (ecal.find_crystals(eta, phi).kind == ecal.IN_EE).all()


def test_arrays_of_directions_are_found_one_by_one() -> None:
    eta, phi = np.array(directions()).T
    kind, cell = np.zeros(eta.size, np.int64), np.zeros(eta.size, np.int64)
    ecal._find_all.py_func(eta, phi, kind, cell)
    found = ecal.find_crystals(eta, phi)
    np.testing.assert_array_equal(found.kind, kind)
    np.testing.assert_array_equal(found.cell, cell)
    assert ecal.find_crystals(np.zeros((2, 3)), 0.0).kind.shape == (2, 3)


@pytest.mark.parametrize("search", [ecal._search_quadrant, ecal._search_quadrant.py_func], ids=["compiled", "python"])
def test_the_search_of_a_quadrant_ends_at_its_limit(search: Callable[[float, float, int, float], int]) -> None:
    x, y, _ = ee_position(61, 71, 1)
    place = 20 * 50 + 10
    assert search(float(x), float(y), 1, 2.9) == place
    assert search(0.0, 0.0, 1, 2.9) == -1
    assert search(0.0, 0.0, 15, 60.0) != -1


@pytest.mark.parametrize("find", [ecal.find_ecal, ecal.find_ecal.py_func], ids=["compiled", "python"])
@pytest.mark.parametrize(
    ("eta", "phi"),
    [(np.nan, 0.0), (np.inf, 0.0), (-np.inf, 0.0), (0.0, np.nan), (2.0, np.inf), (3.2, 0.0), (-1e300, 1.0)],
)
def test_no_crystal_is_beyond_the_endcaps_or_at_nan(
    find: Callable[[float, float], tuple[int, int]], eta: float, phi: float
) -> None:
    assert find(eta, phi) == (ecal.NOWHERE, -1)


@pytest.mark.parametrize(("eta", "kind"), [(1.479, ecal.IN_EB), (1.4791, ecal.IN_EE), (-1.4791, ecal.IN_EE)])
def test_the_endcap_begins_strictly_above_1479(eta: float, kind: int) -> None:
    assert ecal.find_ecal(eta, 0.3)[0] == kind
