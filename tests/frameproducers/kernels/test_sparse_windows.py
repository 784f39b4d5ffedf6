"""Cells cut out of whole pictures, against full pictures cut as anybody would."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dataformats.frames import Layer, SparseFrames, upsampled
from dataformats.geometry.picture import COLUMNS, ROWS
from dataformats.window_table import WindowTable
from frameproducers.kernels.sparse_windows import crop_cells

LAYERS = (Layer("ECAL", 280, 360, "GeV"), Layer("HCAL", 56, 72, "GeV"), Layer("Fine", 840, 1080, ""))


def table_of(layers: tuple[Layer, ...], window: tuple[int, int], granularity: int) -> WindowTable:
    sizes = [ROWS * granularity // layer.rows for layer in layers]
    return WindowTable.of(layers, [(size, size * size) for size in sizes], window, granularity)


def random_frames(rng: np.random.Generator, layers: tuple[Layer, ...], n_events: int, filled: float) -> SparseFrames:
    """Pictures of which a part is filled, one event empty."""
    channel, cell, offsets = [], [], [0]
    for event in range(n_events):
        for number, layer in enumerate(layers):
            cells = np.flatnonzero(rng.random(layer.rows * layer.columns) < filled * (event != 1))
            cell.append(cells)
            channel.append(np.full(cells.size, number))
        offsets.append(sum(map(len, cell)))
    flat = np.concatenate(cell)
    return SparseFrames(
        layers,
        np.array(offsets),
        channel=np.concatenate(channel).astype(np.uint8),
        cell=flat.astype(np.uint32),
        value=rng.normal(size=flat.size).astype(np.float32),
    )


def crop(
    frames: SparseFrames,
    table: WindowTable,
    event: NDArray[np.int64],
    first: tuple[NDArray[np.int64], NDArray[np.int64]],
    run: Callable[..., None] = crop_cells,
) -> tuple[NDArray[np.int64], list[NDArray[Any]]]:
    room = int(frames.counts[event].sum())
    offsets = np.zeros(event.size + 1, np.int64)
    out = np.empty(room, np.uint8), np.empty(room, np.uint32), np.empty(room, np.float32)
    sizes = np.array([layer.cell_size for layer in table.layers])
    run(
        frames.offsets,
        (frames.flat("channel"), frames.flat("cell"), frames.flat("value")),
        sizes,
        COLUMNS * table.granularity // sizes,
        np.array([layer.columns for layer in table.layers]),
        (event, *first),
        table.window,
        offsets,
        out,
    )
    return offsets, [column[: offsets[-1]] for column in out]


def twin(frames: SparseFrames, table: WindowTable, number: int, event: int, top: int, left: int) -> NDArray[np.float32]:
    """The window of one channel as pixels, cut out of the whole picture."""
    shape = ROWS * table.granularity, COLUMNS * table.granularity
    whole = frames.take(np.array([event])).dense(table.names[number], shape)[0]
    out = np.zeros(table.window, np.float32)
    for row in range(table.window[0]):
        if 0 <= top + row < shape[0]:
            out[row] = whole[top + row, (left + np.arange(table.window[1])) % shape[1]]
    return out


def drawn(table: WindowTable, number: int, cells: NDArray[Any], values: NDArray[Any], top: int, left: int) -> Any:
    """Pixels of the cells, by whole grids: no wrap is needed, the grid is in the window's own order."""
    layer = table.layers[number]
    grid = np.zeros((layer.rows, layer.columns), np.float32)
    grid[np.divmod(cells, layer.columns)] = values
    pixels = upsampled(grid, (layer.rows * layer.cell_size, layer.columns * layer.cell_size))
    above, before = top % layer.cell_size, left % layer.cell_size
    return pixels[above : above + table.window[0], before : before + table.window[1]]


@pytest.mark.parametrize(
    ("window", "granularity", "layers"),
    [((125, 125), 1, LAYERS[:2]), ((32, 32), 1, LAYERS[:2]), ((9, 350), 1, LAYERS[:2]), ((375, 375), 3, LAYERS)],
)
def test_cells_are_those_of_the_whole_picture_and_draw_its_pixels(
    window: tuple[int, int], granularity: int, layers: tuple[Layer, ...]
) -> None:
    rng = np.random.default_rng(3)
    frames = random_frames(rng, layers, 4, 0.02)
    table = table_of(layers, window, granularity)
    event = rng.integers(0, 4, 30)
    first = table.first_pixels(rng.integers(0, 280, 30), rng.integers(0, 360, 30))
    offsets, (channel, cell, value) = crop(frames, table, event, first)
    assert offsets[-1] > 100
    for i in range(30):
        mine = slice(offsets[i], offsets[i + 1])
        for number in range(len(layers)):
            chosen = channel[mine] == number
            top, left = int(first[0][i]), int(first[1][i])
            pixels = drawn(table, number, cell[mine][chosen], value[mine][chosen], top, left)
            assert np.array_equal(pixels, twin(frames, table, number, int(event[i]), top, left))


@given(st.integers(0, 2**32 - 1), st.integers(-140, 300), st.integers(0, 359), st.sampled_from([1, 2, 32, 125, 360]))
@settings(max_examples=60, deadline=None)
def test_compiled_and_plain_python_agree_wherever_the_window_is(seed: int, top: int, left: int, size: int) -> None:
    frames = random_frames(np.random.default_rng(seed), LAYERS[:2], 2, 0.002)
    table = table_of(LAYERS[:2], (size, size), 1)
    place = np.zeros(1, np.int64), (np.array([top]), np.array([left]))
    offsets, cells = crop(frames, table, *place)
    plain_offsets, plain = crop(frames, table, *place, run=crop_cells.py_func)
    assert np.array_equal(offsets, plain_offsets)
    assert all(np.array_equal(one, other) for one, other in zip(cells, plain, strict=True))


def test_an_event_without_cells_gives_empty_windows() -> None:
    frames = random_frames(np.random.default_rng(1), LAYERS[:2], 2, 0.01)
    table = table_of(LAYERS[:2], (125, 125), 1)
    offsets, cells = crop(frames, table, np.array([1, 1]), (np.array([0, 100]), np.array([0, 359])))
    assert offsets.tolist() == [0, 0, 0]
    assert [column.size for column in cells] == [0, 0, 0]
