"""Random numbers of an event against SplitMix64 with Python's integers, and against the distributions they are of."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from e2efw.framework.blocks import EventIDs
from simulation.kernels.shower_shapes import gamma_number, landau_number
from simulation.random_numbers import Words, event_keys, exponential, mixed, normal, poisson, start, uniform

Floats = NDArray[np.float64]

N = 20_000
MASK = 2**64 - 1
STEP = 0x9E3779B97F4A7C15
KEY = np.uint64(0x0123456789ABCDEF)
UNLIKELY = 1.95
"""`kolmogorov` is above it once in a thousand."""


class Numbers:
    """The readable twin of a state."""

    def __init__(self, key: int, number: int) -> None:
        self.state = self.mixed(key + STEP * (number + 1))

    @staticmethod
    def mixed(word: int) -> int:
        word &= MASK
        word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & MASK
        return word ^ (word >> 31)

    def uniform(self) -> float:
        self.state = (self.state + STEP) & MASK
        return (self.mixed(self.state) >> 11) / 2**53


def started(number: int = 0, key: np.uint64 = KEY) -> Words:
    state = np.zeros(1, np.uint64)
    start(state, key, number)
    return state


def drawn(draw: Callable[[Words], float], n: int = N, number: int = 0) -> Floats:
    state = started(number)
    return np.array([draw(state) for _ in range(n)], np.float64)


def ids(*events: int, run: int = 1, lumi: int = 1) -> EventIDs:
    one = np.ones(len(events), np.uint32)
    return EventIDs(run * one, lumi * one, np.array(events, np.uint64), "test")


def kolmogorov(numbers: Floats, cumulative: Callable[[Floats], Floats]) -> float:
    """Largest distance to a distribution, times the root of the number of numbers."""
    expected = cumulative(np.sort(numbers))
    place = np.arange(numbers.size + 1) / numbers.size
    return float(max(np.max(place[1:] - expected), np.max(expected - place[:-1])) * math.sqrt(numbers.size))


def test_the_first_numbers_are_the_published_ones_of_splitmix64() -> None:
    words = np.array([(1234567 + step * STEP) & MASK for step in (1, 2, 3)], np.uint64)
    assert mixed(words).tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@pytest.mark.parametrize("number", [-1, 0, 1, 7, 100_000])
@pytest.mark.parametrize("key", [0, 1, int(KEY), MASK])
def test_a_state_gives_the_numbers_of_its_readable_twin(number: int, key: int) -> None:
    state, twin = started(number, np.uint64(key)), Numbers(key, number)
    assert [uniform(state) for _ in range(20)] == [twin.uniform() for _ in range(20)]


def test_plain_python_draws_what_compiled_code_draws() -> None:
    with np.errstate(over="ignore"):
        state = np.zeros(1, np.uint64)
        start.py_func(state, KEY, 3)
        assert state == started(3)
        assert [uniform.py_func(state) for _ in range(10)] == drawn(uniform, 10, 3).tolist()
        for draw in (normal, exponential):
            state = started(3)
            assert [draw.py_func(state) for _ in range(10)] == pytest.approx(drawn(draw, 10, 3).tolist(), rel=1e-12)
        for mean in (0.0, 2.5, 80.0):
            state, again = started(3), started(3)
            assert [poisson.py_func(state, mean) for _ in range(10)] == [poisson(again, mean) for _ in range(10)]


def test_an_event_has_its_key_wherever_it_stands() -> None:
    whole = event_keys(7, "Someone", ids(*range(100)))
    assert np.array_equal(whole[40:60], event_keys(7, "Someone", ids(*range(40, 60))))
    assert np.unique(whole).size == 100


def test_seed_purpose_run_lumi_and_event_each_make_another_key() -> None:
    events = range(50)
    keys = [
        event_keys(seed, purpose, ids(*events, run=run, lumi=lumi))
        for seed in (1, 2, 2**40)
        for purpose in ("EBRecHitProducer", "EERecHitProducer", "EB")
        for run in (1, 2)
        for lumi in (1, 2)
    ]
    assert np.unique(np.concatenate(keys)).size == len(keys) * 50


def test_neighbouring_events_particles_and_purposes_share_no_numbers() -> None:
    keys = np.concatenate([event_keys(1, purpose, ids(1, 2, 3, 4)) for purpose in ("A", "B")])
    states = [started(particle, key) for key in keys for particle in range(40)]
    numbers = np.array([[uniform(state) for _ in range(50)] for state in states])
    assert np.unique(numbers).size == numbers.size
    assert kolmogorov(numbers.ravel(), lambda u: u) < UNLIKELY
    assert kolmogorov(numbers[:, 0], lambda u: u) < UNLIKELY  # the first of each particle
    for lag in (1, 40, 160):  # the next particle; the same one of the next event; of the other purpose
        assert abs(np.corrcoef(numbers[:-lag].ravel(), numbers[lag:].ravel())[0, 1]) < 4 / math.sqrt(numbers.size)


def test_uniform_numbers_fill_the_interval_evenly() -> None:
    numbers = drawn(uniform)
    assert 0 <= numbers.min() < numbers.max() < 1
    counts = np.bincount((numbers * 100).astype(int), minlength=100)
    assert abs(np.sum((counts - N / 100) ** 2) / (N / 100) - 99) < 4 * math.sqrt(2 * 99)
    assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 4 / math.sqrt(N)


def test_normal_numbers_are_normal() -> None:
    numbers = drawn(normal)
    erf = np.vectorize(math.erf)
    assert kolmogorov(numbers, lambda x: 0.5 + 0.5 * erf(x / math.sqrt(2))) < UNLIKELY
    assert numbers.mean() == pytest.approx(0, abs=4 / math.sqrt(N))
    assert numbers.var() == pytest.approx(1, abs=4 * math.sqrt(2 / N))


def test_exponential_numbers_are_exponential() -> None:
    numbers = drawn(exponential)
    assert numbers.min() >= 0
    assert kolmogorov(numbers, lambda x: 1 - np.exp(-x)) < UNLIKELY


@pytest.mark.parametrize("mean", [0.0, 0.02, 1.0, 7.5, 29.9, 30.0, 250.0])
def test_poisson_numbers_have_their_mean_for_mean_and_variance(mean: float) -> None:
    numbers = drawn(lambda state: poisson(state, mean))
    assert numbers.min() >= 0
    assert np.array_equal(numbers, np.round(numbers))
    rounding = 1 / 12 if mean >= 30 else 0.0
    assert numbers.mean() == pytest.approx(mean, abs=4 * math.sqrt(mean / N))
    assert numbers.var() == pytest.approx(mean + rounding, abs=4 * math.sqrt((mean + 2 * mean**2) / N))


def test_small_poisson_numbers_come_as_often_as_they_should() -> None:
    numbers = drawn(lambda state: poisson(state, 3.0)).astype(int)
    expected = np.array([math.exp(-3) * 3**k / math.factorial(k) for k in range(9)]) * N
    counts = np.bincount(numbers, minlength=9)[:9]
    assert np.sum((counts - expected) ** 2 / expected) < 28  # nine degrees of freedom, once in a thousand


@pytest.mark.parametrize(("mean", "variance"), [(100.0, 9.0), (1.0, 1.0), (0.5, 3.0), (1e-3, 1e-6)])
def test_gamma_numbers_have_mean_and_variance(mean: float, variance: float) -> None:
    numbers = drawn(lambda state: gamma_number(state, mean, variance))
    shape = mean**2 / variance
    assert numbers.min() >= 0
    assert numbers.mean() == pytest.approx(mean, abs=4 * math.sqrt(variance / N))
    assert numbers.var() == pytest.approx(variance, abs=5 * variance * math.sqrt((2 + 6 / shape) / N))


def test_gamma_numbers_of_shape_one_are_exponential() -> None:
    assert kolmogorov(drawn(lambda state: gamma_number(state, 1.0, 1.0)), lambda x: 1 - np.exp(-x)) < UNLIKELY


@pytest.mark.parametrize("draw", [gamma_number, gamma_number.py_func], ids=["compiled", "python"])
def test_gamma_numbers_without_width_are_their_mean(draw: Callable[[Words, float, float], float]) -> None:
    state = started()
    assert draw(state, 3.0, 0.0) == 3.0
    assert draw(state, 0.0, 1.0) == 0.0
    assert state == started()


def test_landau_numbers_are_those_of_moyal() -> None:
    numbers = drawn(lambda state: landau_number(state, 10.0, 1.0))
    erfc = np.vectorize(math.erfc)
    assert kolmogorov(numbers, lambda x: erfc(np.exp(-(x - 10) / 2) / math.sqrt(2))) < UNLIKELY
    counts, edges = np.histogram(numbers, bins=np.arange(5.0, 20.0, 0.5))
    assert edges[counts.argmax()] == pytest.approx(10, abs=0.6)
    assert landau_number.py_func(started(), 10.0, 1.0) == pytest.approx(numbers[0])


def test_landau_numbers_end_at_ten_times_the_likely_one() -> None:
    assert drawn(lambda state: landau_number(state, 1.0, 5.0)).max() == 10.0
