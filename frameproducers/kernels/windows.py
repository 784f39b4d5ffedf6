"""Cells of a layer to the pixels of windows, without a picture of the whole detector in between."""

import numpy as np
from numpy.typing import NDArray

from dataformats.jit import kernel


@kernel
def fill_block(
    image: NDArray[np.float32], first: int, last: int, across: int, cut: int, columns: int, share: np.float32
) -> None:
    """Write rows first..last - 1 of a cell that begins `across` pixels right of the window's left edge.

    Args:
        image: (height, width).
        first, last: rows of the window.
        across: 0..columns - 1; a cell that crosses the window's left edge begins at the far end.
        cut: pixels along either side of the cell.
        columns: pixels around the barrel.
        share: what each pixel gets.
    """
    width = image.shape[1]
    right = min(across + cut, width)
    wrapped = min(across + cut - columns, width)
    for row in range(first, last):
        for column in range(across, right):
            image[row, column] = share
        for column in range(wrapped):
            image[row, column] = share


@kernel
def fill_windows(
    offsets: NDArray[np.int64],
    cell: NDArray[np.int32],
    value: NDArray[np.float32],
    cut: int,
    parts: int,
    columns: int,
    rows: tuple[int, int],
    event: NDArray[np.int64],
    top: NDArray[np.int64],
    left: NDArray[np.int64],
    channel: int,
    out: NDArray[np.float32],
) -> None:
    """Write one layer into one channel of every window; phi wraps, rows beyond the picture stay as they are.

    A cell is cut into `cut` x `cut` equal pixels. A whole picture is the window at (0, 0) of 280 x 360 pixels.

    Args:
        offsets: (events + 1,) boundaries of the entries.
        cell: (entries,) flat index in a picture with columns / cut cells per row; ascending and unique per event.
        value: (entries,).
        cut: pixels along either side of a cell.
        parts: each pixel gets the value divided by this: cut * cut shares it, 1 repeats it.
        columns: pixels around the barrel.
        rows: of the picture that are looked at: the first, and the one after the last.
        event: (windows,) number of the event that a window looks at.
        top: (windows,) row of the picture's first pixel in the window; may be negative.
        left: (windows,) column of it, 0..columns - 1.
        channel: where to write in `out`.
        out: (windows, channels, height, width), at most `columns` wide, zero on entry.
    """
    height, width = out.shape[2], out.shape[3]
    per_row = columns // cut
    divisor = np.float32(parts)
    for window in range(event.size):
        first, last = offsets[event[window]], offsets[event[window] + 1]
        begin, end = max(top[window], rows[0]), min(top[window] + height, rows[1])
        if first == last or begin >= end:
            continue
        image = out[window, channel]
        upper, lower = begin - top[window], end - top[window]
        start = begin // cut * per_row
        down = begin // cut * cut - top[window]
        for i in range(first + np.searchsorted(cell[first:last], start), last):
            while cell[i] >= start + per_row:
                start += per_row
                down += cut
            if down >= lower:
                break
            across = (cell[i] - start) * cut - left[window]
            if across < 0:
                across += columns
            if across < width or across + cut > columns:
                share = value[i] / divisor
                fill_block(image, max(down, upper), min(down + cut, lower), across, cut, columns, share)
