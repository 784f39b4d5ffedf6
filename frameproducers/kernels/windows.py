"""Cells of a layer to the pixels of windows, without a picture of the whole detector in between."""

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.picture import COLUMNS
from dataformats.jit import kernel


@kernel
def fill_windows(
    offsets: NDArray[np.int64],
    cell: NDArray[np.int32],
    value: NDArray[np.float32],
    cut: int,
    event: NDArray[np.int64],
    top: NDArray[np.int64],
    left: NDArray[np.int64],
    channel: int,
    out: NDArray[np.float32],
) -> None:
    """Write one layer into one channel of every window; phi wraps, rows beyond the picture stay as they are.

    A cell is cut into `cut` x `cut` equal pixels that share its value. A whole picture is the window at (0, 0) of
    280 x 360 pixels.

    Args:
        offsets: (events + 1,) boundaries of the entries.
        cell: (entries,) flat index in a picture of 280 / cut x 360 / cut cells; ascending and unique per event.
        value: (entries,).
        cut: pixels of the stitched picture along either side of a cell.
        event: (windows,) number of the event that a window looks at.
        top: (windows,) stitched row of the first pixel; may be negative.
        left: (windows,) stitched column of the first pixel, 0..359.
        channel: where to write in `out`.
        out: (windows, channels, height, width), at most 360 wide, zero on entry.
    """
    height, width = out.shape[2], out.shape[3]
    columns = COLUMNS // cut
    pixels = np.float32(cut * cut)
    for window in range(event.size):
        first, last = offsets[event[window]], offsets[event[window] + 1]
        lowest = (top[window] // cut) * columns
        for i in range(first + np.searchsorted(cell[first:last], lowest), last):
            down = (cell[i] // columns) * cut - top[window]
            if down >= height:
                break
            across = (cell[i] % columns) * cut - left[window]
            share = value[i] / pixels
            for row in range(max(down, 0), min(down + cut, height)):
                for step in range(cut):
                    column = (across + step) % COLUMNS
                    if column < width:
                        out[window, channel, row, column] = share
