"""Cells of whole pictures to the cells of windows, without any pixel in between."""

import numpy as np
from numpy.typing import NDArray

from dataformats.jit import kernel


@kernel
def crop_cells(
    offsets: NDArray[np.int64],
    entries: tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.float32]],
    sizes: NDArray[np.int64],
    columns: NDArray[np.int64],
    grids: NDArray[np.int64],
    windows: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    shape: tuple[int, int],
    out_offsets: NDArray[np.int64],
    out: tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.float32]],
) -> None:
    """Keep what lies in each window, by channel and with ascending rows; phi wraps.

    Args:
        offsets: (events + 1,) boundaries of the entries.
        entries: channel, cell and value; per event sorted by channel and cell.
        sizes: (channels,) pixels along either side of a cell.
        columns: (channels,) cells around phi.
        grids: (channels,) columns of the window's own grid of cells.
        windows: of each window its event, and row (may be negative) and column of its first pixel.
        shape: rows and columns of pixels of a window.
        out_offsets: (windows + 1,) boundaries in `out`.
        out: channel, cell and value; room for all entries of the event of every window.
    """
    channel, cell, value = entries
    event, top, left = windows
    out_channel, out_cell, out_value = out
    filled = 0
    out_offsets[0] = 0
    for window in range(event.size):
        first, last = offsets[event[window]], offsets[event[window] + 1]
        for number in range(sizes.size):
            size, around = sizes[number], columns[number]
            begin = first + np.searchsorted(channel[first:last], number)
            end = first + np.searchsorted(channel[first:last], number, side="right")
            first_row, first_column = top[window] // size, left[window] // size
            above, before = top[window] - first_row * size, left[window] - first_column * size
            for i in range(begin + np.searchsorted(cell[begin:end], max(first_row, 0) * around), end):
                row = np.int64(cell[i]) // around - first_row
                if row * size - above >= shape[0]:
                    break
                column = (np.int64(cell[i]) % around - first_column) % around
                if column * size - before < shape[1]:
                    out_channel[filled] = number
                    out_cell[filled] = row * grids[number] + column
                    out_value[filled] = value[i]
                    filled += 1
        out_offsets[window + 1] = filled
