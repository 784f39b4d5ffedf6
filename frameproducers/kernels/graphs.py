"""From cells of layers to points in windows, and from points to their nearest neighbours."""

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.picture import COLUMNS
from dataformats.jit import kernel

_INDEX_BITS = 32
_INDEX = (1 << _INDEX_BITS) - 1


@kernel
def points_in_windows(
    offsets: NDArray[np.int64],
    cell: NDArray[np.int32],
    value: NDArray[np.float32],
    cut: int,
    event: NDArray[np.int64],
    top: NDArray[np.int64],
    left: NDArray[np.int64],
    height: int,
    width: int,
    out_place: NDArray[np.int64],
    out_value: NDArray[np.float32],
) -> int:
    """Cells of one layer whose middle lies in a window, each as one point; phi wraps.

    Args:
        offsets: (events + 1,) boundaries of the entries.
        cell: (entries,) flat index in a picture of 280 / cut x 360 / cut cells; ascending and unique per event.
        value: (entries,).
        cut: pixels of the stitched picture along either side of a cell.
        event: (windows,) number of the event that a window looks at.
        top: (windows,) stitched row of the first pixel; may be negative.
        left: (windows,) stitched column of the first pixel, 0..359.
        height, width: of the windows, at most 360 wide.
        out_place: (entries of the windows' events,) (window * height + row) * width + column.
        out_value: the same size, the value of the whole cell.

    Returns:
        How many points there are.
    """
    per_row = COLUMNS // cut
    filled = 0
    for window in range(event.size):
        first, last = offsets[event[window]], offsets[event[window] + 1]
        begin = first + np.searchsorted(cell[first:last], max(top[window] // cut, 0) * per_row)
        for i in range(begin, last):
            down = cell[i] // per_row * cut + cut // 2 - top[window]
            if down < 0:
                continue
            if down >= height:
                break
            across = (cell[i] % per_row * cut + cut // 2 - left[window]) % COLUMNS
            if across < width:
                out_place[filled] = (window * height + down) * width + across
                out_value[filled] = value[i]
                filled += 1
    return filled


@kernel
def insert(best: NDArray[np.int64], found: int, key: np.int64) -> int:
    """Keep the smallest keys in order; returns how many there are now.

    Args:
        best: (room,) keys, ascending in the first `found`.
        found: places taken.
        key: squared distance << 32 | index, so that of equal distances the lower index comes first.
    """
    place = found
    if found == best.size:
        if key >= best[found - 1]:
            return found
        place = found - 1
    while place > 0 and best[place - 1] > key:
        best[place] = best[place - 1]
        place -= 1
    best[place] = key
    return min(found + 1, best.size)


@kernel
def search_row(
    columns: NDArray[np.uint16],
    first: int,
    last: int,
    column: np.int64,
    down: int,
    skipped: int,
    best: NDArray[np.int64],
    found: int,
) -> int:
    """Look at the points of one row, outwards from a column; returns how many are kept now.

    Args:
        columns: (nodes of the graph,) ascending from first to last.
        first, last: the row's points are first..last - 1.
        column: to start from.
        down: rows between this one and the point that neighbours are sought for.
        skipped: a point that is no neighbour, -1 for none.
        best, found: as for `insert`.
    """
    middle = first + np.searchsorted(columns[first:last], column)
    for step in (1, -1):
        i = middle if step > 0 else middle - 1
        while first <= i < last:
            across = np.int64(columns[i]) - column
            distance = across * across + down * down
            if found == best.size and distance > best[found - 1] >> _INDEX_BITS:
                break
            if i != skipped:
                found = insert(best, found, distance << _INDEX_BITS | np.int64(i))
            i += step
    return found


@kernel
def nearest_neighbours(
    offsets: NDArray[np.int64],
    row: NDArray[np.uint16],
    column: NDArray[np.uint16],
    k: int,
    self_loops: bool,
    row_start: NDArray[np.int64],
    memory: NDArray[np.int64],
    out: NDArray[np.uint16],
) -> None:
    """The nearest nodes of every node by distance in pixels, equals by index; every row is a sorted list to search in.

    Rows are searched outwards until they are further away than the last neighbour, so each node costs what is near it.

    Args:
        offsets: (graphs + 1,) boundaries of the nodes.
        row, column: (nodes,) in the window; per graph ascending by row and column, no two alike.
        k: neighbours of a node at most; it has fewer if its graph is too small.
        self_loops: a node is its own first neighbour.
        row_start: (rows of the window + 1,) scratch.
        memory: (k,) scratch.
        out: (edges,) number in the graph, neighbours of one node after another, nearest first.
    """
    rows = row_start.size - 1
    filled = 0
    for graph in range(offsets.size - 1):
        first, size = offsets[graph], offsets[graph + 1] - offsets[graph]
        room = min(k, size if self_loops else size - 1)
        if room <= 0:
            continue
        own_rows, own_columns = row[first : first + size], column[first : first + size]
        for line in range(rows + 1):
            row_start[line] = np.searchsorted(own_rows, line)
        best = memory[:room]
        for node in range(size):
            y, x = np.int64(own_rows[node]), np.int64(own_columns[node])
            skipped = -1 if self_loops else node
            found = search_row(own_columns, row_start[y], row_start[y + 1], x, 0, skipped, best, 0)
            for down in range(1, rows):
                if found == room and down * down > best[found - 1] >> _INDEX_BITS:
                    break
                for near in (y - down, y + down):
                    if 0 <= near < rows:
                        found = search_row(
                            own_columns, row_start[near], row_start[near + 1], x, down, skipped, best, found
                        )
            for i in range(room):
                out[filled] = best[i] & _INDEX
                filled += 1
