"""Point clouds around objects and the graphs on them, for graph networks.

Four collections per producer, all ragged by event and in step with one another:

- `Graphs`: one entry per object, also for those without a graph (0 nodes), so it stays attached to its objects;
- `GraphNodes`: where the nodes are, in pixels of their window, object after object and rising by row and column;
- `GraphValues`: what they hold, channels of one node after another;
- `GraphNeighbours`: the nearest other nodes of every node, nearest first, counted from the first node of the object.

`PointClouds` puts them together into the arrays that PyTorch Geometric and its like take.
"""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection, Events, Leaf
from dataformats.described import Described
from e2efw.errors import LogicError

MAX_NODES: Final = 65535
"""Nodes of one graph at most: they are counted in 16 bits."""


@dataclass(frozen=True)
class FeatureSet:
    """What a published training feeds a node.

    Args:
        name: of the set.
        min_content: a cell is a node if the sum of |value| over its channels is above this (or not known).
        position: "centred": (row - c) / c and (column - c) / c, where c = (size - 1) // 2 is the row or column of the
            window's middle pixel, so 0 is the seed and -1..1 the window (c = 62 of 125); "corner": row / size and
            column / size, so 0 is the window's first pixel and all are below 1.
        order: of a node's numbers: position before or after the channels.
        source: who used it.
    """

    name: str
    min_content: float
    position: Literal["centred", "corner"]
    order: Literal["position first", "channels first"]
    source: str

    def coordinates(self, pixel: NDArray[np.uint16], size: int) -> NDArray[np.float32]:
        """Relative coordinate along one axis.

        Args:
            pixel: (nodes,) row or column in the window.
            size: pixels of the window along that axis.
        """
        middle = max((size - 1) // 2, 1)
        place = pixel.astype(np.float32)
        return (
            (place - np.float32(middle)) / np.float32(middle)
            if self.position == "centred"
            else place / np.float32(size)
        )


FEATURE_SETS: Final = {
    entry.name: entry
    for entry in (
        FeatureSet(
            "top_gnn",
            0.0,
            "centred",
            "position first",
            "boosted tops with GraphSAGE (ML4SCI): k = 16 with self loops, at most 5000 nodes",
        ),
        FeatureSet(
            "top_mass_gnn",
            1e-3,
            "corner",
            "channels first",
            "top mass with DGCNN, GAT, GPS (ML4SCI): k = 7 or 20",
        ),
    )
}
"""All sets by name; the channels of both are those of the producer, in its order."""


class Graphs(Collection):
    """Size of the graph of every object, in step with the objects."""

    friendly_type = "e2eGraphs"
    n_nodes = Leaf("obj.nNodes_", "uint16", doc="nodes; 0 for objects without a window and for empty windows")
    n_cut = Leaf("obj.nCut_", "uint32", doc="nodes left out because there were too many, those with the least energy")


class GraphNodes(Described):
    """Where nodes are; description: {"window": [rows, columns]}."""

    friendly_type = "e2eGraphNodes"
    row = Leaf("obj.row_", "uint16", doc="row in the window of the object")
    column = Leaf("obj.column_", "uint16", doc="column in the window of the object")


class GraphValues(Described):
    """What nodes hold; description: {"channels": [...], "features": name of the `FeatureSet`}."""

    friendly_type = "e2eGraphValues"
    value = Leaf("obj.value_", "float32", doc="(nodes, channels), channels of one node after another, in their units")


class GraphNeighbours(Described):
    """Who is near whom; description: {"k": neighbours at most, "self_loops": bool}."""

    friendly_type = "e2eGraphNeighbours"
    neighbour = Leaf("obj.neighbour_", "uint16", doc="(nodes, min(k, others)), nearest first; number in the graph")


class GraphArrays(NamedTuple):
    """What graph networks take.

    Args:
        x: (nodes, features) float32, see `PointClouds.feature_names`.
        edge_index: (2, edges) int64: from each neighbour (first row) to the node it is near to (second row).
        batch: (nodes,) int64, position of the node's object in the flat columns of the objects.
    """

    x: NDArray[np.float32]
    edge_index: NDArray[np.int64]
    batch: NDArray[np.int64]


class PaddedGraphs(NamedTuple):
    """What graph networks with a batch axis take: all graphs filled up to as many nodes as the largest has.

    Args:
        nodes: (objects, nodes, features) float32, see `PointClouds.feature_names`; 0 behind the last node.
        neighbours: (objects, nodes, k) int64, number of each neighbour in its graph; -1 for none.
        n_nodes: (objects,) int64, nodes of each graph.
    """

    nodes: NDArray[np.float32]
    neighbours: NDArray[np.int64]
    n_nodes: NDArray[np.int64]


@dataclass(frozen=True)
class PointClouds:
    """The graphs of some events.

    Raises:
        LogicError: the four do not belong together.
    """

    graphs: Graphs
    nodes: GraphNodes
    values: GraphValues
    neighbours: GraphNeighbours

    def __post_init__(self) -> None:
        """Compare the sizes event by event."""
        nodes, edges = (
            np.diff(np.concatenate([[0], np.cumsum(counts)])[self.graphs.offsets])
            for counts in (self._n_nodes, self._n_nodes * self._width)
        )
        wanted = (
            (self.nodes, nodes),
            (self.values, nodes * len(self.values.description["channels"])),
            (self.neighbours, edges),
        )
        for part, expected in wanted:
            if not np.array_equal(part.counts, expected):
                raise LogicError(f"PointClouds: {type(part).__name__} do not belong to these graphs.")

    def take(self, events: Events) -> Self:
        """The graphs of some events."""
        parts = self.graphs.take(events), self.nodes.take(events), self.values.take(events)
        return type(self)(*parts, self.neighbours.take(events))

    @property
    def features(self) -> FeatureSet:
        """What a node's numbers are."""
        return FEATURE_SETS[self.values.description["features"]]

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the columns of x."""
        channels, position = tuple(self.values.description["channels"]), ("row", "column")
        return position + channels if self.features.order == "position first" else channels + position

    def arrays(self) -> GraphArrays:
        """All graphs as one, as PyTorch Geometric batches them.

        ``Data(x=torch.from_numpy(x), edge_index=torch.from_numpy(edge_index))``, ``batch`` for the pooling. Labels in
        step with the objects are looked up with the numbers in batch; `Graphs.n_nodes` tells which objects have none.
        """
        x, batch = self._node_features(), np.repeat(np.arange(self._n_nodes.size), self._n_nodes)
        width = self._width[batch]
        begin = np.concatenate([[0], np.cumsum(self._n_nodes)])[:-1][batch]
        centre = np.repeat(np.arange(batch.size), width)
        neighbour = self.neighbours.flat("neighbour").astype(np.int64) + np.repeat(begin, width)
        return GraphArrays(x, np.stack([neighbour, centre]), batch)

    def padded(self) -> PaddedGraphs:
        """All graphs side by side, in step with the objects; at least one node deep, always k neighbours wide."""
        counts, width, wide = self._n_nodes, self._width, self.neighbours.description["k"]
        x = self._node_features()
        deep = max(1, counts.max(initial=0))
        there = np.arange(deep) < counts[:, np.newaxis]
        nodes = np.zeros((counts.size, deep, x.shape[1]), np.float32)
        nodes[there] = x
        linked = there[..., np.newaxis] & (np.arange(wide) < width[:, np.newaxis, np.newaxis])
        neighbours = np.full((counts.size, deep, wide), -1, np.int64)
        neighbours[linked] = self.neighbours.flat("neighbour")
        return PaddedGraphs(nodes, neighbours, counts)

    def _node_features(self) -> NDArray[np.float32]:
        """(nodes, features) of all graphs."""
        window = self.nodes.description["window"]
        place = [
            self.features.coordinates(self.nodes.flat(axis), size)
            for axis, size in zip(("row", "column"), window, strict=True)
        ]
        values = self.values.flat("value").reshape(place[0].size, len(self.values.description["channels"]))
        position = np.stack(place, axis=1)
        first = self.features.order == "position first"
        return np.concatenate([position, values] if first else [values, position], axis=1)

    @property
    def _n_nodes(self) -> NDArray[np.int64]:
        return self.graphs.flat("n_nodes").astype(np.int64)

    @property
    def _width(self) -> NDArray[np.int64]:
        """(objects,) neighbours per node."""
        about = self.neighbours.description
        return neighbours_per_node(self._n_nodes, about["k"], self_loops=about["self_loops"])


def neighbours_per_node(n_nodes: NDArray[np.int64], k: int, *, self_loops: bool) -> NDArray[np.int64]:
    """(graphs,) neighbours of every node of graphs of these sizes: k, or fewer if there are not as many."""
    return np.clip(n_nodes - (not self_loops), 0, k)
