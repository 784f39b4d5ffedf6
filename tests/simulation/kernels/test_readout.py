"""Electronics of a small calorimeter against a readable twin, and its noise against what Gauss says."""

import math
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from simulation.kernels import readout
from simulation.kernels.readout import ENERGY_STEP, LONGEST_TIME, TIME_STEP, Channels, read_out
from simulation.random_numbers import Words, mixed, normal, poisson, start, uniform
from simulation.readout import channels

Ints = NDArray[np.int64]
Hits: TypeAlias = dict[int, tuple[float, float]]
"""Energy and time by cell."""

TOWERS, IN_TOWER = 6, 4
N_CELLS = TOWERS * IN_TOWER + 2  # the last two do not exist
NOISE, THRESHOLD = 0.1, 0.3
KEYS = mixed(np.arange(1, 201, dtype=np.uint64))
both = pytest.mark.parametrize("read", [read_out, read_out.py_func], ids=["compiled", "python"])


class Seen(NamedTuple):
    """What is read of a block."""

    offsets: Ints
    cell: NDArray[np.int32]
    energy: NDArray[np.float32]
    time: NDArray[np.float32]

    def of(self, event: int) -> Hits:
        """Energy and time by cell."""
        here = slice(self.offsets[event], self.offsets[event + 1])
        return {
            int(c): (float(e), float(t))
            for c, e, t in zip(self.cell[here], self.energy[here], self.time[here], strict=True)
        }


