"""Showers in crystals: energy is kept, in the right cells, with the resolution of the Technical Design Report."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.geometry.constants import EE_SIZE
from dataformats.geometry.detids import EB_CELLS, ECAL_CELLS, EE_EXISTS
from dataformats.geometry.ecal import find_ecal
from dataformats.geometry.ecal_cells import cells_around, positions
from simulation.kernels import ecal_response
from simulation.kernels.ecal_response import electromagnetic, hadron, muon, spread_shower
from simulation.kernels.longitudinal import part_behind_ecal, part_in_preshower
from simulation.kernels.shower_shapes import shower_response
from simulation.random_numbers import Words, start

Floats = NDArray[np.float64]
EXISTS = np.concatenate([np.ones(EB_CELLS, np.bool_), EE_EXISTS.ravel(), EE_EXISTS.ravel()])


class Ecal(NamedTuple):
    """What the functions fill and need."""

    energy: Floats
    time: Floats
    state: Words
    scratch: Floats

    def begin(self, number: int) -> None:
        self.energy[:] = self.time[:] = 0.0
        start(self.state, np.uint64(99), number)


@pytest.fixture(scope="module")
def ecal() -> Ecal:
    return Ecal(np.zeros(ECAL_CELLS), np.zeros(ECAL_CELLS), np.zeros(1, np.uint64), np.empty((2, 12, 8)))


def place_of(eta: float, phi: float) -> int:
    kind, index = find_ecal(eta, phi)
    return index if kind == 1 else EB_CELLS + index


@pytest.mark.parametrize("spread", [spread_shower, spread_shower.py_func], ids=["compiled", "python"])
@pytest.mark.parametrize(("energy", "half"), [(0.5, 1), (5.0, 2), (80.0, 3)])
def test_energy_is_kept_inside_the_ecal(ecal: Ecal, spread: Callable[..., None], energy: float, half: int) -> None:
    rng = np.random.default_rng(1)
    for number in range(40):
        eta, phi = rng.choice([-1, 1]) * rng.choice([rng.uniform(0, 1.4), rng.uniform(1.7, 2.6)]), rng.uniform(-4, 7)
        ecal.begin(number)
        spread(eta, phi, energy, 2.5, 0.26, *ecal)
        assert ecal.energy.sum() == pytest.approx(energy, rel=1e-12)
        assert ecal.time.sum() == pytest.approx(2.5 * energy, rel=1e-12)
        assert ecal.energy.min() == 0.0
        around = cells_around(np.array([place_of(eta, phi)]), half).ravel()
        hit = set(np.flatnonzero(ecal.energy))
        assert hit <= set(around.tolist())
        assert len(hit) >= 0.9 * around.size  # a small share may fluctuate to nothing
        assert place_of(eta, phi) in np.argsort(ecal.energy)[-2:]  # at an edge a neighbour may have more


def test_energy_is_lost_only_beyond_edges(ecal: Ecal) -> None:
    for number, (eta, phi) in enumerate(
        [(1.475, 0.3), (-1.478, 2.0), (1.5, 0.4), (2.95, 0.1), (-2.9, 1.0), (2.99, -3.0)]
    ):
        ecal.begin(number)
        spread_shower(eta, phi, 10.0, 0.0, 0.26, *ecal)
        around = cells_around(np.array([place_of(eta, phi)]), 2).ravel()
        hit = np.flatnonzero(ecal.energy)
        assert set(hit) == {cell for cell in around if cell >= 0 and EXISTS[cell]}
        assert (around < 0).any() or not EXISTS[around].all()
        assert 0 < ecal.energy.sum() < 10.0


@pytest.mark.parametrize("phi", [math.pi, -math.pi, 2 * math.pi, 0.0, -0.17453, 9.9])
def test_showers_go_around_in_phi(ecal: Ecal, phi: float) -> None:
    ecal.begin(3)
    spread_shower(0.4, phi, 40.0, 0.0, 0.26, *ecal)
    x, y, _ = (ecal.energy @ positions()) / ecal.energy.sum()
    assert math.remainder(math.atan2(y, x) - phi, 2 * math.pi) == pytest.approx(0.0, abs=0.01)


def test_showers_are_where_their_particle_points_to(ecal: Ecal) -> None:
    rng = np.random.default_rng(5)
    off = []
    for number in range(400):
        eta, phi = (
            rng.choice([rng.uniform(-1.4, 1.4), rng.uniform(1.7, 2.4), rng.uniform(-2.4, -1.7)]),
            rng.uniform(-3, 3),
        )
        ecal.begin(number)
        spread_shower(eta, phi, 50.0, 0.0, 0.26, *ecal)
        weight = np.maximum(4.2 + np.log(ecal.energy / ecal.energy.sum() + 1e-30), 0.0)
        x, y, z = (weight @ positions()) / weight.sum()
        off.append((math.asinh(z / math.hypot(x, y)) - eta, math.remainder(math.atan2(y, x) - phi, 2 * math.pi)))
    d_eta, d_phi = np.array(off).T
    assert abs(d_eta.mean()) < 5e-4
    assert abs(d_phi.mean()) < 5e-4
    assert d_eta.std() < 4e-3
    assert d_phi.std() < 6e-3


def test_nothing_is_left_where_there_is_no_crystal(ecal: Ecal) -> None:
    ecal.begin(0)
    for eta in (3.01, -3.5, math.nan):
        spread_shower(eta, 0.0, 10.0, 0.0, 0.26, *ecal)
        assert electromagnetic(eta, 0.0, 10.0, 0.0, *ecal) == 0.0
        assert muon(eta, 0.0, 10.0, 0.0, *ecal[:3]) == 10.0
        assert hadron(eta, 0.0, 10.0, 0.0, True, *ecal) == 10.0
    assert electromagnetic(0.1, 0.0, 0.0, 0.0, *ecal) == 0.0
    assert ecal.energy.sum() == 0.0


def seen(ecal: Ecal, energy: float, eta: float, n: int = 2000) -> Floats:
    totals = np.empty(n)
    for number in range(n):
        ecal.begin(number)
        electromagnetic(eta, 0.02 + 0.003 * number, energy, 0.0, *ecal)
        totals[number] = ecal.energy.sum()
    return totals


@pytest.mark.parametrize("energy", [2.0, 20.0, 200.0])
def test_photons_in_the_barrel_have_the_resolution_of_the_formula(ecal: Ecal, energy: float) -> None:
    totals = seen(ecal, energy, 0.5)
    kept = energy * (1 - part_behind_ecal(math.log(energy)))
    assert totals.mean() == pytest.approx(kept, rel=0.005)
    expected = math.hypot(0.028 / math.sqrt(kept), 0.003)
    assert totals.std() / totals.mean() == pytest.approx(expected, rel=4 / math.sqrt(2 * totals.size))


def test_the_preshower_takes_its_part_in_the_endcaps(ecal: Ecal) -> None:
    energy = 50.0
    kept = energy * (1 - part_behind_ecal(math.log(energy)))
    lost = part_in_preshower(math.log(energy))
    behind, beside = seen(ecal, energy, 2.0), seen(ecal, energy, 2.65)
    assert behind.mean() == pytest.approx(kept * (1 - lost), rel=0.005)
    assert beside.mean() == pytest.approx(kept, rel=0.005)
    spread = math.hypot(0.5 * lost, math.hypot(0.028 / math.sqrt(kept), 0.003))
    assert behind.std() / kept == pytest.approx(spread, rel=0.1)


def test_what_a_photon_leaks_is_what_the_profile_says(ecal: Ecal) -> None:
    ecal.begin(0)
    for kernel in (electromagnetic, electromagnetic.py_func):
        assert kernel(0.3, 0.0, 60.0, 0.0, *ecal) == pytest.approx(60 * part_behind_ecal(math.log(60.0)))


def test_most_of_a_photons_energy_is_in_one_crystal_and_nearly_all_in_nine(ecal: Ecal) -> None:
    rng = np.random.default_rng(8)
    one, nine = [], []
    for number in range(300):
        eta, phi = rng.uniform(-1.3, 1.3), rng.uniform(-3, 3)
        ecal.begin(number)
        electromagnetic(eta, phi, 40.0, 0.0, *ecal)
        hottest = np.argmax(ecal.energy, keepdims=True)
        one.append(ecal.energy[hottest[0]] / ecal.energy.sum())
        nine.append(ecal.energy[cells_around(hottest, 1)].sum() / ecal.energy.sum())
    assert np.mean(one) == pytest.approx(0.58, abs=0.03)
    assert np.mean(nine) == pytest.approx(0.94, abs=0.02)


def test_muons_leave_their_ionisation_in_one_crystal(ecal: Ecal) -> None:
    energies = []
    for number in range(2000):
        ecal.begin(number)
        rest = muon(0.7, 0.3, 20.0, 1.5, *ecal[:3])
        (cell,) = np.flatnonzero(ecal.energy)
        assert cell == place_of(0.7, 0.3)
        assert ecal.energy[cell] + rest == pytest.approx(20.0)
        assert ecal.time[cell] == pytest.approx(1.5 * ecal.energy[cell])
        energies.append(ecal.energy[cell])
    assert np.median(energies) == pytest.approx(0.22 + 0.03 * 0.787, rel=0.02)  # of Moyal's distribution
    ecal.begin(0)
    assert muon(0.7, 0.3, 0.1, 0.0, *ecal[:3]) == 0.0  # it has no more to leave
    assert ecal.energy.sum() == pytest.approx(0.1)


def test_one_hadron_in_three_crosses_the_ecal_without_a_shower(ecal: Ecal) -> None:
    n, quiet, passed = 4000, 0, 0
    for number in range(n):
        ecal.begin(number)
        rest = hadron(0.5, 0.2, 30.0, 0.0, True, *ecal)
        quiet += np.count_nonzero(ecal.energy) == 1
        ecal.begin(number)
        passed += hadron(0.5, 0.2, 30.0, 0.0, False, *ecal) == 30.0
        assert 0 < rest < 30.0
    expected = math.exp(-1.0)
    assert quiet / n == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / n))
    assert passed == quiet  # neutral ones leave nothing at all


def test_crystals_see_less_of_a_hadron_than_of_a_photon(ecal: Ecal) -> None:
    left, given = 0.0, 0.0
    for number in range(3000):
        ecal.begin(number)
        given += 30.0 - hadron(0.5, 0.2 + 0.001 * number, 30.0, 0.0, False, *ecal)
        left += ecal.energy.sum()
    assert left / given == pytest.approx(shower_response(30.0, ecal_response.H_OVER_E), rel=0.03)


def test_hadrons_spread_wider_than_photons(ecal: Ecal) -> None:
    widths: dict[str, list[float]] = {"photon": [], "hadron": []}
    for number in range(300):
        phi = 0.002 * number
        for kind, found in widths.items():
            ecal.begin(number)
            if kind == "photon":
                electromagnetic(0.5, phi, 20.0, 0.0, *ecal)
            else:
                hadron(0.5, phi, 60.0, 0.0, False, *ecal)
            if ecal.energy.sum() > 5.0:
                found.append(float(ecal.energy.max() / ecal.energy.sum()))
    assert np.mean(widths["hadron"]) < 0.75 * np.mean(widths["photon"])


@pytest.mark.parametrize(
    ("kernel", "arguments"), [(electromagnetic, ()), (hadron, (True,))], ids=["electromagnetic", "hadron"]
)
def test_plain_python_leaves_what_compiled_code_leaves(ecal: Ecal, kernel: Any, arguments: tuple[bool, ...]) -> None:
    for number, (eta, phi) in enumerate([(0.3, 0.2), (-1.1, 3.0), (2.0, -1.0), (-2.5, 1.0)] * 3):
        results = []
        for function in (kernel, kernel.py_func):
            ecal.begin(number)
            rest = function(eta, phi, 9.0, 0.5, *arguments, *ecal)
            results.append((rest, ecal.energy.copy(), ecal.time.copy()))
        assert results[0][0] == pytest.approx(results[1][0], rel=1e-12)
        assert np.allclose(results[0][1], results[1][1], rtol=1e-9)
        assert np.allclose(results[0][2], results[1][2], rtol=1e-9)


def test_places_beside_a_crystal_are_those_of_the_table_of_crystals() -> None:
    rng = np.random.default_rng(3)
    barrel = rng.integers(0, EB_CELLS, 200)
    endcaps = rng.choice(np.flatnonzero(EXISTS[EB_CELLS:]), 200)
    around_barrel, around_endcaps = cells_around(barrel, 3), cells_around(EB_CELLS + endcaps, 3)
    around_endcaps = np.where(EXISTS[around_endcaps] & (around_endcaps >= 0), around_endcaps, -1)
    for kernel in (ecal_response._barrel_place, ecal_response._barrel_place.py_func):
        for cell, around in zip(barrel, around_barrel, strict=True):
            assert [[kernel(cell, i, j) for j in range(-3, 4)] for i in range(-3, 4)] == around.tolist()
    for kernel in (ecal_response._endcap_place, ecal_response._endcap_place.py_func):
        for cell, around in zip(endcaps, around_endcaps, strict=True):
            assert [[kernel(cell, i, j) for j in range(-3, 4)] for i in range(-3, 4)] == around.tolist()
    assert ECAL_CELLS == EB_CELLS + 2 * EE_SIZE**2 == EXISTS.size
