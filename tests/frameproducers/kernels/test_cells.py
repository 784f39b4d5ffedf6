"""One entry per cell, ascending, whatever the order and number of the entries before."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from frameproducers.kernels.cells import WORD, merge_cells, place_channel

both = pytest.mark.parametrize("merge", [merge_cells, merge_cells.py_func], ids=["compiled", "python"])
CELLS = 150


def merged(
    merge: Callable[..., None], events: list[list[int]], values: NDArray[np.float32], mean: list[bool]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Run the kernel and demand that the scratch is clean afterwards."""
    offsets = np.concatenate([[0], np.cumsum([len(event) for event in events])]).astype(np.int64)
    cell = np.array([c for event in events for c in event], np.int32)
    layers = len(mean)
    scratch = np.zeros((CELLS, layers), np.float32), np.zeros(CELLS, np.int32), np.zeros(-(-CELLS // WORD), np.int64)
    out = np.empty_like(offsets), np.empty_like(cell), np.empty_like(values)
    merge(offsets, cell, values, np.array(mean), *scratch, *out)
    assert not any(np.any(array) for array in scratch)
    filled = int(out[0][-1])
    return out[0], out[1][:filled], out[2][:, :filled]


def twin(cells: list[int], values: NDArray[np.float32], *, mean: bool) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Sum into a full picture, then look where something is."""
    picture, number = np.zeros(CELLS, np.float32), np.zeros(CELLS, np.float32)
    np.add.at(picture, cells, values)
    np.add.at(number, cells, 1)
    occupied = np.flatnonzero(number)
    return occupied, picture[occupied] / (number[occupied] if mean else np.float32(1))


@both
@settings(deadline=None)  # the first example compiles
@given(
    events=st.lists(st.lists(st.integers(0, CELLS - 1), max_size=40), min_size=1, max_size=6), seed=st.integers(0, 99)
)
def test_merging_is_summing_into_a_full_picture_bit_for_bit(
    merge: Callable[..., None], events: list[list[int]], seed: int
) -> None:
    size = sum(map(len, events))
    values = np.random.default_rng(seed).normal(size=(2, size)).astype(np.float32)
    offsets, cell, out = merged(merge, events, values, [False, True])
    start = 0
    for number, event in enumerate(events):
        mine = slice(offsets[number], offsets[number + 1])
        for layer, mean in enumerate((False, True)):
            occupied, expected = twin(event, values[layer, start : start + len(event)], mean=mean)
            assert np.array_equal(cell[mine], occupied)
            assert np.array_equal(out[layer, mine], expected)
        start += len(event)


@both
def test_a_cell_whose_values_cancel_is_kept_and_nan_stays_in_its_cell(merge: Callable[..., None]) -> None:
    values = np.array([[1, -1, np.nan, 5]], np.float32)
    offsets, cell, out = merged(merge, [[149, 149, 0, 31], [], []], values, [False])
    assert offsets.tolist() == [0, 3, 3, 3]
    assert cell.tolist() == [0, 31, 149]
    assert np.array_equal(out[0], np.array([np.nan, 5, 0], np.float32), equal_nan=True)


@both
def test_every_cell_of_a_full_picture_comes_out_once(merge: Callable[..., None]) -> None:
    cells = list(range(CELLS))[::-1]
    offsets, cell, out = merged(merge, [cells], np.array([cells], np.float32), [False])
    assert cell.tolist() == list(range(CELLS)) == out[0].tolist()
    assert offsets.tolist() == [0, CELLS]


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