def row_of_towers(threshold: float = THRESHOLD, interesting: float = 2.0) -> Channels:
    """Towers in a row, four cells each; transverse is half of the energy."""
    number = np.arange(TOWERS)
    beside = np.stack([number - 1, np.where(number + 1 < TOWERS, number + 1, -1)], axis=1)
    return channels(
        noise=np.full(N_CELLS, NOISE),
        threshold=np.full(N_CELLS, threshold),
        existing=np.arange(N_CELLS) < TOWERS * IN_TOWER,
        transverse=np.full(N_CELLS, 0.5),
        tower=np.minimum(np.arange(N_CELLS) // IN_TOWER, TOWERS - 1),
        neighbours=beside,
        interesting=interesting,
        time_noise=10.0,
        time_constant=0.5,
    )


def seen(
    deposits: list[Hits],
    electronics: Channels,
    read: Callable[..., None] = read_out,
    keys: Words = KEYS,
) -> Seen:
    """Read events given as energy and time by cell."""
    n = len(deposits)
    offsets = np.concatenate([[0], np.cumsum([len(event) for event in deposits])])
    cell = np.array([c for event in deposits for c in event], np.int64)
    energy, time = (np.array([v[i] for event in deposits for v in event.values()], np.float32) for i in (0, 1))
    out_offsets, out_cell = np.empty(n + 1, np.int64), np.empty(n * N_CELLS, np.int32)
    out_energy, out_time = np.empty(n * N_CELLS, np.float32), np.empty(n * N_CELLS, np.float32)
    with np.errstate(over="ignore"):
        read(offsets, cell, energy, time, keys[:n], electronics, out_offsets, out_cell, out_energy, out_time)
    used = out_offsets[-1]
    return Seen(out_offsets, out_cell[:used], out_energy[:used], out_time[:used])


def by_hand(event: Hits, electronics: Channels, key: np.uint64) -> Hits:
    """The readable twin, for one event."""
    transverse = [sum(event[c][0] * 0.5 for c in event if c // IN_TOWER == tower) for tower in range(TOWERS)]
    hot = [tower for tower in range(TOWERS) if transverse[tower] > electronics.interesting]
    whole = {t * IN_TOWER + i for h in hot for t in (h - 1, h, h + 1) if 0 <= t < TOWERS for i in range(IN_TOWER)}
    state = np.zeros(1, np.uint64)
    start(state, key, -1)
    noisy = {int(uniform(state) * TOWERS * IN_TOWER) for _ in range(poisson(state, electronics.noise_hits))}
    found = {}
    for c in range(TOWERS * IN_TOWER):
        start(state, key, c)
        deposit, when = event.get(c, (0.0, 0.0))
        if c in event or c in whole:
            energy = float(np.float32(deposit)) + NOISE * normal(state)
        elif c in noisy:
            low = electronics.threshold[c] / NOISE
            while True:
                high = math.sqrt(low**2 - 2 * math.log(1 - uniform(state)))
                if uniform(state) * high < low:
                    break
            energy = high * NOISE
        else:
            continue
        if c not in whole and energy <= electronics.threshold[c]:
            continue
        if float(np.float32(deposit)) < NOISE:
            time = LONGEST_TIME * (2 * uniform(state) - 1)
        else:
            time = when + math.hypot(10.0 * NOISE / max(energy, NOISE), 0.5) * normal(state)
            time = min(max(time, -LONGEST_TIME), LONGEST_TIME)
        found[c] = round(energy / ENERGY_STEP) * ENERGY_STEP, round(time / TIME_STEP) * TIME_STEP
    return found


def random_events(n: int) -> list[Hits]:
    rng = np.random.default_rng(1)
    events: list[Hits] = []
    for _ in range(n):
        cells = np.sort(rng.choice(TOWERS * IN_TOWER, rng.integers(0, 8), replace=False))
        events.append({int(c): (float(np.float32(rng.exponential(1.0))), float(rng.integers(-9, 9))) for c in cells})
    return events


@both
def test_events_are_read_as_the_readable_twin_reads_them(read: Callable[..., None]) -> None:
    events, electronics = random_events(60), row_of_towers()
    found = seen(events, electronics, read)
    n_whole = 0
    for number, event in enumerate(events):
        expected = by_hand(event, electronics, KEYS[number])
        assert list(found.of(number)) == list(expected)
        for cell, values in found.of(number).items():
            assert values == pytest.approx(expected[cell], abs=1e-6)
        n_whole += len(expected) >= 2 * IN_TOWER
    assert n_whole > 5


def test_cells_come_in_ascending_order_and_exist() -> None:
    found = seen(random_events(200), row_of_towers())
    for number in range(200):
        cells = found.cell[found.offsets[number] : found.offsets[number + 1]]
        assert np.all(np.diff(cells) > 0)
    assert found.cell.max() < TOWERS * IN_TOWER


def test_the_noise_of_a_cell_does_not_depend_on_other_cells() -> None:
    electronics = row_of_towers(interesting=math.inf)
    alone = seen([{9: (1.0, 2.0)}] * 200, electronics)
    others = seen([{0: (5.0, 1.0), 1: (0.3, 0.0), 9: (1.0, 2.0), 20: (2.0, 0.0)}] * 200, electronics)
    for number in range(200):
        assert alone.of(number)[9] == others.of(number)[9]
        silent = set(alone.of(number)) - {0, 1, 9, 20}
        assert {c: alone.of(number)[c] for c in silent} == {c: v for c, v in others.of(number).items() if c in silent}


def test_the_noise_of_an_event_does_not_depend_on_the_events_before_it() -> None:
    events, electronics = random_events(60), row_of_towers()
    whole, later = seen(events, electronics), seen(events[40:], electronics, keys=KEYS[40:])
    assert [whole.of(40 + number) for number in range(20)] == [later.of(number) for number in range(20)]


def test_noise_alone_lifts_as_many_cells_as_gauss_says() -> None:
    electronics = row_of_towers(threshold=0.25)
    n = 4000
    keys = mixed(np.arange(n, dtype=np.uint64))
    found = seen([{}] * n, electronics, keys=keys)
    above = 0.5 * math.erfc(2.5 / math.sqrt(2))
    assert electronics.noise_hits == pytest.approx(TOWERS * IN_TOWER * above)
    expected = n * TOWERS * IN_TOWER * (1 - math.exp(-above))  # a cell that is drawn twice is read once
    assert found.cell.size == pytest.approx(expected, abs=4 * math.sqrt(expected))
    counts = np.bincount(found.cell, minlength=TOWERS * IN_TOWER)
    assert np.sum((counts - counts.mean()) ** 2) / counts.mean() < 56  # 23 degrees of freedom, once in ten thousand
    assert np.abs(found.time).max() <= LONGEST_TIME
    assert found.time.std() == pytest.approx(2 * LONGEST_TIME / math.sqrt(12), rel=0.1)


@pytest.mark.parametrize("amplitude", [readout._amplitude, readout._amplitude.py_func], ids=["compiled", "python"])
def test_noise_above_threshold_is_the_tail_of_gauss(amplitude: Callable[..., float]) -> None:
    state = np.zeros(1, np.uint64)
    start(state, np.uint64(3), 0)
    with np.errstate(over="ignore"):
        energies = np.array([amplitude(3, 0.0, NOISE, THRESHOLD, state) for _ in range(5000)])
    assert energies.min() > THRESHOLD
    edges = np.array([3.0, 3.1, 3.2, 3.4, 3.7, 4.0, 9.0])
    tail = np.array([math.erfc(x / math.sqrt(2)) for x in edges])
    expected = -np.diff(tail) / tail[0] * energies.size
    counts, _ = np.histogram(energies / NOISE, edges)
    assert np.sum((counts - expected) ** 2 / expected) < 21  # five degrees of freedom, once in a thousand


def test_cells_at_or_below_the_threshold_are_suppressed() -> None:
    n = 4000
    found = seen(
        [{5: (THRESHOLD, 0.0)}] * n, row_of_towers(interesting=math.inf), keys=mixed(np.arange(n, dtype=np.uint64))
    )
    energies = found.energy[found.cell == 5]
    assert energies.size == pytest.approx(n / 2, abs=4 * math.sqrt(n / 4))
    assert found.energy.min() > THRESHOLD - ENERGY_STEP


def test_interesting_towers_and_their_neighbours_are_read_whole_with_negative_energies() -> None:
    found = seen([{9: (4.1, 0.0)}] * 200, row_of_towers())
    whole = set(range(IN_TOWER, 4 * IN_TOWER))
    energies = [
        energy for number in range(200) for cell, (energy, _) in found.of(number).items() if cell != 9 and cell in whole
    ]
    assert all(whole <= set(found.of(number)) for number in range(200))
    assert np.mean(energies) == pytest.approx(0.0, abs=4 * NOISE / math.sqrt(len(energies)))
    assert np.std(energies) == pytest.approx(NOISE, rel=0.05)
    quiet = seen([{9: (3.9, 0.0)}] * 200, row_of_towers())
    assert quiet.cell.size < 300


def test_times_have_their_resolution() -> None:
    n = 3000
    electronics = row_of_towers(interesting=math.inf)
    for energy in (1.0, 20.0):
        found = seen([{5: (energy, 7.0)}] * n, electronics, keys=mixed(np.arange(n, dtype=np.uint64)))
        times = found.time[found.cell == 5]
        expected = math.hypot(10.0 * NOISE / energy, 0.5)
        assert times.mean() == pytest.approx(7.0, abs=4 * expected / math.sqrt(n))
        assert np.median(np.abs(times - 7.0)) == pytest.approx(0.6745 * expected, rel=0.06)


def test_energies_and_times_are_counted_in_steps() -> None:
    found = seen(random_events(100), row_of_towers())
    for column, step in ((found.energy, ENERGY_STEP), (found.time, TIME_STEP)):
        assert np.array_equal(column / step, np.round(column / step))
