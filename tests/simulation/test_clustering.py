"""Clusters conserve energy, come in order, and do not depend on the order of the hits."""

import numpy as np
import pytest
from numpy.typing import NDArray

from e2efw.errors import EventCorruptionError
from simulation.clustering import Calorimeter, CellHits, cell_hits, cluster_cells, cluster_hits, weighted_mean

SIZE = 15


def plane(width: float = 1.5) -> Calorimeter:
    """A square of cells without corners: neighbours share a side."""
    row, column = np.divmod(np.arange(SIZE * SIZE), SIZE)
    sides = []
    for down, across in ((0, -1), (0, 1), (-1, 0), (1, 0)):
        y, x = row + down, column + across
        sides.append(np.where((y >= 0) & (y < SIZE) & (x >= 0) & (x < SIZE), y * SIZE + x, -1))
    position = np.stack([2.0 * row, 2.0 * column, 0.0 * row], axis=1)
    return Calorimeter(np.stack(sides, axis=1).astype(np.int32), position, 4, width)


def random_hits(seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Event, cell and energy of the hits of 20 events."""
    rng = np.random.default_rng(seed)
    event, cell = np.nonzero(rng.random((20, SIZE * SIZE)) < 0.5)
    return event, cell, rng.exponential(1.0, event.size) + 0.01


def test_energy_of_every_event_is_conserved() -> None:
    event, cell, energy = random_hits(1)
    hits = cell_hits(event, cell, energy, 20, "test")
    everything = np.ones(cell.size, np.bool_)
    found = cluster_cells(hits, everything, everything, plane())
    inside = np.bincount(np.repeat(np.arange(20), np.diff(found.offsets)), found.energy, 20)
    assert inside == pytest.approx(np.bincount(event, energy, 20))
    assert np.bincount(found.hit, found.fraction) == pytest.approx(np.ones(cell.size))


def test_clusters_come_by_falling_energy_and_hits_by_cluster() -> None:
    hits = cell_hits(*random_hits(2), 20, "test")
    found = cluster_cells(hits, hits.energy > 0.1, hits.energy > 0.5, plane())
    for first, last in zip(found.offsets[:-1], found.offsets[1:], strict=True):
        assert np.all(np.diff(found.energy[first:last]) <= 0)
    assert np.all(np.diff(found.owner) >= 0)
    assert found.energy == pytest.approx(np.bincount(found.owner, found.fraction * hits.energy[found.hit]))


def test_clusters_do_not_depend_on_the_order_of_the_hits() -> None:
    event, cell, energy = random_hits(3)
    mixed = np.random.default_rng(3).permutation(cell.size)
    results = []
    for order in (np.arange(cell.size), mixed):
        hits = cell_hits(event[order], cell[order], energy[order], 20, "test")
        results.append(cluster_cells(hits, hits.energy > 0.1, hits.energy > 0.5, plane()))
    assert all(np.array_equal(a, b) for a, b in zip(*results, strict=True))


def test_more_shares_than_expected_find_room() -> None:
    hits = cell_hits(*random_hits(4), 20, "test")
    everything = np.ones(hits.cell.size, np.bool_)
    found = cluster_cells(hits, everything, everything, plane(width=100.0))
    assert found.hit.size > 4 * hits.cell.size
    assert np.bincount(found.hit, found.fraction) == pytest.approx(np.ones(hits.cell.size))


def test_a_block_without_hits_has_no_clusters() -> None:
    nothing = np.empty(0, np.int64)
    hits = cell_hits(nothing, nothing, np.empty(0), 3, "test")
    found = cluster_cells(hits, np.empty(0, np.bool_), np.empty(0, np.bool_), plane())
    assert found.offsets.tolist() == [0, 0, 0, 0]
    assert cluster_hits(found, np.empty(0, np.uint32)).offsets.tolist() == [0, 0, 0, 0]


def test_two_hits_in_one_cell_are_refused() -> None:
    with pytest.raises(EventCorruptionError, match="hits of the test: 1 cells have two hits in one event"):
        cell_hits(np.array([0, 1, 1]), np.array([7, 7, 7]), np.ones(3), 2, "hits of the test")


def test_hits_are_ordered_by_event_and_cell() -> None:
    hits = cell_hits(np.array([1, 0, 1]), np.array([3, 9, 2]), np.array([1.0, 2.0, 3.0]), 3, "test")
    assert isinstance(hits, CellHits)
    assert hits.offsets.tolist() == [0, 1, 3, 3]
    assert hits.cell.tolist() == [9, 2, 3]
    assert hits.energy.tolist() == [2.0, 3.0, 1.0]
    assert hits.order.tolist() == [1, 2, 0]


def test_a_mean_is_weighted_for_each_owner() -> None:
    owner, weight, value = np.array([0, 1, 1]), np.array([2.0, 1.0, 3.0]), np.array([5.0, 0.0, 4.0])
    assert weighted_mean(owner, 2, weight, value).tolist() == [5.0, 3.0]
