"""From many entries per cell to one, and from layers one by one to all layers per event."""

import numpy as np
from numpy.typing import NDArray

from dataformats.jit import kernel

WORD = 32
"""Cells per word of the occupancy map."""

_DE_BRUIJN = 0x077CB531
_BIT_OF = np.zeros(WORD, np.int64)
_BIT_OF[[((_DE_BRUIJN << bit) & 0xFFFFFFFF) >> 27 for bit in range(WORD)]] = np.arange(WORD)
"""Position of the only set bit of a word, by the leading five bits of its product with a de Bruijn number."""


@kernel
def merge_cells(
    offsets: NDArray[np.int64],
    cell: NDArray[np.int32],
    values: NDArray[np.float32],
    mean: NDArray[np.bool_],
    sums: NDArray[np.float32],
    counts: NDArray[np.int32],
    occupied: NDArray[np.int64],
    out_offsets: NDArray[np.int64],
    out_cell: NDArray[np.int32],
    out_values: NDArray[np.float32],
) -> None:
    """Sum (or average) the entries of each cell in float32 in their order; cells come out ascending per event.

    A map with one bit per cell finds the occupied cells in order; only these are cleared again, so an event costs what
    it holds.

    Args:
        offsets: (events + 1,) boundaries of the entries.
        cell: (entries,) flat cell index.
        values: (layers, entries); all layers share the cells.
        mean: (layers,) True divides the sum by the number of entries.
        sums: (cells, layers) scratch, zero on entry and on return.
        counts: (cells,) scratch, zero on entry and on return.
        occupied: (ceil(cells / 32),) scratch, zero on entry and on return.
        out_offsets: (events + 1,) boundaries of what comes out.
        out_cell: (entries,) filled up to out_offsets[-1].
        out_values: (layers, entries) filled up to out_offsets[-1].
    """
    filled = 0
    out_offsets[0] = 0
    for event in range(offsets.size - 1):
        for i in range(offsets[event], offsets[event + 1]):
            here = np.int64(cell[i])
            counts[here] += 1
            occupied[here // WORD] |= np.int64(1) << (here % WORD)
            for layer in range(mean.size):
                sums[here, layer] += values[layer, i]
        if offsets[event] < offsets[event + 1]:
            for word in range(occupied.size):
                bits = occupied[word]
                while bits != 0:
                    lowest = bits & -bits
                    bits ^= lowest
                    here = word * WORD + _BIT_OF[((lowest * _DE_BRUIJN) & 0xFFFFFFFF) >> 27]
                    out_cell[filled] = here
                    for layer in range(mean.size):
                        parts = np.float32(counts[here]) if mean[layer] else np.float32(1.0)
                        out_values[layer, filled] = sums[here, layer] / parts
                        sums[here, layer] = 0.0
                    counts[here] = 0
                    filled += 1
                if occupied[word] != 0:
                    occupied[word] = 0
        out_offsets[event + 1] = filled


@kernel
def place_channel(
    offsets: NDArray[np.int64],
    cell: NDArray[np.int32],
    value: NDArray[np.float32],
    number: int,
    cursor: NDArray[np.int64],
    out_channel: NDArray[np.uint8],
    out_cell: NDArray[np.uint32],
    out_value: NDArray[np.float32],
) -> None:
    """Copy one layer's entries to where each event's next free place is.

    Args:
        offsets: (events + 1,) boundaries of this layer's entries.
        cell: (entries,) flat cell index.
        value: (entries,).
        number: of the channel.
        cursor: (events,) next free place of each event; moved on.
        out_channel: (all entries,).
        out_cell: (all entries,).
        out_value: (all entries,).
    """
    for event in range(cursor.size):
        place = cursor[event]
        for i in range(offsets[event], offsets[event + 1]):
            out_channel[place] = number
            out_cell[place] = cell[i]
            out_value[place] = value[i]
            place += 1
        cursor[event] = place
