"""Endcaps in blocks of 2 x 2 pixels: the twin pads, sums and repeats whole pictures."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from frameproducers.entries import Entries
from frameproducers.kernels.resampling import BLOCKS, resample_endcaps

Picture = NDArray[np.float32]
both = pytest.mark.parametrize("resample", [resample_endcaps, resample_endcaps.py_func], ids=["compiled", "python"])
CONSERVING, LEGACY = (4, 2), (16, 16)


def run(resample: Callable[..., None], entries: Entries, parts: tuple[int, int]) -> Entries:
    offsets, cell, value = entries
    out = Entries(np.empty_like(offsets), np.full(4 * cell.size, -7, np.int32), np.empty(4 * cell.size, np.float32))
    sums = np.zeros(BLOCKS, np.float32)
    resample(offsets, cell, value, *parts, sums, out.offsets, out.cell, out.value)
    assert not sums.any()
    filled = int(out.offsets[-1])
    return Entries(out.offsets, out.cell[:filled], out.value[:filled])


def picture(entries: Entries, event: int) -> Picture:
    mine = slice(entries.offsets[event], entries.offsets[event + 1])
    assert np.all(np.diff(entries.cell[mine]) > 0)
    out = np.zeros(280 * 360, np.float32)
    out[entries.cell[mine]] = entries.value[mine]
    return out.reshape(280, 360)


def twin(stitched: Picture, parts: tuple[int, int]) -> Picture:
    """Pad either endcap by a row on its outer side, sum 2 x 2, divide, repeat 2 x 2, cut the padded row off."""
    out = stitched.astype(np.float64)
    for rows, padding, kept in ((slice(0, 55), (1, 0), slice(1, None)), (slice(225, 280), (0, 1), slice(0, -1))):
        padded = np.pad(stitched[rows].astype(np.float64), (padding, (0, 0)))
        blocks = padded.reshape(28, 2, 180, 2).sum(axis=(1, 3))
        divisor = np.full(28, parts[0])
        divisor[0 if padding[0] else -1] = parts[1]
        out[rows] = (blocks / divisor[:, None]).repeat(2, axis=0).repeat(2, axis=1)[kept]
    return out.astype(np.float32)


def random_entries(seed: int, occupancy: float, n_events: int = 3) -> Entries:
    rng = np.random.default_rng(seed)
    cells = [np.flatnonzero(rng.random(280 * 360) < (occupancy if event != 1 else 0)) for event in range(n_events)]
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in cells])]).astype(np.int64)
    return Entries(offsets, np.concatenate(cells).astype(np.int32), rng.exponential(1, offsets[-1]).astype(np.float32))


@both
@pytest.mark.parametrize("parts", [CONSERVING, LEGACY], ids=["conserving", "legacy"])
@pytest.mark.parametrize("occupancy", [0.003, 0.5])
def test_pictures_are_those_of_the_readable_twin(
    resample: Callable[..., None], parts: tuple[int, int], occupancy: float
) -> None:
    entries = random_entries(5, occupancy)
    found = run(resample, entries, parts)
    for event in range(3):
        expected = twin(picture(entries, event), parts)
        assert np.allclose(picture(found, event), expected, rtol=3e-7, atol=0.0)
        assert np.array_equal(picture(found, event)[55:225], expected[55:225])


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.integers(0, 280 * 360 - 1), st.floats(0.125, 1024, width=32), max_size=30))
def test_energy_is_conserved_and_legacy_keeps_a_quarter_or_less(hits: dict[int, float]) -> None:
    cell = np.array(sorted(hits), np.int32)
    value = np.array([hits[one] for one in sorted(hits)], np.float32)
    entries = Entries(np.array([0, cell.size]), cell, value)
    endcap = (cell < 55 * 360) | (cell >= 225 * 360)
    outer = (cell < 360) | (cell >= 279 * 360)
    energy = value.astype(np.float64)
    conserved = run(resample_endcaps, entries, CONSERVING).value.sum(dtype=np.float64)
    assert conserved == pytest.approx(energy.sum(), rel=1e-6)
    legacy = run(resample_endcaps, entries, LEGACY).value.sum(dtype=np.float64)
    expected = energy[~endcap].sum() + energy[endcap & ~outer].sum() / 4 + energy[outer].sum() / 8
    assert legacy == pytest.approx(expected, rel=1e-6)


@both
def test_no_events_and_no_entries_are_no_trouble(resample: Callable[..., None]) -> None:
    nothing = np.zeros(0, np.int32), np.zeros(0, np.float32)
    assert run(resample, Entries(np.zeros(1, np.int64), *nothing), LEGACY).offsets.tolist() == [0]
    assert run(resample, Entries(np.zeros(4, np.int64), *nothing), LEGACY).offsets.tolist() == [0] * 4
