"""Cells of a layer to the pixels of windows, without a picture of the whole detector in between."""

import numpy as np
from numpy.typing import NDArray

from dataformats.jit import kernel


@kernel
def fill_pixels(
    cell: NDArray[np.int32],
    value: NDArray[np.float32],
    parts: int,
    columns: int,
    row: int,
    corner: tuple[int, int],
    image: NDArray[np.float32],
) -> None:
    """Write cells of one pixel each into a window; those left or right of it are passed over.

    Args:
        cell: (entries,) ascending, from `row` of the picture to the last row of the window.
        value: (entries,).
        parts: each pixel gets the value divided by this.
        columns: pixels around the barrel.
        row: of the picture.
        corner: row and column of the picture's first pixel in the window.
        image: (height, width), contiguous.
    """
    pixels, width, divisor = image.ravel(), image.shape[1], np.float32(parts)
    line = (row - corner[0]) * width
    shift = row * columns + corner[1]
    following = (row + 1) * columns
    for i in range(cell.size):
        here = np.int64(cell[i])
        while here >= following:
            following += columns
            shift += columns
            line += width
        across = here - shift
        across += columns if across < 0 else 0
        if across < width:
            pixels[line + across] = value[i] / divisor


@kernel
def fill_blocks(
    cell: NDArray[np.int32],
    value: NDArray[np.float32],
    cut: int,
    parts: int,
    columns: int,
    row: int,
    rows: tuple[int, int],
    corner: tuple[int, int],
    image: NDArray[np.float32],
) -> None:
    """Write cells of `cut` x `cut` pixels into a window, as much of each as lies inside.

    Args:
        cell: (entries,) ascending, from `row` of the cells to the last row of the window.
        value: (entries,).
        cut: pixels along either side of a cell.
        parts: each pixel gets the value divided by this.
        columns: pixels around the barrel.
        row: of cells.
        rows: of the picture, in pixels, that are written: the first, and the one after the last.
        corner: row and column of the picture's first pixel in the window.
        image: (height, width).
    """
    width, divisor, per_row = image.shape[1], np.float32(parts), columns // cut
    upper, lower = rows[0] - corner[0], rows[1] - corner[0]
    for i in range(cell.size):
        while cell[i] >= (row + 1) * per_row:
            row += 1
        across = (cell[i] - row * per_row) * cut - corner[1]
        across += columns if across < 0 else 0
        right, wrapped = min(across + cut, width), min(across + cut - columns, width)
        if across < width or wrapped > 0:
            share = value[i] / divisor
            down = row * cut - corner[0]
            for line in range(max(down, upper), min(down + cut, lower)):
                for column in range(across, right):
                    image[line, column] = share
                for column in range(wrapped):  # a cell across the left edge, in a window that goes once around or so
                    image[line, column] = share


@kernel
def add_to_windows(
    offsets: NDArray[np.int64],
    cell: NDArray[np.int32],
    value: NDArray[np.float32],
    columns: int,
    rows: tuple[int, int],
    event: NDArray[np.int64],
    top: NDArray[np.int64],
    left: NDArray[np.int64],
    channel: int,
    out: NDArray[np.float32],
) -> None:
    """Add entries, in any order and several to a cell, to one channel of every window, where a cell is a pixel.

    Args:
        offsets: (events + 1,) boundaries of the entries.
        cell: (entries,) pixel, row * columns + column; entries with a negative one do not count.
        value: (entries,), or (0,) if each counts as 1.
        columns, rows, event, top, left, channel, out: as for `fill_windows`.
    """
    height, width = out.shape[2], out.shape[3]
    one, per_column = np.float32(1.0), 1.0 / columns
    for window in range(event.size):
        begin, end = max(top[window], rows[0]), min(top[window] + height, rows[1])
        lowest, highest = begin * columns, end * columns
        pixels = out[window, channel].ravel()
        whole = top[window] == 0 and left[window] == 0 and width == columns
        for i in range(offsets[event[window]], offsets[event[window] + 1]):
            here = np.int64(cell[i])
            if here < lowest or here >= highest:
                continue
            place = here
            if not whole:
                row = np.int64((here + 0.5) * per_column)  # exact: never within half a cell of a whole number
                across = here - row * columns - left[window]
                across += columns if across < 0 else 0
                if across >= width:
                    continue
                place = (row - top[window]) * width + across
            pixels[place] += value[i] if value.size > 0 else one


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
    height = out.shape[2]
    per_row = columns // cut
    for window in range(event.size):
        first, last = offsets[event[window]], offsets[event[window] + 1]
        begin, end = max(top[window], rows[0]), min(top[window] + height, rows[1])
        if first == last or begin >= end:
            continue
        lowest = begin // cut
        seen = cell[first:last]
        mine = slice(
            first + np.searchsorted(seen, lowest * per_row),
            first + np.searchsorted(seen, ((end - 1) // cut + 1) * per_row),
        )
        image, corner = out[window, channel], (top[window], left[window])
        if cut == 1:
            fill_pixels(cell[mine], value[mine], parts, columns, lowest, corner, image)
        else:
            fill_blocks(cell[mine], value[mine], cut, parts, columns, lowest, (begin, end), corner, image)
