"""Cells of a calorimeter to clusters: what every clusterer does before and after the kernel."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.clusters import ClusterHits
from e2efw.errors import EventCorruptionError
from simulation.kernels.clustering import find_islands
from simulation.kernels.sharing import share_islands

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_ROOM = 4
"""Shares per hit that are set aside at first."""


class CellHits(NamedTuple):
    """Hits of a block, in ascending order of their cells in every event, no cell twice.

    Args:
        offsets: (events + 1,) boundaries.
        cell: (hits,) number of the cell.
        energy: (hits,) GeV.
        order: (hits,) where each stands in the columns they were made of.
    """

    offsets: Ints
    cell: Ints
    energy: Array
    order: Ints


class Calorimeter(NamedTuple):
    """What clustering has to know of a calorimeter.

    Args:
        neighbours: (cells, k) int32 numbers of neighbouring cells, -1 for none; those that share a side come first.
        position: (cells, 3) cm.
        rivals: a seed has more energy than the first so many neighbours: 4 (those that share a side) or 8.
        width: Gaussian width of a shower, cm.
    """

    neighbours: NDArray[np.int32]
    position: Array
    rivals: int
    width: float


class Clustered(NamedTuple):
    """Clusters of a block, by falling energy in every event; of equals the one with the lower seed cell first.

    Args:
        offsets: (events + 1,) boundaries of the clusters.
        seed: (clusters,) hit with the local maximum.
        energy: (clusters,) GeV.
        owner: (shares,) number of the cluster in the block, ascending.
        hit: (shares,) hit in the `CellHits`, ascending for each owner.
        fraction: (shares,) part of the hit's energy that belongs to the owner.
    """

    offsets: Ints
    seed: Ints
    energy: Array
    owner: Ints
    hit: Ints
    fraction: Array


def cell_hits(event: Ints, cell: Ints, energy: Array, n_events: int, who: str) -> CellHits:
    """Order hits of a block by event and cell.

    Args:
        event, cell, energy: (hits,) number of the event in the block, number of the cell, GeV.
        n_events: events of the block.
        who: names the hits in an error.

    Raises:
        EventCorruptionError: an event has two hits in one cell.
    """
    order = np.lexsort((cell, event))
    event, cell = event[order], cell[order]
    twice = (np.diff(event) == 0) & (np.diff(cell) == 0)
    if twice.any():
        raise EventCorruptionError(
            f"{who}: {np.count_nonzero(twice)} cells have two hits in one event; each may have one."
        )
    offsets = np.searchsorted(event, np.arange(n_events + 1)).astype(np.int64)
    return CellHits(offsets, cell.astype(np.int64), energy[order].astype(np.float64), order)


def cluster_cells(hits: CellHits, grows: Bools, may_seed: Bools, calorimeter: Calorimeter) -> Clustered:
    """Find the clusters of every event (`kernels.clustering`, `kernels.sharing`).

    Args:
        hits: of a block.
        grows: (hits,) above the threshold of the cell, and above 0.
        may_seed: (hits,) above the threshold of a seed.
        calorimeter: neighbours and positions of its cells.
    """
    size = hits.cell.size
    slot = np.full(len(calorimeter.neighbours), -1, np.int32)
    is_seed, bounds, member = np.empty(size, np.bool_), np.empty(size + 1, np.int64), np.empty(size, np.int64)
    found = find_islands(
        *hits[:3], grows, may_seed, calorimeter.neighbours, calorimeter.rivals, slot, is_seed, bounds, member
    )
    bounds = bounds[: found + 1]
    place = calorimeter.position[hits.cell]
    scratch = np.empty((3, max(np.diff(bounds).max(initial=1), 1), 4))
    seed, sites = np.empty(np.count_nonzero(is_seed), np.int64), np.empty(size, np.int64)
    room = _ROOM * size
    while True:
        owner, hit, share = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
        islands = bounds, member, hits.energy, is_seed, place, calorimeter.width
        _, needed = share_islands(*islands, sites, scratch, seed, owner, hit, share)
        if needed <= room:
            return _sorted(hits, seed, owner[:needed], hit[:needed], share[:needed])
        room = needed


def _sorted(hits: CellHits, seed: Ints, owner: Ints, hit: Ints, share: Array) -> Clustered:
    energy = np.bincount(owner, share * hits.energy[hit], seed.size).astype(np.float64)
    event = np.searchsorted(hits.offsets, seed, side="right") - 1
    order = np.lexsort((seed, -energy, event))
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    by_owner = np.lexsort((hit, rank[owner]))
    offsets = np.searchsorted(event[order], np.arange(hits.offsets.size)).astype(np.int64)
    owner, hit, share = rank[owner][by_owner], hit[by_owner], share[by_owner]
    return Clustered(offsets, seed[order], energy[order], owner, hit, share)


def cluster_hits(found: Clustered, detid: NDArray[np.uint32]) -> ClusterHits:
    """Which cells belong to which cluster; detid (hits,) belongs to the `CellHits`."""
    offsets = np.searchsorted(found.owner, found.offsets).astype(np.int64)
    owner = found.owner - np.repeat(found.offsets[:-1], np.diff(offsets))
    return ClusterHits(offsets, owner=owner, detid=detid[found.hit], fraction=found.fraction)


def weighted_mean(owner: Ints, n_owners: int, weight: Array, value: Array) -> Array:
    """(owners,) mean of values with weights, (shares,) each, over the shares of every owner."""
    total = np.bincount(owner, weight, n_owners)
    mean: Array = np.bincount(owner, weight * value, n_owners) / total
    return mean
