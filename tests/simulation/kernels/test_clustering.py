"""Islands are the connected cells with a local maximum; their cells are shared as expected of Gaussians."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simulation.kernels.clustering import find_islands
from simulation.kernels.sharing import share_islands

SIZE = 12
PITCH = 2.2  # cm
WIDTH = 1.5  # cm
STEPS = ((0, -1), (0, 1), (-1, 0), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1))

Array = NDArray[np.float64]


def grid() -> NDArray[np.int32]:
    """Neighbours of a square of SIZE x SIZE cells."""
    row, column = np.divmod(np.arange(SIZE * SIZE), SIZE)
    table = []
    for down, across in STEPS:
        inside = (row + down >= 0) & (row + down < SIZE) & (column + across >= 0) & (column + across < SIZE)
        table.append(np.where(inside, (row + down) * SIZE + column + across, -1))
    return np.stack(table, axis=1).astype(np.int32)


def places(cell: NDArray[np.int64]) -> Array:
    return np.stack([PITCH * (cell // SIZE), PITCH * (cell % SIZE), np.zeros(cell.size)], axis=1)


def random_hits(seed: int, n_events: int = 30) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Boundaries, cells and energies, which come in steps: neighbours are often equal. Some events are empty."""
    rng = np.random.default_rng(seed)
    cells = [np.flatnonzero(rng.random(SIZE * SIZE) < rng.choice([0.0, 0.2, 0.4, 0.6])) for _ in range(n_events)]
    offsets = np.concatenate([[0], np.cumsum([c.size for c in cells])])
    cell = np.concatenate(cells)
    return offsets, cell, np.ceil(rng.exponential(4.0, cell.size)) / 4


def islands_of(
    find: Callable[..., int], offsets: Any, cell: Any, energy: Any, grows: Any, may_seed: Any, rivals: int = 8
) -> tuple[list[set[int]], set[int]]:
    """Islands as sets of hits, and all seeds, from the kernel."""
    slot = np.full(SIZE * SIZE, -1, np.int32)
    is_seed, bounds, member = np.empty(cell.size, np.bool_), np.empty(cell.size + 1, np.int64), np.empty_like(cell)
    found = find(offsets, cell, energy, grows, may_seed, grid(), rivals, slot, is_seed, bounds, member)
    assert np.all(slot == -1)
    islands = [set(member[bounds[i] : bounds[i + 1]].tolist()) for i in range(found)]
    return islands, set(np.flatnonzero(is_seed).tolist())


def islands_by_hand(
    offsets: Any, cell: Any, energy: Any, grows: Any, may_seed: Any, rivals: int
) -> tuple[list[set[int]], set[int]]:
    """The readable twin."""
    islands, seeds = [], set()
    for event in range(offsets.size - 1):
        hits = [int(i) for i in range(offsets[event], offsets[event + 1]) if grows[i]]
        where = {divmod(int(cell[i]), SIZE): i for i in hits}

        def around(i: int, steps: Any, where: Any = where) -> list[int]:
            row, column = divmod(int(cell[i]), SIZE)
            return [where[row + a, column + b] for a, b in steps if (row + a, column + b) in where]

        mine = {
            i for i in hits if may_seed[i] and all((energy[i], -i) > (energy[j], -j) for j in around(i, STEPS[:rivals]))
        }
        left = set(hits)
        while left:
            island: set[int] = set()
            new = {min(left)}
            while new:
                island |= new
                new = {j for i in new for j in around(i, STEPS)} - island
            left -= island
            if island & mine:
                islands.append(island)
        seeds |= mine
    return islands, seeds


@pytest.mark.parametrize("rivals", [4, 8])
@pytest.mark.parametrize("find", [find_islands, find_islands.py_func], ids=["compiled", "python"])
def test_islands_and_seeds_are_those_of_the_readable_twin(find: Callable[..., int], rivals: int) -> None:
    offsets, cell, energy = random_hits(rivals)
    given = offsets, cell, energy, energy > 0.3, energy > 1.0
    islands, seeds = islands_of(find, *given, rivals)
    assert (islands, seeds) == islands_by_hand(*given, rivals)
    assert len(islands) > 30
    assert len(seeds) > len(islands)


def test_of_equal_neighbours_one_is_the_seed() -> None:
    cell = np.array([SIZE + 1, SIZE + 2, 2 * SIZE + 1])
    all_of_them = np.ones(3, np.bool_)
    assert islands_of(find_islands, np.array([0, 3]), cell, np.ones(3), all_of_them, all_of_them) == ([{0, 1, 2}], {0})


