"""What windows show of sparse pictures: every cell at its place in the whole picture, endcaps resampled if asked."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.frames import SparseFrames
from dataformats.geometry.picture import ROWS
from frameproducers.entries import Entries
from frameproducers.kernels.cells import place_channel
from frameproducers.layers import LAYERS
from frameproducers.resampling import can_be_resampled, resampled
from frameproducers.windows import View, placed


class Cells(NamedTuple):
    """Cells of all channels, per event sorted by channel and cell.

    Args:
        offsets: (events + 1,) int64 boundaries.
        channel: (cells,) uint8.
        cell: (cells,) uint32 flat index in the whole picture, in cells of the layer.
        value: (cells,) float32.
    """

    offsets: NDArray[np.int64]
    channel: NDArray[np.uint8]
    cell: NDArray[np.uint32]
    value: NDArray[np.float32]


def shown(frames: SparseFrames, view: View) -> Cells:
    """The cells that windows of a view may show.

    Args:
        frames: pictures whose layers are the channels of the view.
        view: what windows show.
    """
    names = view.channels
    moved = any(LAYERS[name].grid.first_row for name in names)
    changed = view.ee_resampling != "none" and any(can_be_resampled(LAYERS[name]) for name in names)
    if not moved and not changed and view.rows == (0, ROWS):
        return Cells(frames.offsets, frames.flat("channel"), frames.flat("cell"), frames.flat("value"))
    layers = [_seen(entries_of(frames, number), name, view) for number, name in enumerate(names)]
    offsets = np.stack([layer.offsets for layer in layers]).sum(axis=0)
    size = int(offsets[-1])
    out = Cells(offsets, np.empty(size, np.uint8), np.empty(size, np.uint32), np.empty(size, np.float32))
    cursor = offsets[:-1].copy()
    for number, layer in enumerate(layers):
        place_channel(*layer, number, cursor, out.channel, out.cell, out.value)
    return out


def entries_of(frames: SparseFrames, number: int) -> Entries:
    """One layer of sparse pictures."""
    chosen = frames.flat("channel") == number
    before = np.concatenate([[0], np.cumsum(chosen)])
    return Entries(before[frames.offsets], frames.flat("cell")[chosen].astype(np.int32), frames.flat("value")[chosen])


def _seen(entries: Entries, name: str, view: View) -> Entries:
    """The entries of a layer in the whole picture after resampling, without those in rows that are not shown."""
    entries = placed(entries, LAYERS[name].grid)
    if can_be_resampled(LAYERS[name]):
        entries = resampled(entries, view.ee_resampling)
    row = entries.cell // LAYERS[name].layer.columns * view.cut(name).size
    inside = (row >= view.rows[0] * view.granularity) & (row < view.rows[1] * view.granularity)
    before = np.concatenate([[0], np.cumsum(inside)])
    return Entries(before[entries.offsets], entries.cell[inside], entries.value[inside])
