"""Bremsstrahlung and conversions follow the densities of the Particle Data Group."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from simulation.kernels import matter
from simulation.random_numbers import Words, start

Floats = NDArray[np.float64]
N = 20_000


def started(number: int = 0) -> Words:
    state = np.zeros(1, np.uint64)
    start(state, np.uint64(2024), number)
    return state


def drawn(draw: Callable[[Words], float]) -> Floats:
    state = started()
    return np.array([draw(state) for _ in range(N)], np.float64)


def integral(density: Callable[[Floats], Floats], low: float, high: float) -> float:
    x = np.linspace(low, high, 2001)
    return float(np.trapezoid(density(x), x))


def chi2(numbers: Floats, edges: Floats, density: Callable[[Floats], Floats]) -> float:
    """Of a histogram, against a density of any normalisation; its mean is about the number of bins."""
    expected = np.array([integral(density, *edge) for edge in itertools.pairwise(edges)])
    expected *= numbers.size / expected.sum()
    counts, _ = np.histogram(numbers, edges)
    assert counts.sum() == numbers.size
    return float(np.sum((counts - expected) ** 2 / expected))


def photon_density(k: Floats) -> Floats:
    """Photons per radiation length and per part k of the electron's energy."""
    return (4 / 3 - 4 / 3 * k + k**2) / k


def test_radiated_photons_have_the_spectrum_of_bremsstrahlung() -> None:
    edges = np.geomspace(matter.SOFTEST, 1.0, 31)
    assert chi2(drawn(matter.radiated_part), edges, photon_density) < 60  # 30 bins, once in a thousand


def test_electrons_radiate_as_many_photons_as_the_spectrum_says() -> None:
    for thickness in (0.02, 0.4, 2.0):
        expected = thickness * integral(photon_density, matter.SOFTEST, 1.0)
        numbers = drawn(lambda state, x=thickness: matter.photons_radiated(state, x))  # type: ignore[misc]
        assert numbers.mean() == pytest.approx(expected, abs=4 * math.sqrt(expected / N))


def test_electrons_lose_their_energy_over_a_radiation_length_but_for_the_softest_photons() -> None:
    kept = integral(lambda k: k * photon_density(k), 1e-9, matter.SOFTEST)
    per_length = integral(lambda k: k * photon_density(k), matter.SOFTEST, 1.0)
    assert per_length + kept == pytest.approx(1.0, abs=0.01)
    assert drawn(matter.radiated_part).mean() * integral(photon_density, matter.SOFTEST, 1.0) == pytest.approx(
        per_length, rel=0.02
    )


def test_photons_convert_seven_times_in_nine_radiation_lengths() -> None:
    depth = drawn(matter.conversion_depth)
    assert depth.mean() == pytest.approx(9 / 7, rel=4 / math.sqrt(N))
    for thickness in (0.1, 0.5, 2.0):
        expected = 1 - math.exp(-7 / 9 * thickness)
        assert np.mean(depth < thickness) == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / N))


def test_pairs_share_the_energy_as_the_spectrum_says() -> None:
    part = drawn(matter.electron_part)
    assert chi2(part, np.linspace(0, 1, 31), lambda x: 1 - 4 / 3 * x * (1 - x)) < 60
    assert part.mean() == pytest.approx(0.5, abs=4 * part.std() / math.sqrt(N))


def test_plain_python_draws_what_compiled_code_draws() -> None:
    for draw in (matter.radiated_part, matter.conversion_depth, matter.electron_part):
        one, other = started(1), started(1)
        assert [draw(one) for _ in range(20)] == pytest.approx([draw.py_func(other) for _ in range(20)], rel=1e-12)
    one, other = started(1), started(1)
    assert [matter.photons_radiated(one, 0.5) for _ in range(20)] == [
        matter.photons_radiated.py_func(other, 0.5) for _ in range(20)
    ]
