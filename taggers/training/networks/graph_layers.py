"""Layers on graphs that lie side by side, filled up to the same number of nodes.

Every graph of a batch is (nodes, features) and (nodes, k) neighbours, as `dataformats.graphs.PaddedGraphs` has them. So
the batch axis comes first and is free, in ONNX too, and looking up neighbours is one Gather of whole rows, the quickest
there is in ONNX Runtime. Graphs in one piece need scatters instead for every sum over a graph: GraphSAGE of 128 on 32
graphs of 100 to 400 nodes did 62 graphs/s padded, although a third of it was filling, and 38 in one piece (one thread).
"""

from collections.abc import Sequence
from itertools import pairwise

from taggers.training.networks.module import Network, nn, torch


def rows_of(values: torch.Tensor, neighbours: torch.Tensor) -> torch.Tensor:
    """Values of the neighbours of every node.

    Args:
        values: (N, nodes, features).
        neighbours: (N, nodes, k) int64; -1 for none gives the values of the first node, to be masked.

    Returns:
        (N, nodes, k, features).
    """
    nodes, features = values.shape[1:]
    number = torch.ones_like(neighbours[:, :1, :1]).cumsum(0) - 1  # shapes in ONNX follow this, not an arange
    starts = nodes * number
    return nn.functional.embedding(neighbours.clamp_min(0) + starts, values.reshape(-1, features))


def existing(nodes: torch.Tensor, n_nodes: torch.Tensor) -> torch.Tensor:
    """(N, nodes) bool, which nodes are no filling.

    Args:
        nodes: (N, nodes, features).
        n_nodes: (N,) int64.
    """
    return torch.arange(nodes.shape[1], device=nodes.device)[None] < n_nodes[:, None]


def mean_of(values: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
    """Mean over the last axis but one of what is there; 0 where nothing is.

    Args:
        values: (..., many, features).
        there: (..., many) bool.
    """
    weights = there.to(values.dtype)
    return (values * weights[..., None]).sum(-2) / weights.sum(-1, keepdim=True).clamp_min(1)


def max_of(values: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
    """Largest along the last axis but one of what is there; 0 where nothing is. Arguments as for `mean_of`."""
    lowest = torch.finfo(values.dtype).min
    largest = values.masked_fill(~there[..., None], lowest).amax(-2)
    return largest * there.any(-1, keepdim=True)


class MaskedNorm(nn.BatchNorm1d):  # type: ignore[misc]  # torch is optional, so its classes have no types here
    """Batch normalisation that learns from what is there only."""

    def forward(self, values: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        """(..., features), (...) bool to the same as the values; filling stays finite and means nothing."""
        if self.training:
            found = torch.zeros_like(values)
            found[there] = super().forward(values[there])
            return found
        scale = self.weight * torch.rsqrt(self.running_var + self.eps)
        return values * scale + (self.bias - self.running_mean * scale)


class DenseNorm(Network):
    """A dense layer without bias, batch normalisation, ReLU."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.dense = nn.Linear(before, after, bias=False)
        self.norm = MaskedNorm(after)

    def forward(self, values: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        """(..., before), (...) bool to (..., after)."""
        return torch.relu(self.norm(self.dense(values), there))


class EdgeConv(Network):
    """Dense layers on every edge, [node, neighbour - node], the largest over the edges of a node, and a shortcut.

    The first layer is taken apart, W [x, y - x] = (W1 - W2) x + W2 y, and computed per node instead of per edge.

    Args:
        before: features of a node.
        sizes: of the dense layers.
    """

    def __init__(self, before: int, sizes: Sequence[int]) -> None:
        super().__init__()
        self.first = nn.Linear(2 * before, sizes[0], bias=False)
        self.norm = MaskedNorm(sizes[0])
        self.inner = nn.ModuleList(DenseNorm(*pair) for pair in pairwise(sizes))
        self.shortcut = nn.Linear(before, sizes[-1])

    def forward(self, x: torch.Tensor, neighbours: torch.Tensor) -> torch.Tensor:
        """(N, nodes, before), (N, nodes, k) to (N, nodes, sizes[-1])."""
        of_node, of_difference = self.first.weight.chunk(2, dim=1)
        linked = neighbours >= 0
        own = nn.functional.linear(x, of_node - of_difference)
        edges = rows_of(nn.functional.linear(x, of_difference), neighbours) + own[:, :, None]
        edges = torch.relu(self.norm(edges, linked))
        for layer in self.inner:
            edges = layer(edges, linked)
        return torch.relu(max_of(edges, linked) + self.shortcut(x))


class GraphAttention(Network):
    """Mean of the neighbours, weighted by how well they fit to the node, head by head (Velickovic et al. 2017).

    Args:
        before: features of a node.
        after: features that each head makes.
        heads: side by side.
    """

    def __init__(self, before: int, after: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.dense = nn.Linear(before, heads * after, bias=False)
        self.of_node = nn.Parameter(nn.init.xavier_uniform_(torch.empty(heads, after)))
        self.of_neighbour = nn.Parameter(nn.init.xavier_uniform_(torch.empty(heads, after)))
        self.bias = nn.Parameter(torch.zeros(heads * after))

    def forward(self, x: torch.Tensor, neighbours: torch.Tensor) -> torch.Tensor:
        """(N, nodes, before), (N, nodes, k) to (N, nodes, heads * after)."""
        linked = (neighbours >= 0)[..., None]
        made = self.dense(x)
        by_head = made.unflatten(-1, (self.heads, -1))
        fits = rows_of((by_head * self.of_neighbour).sum(-1), neighbours)
        fits = nn.functional.leaky_relu(fits + (by_head * self.of_node).sum(-1)[:, :, None], 0.2)
        weights = torch.softmax(fits.masked_fill(~linked, torch.finfo(x.dtype).min), dim=2) * linked
        found = rows_of(made, neighbours).unflatten(-1, (self.heads, -1)) * weights[..., None]
        return found.sum(2).flatten(-2) + self.bias


class SageConv(Network):
    """The node and the mean of its neighbours, each through a dense layer, to length 1 (Hamilton et al. 2017)."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.of_node = nn.Linear(before, after, bias=False)
        self.of_neighbours = nn.Linear(before, after)

    def forward(self, x: torch.Tensor, neighbours: torch.Tensor) -> torch.Tensor:
        """(N, nodes, before), (N, nodes, k) to (N, nodes, after)."""
        near = mean_of(rows_of(x, neighbours), neighbours >= 0)
        return nn.functional.normalize(self.of_node(x) + self.of_neighbours(near), dim=-1)


def nearest_nodes(x: torch.Tensor, there: torch.Tensor, k: int) -> torch.Tensor:
    """The nearest nodes of every node, by distance of features, itself included.

    Args:
        x: (N, nodes, features).
        there: (N, nodes) bool.
        k: neighbours.

    Returns:
        (N, nodes, k) int64, -1 where there are not as many.
    """
    squares = (x * x).sum(-1)
    nearness = 2 * x @ x.transpose(1, 2) - squares[:, None]
    lowest = torch.finfo(x.dtype).min
    nearness = nearness.masked_fill(~there[:, None], lowest)
    none = torch.full_like(nearness[..., :1], lowest).expand(-1, -1, k)
    values, places = torch.topk(torch.cat([nearness, none], dim=-1), k, dim=-1)
    return torch.where((values > lowest) & there[..., None], places, -1)
