"""Endcaps of the stitched ECAL picture in blocks of 2 x 2 pixels, because many of its bins hold no crystal's centre.

Either endcap has 55 rows, so one block row is half outside: the outermost, at row 0 and at row 279.
Source: resampling of the public E2E trainings.
"""

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.picture import COLUMNS, EB_FIRST_ROW, EEP_FIRST_ROW, ROWS
from dataformats.jit import kernel

BLOCKS = COLUMNS // 2
"""Blocks around the endcap."""

_PAIRS = (EB_FIRST_ROW + 1) // 2


@kernel
def _write_row(
    row: int,
    parts: int,
    sums: NDArray[np.float32],
    filled: int,
    out_cell: NDArray[np.int32],
    out_value: NDArray[np.float32],
) -> int:
    """Give every pixel of one row its part of its block; returns the next free place."""
    for block in range(BLOCKS):
        if sums[block] != 0.0:
            for column in range(2 * block, 2 * block + 2):
                out_cell[filled] = row * COLUMNS + column
                out_value[filled] = sums[block] / np.float32(parts)
                filled += 1
    return filled


@kernel
def resample_endcaps(
    offsets: NDArray[np.int64],
    cell: NDArray[np.int32],
    value: NDArray[np.float32],
    parts: int,
    half_parts: int,
    sums: NDArray[np.float32],
    out_offsets: NDArray[np.int64],
    out_cell: NDArray[np.int32],
    out_value: NDArray[np.float32],
) -> None:
    """Spread the energy of every 2 x 2 pixels of the endcaps evenly over them; the barrel is copied.

    Args:
        offsets: (events + 1,) boundaries.
        cell: (entries,) pixels of the stitched picture, ascending per event.
        value: (entries,) GeV, none of them zero.
        parts: a pixel gets the sum of its block divided by this.
        half_parts: the same for the outermost rows, whose blocks have two pixels.
        sums: (180,) scratch, zero on entry and on return.
        out_offsets: (events + 1,).
        out_cell, out_value: (up to barrel entries + 4 x endcap entries,), ascending per event.
    """
    filled = 0
    out_offsets[0] = 0
    for event in range(offsets.size - 1):
        i, last = offsets[event], offsets[event + 1]
        for pair in range(2 * _PAIRS):
            if pair == _PAIRS:
                while i < last and cell[i] < EEP_FIRST_ROW * COLUMNS:
                    out_cell[filled] = cell[i]
                    out_value[filled] = value[i]
                    i += 1
                    filled += 1
            row = 2 * pair - 1 if pair < _PAIRS else EEP_FIRST_ROW + 2 * (pair - _PAIRS)
            upper, lower = max(row, 0), min(row + 2, ROWS)
            if i == last or cell[i] >= lower * COLUMNS:
                continue
            while i < last and cell[i] < lower * COLUMNS:
                sums[cell[i] % COLUMNS // 2] += value[i]
                i += 1
            for pixel_row in range(upper, lower):
                share = parts if lower - upper == 2 else half_parts
                filled = _write_row(pixel_row, share, sums, filled, out_cell, out_value)
            sums[:] = 0.0
        out_offsets[event + 1] = filled
