"""How far a direction is from the centre of its crystal, in crystals."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest

from dataformats.geometry.constants import EB_IPHI, ECAL_PLANE, EE_SIZE
from dataformats.geometry.crystals import Position, eb_position, ee_position
from dataformats.geometry.detids import EE_EXISTS
from dataformats.geometry.ecal import IN_EB, IN_EE, find_ecal, offset_in_eb, offset_in_ee

Offset: TypeAlias = Callable[[int, float, float], tuple[float, float]]
in_eb = pytest.mark.parametrize("offset", [offset_in_eb, offset_in_eb.py_func], ids=["compiled", "python"])
in_ee = pytest.mark.parametrize("offset", [offset_in_ee, offset_in_ee.py_func], ids=["compiled", "python"])


def barrel_centre(index: int) -> Position:
    row, column = divmod(index, EB_IPHI)
    return eb_position(row - 85 + (row >= 85), column + 1)


def endcap_centre(index: int) -> Position:
    side, place = divmod(index, EE_SIZE * EE_SIZE)
    iy0, ix0 = divmod(place, EE_SIZE)
    return ee_position(ix0 + 1, iy0 + 1, 2 * side - 1)


def endcap_crystals(n: int) -> list[int]:
    exists = np.flatnonzero(np.concatenate([EE_EXISTS.ravel(), EE_EXISTS.ravel()]))
    return [int(cell) for cell in np.random.default_rng(1).choice(exists, n)]


@in_eb
def test_the_centre_of_a_barrel_crystal_has_no_offset(offset: Offset) -> None:
    for index in np.random.default_rng(1).integers(0, 61200, 300):
        centre = barrel_centre(int(index))
        for turn in (-2 * math.pi, 0.0, 2 * math.pi):
            assert offset(int(index), float(centre.eta), float(centre.phi) + turn) == pytest.approx((0, 0), abs=1e-9)


@in_ee
def test_the_centre_of_an_endcap_crystal_has_no_offset(offset: Offset) -> None:
    for index in endcap_crystals(300):
        centre = endcap_centre(index)
        assert offset(index, float(centre.eta), float(centre.phi)) == pytest.approx((0, 0), abs=1e-9)


@in_eb
def test_the_centre_of_the_next_barrel_crystal_is_one_away_and_a_gap_between_modules(offset: Offset) -> None:
    rng = np.random.default_rng(2)
    off = []
    for row, column in zip(rng.integers(1, 169, 300).tolist(), rng.integers(0, 360, 300).tolist(), strict=True):
        for down, across in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            beside = barrel_centre((row + down) * EB_IPHI + (column + across) % EB_IPHI)
            if row in {84, 85}:
                continue  # the crystal may be on the other side, where directions do not belong to this one
            rows, columns = offset(row * EB_IPHI + column, float(beside.eta), float(beside.phi))
            off.append(max(abs(rows - down), abs(columns - across)))
    assert np.max(off) < 0.3
    assert np.quantile(off, 0.85) < 0.06


@in_ee
def test_the_centre_of_the_next_endcap_crystal_is_about_one_away(offset: Offset) -> None:
    off = []
    for index in endcap_crystals(300):
        iy0, ix0 = divmod(index % (EE_SIZE * EE_SIZE), EE_SIZE)
        for down, across in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            y, x = iy0 + down, ix0 + across
            if 0 <= y < EE_SIZE and 0 <= x < EE_SIZE and EE_EXISTS[y, x]:
                beside = endcap_centre(index + down * EE_SIZE + across)
                rows, columns = offset(index, float(beside.eta), float(beside.phi))
                off.append(max(abs(rows - down), abs(columns - across)))
    assert np.max(off) < 0.4
    assert np.quantile(off, 0.85) < 0.15


@in_eb
def test_directions_are_within_their_barrel_crystal(offset: Offset) -> None:
    rng = np.random.default_rng(3)
    worst = 0.0
    for _ in range(2000):
        eta, phi = rng.uniform(-1.479, 1.479), rng.uniform(-4, 7)
        kind, index = find_ecal(eta, phi)
        assert kind == IN_EB
        worst = max(worst, *(abs(x) for x in offset(index, eta, phi)))
    assert 0.5 < worst < 0.7


@in_ee
def test_offsets_in_the_endcaps_are_those_on_the_plane(offset: Offset) -> None:
    rng = np.random.default_rng(4)
    for _ in range(1000):
        eta, phi = rng.choice([-1, 1]) * rng.uniform(1.479, 3.0), rng.uniform(-4, 7)
        kind, index = find_ecal(eta, phi)
        if kind != IN_EE:
            continue
        centre = endcap_centre(index)
        radius, scale = ECAL_PLANE / math.sinh(abs(eta)), ECAL_PLANE / abs(float(centre.z))
        expected = (
            radius * math.sin(phi) - float(centre.y) * scale,
            radius * math.cos(phi) - float(centre.x) * scale,
        )
        found = offset(index, eta, phi)
        assert (found[0] * 2.9, found[1] * 2.9) == pytest.approx(expected, rel=0.03, abs=1e-6)


@in_eb
def test_offsets_grow_with_eta_and_phi_on_both_sides(offset: Offset) -> None:
    for eta in (-1.0, -0.02, 0.02, 1.0):
        _, index = find_ecal(eta, 1.0)
        rows, columns = offset(index, eta, 1.0)
        more_eta, more_phi = offset(index, eta + 1e-3, 1.0), offset(index, eta, 1.001)
        assert more_eta[0] - rows == pytest.approx(1e-3 * 85 / 1.479)
        assert more_phi[1] - columns == pytest.approx(math.degrees(1e-3))
        assert (more_eta[1], more_phi[0]) == pytest.approx((columns, rows))
