"""Masses flat in a range: of top quarks in collisions and from guns, and of the a; each event still stands alone."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.generator import GenParticles
from e2efw.errors import EventGenerationError
from simulation.flat_masses import FlatMasses, measured, most_likely, refuse_uneven, wide_top
from simulation.processes import PROCESSES
from simulation.pythia import Pythia, pythia_seeds, sample_key
from simulation.pythia_source import OpenPythia, PythiaSource

pytest.importorskip("pythia8mc", reason="Pythia 8 is the extra `sim`")

LARGEST_DISTANCE = 1.63
"""Of Kolmogorov and Smirnov, times the root of the number of masses; exceeded in 1 % of all truly flat samples."""
RANGES = [("ttbar", 85.3, 500.0, 0.0), ("ttbar_boosted", 100.0, 400.0, 400.0)]


@cache
def opened(process: str, **parameters: Any) -> OpenPythia:
    return PythiaSource(process=process, **parameters).open()


def lines(process: str, low: float, high: float, pt_hat_min: float) -> tuple[str, ...]:
    collision = ("Beams:eCM = 13000.0", f"PhaseSpace:pTHatMin = {pt_hat_min}")
    return (*PROCESSES[process].settings, *collision, *wide_top(low, high))


@cache
def hard_masses(process: str, low: float, high: float, pt_hat_min: float) -> NDArray[np.float64]:
    """(events, 2) masses of top quarks before showers, made as a job makes them."""
    settings = lines(process, low, high, pt_hat_min)
    factor = measured("test", settings, low, high)
    pythia = Pythia("test", (*settings, "PartonLevel:all = off", "HadronLevel:all = off"), factor)
    return pythia.hard_masses(pythia_seeds(sample_key(process, 7), np.arange(4000)))


def distance(masses: NDArray[np.float64], low: float, high: float) -> float:
    """Largest distance between the distribution of the masses and a flat one, times the root of their number."""
    flat = (np.sort(masses.ravel()) - low) / (high - low)
    steps = np.arange(flat.size + 1) / flat.size
    return float(np.sqrt(flat.size) * max(np.max(steps[1:] - flat), np.max(flat - steps[:-1])))


def correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    return float(np.mean((first - first.mean()) * (second - second.mean())) / (first.std() * second.std()))


def of_kind(particles: GenParticles, pdg_id: int) -> NDArray[np.float64]:
    """(events, 2) masses of the first two particles of a kind in each event."""
    places = np.flatnonzero(np.abs(particles.flat("pdg_id")) == pdg_id)
    event = np.searchsorted(particles.offsets, places, side="right") - 1
    _, first = np.unique(event, return_index=True)
    masses: NDArray[np.float64] = particles.flat("mass")[np.stack([places[first], places[first + 1]], axis=-1)]
    return masses.astype(float)


@pytest.mark.parametrize("which", RANGES)
def test_masses_of_top_quarks_are_flat(which: tuple[str, float, float, float]) -> None:
    _, low, high, _ = which
    masses = hard_masses(*which)
    assert len(masses) == 4000
    assert distance(masses, low, high) < LARGEST_DISTANCE
    counts = np.histogram(masses, 20, (low, high))[0]
    assert np.sum((counts - 400.0) ** 2 / 400.0) < 36.2  # chi squared with 19 degrees of freedom, 1 %


@pytest.mark.parametrize("which", RANGES)
def test_the_two_masses_of_an_event_are_independent(which: tuple[str, float, float, float]) -> None:
    _, low, high, _ = which
    masses = hard_masses(*which)
    first, second = masses.T
    assert abs(correlation(first, second)) < 0.05
    counts = np.histogram2d(first, second, 5, ((low, high), (low, high)))[0]
    assert np.sum((counts - 160.0) ** 2 / 160.0) < 50.0  # with 24 degrees of freedom, 0.1 %


def test_flat_masses_survive_the_showers() -> None:
    source = opened("ttbar_boosted", top_mass=100.0, top_mass_max=400.0)
    particles = source.generate(1, 150)
    masses = of_kind(particles, 6)
    assert masses.shape == (150, 2)
    assert np.all((masses >= 100.0) & (masses <= 400.0))
    assert distance(masses, 100.0, 400.0) < LARGEST_DISTANCE
    w = of_kind(particles, 24)[masses.min(axis=1) > 200.0]
    assert np.median(w) == pytest.approx(80.4, abs=1.0)


def test_an_event_with_a_flat_mass_depends_on_its_number_alone() -> None:
    source = opened("ttbar_boosted", top_mass=100.0, top_mass_max=400.0)
    whole, tail = source.generate(1, 10).take(slice(6, 10)), source.generate(7, 4)
    for name, column in whole.columns.items():
        assert np.array_equal(column, tail.columns[name]), name


def test_the_factor_is_the_same_every_time() -> None:
    which = RANGES[1]
    one = measured("test", lines(*which), *which[1:3])
    other = measured.__wrapped__("test", lines(*which), *which[1:3])
    assert one.coefficients.tolist() == other.coefficients.tolist()


def test_top_quarks_from_guns_have_flat_masses() -> None:
    masses = of_kind(opened("top_gun", top_mass=90.0, top_mass_max=300.0).generate(1, 400), 6)
    assert distance(masses, 90.0, 300.0) < LARGEST_DISTANCE
    assert abs(correlation(*masses.T)) < 0.15


@pytest.mark.parametrize(("process", "low", "high"), [("h_aa_4gamma", 0.1, 60.0), ("h_aa_4tau", 3.6, 15.0)])
def test_both_a_of_an_event_have_the_same_mass_and_it_is_flat(process: str, low: float, high: float) -> None:
    masses = of_kind(opened(process, a_mass=low, a_mass_max=high).generate(1, 150), 36)
    assert masses[:, 0] == pytest.approx(masses[:, 1], abs=1e-3)
    assert distance(masses[:, 0], low, high) < LARGEST_DISTANCE


@pytest.mark.parametrize(("process", "low", "high"), [("a_gammagamma_gun", 0.1, 1.6), ("a_tautau_gun", 3.6, 15.0)])
def test_an_a_from_a_gun_has_a_flat_mass(process: str, low: float, high: float) -> None:
    source = opened(process, a_mass=low, a_mass_max=high)
    particles = source.generate(1, 300)
    masses = particles.flat("mass")[particles.flat("pdg_id") == 36].astype(float)
    assert masses.size == 300
    assert distance(masses, low, high) < LARGEST_DISTANCE
    tail = source.generate(201, 100)
    assert tail.flat("mass")[tail.flat("pdg_id") == 36].tolist() == pytest.approx(masses[200:].tolist(), abs=1e-6)


def test_a_density_is_found_again() -> None:
    random = np.random.default_rng(1)
    masses = 100.0 + 100.0 * random.power(3.0, (20_000, 2))
    factor = FlatMasses(100.0, 200.0, np.zeros(12)).corrected(masses)
    ratio = factor(190.0, 150.0) / factor(150.0, 150.0)
    assert ratio == pytest.approx((50.0 / 90.0) ** 2, rel=0.1)
    assert factor(120.0, 180.0) == pytest.approx(factor(180.0, 120.0))


def test_the_factor_is_the_exponential_of_its_terms() -> None:
    coefficients = np.random.default_rng(2).normal(size=12)
    factor = FlatMasses(100.0, 200.0, coefficients)
    pairs = np.array([[110.0, 190.0], [150.0, 150.0], [199.0, 101.0]])
    assert [factor(*pair) for pair in pairs] == pytest.approx(np.exp(factor._terms(pairs) @ coefficients).tolist())


def test_a_likelihood_without_events_in_a_corner_stays_finite() -> None:
    grid = np.linspace(-1.0, 1.0, 50)[:, None] ** np.arange(1, 5)
    found = most_likely(grid, np.ones(50), np.full((100, 1), 0.9) ** np.arange(1, 5))
    assert np.all(np.abs(found) < 1e3)


def test_masses_that_do_not_become_flat_are_refused() -> None:
    masses = np.array([100.0, 150.0, 160.0, 170.0])
    with pytest.raises(EventGenerationError, match=r"from 100 to 200 GeV do not become flat.*narrower range"):
        refuse_uneven("ttbar", masses, 100.0, 200.0)
