"""Parts of a shower before and behind a depth, against the gamma distribution."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from simulation.kernels import longitudinal
from simulation.kernels.longitudinal import part_behind_ecal, part_in_preshower

PARTS = [part_behind_ecal, part_behind_ecal.py_func, part_in_preshower, part_in_preshower.py_func]
NAMES = ["behind compiled", "behind python", "preshower compiled", "preshower python"]


def before(depth: float, energy: float) -> float:
    """The readable twin: the mean profile of Longo and Sestili, drawn at random."""
    alpha = 0.5 * math.log(energy / longitudinal.CRITICAL_ENERGY) + 1
    return float(np.mean(np.random.default_rng(1).gamma(alpha, 2.0, 2_000_000) < depth))


@pytest.mark.parametrize("energy", [0.3, 5.0, 50.0, 1000.0])
def test_parts_are_those_of_random_gamma_numbers(energy: float) -> None:
    for kernel in (part_in_preshower, part_in_preshower.py_func):
        assert kernel(math.log(energy)) == pytest.approx(before(2.8, energy), rel=0.03, abs=1e-4)
    for kernel in (part_behind_ecal, part_behind_ecal.py_func):
        assert kernel(math.log(energy)) == pytest.approx(1 - before(25.8, energy), rel=0.03, abs=1e-4)


@pytest.mark.parametrize("kernel", PARTS[:2], ids=NAMES[:2])
def test_the_harder_a_shower_the_more_leaks_out_behind(kernel: Callable[[float], float]) -> None:
    parts = [kernel(x) for x in np.linspace(-2.9, 8.4, 500)]
    assert np.all(np.diff(parts) > 0)
    assert parts[0] > 0
    assert parts[-1] < 0.1


@pytest.mark.parametrize("kernel", PARTS[2:], ids=NAMES[2:])
def test_the_harder_a_shower_the_less_stays_in_the_preshower(kernel: Callable[[float], float]) -> None:
    parts = [kernel(x) for x in np.linspace(-2.9, 8.4, 500)]
    assert np.all(np.diff(parts) < 0)
    assert parts[0] < 1
    assert parts[-1] > 0


@pytest.mark.parametrize("kernel", PARTS, ids=NAMES)
def test_energies_beyond_the_table_have_the_value_of_its_ends(kernel: Callable[[float], float]) -> None:
    assert kernel(-20.0) == kernel(-3.0)
    assert kernel(50.0) == kernel(9.0) == pytest.approx(kernel(8.5), rel=1e-3)
