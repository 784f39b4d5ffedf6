"""Graphs as files hold them and as networks take them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dataformats.graphs import FEATURE_SETS, GraphNeighbours, GraphNodes, Graphs, GraphValues, PointClouds
from e2efw.errors import LogicError


def two_events(features: str = "top_gnn", *, self_loops: bool = True, **parts: Any) -> PointClouds:
    """Objects with 2 nodes and none in the first event, one with 3 in the second; k = 2; windows of 5 x 9."""
    edges = [[0, 1, 1, 0], [0, 1, 1, 0, 2, 1]] if self_loops else [[1, 0], [1, 2, 0, 2, 1, 0]]
    place = {"row": np.array([0, 2, 1, 2, 4]), "column": np.array([4, 0, 8, 4, 6])}
    whole = PointClouds(
        Graphs.from_lists(n_nodes=[[2, 0], [3]], n_cut=[[0, 0], [7]]),
        GraphNodes(np.array([0, 2, 5]), about={"window": [5, 9]}, **place),
        GraphValues(
            np.array([0, 4, 10]), about={"channels": ["ECAL", "HCAL"], "features": features}, value=np.arange(10) / 2
        ),
        GraphNeighbours(
            np.cumsum([0, *map(len, edges)]),
            about={"k": 2, "self_loops": self_loops},
            neighbour=np.concatenate(edges),
        ),
    )
    return replace(whole, **parts)


def test_the_arrays_are_those_that_graph_networks_take() -> None:
    clouds = two_events()
    x, edge_index, batch = clouds.arrays()
    assert clouds.feature_names == ("row", "column", "ECAL", "HCAL")
    assert x.dtype == np.float32
    assert x.tolist() == [
        [-1.0, 0.0, 0.0, 0.5],
        [0.0, -1.0, 1.0, 1.5],
        [-0.5, 1.0, 2.0, 2.5],
        [0.0, 0.0, 3.0, 3.5],
        [1.0, 0.5, 4.0, 4.5],
    ]
    assert edge_index.dtype == batch.dtype == np.int64
    assert edge_index.tolist() == [[0, 1, 1, 0, 2, 3, 3, 2, 4, 3], [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]]
    assert batch.tolist() == [0, 0, 2, 2, 2]


def test_padded_graphs_lie_side_by_side_in_step_with_their_objects() -> None:
    clouds = two_events(self_loops=False)
    x, _, batch = clouds.arrays()
    nodes, neighbours, n_nodes = clouds.padded()
    assert nodes.shape == (3, 3, 4)
    assert nodes[0, :2].tolist() == x[batch == 0].tolist()
    assert nodes[2].tolist() == x[batch == 2].tolist()
    assert not nodes[0, 2].any()
    assert not nodes[1].any()
    assert neighbours.tolist() == [
        [[1, -1], [0, -1], [-1, -1]],
        [[-1, -1], [-1, -1], [-1, -1]],
        [[1, 2], [0, 2], [1, 0]],
    ]
    assert n_nodes.tolist() == [2, 0, 3]
    nothing = clouds.take(np.array([], np.int64)).padded()
    assert [part.shape for part in nothing] == [(0, 1, 4), (0, 1, 2), (0,)]


def test_the_other_features_have_their_position_behind_and_counted_from_the_corner() -> None:
    clouds = two_events("top_mass_gnn", self_loops=False)
    x, edge_index, _ = clouds.arrays()
    assert clouds.feature_names == ("ECAL", "HCAL", "row", "column")
    np.testing.assert_allclose(x[:, 2], np.array([0, 2, 1, 2, 4]) / 5, rtol=1e-6)
    np.testing.assert_allclose(x[:, 3], np.array([4, 0, 8, 4, 6]) / 9, rtol=1e-6)
    assert edge_index.tolist() == [[1, 0, 3, 4, 2, 4, 3, 2], [0, 1, 2, 2, 3, 3, 4, 4]]


def test_coordinates_are_those_of_the_trainings() -> None:
    pixels = np.array([0, 62, 124], np.uint16)
    assert FEATURE_SETS["top_gnn"].coordinates(pixels, 125).tolist() == [-1, 0, 1]
    np.testing.assert_allclose(FEATURE_SETS["top_mass_gnn"].coordinates(pixels, 125), [0, 62 / 125, 124 / 125])
    assert FEATURE_SETS["top_gnn"].coordinates(np.array([15], np.uint16), 32).tolist() == [0]


def test_events_are_taken_and_joined_part_by_part() -> None:
    clouds = two_events()
    second = clouds.take(slice(1, 2))
    x, edge_index, batch = second.arrays()
    whole = clouds.arrays()
    assert np.array_equal(x, whole.x[2:])
    assert np.array_equal(edge_index, whole.edge_index[:, 4:] - 2)
    assert batch.tolist() == [0, 0, 0]
    halves: list[list[Any]] = [list(vars(half).values()) for half in (clouds.take(np.array([0])), second)]
    joined = PointClouds(*(type(first).concatenate([first, last]) for first, last in zip(*halves, strict=True)))
    for mine, theirs in zip(joined.arrays(), whole, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert joined.values.description == clouds.values.description


def test_no_objects_are_no_graphs() -> None:
    x, edge_index, batch = two_events().take(slice(0, 0)).arrays()
    assert (x.shape, edge_index.shape, batch.shape) == ((0, 4), (2, 0), (0,))


@pytest.mark.parametrize("part", ["nodes", "values", "neighbours"])
def test_parts_of_other_graphs_are_refused(part: str) -> None:
    other = getattr(two_events(), part).take(np.array([1, 0]))
    with pytest.raises(LogicError, match=f"PointClouds: {type(other).__name__} do not belong to these graphs"):
        two_events(**{part: other})
