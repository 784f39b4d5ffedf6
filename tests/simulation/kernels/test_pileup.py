"""The kernels of pileup against readable twins."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simulation.kernels.pileup import PARTS, Columns, Uses, count_collisions, draw_collisions, lay_over
from simulation.pileup import empty_columns
from simulation.random_numbers import mixed, normal, poisson, start, uniform

KEYS = mixed(np.arange(1, 30, dtype=np.uint64))
SPREAD = np.array([0.1, 0.2, 4.0])


def offsets_of(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)])


def drawn(draw: object = draw_collisions) -> tuple[NDArray[np.int64], Uses]:
    counts = np.empty(KEYS.size, np.int64)
    count_collisions(KEYS, 12.0, counts)
    offsets = offsets_of(counts)
    uses = Uses(np.empty(offsets[-1], np.int64), *(np.empty(offsets[-1]) for _ in Uses._fields[1:]))
    draw(KEYS, offsets, 7, SPREAD, uses)  # type: ignore[operator]
    return offsets, uses


def pool() -> tuple[NDArray[np.int64], Columns]:
    """Seven collisions of 0, 1, ... 6 particles, stored in the opposite order."""
    random = np.random.default_rng(3)
    count = np.arange(7)
    first = offsets_of(count[::-1])[:-1][::-1]
    n = int(count.sum())
    values: dict[str, NDArray[Any]] = {name: random.normal(size=n).astype(np.float32) for name in Columns._fields}
    values["phi"] = random.uniform(-np.pi, np.pi, n).astype(np.float32)
    values["pdg_id"] = random.integers(1, 3000, n).astype(np.int32)
    return first, Columns(**values)


def test_the_number_of_collisions_is_a_sum_of_poisson_numbers() -> None:
    counts, plain = np.empty(KEYS.size, np.int64), np.empty(KEYS.size, np.int64)
    count_collisions(KEYS, 12.0, counts)
    count_collisions.py_func(KEYS, 12.0, plain)
    state = np.zeros(1, np.uint64)
    expected = []
    for key in KEYS:
        start(state, key, 0)
        expected.append(sum(poisson(state, 12.0 / PARTS) for _ in range(PARTS)))
    assert counts.tolist() == plain.tolist() == expected


def test_collisions_are_drawn_one_by_one() -> None:
    offsets, uses = drawn()
    _, plain = drawn(draw_collisions.py_func)
    for one, other in zip(uses, plain, strict=True):
        assert np.allclose(one, other, rtol=1e-14)
    state = np.zeros(1, np.uint64)
    event, place = 5, 3
    start(state, KEYS[event], 1 + place)
    number, turn = int(7 * uniform(state)), 2.0 * np.pi * uniform(state)
    side = 1.0 if uniform(state) < 0.5 else -1.0
    expected = (number, turn, side, *(spread * normal(state) for spread in SPREAD))
    assert [column[offsets[event] + place] for column in uses] == pytest.approx(expected)
    assert set(uses.number.tolist()) == set(range(7))


def test_particles_are_turned_and_moved() -> None:
    _, uses = drawn()
    first, stored = pool()
    counts = np.arange(7)[uses.number]
    offsets = offsets_of(counts)
    made, plain = empty_columns(int(offsets[-1])), empty_columns(int(offsets[-1]))
    lay_over(first, stored, uses, offsets, made)
    lay_over.py_func(first, stored, uses, offsets, plain)
    there = np.repeat(first[uses.number] - offsets[:-1], counts) + np.arange(offsets[-1])
    turn, side, x, y, z = (np.repeat(column, counts) for column in uses[1:])
    old = Columns(*(column[there] for column in stored))
    # half a turn around the x axis: y and z change sign; then a turn around the z axis
    momentum = old.pt * np.exp(1j * (side * old.phi + turn))
    vertex = (old.vx + 1j * side * old.vy) * np.exp(1j * turn) + x + 1j * y
    for new in (made, plain):
        for name in ("pt", "mass", "pdg_id"):
            assert np.array_equal(getattr(new, name), getattr(old, name))
        assert np.array_equal(new.eta, side.astype(np.float32) * old.eta)
        assert np.allclose(new.pt * np.exp(1j * new.phi), momentum, atol=1e-5)
        assert np.abs(new.phi).max() <= np.float32(np.pi)
        assert np.allclose(new.vx + 1j * new.vy, vertex, atol=1e-5)
        assert np.allclose(new.vz, side * old.vz + z, atol=1e-5)
