"""The window around a seed: wide in phi for soft clusters, narrow in eta, bent away from the centre."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from simulation.kernels.superclusters import collect_clusters, eta_borders, in_window, phi_reach


def borders_by_hand(seed_eta: float, d_phi: float, energy: float) -> tuple[float, float]:
    """The readable twin: parabolas given by their focus, as CMSSW's Mustache writes them."""
    s = seed_eta * math.sin(seed_eta)
    root = math.sqrt(math.log10(energy) + 1.1)
    upper, lower = 0.0135714 * s + 0.001 / root, -0.00571429 * s - 0.002 / root
    upper, lower = (upper - lower) / 2, (lower - upper) / 2
    results = []
    for (a, b, c), offset in (((-0.0268843, 0.147742, -0.0191235), lower), ((-0.107537, 0.590969, -0.076494), upper)):
        focus = 1 / (4 * (a * s * s + b * s + c)) - abs(offset)
        results.append(max(1 / (4 * focus), 0.0) * d_phi**2)
    return results[0] + min(lower, -0.0087), results[1] + max(upper, 0.0087) + 0.0087


@pytest.mark.parametrize("borders", [eta_borders, eta_borders.py_func], ids=["compiled", "python"])
def test_borders_in_eta_are_those_of_the_readable_twin(
    borders: Callable[[float, float, float], tuple[float, float]],
) -> None:
    for eta in (-2.7, -1.2, 0.01, 0.4, 1.0, 1.45, 2.0):
        for d_phi in (0.0, 0.1, -0.3, 0.5):
            for energy in (0.3, 1.0, 20.0, 300.0):
                found = borders(eta, d_phi, math.log10(energy))
                assert found == pytest.approx(borders_by_hand(eta, d_phi, energy), rel=1e-4)


def test_the_reach_in_phi_falls_with_energy_between_its_limits() -> None:
    for eta, least, most in ((0.0, 0.14, 0.6), (-1.6, 0.14, 0.55), (1.9, 0.12, 0.45), (-2.6, 0.12, 0.3)):
        reach = [phi_reach(eta, log_et) for log_et in np.linspace(-2, 3, 200)]
        assert np.all(np.diff(reach) <= 0)
        assert (reach[0], reach[-1]) == (most, least)


def test_the_window_is_the_same_on_both_sides_and_around_phi() -> None:
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(2000):
        seed_eta, d_eta, d_phi = rng.uniform(0, 2.9), rng.uniform(-0.05, 0.05), rng.uniform(-0.6, 0.6)
        energy = rng.exponential(10.0) + 0.1
        answers = {
            bool(in_window(side * seed_eta, phi, energy, side * (seed_eta + d_eta), phi + turn * d_phi))
            for side in (-1, 1)
            for turn in (-1, 1)
            for phi in (0.3, math.pi - 0.01)
        }
        assert len(answers) == 1
        inside += answers.pop()
    assert 200 < inside < 1500


def collected(*clusters: tuple[float, float, float, int]) -> list[int]:
    """Owners of (energy, eta, phi, region), in falling transverse energy."""
    energy, eta, phi, region = (np.array(column) for column in zip(*clusters, strict=True))
    owner = np.empty(energy.size, np.int64)
    offsets, order = np.array([0, energy.size]), np.arange(energy.size)
    collect_clusters(offsets, order, energy, eta, phi, region.astype(np.int8), 4.0, 0.5, owner)
    return owner.tolist()


def test_the_most_energetic_seed_collects_first_and_every_cluster_once() -> None:
    assert collected((50.0, 0.0, 0.0, 0), (20.0, 0.0, 0.2, 0), (3.0, 0.0, 0.1, 0)) == [0, 1, 0]


def test_soft_clusters_neither_seed_nor_join() -> None:
    assert collected((50.0, 0.0, 0.0, 0), (3.9, 0.5, 0.0, 0), (0.49, 0.0, 0.01, 0)) == [0, -1, -1]


def test_superclusters_do_not_reach_from_the_barrel_into_an_endcap() -> None:
    assert collected((50.0, 1.475, 0.0, 0), (12.0, 1.48, 0.0, 1)) == [0, 1]
