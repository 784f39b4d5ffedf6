"""Windows around seeds as point clouds: one node per occupied cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.frames import Seeds, SeedStatus
from dataformats.graphs import neighbours_per_node
from frameproducers.entries import Entries
from frameproducers.kernels.graphs import nearest_neighbours, points_in_windows
from frameproducers.layers import LAYERS
from frameproducers.windows import View, cell_size, placed


@dataclass(frozen=True)
class Points:
    """Nodes of some windows.

    Args:
        offsets: (windows + 1,) boundaries.
        place: (nodes,) int64 row * width + column in the window, ascending per window.
        values: (nodes, channels) float32.
        n_cut: (windows,) nodes left out.
    """

    offsets: NDArray[np.int64]
    place: NDArray[np.int64]
    values: NDArray[np.float32]
    n_cut: NDArray[np.int64]


class Seeded(NamedTuple):
    """The objects of a block that have a window.

    Args:
        chosen: (objects,) True for those.
        event: (windows,) event of the block.
        top, left: (windows,) first pixel in the stitched picture.
    """

    chosen: NDArray[np.bool_]
    event: NDArray[np.int64]
    top: NDArray[np.int64]
    left: NDArray[np.int64]


def seeded(seeds: Seeds, view: View) -> Seeded:
    """Which objects have a window, and where it begins."""
    chosen = seeds.flat("status") == SeedStatus.OK
    event = np.repeat(np.arange(len(seeds)), seeds.counts)[chosen]
    row, column = (seeds.flat(name)[chosen].astype(np.int64) for name in ("row", "column"))
    return Seeded(chosen, event, *view.corner(row, column))


def points_of(
    entries: dict[str, Entries], windows: Seeded, view: View, *, min_content: float, max_nodes: int
) -> Points:
    """One node per cell of a window in which the sum of |value| is above `min_content` or not known.

    Cells of several layers at one place are one node: what a layer does not have there is 0. A tower is one node at its
    middle pixel, with all of its energy.

    Args:
        entries: of all channels of the view, of the block's events.
        windows: where to look.
        view: channels and shape of the windows.
        min_content: nodes have more than this.
        max_nodes: per window; those with the most energy stay, see `most_energetic`.
    """
    height, width = view.shape
    found = [
        _in_windows(placed(entries[name], LAYERS[name].grid), cell_size(name, 1), windows, view)
        for name in view.channels
    ]
    content = np.zeros(windows.event.size * height * width, np.float32)
    for place, value in found:
        content[place] += np.abs(value)  # no place comes twice in one layer
    occupied = np.flatnonzero(~(content <= min_content))
    number = np.full(content.size, -1, np.int32)
    number[occupied] = np.arange(occupied.size)
    values = np.zeros((occupied.size, len(view.channels)), np.float32)
    for channel, (place, value) in enumerate(found):
        node = number[place]
        values[node[node >= 0], channel] = value[node >= 0]
    window = occupied // (height * width)
    kept = most_energetic(window, energy_of(view.channels, values), windows.event.size, max_nodes)
    sizes, all_sizes = (np.bincount(one, minlength=windows.event.size) for one in (window[kept], window))
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return Points(offsets, occupied[kept] % (height * width), values[kept], all_sizes - sizes)


def energy_of(channels: Sequence[str], values: NDArray[np.float32]) -> NDArray[np.float32]:
    """(nodes,) sum of the channels in GeV: energies and transverse momenta; 0 if there are none."""
    energy = np.zeros(len(values), np.float32)
    for channel, name in enumerate(channels):
        if LAYERS[name].unit == "GeV":
            energy += values[:, channel]
    return energy


def most_energetic(
    window: NDArray[np.int64], energy: NDArray[np.float32], n_windows: int, max_nodes: int
) -> NDArray[np.bool_]:
    """(nodes,) True for the `max_nodes` nodes of each window with the most energy, equals by index.

    Args:
        window: (nodes,) that each belongs to, ascending.
        energy: (nodes,) GeV.
        n_windows: in all.
        max_nodes: per window.
    """
    sizes = np.bincount(window, minlength=n_windows)
    kept = np.ones(window.size, np.bool_)
    if not np.any(sizes > max_nodes):
        return kept
    order = np.lexsort((-energy, window))  # stable: equals stay in the order of their index
    rank = np.arange(window.size) - (np.cumsum(sizes) - sizes)[window]
    kept[order] = rank < max_nodes
    return kept


def neighbours_of(points: Points, view: View, k: int, *, self_loops: bool) -> NDArray[np.uint16]:
    """(edges,) the nearest nodes of every node, see `nearest_neighbours`."""
    height, width = view.shape
    sizes = np.diff(points.offsets)
    out = np.empty(int(np.sum(sizes * neighbours_per_node(sizes, k, self_loops=self_loops))), np.uint16)
    row, column = (points.place // width).astype(np.uint16), (points.place % width).astype(np.uint16)
    scratch = np.empty(height + 1, np.int64), np.empty(k, np.int64)
    nearest_neighbours(points.offsets, row, column, k, self_loops, *scratch, out)
    return out


def _in_windows(
    entries: Entries, cut: int, windows: Seeded, view: View
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Place in the batch of windows and value of every cell that lies in one."""
    room = int(np.sum(np.diff(entries.offsets)[windows.event]))
    place, value = np.empty(room, np.int64), np.empty(room, np.float32)
    filled = points_in_windows(*entries, cut, windows.event, windows.top, windows.left, *view.shape, place, value)
    return place[:filled], value[:filled]
