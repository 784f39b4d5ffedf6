"""Points in windows are those of the full picture; neighbours are those of a sort over all pairs."""

from collections.abc import Callable

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from frameproducers.kernels.graphs import nearest_neighbours, points_in_windows

points = pytest.mark.parametrize("find", [points_in_windows, points_in_windows.py_func], ids=["compiled", "python"])
neighbours = pytest.mark.parametrize(
    "search", [nearest_neighbours, nearest_neighbours.py_func], ids=["compiled", "python"]
)


def entries(
    rng: np.random.Generator, n_events: int, n_cells: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Ascending cells without repetition; the first event is empty."""
    events = [np.flatnonzero(rng.random(n_cells) < (0.03 if event else 0)) for event in range(n_events)]
    offsets = np.concatenate([[0], np.cumsum([len(event) for event in events])]).astype(np.int64)
    return offsets, np.concatenate(events).astype(np.int32), rng.normal(1, 1, int(offsets[-1])).astype(np.float32)


@points
@pytest.mark.parametrize("cut", [1, 5])
@pytest.mark.parametrize("size", [(125, 125), (32, 32), (7, 360)])
def test_points_are_the_middles_of_cells_in_a_crop_of_the_full_picture(
    find: Callable[..., int], cut: int, size: tuple[int, int]
) -> None:
    rng = np.random.default_rng(cut)
    offsets, cell, value = entries(rng, 4, (280 // cut) * (360 // cut))
    event = np.array([0, 1, 1, 2, 2, 3, 3, 3])
    top = np.array([0, 155, -30, 250, 279, -124, 62, 100])
    left = np.array([0, 359, 310, 300, 236, 235, 0, 180])
    room = int(np.diff(offsets)[event].sum())
    place, found = np.full(room, -1), np.full(room, np.nan, np.float32)
    n_points = find(offsets, cell, value, cut, event, top, left, *size, place, found)
    windows = np.zeros((len(event), *size), np.float32)
    windows.reshape(-1)[place[:n_points]] = found[:n_points]
    for window, number in enumerate(event):
        picture = np.zeros((280, 360), np.float32)
        mine = slice(offsets[number], offsets[number + 1])
        middle = cut // 2
        rows, columns = cell[mine] // (360 // cut), cell[mine] % (360 // cut)
        picture[rows * cut + middle, columns * cut + middle] = value[mine]
        wanted = np.zeros(size, np.float32)
        for row in range(size[0]):
            if 0 <= top[window] + row < 280:
                wanted[row] = picture[top[window] + row, np.arange(left[window], left[window] + size[1]) % 360]
        assert np.array_equal(windows[window], wanted)
    assert len(np.unique(place[:n_points])) == n_points == np.count_nonzero(windows)


def nearest_by_sorting(occupied: NDArray[np.bool_], k: int, *, self_loops: bool) -> NDArray[np.int64]:
    """The readable twin, one graph: (nodes, at most k)."""
    place = np.argwhere(occupied)
    distance = ((place[:, np.newaxis] - place[np.newaxis]) ** 2).sum(axis=2)
    order = np.argsort(distance, axis=1, kind="stable")  # equals by index
    if not self_loops:
        others = [row[row != node] for node, row in enumerate(order)]
        order = np.array(others).reshape(len(place), max(len(place) - 1, 0))
    return order[:, :k]


def search_all(
    search: Callable[..., None], graphs: NDArray[np.bool_], k: int, *, self_loops: bool
) -> list[NDArray[np.int64]]:
    """What the kernel says of some windows, (windows, rows, columns): (nodes, at most k) each."""
    window, row, column = np.nonzero(graphs)
    sizes = np.bincount(window, minlength=len(graphs))
    width = np.clip(sizes - (not self_loops), 0, k)
    out = np.zeros(int((sizes * width).sum()), np.uint16)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    scratch = np.zeros(graphs.shape[1] + 1, np.int64), np.zeros(k, np.int64)
    search(offsets, row.astype(np.uint16), column.astype(np.uint16), k, self_loops, *scratch, out)
    parts = np.split(out.astype(np.int64), np.cumsum(sizes * width)[:-1])
    return [part.reshape(size, -1) if size else part.reshape(0, 0) for part, size in zip(parts, sizes, strict=True)]


@neighbours
@pytest.mark.parametrize("self_loops", [True, False])
@pytest.mark.parametrize("k", [1, 7, 16])
@pytest.mark.parametrize("density", [0.001, 0.03, 0.5])
def test_neighbours_are_those_of_a_sort_over_all_pairs(
    search: Callable[..., None], self_loops: bool, k: int, density: float
) -> None:
    graphs = np.random.default_rng(k).random((4, 30, 40)) < density
    graphs[1] = False
    for mine, graph in zip(search_all(search, graphs, k, self_loops=self_loops), graphs, strict=True):
        wanted = nearest_by_sorting(graph, k, self_loops=self_loops)
        assert np.array_equal(mine.reshape(wanted.shape), wanted)


@given(
    graph=hnp.arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12))),
    k=st.integers(1, 20),
    self_loops=st.booleans(),
)
@settings(deadline=None, max_examples=150)
def test_neighbours_of_any_points_are_those_of_a_sort(graph: NDArray[np.bool_], k: int, self_loops: bool) -> None:
    (found,) = search_all(nearest_neighbours, graph[np.newaxis], k, self_loops=self_loops)
    wanted = nearest_by_sorting(graph, k, self_loops=self_loops)
    assert np.array_equal(found.reshape(wanted.shape), wanted)


def test_a_window_of_jet_size_full_of_points_takes_its_neighbours_from_nearby() -> None:
    graphs = np.random.default_rng(1).random((1, 125, 125)) < 0.32
    (found,) = search_all(nearest_neighbours, graphs, 16, self_loops=True)
    wanted = nearest_by_sorting(graphs[0], 16, self_loops=True)
    assert len(wanted) > 4800
    assert np.array_equal(found, wanted)
