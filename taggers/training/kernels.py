"""Cells of windows: checked once, then drawn as pixels."""

import numpy as np
from numpy.typing import NDArray

from dataformats.jit import kernel


@kernel
def first_outside(channel: NDArray[np.uint8], cell: NDArray[np.unsignedinteger], places: NDArray[np.int64]) -> int:
    """Position of the first cell that lies outside its grid, or whose channel does not exist; -1 if all are well.

    Args:
        channel: (cells,).
        cell: (cells,).
        places: (channels,) cells of the grid of each.
    """
    for i in range(channel.size):
        if channel[i] >= places.size or cell[i] >= places[channel[i]]:
            return i
    return -1


@kernel
def fill_pixels(
    offsets: NDArray[np.int64],
    cells: tuple[NDArray[np.uint8], NDArray[np.unsignedinteger], NDArray[np.float32]],
    rows: NDArray[np.int64],
    targets: NDArray[np.int64],
    first: tuple[NDArray[np.int64], NDArray[np.int64]],
    places: NDArray[np.int64],
    sizes: NDArray[np.int64],
    parts: NDArray[np.int64],
    grids: NDArray[np.int64],
    around: int,
    out: NDArray[np.float32],
) -> None:
    """Draw some windows; every pixel of these is written.

    A cell is cut into equal pixels; columns wrap.

    Args:
        offsets: (windows + 1,) boundaries of the cells.
        cells: channel, cell and value.
        rows: (drawn,) which windows to draw.
        targets: (drawn,) where each goes in `out`.
        first: (windows,) row and column of the first pixel in the picture of the whole detector.
        places: (channels of the file,) channel of `out`, -1 for none.
        sizes: (channels of the file,) pixels along either side of a cell.
        parts: (channels of the file,) each pixel gets the value divided by this.
        grids: (channels of the file,) columns of the grid of cells.
        around: pixels around phi.
        out: (pictures, channels, height, width).
    """
    channel, cell, value = cells
    top, left = first
    height, width = out.shape[2], out.shape[3]
    for drawn in range(rows.size):
        window, target = rows[drawn], targets[drawn]
        out[target] = 0.0
        for i in range(offsets[window], offsets[window + 1]):
            number = channel[i]
            place = places[number]
            if place < 0:
                continue
            size = sizes[number]
            row, column = divmod(np.int64(cell[i]), grids[number])
            share = value[i] / np.float32(parts[number])
            if size == 1:
                out[target, place, row, column] = share
                continue
            down = row * size - top[window] % size
            across = column * size - left[window] % size
            for y in range(max(down, 0), min(down + size, height)):
                for step in range(size):
                    x = (across + step) % around
                    if x < width:
                        out[target, place, y, x] = share
