"""Hadrons in towers: energy is kept across every seam, in cells that exist, with the resolution of the paper."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.geometry.constants import HCAL_IPHI, HE_IETA
from dataformats.geometry.detids import HCAL_MAX_DEPTH, HCAL_MIN_DEPTH, unpack_hcal, valid_hbhe
from dataformats.geometry.hcal import TOWER_ETA_EDGES, find_hcal, tower_direction
from simulation.kernels import hcal_response
from simulation.kernels.hcal_response import (
    DEPTHS,
    HCAL_CELLS,
    HCAL_DETID,
    N_DEPTHS,
    SPOT_RADIUS,
    hadron,
    leaked_shower,
    muon,
    response,
    spread_shower,
)
from simulation.random_numbers import Words, start

Floats = NDArray[np.float64]
spreads = pytest.mark.parametrize("spread", [spread_shower, spread_shower.py_func], ids=["compiled", "python"])


class Hcal(NamedTuple):
    """What the functions fill."""

    energy: Floats
    time: Floats
    state: Words

    def begin(self, number: int) -> None:
        self.energy[:] = self.time[:] = 0.0
        start(self.state, np.uint64(5), number)

    def towers(self) -> Floats:
        """(59, 72) energy by ieta + 29 and iphi - 1."""
        return np.asarray(self.energy.reshape(-1, HCAL_IPHI, DEPTHS).sum(axis=2), np.float64)


@pytest.fixture
def hcal() -> Hcal:
    return Hcal(np.zeros(HCAL_CELLS), np.zeros(HCAL_CELLS), np.zeros(1, np.uint64))


def test_every_cell_exists_and_has_its_own_place() -> None:
    ids = HCAL_DETID[HCAL_DETID != 0]
    assert valid_hbhe(ids).all()
    assert np.unique(ids).size == ids.size
    subdet, ieta, iphi, depth = unpack_hcal(ids)
    place = ((ieta + HE_IETA) * HCAL_IPHI + iphi - 1) * DEPTHS + depth - 1
    assert np.array_equal(HCAL_DETID[place], ids)
    assert np.all(depth <= N_DEPTHS[np.abs(ieta)])
    assert np.all(depth >= HCAL_MIN_DEPTH[subdet, np.abs(ieta)])
    assert np.all(depth <= HCAL_MAX_DEPTH[subdet, np.abs(ieta)])


def test_every_tower_has_the_depths_of_2012() -> None:
    assert N_DEPTHS.size == HE_IETA + 1
    names = {"1": (*range(1, 15), 17), "2": (15, *range(18, 27), 29), "3": (16, 27, 28)}
    for n_depths, towers in names.items():
        assert [N_DEPTHS[tower] for tower in towers] == [int(n_depths)] * len(towers)
    n_cells = sum(N_DEPTHS[size] * (72 if size <= 20 else 36) for size in range(1, 30))
    assert np.count_nonzero(HCAL_DETID) == 2 * n_cells


SEAMS = [0.0, 0.01, -0.01, 1.39, -1.4, 1.735, -1.745, 1.83, 2.75, -2.8, 2.95, 0.6]


@spreads
@pytest.mark.parametrize("eta", SEAMS)
def test_energy_is_kept_across_seams_and_around_phi(hcal: Hcal, spread: Callable[..., None], eta: float) -> None:
    for phi in (0.0, -1e-17, 0.001, -0.001, math.pi, -math.pi, 3.05, 6.3, -9.0, 1.234):
        for deep in (0.0, 0.4, 1.0):
            hcal.begin(0)
            spread(eta, phi, 10.0, 3.0, deep, hcal.energy, hcal.time)
            lost = 0.5 * (1 - (3.0 - abs(eta)) / math.hypot(3.0 - abs(eta), SPOT_RADIUS)) if abs(eta) > 2.868 else 0.0
            assert hcal.energy.sum() == pytest.approx(10.0 * (1 - lost), rel=2e-8)
            assert hcal.time.sum() == pytest.approx(3.0 * hcal.energy.sum(), rel=1e-12)
            assert hcal.energy.min() == 0.0
            assert np.all(HCAL_DETID[np.flatnonzero(hcal.energy)] != 0)


@spreads
def test_the_share_of_a_tower_is_that_of_its_edges(hcal: Hcal, spread: Callable[..., None]) -> None:
    rng = np.random.default_rng(2)
    for _ in range(60):
        eta, phi = rng.uniform(-2.6, 2.6), rng.uniform(-3.1, 3.1)
        hcal.begin(0)
        spread(eta, phi, 1.0, 0.0, 0.3, hcal.energy, hcal.time)
        ieta, iphi = find_hcal(eta, phi)
        row = TOWER_ETA_EDGES[abs(ieta) - 1], TOWER_ETA_EDGES[abs(ieta)]
        low, high = row if ieta > 0 else (-row[1], -row[0])
        width = 2 if abs(ieta) > 20 else 1
        first, last = (iphi - 1) * 2 * math.pi / 72, (iphi - 1 + width) * 2 * math.pi / 72
        share = 0.25
        for x, one, other in ((eta, low, high), (phi % (2 * math.pi), first, last)):
            share *= (other - x) / math.hypot(other - x, SPOT_RADIUS) - (one - x) / math.hypot(one - x, SPOT_RADIUS)
        assert hcal.towers()[ieta + HE_IETA, iphi - 1] == pytest.approx(share, rel=1e-9)


@pytest.mark.parametrize("eta", [0.001, -0.001, 1.7399, 1.7401, -1.7399, -1.7401])
def test_towers_on_either_side_of_a_seam_share_alike(hcal: Hcal, eta: float) -> None:
    hcal.begin(0)
    spread_shower(eta, 0.13, 1.0, 0.0, 0.0, hcal.energy, hcal.time)
    rows = hcal.towers().sum(axis=1)
    one, other = (1, -1) if abs(eta) < 1 else (round(math.copysign(20, eta)), round(math.copysign(21, eta)))
    assert rows[one + HE_IETA] == pytest.approx(rows[other + HE_IETA], abs=0.05)
    assert rows[HE_IETA] == 0  # there is no row 0


def test_coarse_towers_hold_what_two_fine_ones_would(hcal: Hcal) -> None:
    for phi in (0.05, 3.0, -0.02):
        hcal.begin(0)
        spread_shower(1.7, phi, 1.0, 0.0, 0.0, hcal.energy, hcal.time)  # ieta 20, beside coarse 21
        fine, coarse = hcal.towers()[20 + HE_IETA], hcal.towers()[21 + HE_IETA]
        assert np.count_nonzero(fine) == 3
        assert np.count_nonzero(coarse) == 3
        assert np.all(coarse[1::2] == 0)
        assert np.argmax(coarse) == np.argmax(fine) // 2 * 2


def test_mirrored_showers_leave_mirrored_energy(hcal: Hcal) -> None:
    for eta in (0.3, 1.38, 1.72, 2.4):
        towers = []
        for sign in (1, -1):
            hcal.begin(0)
            spread_shower(sign * eta, 0.5, 1.0, 0.0, 0.5, hcal.energy, hcal.time)
            towers.append(hcal.towers())
        assert np.allclose(towers[0], towers[1][::-1], atol=1e-9)


@pytest.mark.parametrize("add", [hcal_response._add, hcal_response._add.py_func], ids=["compiled", "python"])
def test_deep_showers_reach_the_last_depth_and_shallow_ones_do_not(hcal: Hcal, add: Callable[..., None]) -> None:
    place = ((27 + HE_IETA) * HCAL_IPHI + 4) * DEPTHS
    for deep, expected in ((0.0, (1.0, 0.0, 0.0)), (1.0, (0.4, 0.36, 0.24)), (0.5, (0.7, 0.18, 0.12))):
        hcal.begin(0)
        add(27, 5, 2.0, 1.0, deep, hcal.energy, hcal.time)
        assert hcal.energy[place : place + 3] == pytest.approx(2 * np.array(expected))


@pytest.mark.parametrize("leak", [leaked_shower, leaked_shower.py_func], ids=["compiled", "python"])
def test_tails_of_photons_end_in_the_first_depth(hcal: Hcal, leak: Callable[..., None]) -> None:
    eta, phi = (float(x) for x in tower_direction(27, 5))
    hcal.begin(0)
    leak(eta, phi, 2.0, 1.5, hcal.energy, hcal.time)
    assert hcal.energy[((27 + HE_IETA) * HCAL_IPHI + 4) * DEPTHS] == hcal.energy.sum() == 2.0
    assert hcal.time.sum() == 3.0


@pytest.mark.parametrize("energy", [5.0, 50.0, 300.0])
def test_hadrons_have_the_resolution_of_the_formula(hcal: Hcal, energy: float) -> None:
    n = 3000
    seen = np.empty(n)
    for number in range(n):
        hcal.begin(number)
        hadron(0.6, 0.001 * number, energy, 0.0, *hcal)
        seen[number] = hcal.energy.sum()
    mean = energy * response(energy)
    assert seen.mean() == pytest.approx(mean, rel=4 * math.hypot(1 / math.sqrt(mean), 0.05) / math.sqrt(n))
    assert seen.std() / seen.mean() == pytest.approx(math.hypot(1 / math.sqrt(mean), 0.05), rel=4 / math.sqrt(n))
    assert seen.min() >= 0


@pytest.mark.parametrize("kernel", [response, response.py_func], ids=["compiled", "python"])
def test_pions_of_fifty_gev_are_seen_right_and_soft_ones_too_small(kernel: Callable[[float], float]) -> None:
    assert kernel(50.0) == pytest.approx(1.0)
    seen = [kernel(energy) for energy in (1.0, 3.0, 10.0, 50.0, 300.0)]
    assert seen == sorted(seen)
    assert 0.7 < seen[0] < 0.9
    assert seen[-1] < 1.15


def test_muons_leave_their_ionisation_in_one_tower(hcal: Hcal) -> None:
    seen = []
    for number in range(2000):
        hcal.begin(number)
        muon(1.0, -0.4, 30.0, 2.0, *hcal)
        towers = hcal.towers()
        assert np.count_nonzero(towers) == 1
        ieta, iphi = find_hcal(1.0, -0.4)
        seen.append(towers[ieta + HE_IETA, iphi - 1])
        assert hcal.time.sum() == pytest.approx(2 * seen[-1])
    assert np.median(seen) == pytest.approx(1.8 + 0.25 * 0.787, rel=0.02)


def test_nothing_is_left_beyond_the_hcal_or_by_nothing(hcal: Hcal) -> None:
    hcal.begin(0)
    for eta in (3.0, -3.4, math.nan):
        muon(eta, 0.0, 5.0, 0.0, *hcal)
        leaked_shower(eta, 0.0, 5.0, 0.0, hcal.energy, hcal.time)
        spread_shower(eta, 0.0, 5.0, 0.0, 0.5, hcal.energy, hcal.time)
    hadron(0.5, 0.0, 0.0, 0.0, *hcal)
    leaked_shower(0.5, 0.0, 0.0, 0.0, hcal.energy, hcal.time)
    assert hcal.energy.sum() == 0.0


@pytest.mark.parametrize("kernel", [hadron, muon])
def test_plain_python_leaves_what_compiled_code_leaves(kernel: Any, hcal: Hcal) -> None:
    for number, eta in enumerate([0.02, -1.39, 1.74, -2.6, 2.9] * 3):
        results = []
        for function in (kernel, kernel.py_func):
            hcal.begin(number)
            function(eta, 0.4 * number, 12.0, 0.7, *hcal)
            results.append((hcal.energy.copy(), hcal.time.copy()))
        assert np.allclose(results[0], results[1], rtol=1e-10)
        assert results[0][0].sum() > 0
