"""Networks on point clouds: DGCNN, GAT, GraphSAGE."""

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

from e2efw.errors import ConfigurationError
from taggers.training.networks.graph_layers import (
    EdgeConv,
    GraphAttention,
    MaskedNorm,
    SageConv,
    existing,
    max_of,
    mean_of,
    nearest_nodes,
)
from taggers.training.networks.module import Network, Window, nn, torch


class GraphNetwork(Network):
    """A network on graphs; tensors as `dataformats.graphs.PaddedGraphs` has them."""

    inputs: ClassVar[tuple[str, ...]] = ("nodes", "neighbours", "n_nodes")
    free_axes: ClassVar[dict[str, dict[int, str]]] = {"nodes": {1: "nodes"}, "neighbours": {1: "nodes"}}
    """Axes besides the batch whose size is free, for `to_onnx`."""


class DGCNN(GraphNetwork):
    """Edge convolutions, a dense layer per node, the mean of all nodes (Wang et al. 2018; top mass trainings).

    Args:
        sizes: of the dense layers of each edge convolution.
        hidden: size of the dense layers before and behind the mean.
        dynamic: from the second convolution on neighbours are those nearest in features, not those given.
        k: neighbours of the dynamic graph.
        dropout: before the last layer.
    """

    def __init__(
        self,
        channels: int,
        window: Window,
        outputs: int,
        sizes: Sequence[Sequence[int]] = ((32, 32, 32), (64, 64, 128)),
        hidden: int = 128,
        k: int = 16,
        dropout: float = 0.1,
        *,
        dynamic: bool = False,
    ) -> None:
        super().__init__()
        del window  # graphs have none
        if not sizes or not all(sizes) or k < 1:
            raise ConfigurationError(f"network 'dgcnn': sizes {sizes} should have layers, k ({k}) be at least 1.")
        self.dynamic, self.k = dynamic, k
        befores = [channels, *(layers[-1] for layers in sizes)]
        self.convolutions = nn.ModuleList(
            EdgeConv(before, layers) for before, layers in zip(befores, sizes, strict=False)
        )
        self.per_node = nn.Linear(sum(befores[1:]), hidden)
        self.head = nn.Sequential(nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, outputs))

    def forward(self, nodes: torch.Tensor, neighbours: torch.Tensor, n_nodes: torch.Tensor) -> torch.Tensor:
        """(N, nodes, channels), (N, nodes, k), (N,) to (N, outputs)."""
        there = existing(nodes, n_nodes)
        found: list[torch.Tensor] = []
        for convolution in self.convolutions:
            if found and self.dynamic:
                neighbours = nearest_nodes(found[-1], there, self.k)
            found.append(convolution(found[-1] if found else nodes, neighbours))
        return self.head(mean_of(torch.relu(self.per_node(torch.cat(found, dim=-1))), there))


class _PooledLayers(GraphNetwork):
    """Layers, each with ReLU and normalisation; mean and largest of each over the graph are added up, then dense.

    Args:
        layers: from nodes and neighbours to nodes.
        size: features that each layer makes.
    """

    def __init__(self, layers: Sequence[Network], size: int, outputs: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.norms = nn.ModuleList(MaskedNorm(size) for _ in layers)
        self.head = nn.Linear(2 * size, outputs)

    def forward(self, nodes: torch.Tensor, neighbours: torch.Tensor, n_nodes: torch.Tensor) -> torch.Tensor:
        """(N, nodes, channels), (N, nodes, k), (N,) to (N, outputs)."""
        there = existing(nodes, n_nodes)
        pooled = torch.zeros_like(nodes[:, 0, :1])
        for layer, norm in zip(self.layers, self.norms, strict=True):
            nodes = norm(torch.relu(layer(nodes, neighbours)), there)
            pooled = pooled + torch.cat([mean_of(nodes, there), max_of(nodes, there)], dim=-1)
        return self.head(pooled)


class GraphSAGE(_PooledLayers):
    """The network on graphs of boosted tops: three layers of 512.

    Args:
        hidden: features that each layer makes.
        layers: how many.
    """

    def __init__(self, channels: int, window: Window, outputs: int, hidden: int = 512, layers: int = 3) -> None:
        del window  # graphs have none
        sizes = [channels, *[hidden] * layers]
        super().__init__([SageConv(*pair) for pair in pairwise(sizes)], hidden, outputs)


class GAT(_PooledLayers):
    """Graph attention, pooled as GraphSAGE.

    Args:
        hidden: features that each head makes.
        heads: of the attention.
        layers: how many.
    """

    def __init__(
        self, channels: int, window: Window, outputs: int, hidden: int = 32, heads: int = 4, layers: int = 3
    ) -> None:
        del window  # graphs have none
        size = hidden * heads
        sizes = [channels, *[size] * layers]
        super().__init__([GraphAttention(before, hidden, heads) for before in sizes[:-1]], size, outputs)
