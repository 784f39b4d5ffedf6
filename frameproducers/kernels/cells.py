"""From many entries per cell to one, and from layers one by one to all layers per event."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.jit import kernel

WORD = 32
"""Cells per word of the occupancy map."""

SUM: Final = 0
MEAN: Final = 1
COUNT: Final = 2
"""What a layer makes of the entries of a cell."""

_DE_BRUIJN = 0x077CB531
_BIT_OF = np.zeros(WORD, np.int64)
_BIT_OF[[((_DE_BRUIJN << bit) & 0xFFFFFFFF) >> 27 for bit in range(WORD)]] = np.arange(WORD)
"""Position of the only set bit of a word, by the leading five bits of its product with a de Bruijn number."""


@kernel
def _filled(total: np.float32, count: np.float32, fill: int) -> np.float32:
    """The value of a cell with that sum and number of entries."""
    if fill == COUNT:
        return count
    return total / count if fill == MEAN else total


@kernel
def merge_cells(
    offsets: NDArray[np.int64],
    cell: NDArray[np.int32],
    values: NDArray[np.float32],
    fill: NDArray[np.int8],
    sums: NDArray[np.float32],
    counts: NDArray[np.int32],
    occupied: NDArray[np.int64],
    words: NDArray[np.int64],
    out_offsets: NDArray[np.int64],
    out_cell: NDArray[np.int32],
    out_values: NDArray[np.float32],
) -> None:
    """Sum, average or count the entries of each cell in float32 in their order; cells come out ascending per event.

    A map with one bit per cell, and one with a bit per word of the first, find the occupied cells in order; only these
    are cleared again, so an event costs what it holds.

    Args:
        offsets: (events + 1,) boundaries of the entries.
        cell: (entries,) flat cell index; entries with a negative one do not count.
        values: (layers, entries); all layers share the cells.
        fill: (layers,) SUM, MEAN or COUNT.
        sums: (cells, layers) scratch, zero on entry and on return.
        counts: (cells,) scratch, zero on entry and on return.
        occupied: (ceil(cells / 32),) scratch, zero on entry and on return.
        words: (ceil(ceil(cells / 32) / 32),) scratch, zero on entry and on return.
        out_offsets: (events + 1,) boundaries of what comes out.
        out_cell: (entries,) filled up to out_offsets[-1].
        out_values: (layers, entries) filled up to out_offsets[-1].
    """
    filled = 0
    out_offsets[0] = 0
    for event in range(offsets.size - 1):
        for i in range(offsets[event], offsets[event + 1]):
            here = np.int64(cell[i])
            if here < 0:
                continue
            counts[here] += 1
            occupied[here // WORD] |= np.int64(1) << (here % WORD)
            words[here // (WORD * WORD)] |= np.int64(1) << (here // WORD % WORD)
            for layer in range(fill.size):
                sums[here, layer] += values[layer, i]
        if offsets[event] == offsets[event + 1]:
            out_offsets[event + 1] = filled
            continue
        for group in range(words.size):
            full = words[group]
            words[group] = 0
            while full != 0:
                word = group * WORD + _BIT_OF[(((full & -full) * _DE_BRUIJN) & 0xFFFFFFFF) >> 27]
                full &= full - 1
                bits = occupied[word]
                occupied[word] = 0
                while bits != 0:
                    here = word * WORD + _BIT_OF[(((bits & -bits) * _DE_BRUIJN) & 0xFFFFFFFF) >> 27]
                    bits &= bits - 1
                    out_cell[filled] = here
                    for layer in range(fill.size):
                        out_values[layer, filled] = _filled(sums[here, layer], np.float32(counts[here]), fill[layer])
                        sums[here, layer] = 0.0
                    counts[here] = 0
                    filled += 1
        out_offsets[event + 1] = filled


@kernel
def keep_leaders(
    offsets: NDArray[np.int64],
    cell: NDArray[np.int32],
    weight: NDArray[np.float32],
    leader: NDArray[np.int64],
    out_cell: NDArray[np.int32],
) -> None:
    """Of the entries of a cell keep the one with the largest weight, of equals the first; the others get cell -1.

    Args:
        offsets: (events + 1,) boundaries of the entries.
        cell: (entries,) flat cell index, negative for entries that do not count.
        weight: (entries,).
        leader: (cells,) scratch, -1 on entry and on return.
        out_cell: (entries,).
    """
    for event in range(offsets.size - 1):
        for i in range(offsets[event], offsets[event + 1]):
            out_cell[i] = -1
            if cell[i] >= 0 and (leader[cell[i]] < 0 or weight[i] > weight[leader[cell[i]]]):
                leader[cell[i]] = i
        for i in range(offsets[event], offsets[event + 1]):
            if cell[i] >= 0 and leader[cell[i]] >= 0:
                out_cell[leader[cell[i]]] = cell[i]
                leader[cell[i]] = -1


@kernel
def cut_out(
    offsets: NDArray[np.int64],
    cell: NDArray[np.int32],
    value: NDArray[np.float32],
    first: int,
    last: int,
    out_offsets: NDArray[np.int64],
    out_cell: NDArray[np.int32],
    out_value: NDArray[np.float32],
) -> None:
    """The entries of cells first..last - 1, counted from first.

    Args:
        offsets: (events + 1,) boundaries of the entries.
        cell: (entries,) flat cell index, ascending per event.
        value: (entries,).
        first, last: the cells wanted.
        out_offsets: (events + 1,).
        out_cell, out_value: (entries,) filled up to out_offsets[-1].
    """
    filled = 0
    out_offsets[0] = 0
    for event in range(offsets.size - 1):
        begin, end = offsets[event], offsets[event + 1]
        for i in range(begin + np.searchsorted(cell[begin:end], first), end):
            if cell[i] >= last:
                break
            out_cell[filled], out_value[filled] = cell[i] - first, value[i]
            filled += 1
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