def test_cells_that_touch_at_a_corner_are_rivals_only_if_corners_count() -> None:
    cell = np.array([0, SIZE + 1])
    given = np.array([0, 2]), cell, np.array([2.0, 1.0]), np.ones(2, np.bool_), np.ones(2, np.bool_)
    assert islands_of(find_islands, *given, 8) == ([{0, 1}], {0})
    assert islands_of(find_islands, *given, 4) == ([{0, 1}], {0, 1})


def shared(share: Callable[..., tuple[int, int]], place: Array, energy: Array, seeds: list[int]) -> Array:
    """(hits, seeds) shares of one island."""
    hits, room = energy.size, energy.size * len(seeds)
    is_seed = np.zeros(hits, np.bool_)
    is_seed[seeds] = True
    owner, hit, part = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
    seed = np.empty(len(seeds), np.int64)
    scratch = np.empty((3, len(seeds), 4)), np.empty(hits, np.int64)
    island = np.array([0, hits]), np.arange(hits)
    n_clusters, found = share(*island, energy, is_seed, place, WIDTH, scratch[1], scratch[0], seed, owner, hit, part)
    assert seed.tolist() == seeds
    assert n_clusters == len(seeds)
    table = np.zeros((hits, n_clusters))
    table[hit[:found], owner[:found]] = part[:found]
    return table


def shared_by_hand(place: Array, energy: Array, seeds: list[int]) -> Array:
    """The readable twin."""

    def shares(sites: Array, amounts: Array) -> Array:
        distance = ((place[:, np.newaxis] - sites) ** 2).sum(axis=2)
        behind = distance / WIDTH**2 - 2 * np.log(amounts)
        behind -= behind.min(axis=1, keepdims=True)
        parts = np.where(behind < 2 * np.log(1e4), np.exp(-behind / 2), 0.0)
        parts[seeds] = np.eye(len(seeds))
        return np.asarray(parts / parts.sum(axis=1, keepdims=True))

    sites, amounts = place[seeds], energy[seeds]
    if len(seeds) > 1:
        for _ in range(30):
            weight = shares(sites, amounts) * energy[:, np.newaxis]
            amounts = weight.sum(axis=0)
            moved = (weight.T @ place) / amounts[:, np.newaxis]
            distance = np.linalg.norm(moved - sites, axis=1).max()
            sites = moved
            if distance < 1e-3 * WIDTH:
                break
    return shares(sites, amounts)


@pytest.mark.parametrize("share", [share_islands, share_islands.py_func], ids=["compiled", "python"])
def test_shares_are_those_of_the_readable_twin(share: Callable[..., tuple[int, int]]) -> None:
    offsets, cell, energy = random_hits(5)
    everything = np.ones(cell.size, np.bool_)
    islands, seeds = islands_of(find_islands, offsets, cell, energy, everything, energy > 1.0)
    for island in islands:
        hits = sorted(island)
        mine = [i for i, hit in enumerate(hits) if hit in seeds]
        found = shared(share, places(cell[hits]), energy[hits], mine)
        assert found == pytest.approx(shared_by_hand(places(cell[hits]), energy[hits], mine), abs=1e-9)
        assert found.sum(axis=1) == pytest.approx(1.0)
        assert np.array_equal(found[mine], np.eye(len(mine)))


def test_equal_seeds_share_the_cell_between_them_equally() -> None:
    place = np.array([[0.0, 0, 0], [PITCH, 0, 0], [2 * PITCH, 0, 0]])
    assert shared(share_islands, place, np.array([5.0, 1.0, 5.0]), [0, 2])[1] == pytest.approx([0.5, 0.5])


def test_a_cell_far_from_every_seed_belongs_to_the_closest() -> None:
    place = np.array([[0.0, 0, 0], [2 * PITCH, 0, 0], [100 * PITCH, 0, 0]])
    assert shared(share_islands, place, np.array([5.0, 3.0, 0.1]), [0, 1])[2] == pytest.approx([0.0, 1.0])


def test_what_does_not_fit_is_counted_but_not_written() -> None:
    is_seed, energy = np.array([True, False, True]), np.array([5.0, 1.0, 5.0])
    place = np.array([[0.0, 0, 0], [PITCH, 0, 0], [2 * PITCH, 0, 0]])
    owner, hit, part = np.empty(2, np.int64), np.empty(2, np.int64), np.empty(2)
    seed, sites, scratch = np.empty(2, np.int64), np.empty(3, np.int64), np.empty((3, 2, 4))
    island = np.array([0, 3]), np.arange(3)
    found = share_islands(*island, energy, is_seed, place, WIDTH, sites, scratch, seed, owner, hit, part)
    assert found == (2, 4)
    assert part == pytest.approx([1.0, 0.5])
