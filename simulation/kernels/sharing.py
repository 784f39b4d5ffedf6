"""Islands of cells divided among their seeds, as a sum of Gaussians of known width.

Places and energies of the clusters are found by expectation and maximisation (CMS particle flow, arXiv:1706.04965,
section 4.1). A cell that seeds a cluster belongs to it alone.
"""

import math

import numpy as np
from numpy.typing import NDArray

from dataformats.jit import kernel

_MOST_ROUNDS = 30
"""Rounds of expectation and maximisation, at most."""
_SETTLED = 1e-3
"""No cluster moves further than this part of the width: done."""
_NEGLIGIBLE = 1e-4
"""A share less than this part of the largest in a cell is none."""
_FAR = 25.0
"""So many times 2 width^2 further than the nearest cluster, even one with 10^6 times its energy has no share."""


@kernel
def expected_shares(
    place: NDArray[np.float64], sites: NDArray[np.float64], n_sites: int, width: float, share: NDArray[np.float64]
) -> None:
    """Fill share (sites,), which add up to 1: what part of a cell's energy each cluster is expected to have left there.

    Args:
        place: (3,) position of the cell, cm.
        sites: (sites, 4) position of the clusters in cm and their energy in GeV; the first n_sites count.
        n_sites: how many.
        width: of a shower, cm.
        share: (sites,) result; parts below `_NEGLIGIBLE` of the largest are 0.
    """
    x, y, z = place[0], place[1], place[2]
    nearest = math.inf
    for number in range(n_sites):
        dx, dy, dz = x - sites[number, 0], y - sites[number, 1], z - sites[number, 2]
        share[number] = (dx * dx + dy * dy + dz * dz) / (2.0 * width * width)
        nearest = min(nearest, share[number])
    largest = 0.0
    for number in range(n_sites):  # relative to the nearest, whose share cannot vanish
        further = share[number] - nearest
        share[number] = sites[number, 3] * math.exp(-further) if further < _FAR else 0.0
        largest = max(largest, share[number])
    total = 0.0
    for number in range(n_sites):
        if share[number] < _NEGLIGIBLE * largest:
            share[number] = 0.0
        total += share[number]
    for number in range(n_sites):
        share[number] /= total


@kernel
def shares_of_hit(
    hit: int,
    owner: NDArray[np.int64],
    place: NDArray[np.float64],
    sites: NDArray[np.float64],
    n_sites: int,
    width: float,
    share: NDArray[np.float64],
) -> None:
    """`expected_shares` of the cell of a hit; the cell of a seed is wholly its cluster's.

    Args:
        hit: number of the hit.
        owner: (hits,) number of the site that a hit is the seed of, -1 for other hits.
        place: (hits, 3) position of its cell, cm.
        sites, n_sites, width, share: as for `expected_shares`.
    """
    if owner[hit] < 0:
        expected_shares(place[hit], sites, n_sites, width, share)
        return
    share[:n_sites] = 0.0
    share[owner[hit]] = 1.0


@kernel
def place_sites(
    island: NDArray[np.int64],
    energy: NDArray[np.float64],
    owner: NDArray[np.int64],
    place: NDArray[np.float64],
    width: float,
    n_sites: int,
    sites: NDArray[np.float64],
    moved: NDArray[np.float64],
    share: NDArray[np.float64],
) -> None:
    """Expectation and maximisation: move the sites of an island until they stay.

    Args:
        island: (island,) its hits.
        energy, place, width: as for `share_islands`.
        owner: (hits,) number of the site that a hit is the seed of, -1 for other hits.
        n_sites: number of seeds of the island.
        sites: (n_sites or more, 4) place in cm and energy in GeV; on entry those of the seeds.
        moved, share: (n_sites or more, 4) and (n_sites or more,) scratch.
    """
    for _ in range(_MOST_ROUNDS):
        moved[:n_sites] = 0.0
        for hit in island:
            shares_of_hit(hit, owner, place, sites, n_sites, width, share)
            for number in range(n_sites):
                part = share[number] * energy[hit]
                if part > 0.0:
                    for axis in range(3):
                        moved[number, axis] += part * place[hit, axis]
                    moved[number, 3] += part
        furthest = 0.0
        for number in range(n_sites):
            distance = 0.0
            for axis in range(3):
                moved[number, axis] /= moved[number, 3]
                distance += (moved[number, axis] - sites[number, axis]) ** 2
            furthest = max(furthest, distance)
        sites[:n_sites] = moved[:n_sites]
        if furthest < (_SETTLED * width) ** 2:
            return


@kernel
def set_sites(
    island: NDArray[np.int64],
    energy: NDArray[np.float64],
    is_seed: NDArray[np.bool_],
    place: NDArray[np.float64],
    owner: NDArray[np.int64],
    sites: NDArray[np.float64],
    seed: NDArray[np.int64],
) -> int:
    """Begin with one site for every seed of an island; returns how many.

    Args:
        island: (island,) its hits.
        energy, is_seed, place: as for `share_islands`.
        owner: (hits,) set to the number of the site that a hit is the seed of, to -1 for other hits of the island.
        sites: (seeds or more, 4) set to place in cm and energy in GeV of the seeds.
        seed: (seeds or more,) set to the hits that are seeds.
    """
    n_sites = 0
    for hit in island:
        owner[hit] = -1
        if is_seed[hit]:
            owner[hit] = n_sites
            sites[n_sites, :3] = place[hit]
            sites[n_sites, 3] = energy[hit]
            seed[n_sites] = hit
            n_sites += 1
    return n_sites


@kernel
def share_islands(
    island_offsets: NDArray[np.int64],
    member: NDArray[np.int64],
    energy: NDArray[np.float64],
    is_seed: NDArray[np.bool_],
    place: NDArray[np.float64],
    width: float,
    owner: NDArray[np.int64],
    scratch: NDArray[np.float64],
    seed: NDArray[np.int64],
    share_owner: NDArray[np.int64],
    share_hit: NDArray[np.int64],
    share: NDArray[np.float64],
) -> tuple[int, int]:
    """Divide islands among their seeds: one cluster for each. Shares of a hit add up to 1.

    Args:
        island_offsets: (islands + 1,) boundaries.
        member: (members,) hits of the islands.
        energy: (hits,) GeV.
        is_seed: (hits,) one or more in each island.
        place: (hits, 3) position of their cells, cm.
        width: Gaussian width of a shower, cm.
        owner: (hits,) scratch.
        scratch: (3, most seeds of an island or more, 4) scratch.
        seed: (seeds,) hit that seeds each cluster, in order of the islands.
        share_owner, share_hit, share: (room,) number of the cluster, hit, part of its energy.

    Returns:
        number of clusters; number of shares. Shares beyond the room are counted, but not written.
    """
    n_clusters = n_shares = 0
    sites, moved, parts = scratch[0], scratch[1], scratch[2].reshape(-1)
    for number in range(island_offsets.size - 1):
        island = member[island_offsets[number] : island_offsets[number + 1]]
        n_sites = set_sites(island, energy, is_seed, place, owner, sites, seed[n_clusters:])
        if n_sites > 1:
            place_sites(island, energy, owner, place, width, n_sites, sites, moved, parts)
        for hit in island:
            shares_of_hit(hit, owner, place, sites, n_sites, width, parts)
            for site in range(n_sites):
                if parts[site] > 0.0:
                    if n_shares < share.size:
                        share_owner[n_shares], share_hit[n_shares] = n_clusters + site, hit
                        share[n_shares] = parts[site]
                    n_shares += 1
        n_clusters += n_sites
    return n_clusters, n_shares
