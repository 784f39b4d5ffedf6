"""A window written cell by cell is a crop of the full picture."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from frameproducers.kernels.windows import add_to_windows, fill_windows

both = pytest.mark.parametrize("fill", [fill_windows, fill_windows.py_func], ids=["compiled", "python"])


def crop(picture: NDArray[np.float32], top: int, left: int, height: int, width: int) -> NDArray[np.float32]:
    """The readable twin: rows outside are zero, columns wrap."""
    out = np.zeros((height, width), np.float32)
    rows = np.arange(top, top + height)
    inside = (rows >= 0) & (rows < 280)
    out[inside] = picture[rows[inside]][:, np.arange(left, left + width) % 360]
    return out


def random_entries(
    rng: np.random.Generator, n_events: int, n_cells: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Ascending cells without repetition; the first event is empty."""
    events = [np.flatnonzero(rng.random(n_cells) < (0.03 if event else 0)) for event in range(n_events)]
    offsets = np.concatenate([[0], np.cumsum([len(event) for event in events])]).astype(np.int64)
    return offsets, np.concatenate(events).astype(np.int32), rng.exponential(1, int(offsets[-1])).astype(np.float32)


@both
@pytest.mark.parametrize("cut", [1, 5])
@pytest.mark.parametrize("size", [(125, 125), (32, 32), (7, 360)])
def test_windows_are_crops_of_the_full_picture_bit_for_bit(
    fill: Callable[..., None], cut: int, size: tuple[int, int]
) -> None:
    rng = np.random.default_rng(cut)
    offsets, cell, value = random_entries(rng, 4, (280 // cut) * (360 // cut))
    n_windows = 12
    event = np.sort(rng.integers(0, 4, n_windows))
    top = np.array([0, 155, -30, 250, 279, -124, *rng.integers(-20, 200, n_windows - 6)])
    left = np.array([0, 359, 310, 300, 236, 235, *rng.integers(0, 360, n_windows - 6)])
    out = np.zeros((n_windows, 3, *size), np.float32)
    fill(offsets, cell, value, cut, cut * cut, 360, (0, 280), event, top, left, 1, out)
    for window in range(n_windows):
        mine = slice(offsets[event[window]], offsets[event[window] + 1])
        picture = np.zeros((280 // cut) * (360 // cut), np.float32)
        picture[cell[mine]] = value[mine] / np.float32(cut * cut)
        picture = picture.reshape(280 // cut, 360 // cut).repeat(cut, axis=0).repeat(cut, axis=1)
        assert np.array_equal(out[window, 1], crop(picture, int(top[window]), int(left[window]), *size))
    assert not out[:, [0, 2]].any()


@pytest.mark.parametrize("add", [add_to_windows, add_to_windows.py_func], ids=["compiled", "python"])
@pytest.mark.parametrize("size", [(125, 125), (32, 32), (7, 360), (280, 360)])
@pytest.mark.parametrize("rows", [(0, 280), (55, 225)])
def test_entries_in_any_order_add_up_to_crops_of_the_full_picture_bit_for_bit(
    add: Callable[..., None], size: tuple[int, int], rows: tuple[int, int]
) -> None:
    rng = np.random.default_rng(7)
    offsets = np.array([0, 0, 700, 1500])
    cell = rng.integers(-1, 280 * 360, 1500).astype(np.int32)
    cell[rng.integers(0, 1500, 700)] = rng.integers(0, 280 * 360, 40)[rng.integers(0, 40, 700)]  # many to a cell
    value = rng.normal(0, 1, 1500).astype(np.float32)
    event, top, left = (
        np.array([0, 1, 1, 1, 2, 2]),
        np.array([0, 0, -30, 150, 279, 100]),
        np.array([0, 0, 359, 300, 1, 8]),
    )
    for values in (value, np.empty(0, np.float32)):
        out = np.zeros((6, 3, *size), np.float32)
        add(offsets, cell, values, 360, rows, event, top, left, 1, out)
        assert not out[:, [0, 2]].any()
        for window in range(6):
            mine = slice(offsets[event[window]], offsets[event[window] + 1])
            picture, counts = np.zeros(280 * 360, np.float32), cell[mine] >= 0
            np.add.at(picture, cell[mine][counts], values[mine][counts] if values.size else np.float32(1))
            whole = picture.reshape(280, 360)
            whole[: rows[0]], whole[rows[1] :] = 0, 0
            assert np.array_equal(out[window, 1], crop(whole, int(top[window]), int(left[window]), *size))


@both
def test_no_windows_and_no_entries_are_no_trouble(fill: Callable[..., None]) -> None:
    nothing = np.zeros(0, np.int64)
    entries = np.zeros(2, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32)
    fill(*entries, 5, 25, 360, (0, 280), nothing, nothing, nothing, 0, np.zeros((0, 1, 125, 125), np.float32))
    out = np.zeros((1, 1, 125, 125), np.float32)
    fill(*entries, 5, 25, 360, (0, 280), np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64), 0, out)
    assert not out.any()


_CELL_SIZES = st.sampled_from([1, 3, 5, 15])


@settings(max_examples=300, deadline=None)
@given(st.data(), _CELL_SIZES, st.sampled_from([1, 3]))
def test_any_window_on_any_cells_is_a_crop(data: st.DataObject, cut: int, granularity: int) -> None:
    rows, columns = 280 * granularity, 360 * granularity
    if rows % cut or columns % cut:
        return
    n_cells = (rows // cut) * (columns // cut)
    per_row = columns // cut
    edges = st.sampled_from([0, per_row - 1, per_row, n_cells - per_row, n_cells - 1])
    cell = np.array(sorted(data.draw(st.sets(st.integers(0, n_cells - 1) | edges, max_size=20))), np.int32)
    value = np.arange(1, cell.size + 1, dtype=np.float32)
    height, width = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 40) | st.just(columns))
    top, left = data.draw(st.integers(-50, rows + 10)), data.draw(st.integers(0, columns - 1))
    low, high = data.draw(st.sampled_from([(0, rows), (55 * granularity, 225 * granularity), (1, 2)]))
    out = np.zeros((1, 1, height, width), np.float32)
    offsets, corner = np.array([0, cell.size]), (np.array([top]), np.array([left]))
    fill_windows(offsets, cell, value, cut, 1, columns, (low, high), np.zeros(1, np.int64), *corner, 0, out)
    expected = np.zeros((height, width), np.float32)
    for one, energy in zip(cell.tolist(), value.tolist(), strict=True):
        row, column = one // per_row * cut, one % per_row * cut
        for down in range(row, row + cut):
            for across in range(column, column + cut):
                place = down - top, (across - left) % columns
                if low <= down < high and 0 <= place[0] < height and place[1] < width:
                    expected[place] = energy
    assert np.array_equal(out[0, 0], expected)
