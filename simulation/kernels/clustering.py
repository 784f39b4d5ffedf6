"""Islands of neighbouring cells around local maxima, for any calorimeter that has a table of neighbours.

As particle flow does it (CMS, arXiv:1706.04965, section 4.1): a seed has more energy than its neighbours; islands grow
from cell to neighbouring cell. `sharing` divides an island among its seeds.
"""

import numpy as np
from numpy.typing import NDArray

from dataformats.jit import kernel


@kernel
def is_local_maximum(
    hit: int,
    cell: NDArray[np.int64],
    energy: NDArray[np.float64],
    neighbours: NDArray[np.int32],
    rivals: int,
    slot: NDArray[np.int32],
) -> bool:
    """Has the cell of a hit more energy than its first `rivals` neighbours? Of equals the lower cell number wins.

    Arguments as for `find_islands`, with the event's hits in `slot`.
    """
    for side in range(rivals):
        place = neighbours[cell[hit], side]
        other = slot[place] if place >= 0 else -1
        if other >= 0 and (energy[other] > energy[hit] or (energy[other] == energy[hit] and other < hit)):
            return False
    return True


@kernel
def grow_island(
    first: int,
    cell: NDArray[np.int64],
    neighbours: NDArray[np.int32],
    slot: NDArray[np.int32],
    island: NDArray[np.int64],
) -> int:
    """Collect the hits connected with hit `first` into `island` and take them out of `slot`; returns how many."""
    island[0] = first
    slot[cell[first]] = -1
    size, done = 1, 0
    while done < size:
        here = cell[island[done]]
        done += 1
        for side in range(neighbours.shape[1]):
            place = neighbours[here, side]
            if place >= 0 and slot[place] >= 0:
                island[size] = slot[place]
                slot[place] = -1
                size += 1
    return size


@kernel
def find_islands(
    offsets: NDArray[np.int64],
    cell: NDArray[np.int64],
    energy: NDArray[np.float64],
    grows: NDArray[np.bool_],
    may_seed: NDArray[np.bool_],
    neighbours: NDArray[np.int32],
    rivals: int,
    slot: NDArray[np.int32],
    is_seed: NDArray[np.bool_],
    island_offsets: NDArray[np.int64],
    member: NDArray[np.int64],
) -> int:
    """Islands of connected cells with a seed, of every event of a block. Work goes with the hits, not with the cells.

    Args:
        offsets: (events + 1,) boundaries of the hits.
        cell: (hits,) number of the cell; ascending and unique in an event.
        energy: (hits,) GeV.
        grows: (hits,) the hit counts: above the threshold of its cell, and above 0.
        may_seed: (hits,) it is a seed if it counts and is a local maximum.
        neighbours: (cells, k) numbers of the neighbouring cells, -1 for none; the relation is symmetric.
        rivals: a seed has more energy than the first `rivals` of them.
        slot: (cells,) scratch, -1 on entry and on return.
        is_seed: (hits,) result.
        island_offsets: (hits + 1,) boundaries of the islands found.
        member: (hits,) hits of the islands.

    Returns:
        number of islands.
    """
    n_islands = filled = 0
    island_offsets[0] = 0
    for event in range(offsets.size - 1):
        first, last = offsets[event], offsets[event + 1]
        for hit in range(first, last):
            if grows[hit]:
                slot[cell[hit]] = hit
        for hit in range(first, last):
            is_seed[hit] = (
                grows[hit] and may_seed[hit] and is_local_maximum(hit, cell, energy, neighbours, rivals, slot)
            )
        for hit in range(first, last):
            if grows[hit] and slot[cell[hit]] >= 0:
                size = grow_island(hit, cell, neighbours, slot, member[filled:])
                if np.any(is_seed[member[filled : filled + size]]):
                    filled += size
                    n_islands += 1
                    island_offsets[n_islands] = filled
    return n_islands
