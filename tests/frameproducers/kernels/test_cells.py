"""One entry per cell, ascending, whatever the order and number of the entries before."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from frameproducers.kernels.cells import COUNT, MEAN, SUM, WORD, cut_out, keep_leaders, merge_cells, place_channel

both = pytest.mark.parametrize("merge", [merge_cells, merge_cells.py_func], ids=["compiled", "python"])
CELLS = 150


def merged(
    merge: Callable[..., None], events: list[list[int]], values: NDArray[np.float32], fills: list[int]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Run the kernel and demand that the scratch is clean afterwards."""
    offsets = np.concatenate([[0], np.cumsum([len(event) for event in events])]).astype(np.int64)
    cell = np.array([c for event in events for c in event], np.int32)
    layers = len(fills)
    bits = np.zeros(-(-CELLS // WORD), np.int64), np.zeros(1, np.int64)
    scratch = np.zeros((CELLS, layers), np.float32), np.zeros(CELLS, np.int32), *bits
    out_offsets, out_cell, out_values = np.empty_like(offsets), np.empty_like(cell), np.empty_like(values)
    merge(offsets, cell, values, np.array(fills, np.int8), *scratch, out_offsets, out_cell, out_values)
    assert not any(np.any(array) for array in scratch)
    filled = int(out_offsets[-1])
    return out_offsets, out_cell[:filled], out_values[:, :filled]


def twin(cells: list[int], values: NDArray[np.float32], fill: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Sum into a full picture, then look where something is."""
    picture, number = np.zeros(CELLS, np.float32), np.zeros(CELLS, np.float32)
    np.add.at(picture, cells, values)
    np.add.at(number, cells, 1)
    occupied = np.flatnonzero(number)
    average = np.asarray(picture / np.maximum(number, 1), np.float32)
    by_fill = {SUM: picture, MEAN: average, COUNT: number}
    return occupied, by_fill[fill][occupied]


@both
@settings(deadline=None)  # the first example compiles
@given(
    events=st.lists(st.lists(st.integers(0, CELLS - 1), max_size=40), min_size=1, max_size=6), seed=st.integers(0, 99)
)
def test_merging_is_summing_into_a_full_picture_bit_for_bit(
    merge: Callable[..., None], events: list[list[int]], seed: int
) -> None:
    size = sum(map(len, events))
    values = np.random.default_rng(seed).normal(size=(3, size)).astype(np.float32)
    offsets, cell, out = merged(merge, events, values, [SUM, MEAN, COUNT])
    start = 0
    for number, event in enumerate(events):
        mine = slice(offsets[number], offsets[number + 1])
        for layer, fill in enumerate((SUM, MEAN, COUNT)):
            occupied, expected = twin(event, values[layer, start : start + len(event)], fill)
            assert np.array_equal(cell[mine], occupied)
            assert np.array_equal(out[layer, mine], expected)
        start += len(event)


@both
def test_a_cell_whose_values_cancel_is_kept_and_nan_stays_in_its_cell(merge: Callable[..., None]) -> None:
    values = np.array([[1, -1, np.nan, 5]], np.float32)
    offsets, cell, out = merged(merge, [[149, 149, 0, 31], [], []], values, [SUM])
    assert offsets.tolist() == [0, 3, 3, 3]
    assert cell.tolist() == [0, 31, 149]
    assert np.array_equal(out[0], np.array([np.nan, 5, 0], np.float32), equal_nan=True)


@both
def test_every_cell_of_a_full_picture_comes_out_once(merge: Callable[..., None]) -> None:
    cells = list(range(CELLS))[::-1]
    offsets, cell, out = merged(merge, [cells], np.array([cells], np.float32), [SUM])
    assert cell.tolist() == list(range(CELLS)) == out[0].tolist()
    assert offsets.tolist() == [0, CELLS]


@both
def test_entries_without_a_cell_do_not_count(merge: Callable[..., None]) -> None:
    offsets, cell, out = merged(merge, [[-1, 4, -1], [-1]], np.ones((1, 4), np.float32), [COUNT])
    assert offsets.tolist() == [0, 1, 1]
    assert (cell.tolist(), out.tolist()) == ([4], [[1.0]])


@pytest.mark.parametrize("keep", [keep_leaders, keep_leaders.py_func], ids=["compiled", "python"])
@settings(deadline=None)
@given(cells=st.lists(st.integers(-1, 5), max_size=30), seed=st.integers(0, 99))
def test_the_leader_of_a_cell_is_its_first_entry_of_the_largest_weight(
    keep: Callable[..., None], cells: list[int], seed: int
) -> None:
    weight = np.random.default_rng(seed).integers(0, 3, len(cells)).astype(np.float32)
    cell, out, scratch = np.array(cells, np.int32), np.empty(len(cells), np.int32), np.full(6, -1)
    half = len(cells) // 2
    keep(np.array([0, half, len(cells)]), cell, weight, scratch, out)
    expected = np.full(len(cells), -1)
    for event in (range(half), range(half, len(cells))):
        for wanted in range(6):
            mine = [i for i in event if cells[i] == wanted]
            if mine:
                expected[max(mine, key=lambda i: (weight[i], -i))] = wanted
    assert out.tolist() == expected.tolist()
    assert (scratch == -1).all()


@pytest.mark.parametrize("cut", [cut_out, cut_out.py_func], ids=["compiled", "python"])
def test_cutting_out_cells_counts_them_from_the_first(cut: Callable[..., None]) -> None:
    entries = np.array([0, 3, 3, 5]), np.array([2, 5, 9, 4, 5], np.int32), np.array([1, 2, 3, 4, 5], np.float32)
    out = np.empty(4, np.int64), np.empty(5, np.int32), np.empty(5, np.float32)
    cut(*entries, 4, 6, *out)
    assert out[0].tolist() == [0, 1, 1, 3]
    assert (out[1][:3].tolist(), out[2][:3].tolist()) == ([1, 0, 1], [2.0, 4.0, 5.0])


@pytest.mark.parametrize("place", [place_channel, place_channel.py_func], ids=["compiled", "python"])
def test_layers_are_put_side_by_side_per_event(place: Callable[..., None]) -> None:
    first = np.array([0, 2, 2]), np.array([3, 9], np.int32), np.array([1, 2], np.float32)
    second = np.array([0, 1, 3]), np.array([7, 0, 1], np.int32), np.array([3, 4, 5], np.float32)
    cursor = np.array([0, 3])
    out = np.zeros(5, np.uint8), np.zeros(5, np.uint32), np.zeros(5, np.float32)
    for number, layer in enumerate((first, second)):
        place(*layer, number, cursor, *out)
    assert [column.tolist() for column in out] == [[0, 0, 1, 1, 1], [3, 9, 7, 0, 1], [1, 2, 3, 4, 5]]
    assert cursor.tolist() == [3, 5]
