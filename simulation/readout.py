"""What the electronics of all calorimeters share: the tables of its channels, and reading a block with them."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataformats.simulated import CaloSimHits
from simulation.kernels.readout import Channels, read_out
from simulation.random_numbers import Words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def channels(
    *,
    noise: Floats,
    threshold: Floats,
    existing: NDArray[np.bool_],
    transverse: Floats,
    tower: Ints,
    neighbours: Ints,
    interesting: float,
    time_noise: float,
    time_constant: float,
) -> Channels:
    """The tables of a calorimeter.

    Args:
        noise, threshold, transverse, tower: (cells,) as in `Channels`, `transverse` as `to_transverse`.
        existing: (cells,) is there a cell?
        neighbours: (towers, n) as `tower_neighbours`.
        interesting, time_noise, time_constant: as in `Channels`.
    """
    cells = np.flatnonzero(existing)
    size = max(int(np.bincount(tower[cells]).max()), 1)
    in_tower = np.full((len(neighbours), size), -1, np.int64)
    order = cells[np.argsort(tower[cells], kind="stable")]
    counts = np.bincount(tower[order], minlength=len(neighbours))
    place = np.arange(order.size) - np.repeat(np.cumsum(counts) - counts, counts)
    in_tower[tower[order], place] = order
    above = np.array([0.5 * math.erfc(x / math.sqrt(2.0)) for x in (threshold / noise)[cells]])
    return Channels(
        noise,
        threshold,
        cells,
        transverse,
        tower,
        in_tower,
        neighbours,
        interesting,
        float(above.sum()),
        time_noise,
        time_constant,
    )


def read(
    hits: CaloSimHits, cell: Ints, keys: Words, electronics: Channels, detids: NDArray[np.uint32]
) -> dict[str, Any]:
    """Offsets and columns of the hits that are read.

    Args:
        hits: what particles left.
        cell: (hits,) number of the cell of each.
        keys: (events,) of random numbers.
        electronics: tables of the calorimeter.
        detids: (cells,) DetIds by number of the cell.
    """
    n_events = len(hits)
    room = n_events * electronics.existing.size  # pages that stay empty cost nothing
    offsets = np.empty(n_events + 1, np.int64)
    out_cell, energy, time = np.empty(room, np.int32), np.empty(room, np.float32), np.empty(room, np.float32)
    read_out(
        hits.offsets, cell, hits.flat("energy"), hits.flat("time"), keys, electronics, offsets, out_cell, energy, time
    )
    used = int(offsets[-1])
    return {
        "offsets": offsets,
        "detid": detids[out_cell[:used]],
        "energy": energy[:used].copy(),
        "time": time[:used].copy(),
    }
