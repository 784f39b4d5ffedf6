"""Point clouds made of windows inside the network, so that a training and a bundle cannot make them differently.

Nodes, features and neighbours are those of `GraphProducer` with its feature set `top_gnn` (a test compares them); what
differs is that all graphs have the same number of places, of which those behind the last node are marked as filling.
Everything here is exact: integers, and choices among equals by their place.
"""

from collections.abc import Sequence
from typing import ClassVar

from dataformats.window_table import WindowLayer
from e2efw.errors import ConfigurationError
from taggers.training.networks.graphs import GraphNetwork
from taggers.training.networks.module import Network, Window, torch

POSITION: tuple[str, ...] = ("row", "column")
"""Features of a node before its channels: (pixel - middle) / middle of the window."""


class OnPointClouds(Network):
    """A network on graphs that reads windows, and where they are, for a cell of several pixels is one node.

    Args:
        network: on graphs, with `len(POSITION)` more features than channels.
        layers: of the windows, in the order of their channels.
        window: rows and columns of the windows.
        max_nodes: of a graph; those stay whose channels in GeV sum up to most, equals by place.
        k: nearest neighbours of a node, itself the first.

    Raises:
        ConfigurationError: fewer nodes than neighbours, or more than there are pixels.
    """

    inputs: ClassVar[tuple[str, ...]] = ("frames", "row", "column")

    def __init__(
        self, network: GraphNetwork, layers: Sequence[WindowLayer], window: Window, max_nodes: int, k: int
    ) -> None:
        super().__init__()
        pixels = window[0] * window[1]
        if not 1 <= k <= max_nodes <= pixels:
            raise ConfigurationError(
                f"graph: k ({k}) is at least 1 and at most max_nodes ({max_nodes}), these at most {pixels} pixels."
            )
        self.network = network
        self.window, self.max_nodes, self.k = window, max_nodes, k
        self.cells = [(layer.cell_size, layer.parts) for layer in layers]
        self.energies = [place for place, layer in enumerate(layers) if layer.unit == "GeV"]

    def forward(self, frames: torch.Tensor, row: torch.Tensor, column: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W), and (N,) integer row and column of the centre in the stitched picture, to (N, outputs)."""
        return self.network(*self.graphs(frames, row, column))

    def graphs(
        self, frames: torch.Tensor, row: torch.Tensor, column: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Nodes, neighbours and number of nodes, as `dataformats.graphs.PaddedGraphs` has them; as for `forward`."""
        values = self._of_cells(frames, row, column)
        place, there = self._chosen(values)
        height, width = self.window
        known = torch.where(there, place, 0)
        chosen = values.gather(1, known[..., None].expand(-1, -1, values.shape[2]))
        down, right = known // width, known % width
        position = torch.stack([_centred(down, height), _centred(right, width)], dim=-1)
        nodes = torch.where(there[..., None], torch.cat([position, chosen], dim=-1), 0.0)
        return nodes, _nearest(down, right, there, self.k), there.sum(1)

    def _of_cells(self, frames: torch.Tensor, row: torch.Tensor, column: torch.Tensor) -> torch.Tensor:
        """(N, H * W, C) content of cells at their middle pixels, 0 at all others."""
        found = []
        for channel, (size, parts) in enumerate(self.cells):
            values = frames[:, channel]
            if size > 1:
                down, right = (
                    _middles(at, length, size) for at, length in zip((row, column), self.window, strict=True)
                )
                values = torch.where(down[:, :, None] & right[:, None, :], values * parts, 0.0)
            found.append(values.flatten(1))
        return torch.stack(found, dim=-1)

    def _chosen(self, values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(N, max_nodes) places of the nodes, ascending, and which of them are no filling."""
        pixels = values.shape[1]
        energy = values[..., self.energies].sum(-1)
        energy = torch.where(energy.isnan(), torch.finfo(energy.dtype).min, energy)
        occupied = ~(values.abs().sum(-1) <= 0)  # what is not known is there
        rank = torch.where(occupied, energy, -torch.inf)
        least = torch.topk(rank, self.max_nodes, dim=1).values[:, -1:]
        above, equal = rank > least, rank == least
        room = self.max_nodes - above.sum(1, keepdim=True)
        kept = occupied & (above | (equal & (equal.cumsum(1) <= room)))
        place = torch.where(kept, torch.arange(pixels, device=values.device, dtype=torch.int32), pixels)
        place = torch.topk(place, self.max_nodes, dim=1, largest=False, sorted=True).values.long()
        return place, place < pixels


def _centred(pixel: torch.Tensor, size: int) -> torch.Tensor:
    """As `dataformats.graphs.FeatureSet.coordinates`."""
    middle = max((size - 1) // 2, 1)
    return (pixel - middle).float() / middle


def _middles(at: torch.Tensor, length: int, size: int) -> torch.Tensor:
    """(N, length) which pixels of windows along an axis are the middle one of a cell.

    Args:
        at: (N,) centre of the window in the stitched picture.
        length: of the window.
        size: pixels of a cell.
    """
    first = at - (length - 1) // 2
    stitched = first[:, None] + torch.arange(length, device=at.device)
    return torch.remainder(stitched, size) == size // 2


def _nearest(down: torch.Tensor, right: torch.Tensor, there: torch.Tensor, k: int) -> torch.Tensor:
    """(N, nodes, k) int64 the nearest nodes by distance in pixels, equals by index; -1 where there are not as many.

    Distance and index are one integer, so that no two are alike.

    Args:
        down, right: (N, nodes) row and column.
        there: (N, nodes) which are no filling.
        k: neighbours.
    """
    nodes = there.shape[1]
    rows, columns = (axis[:, :, None] - axis[:, None, :] for axis in (down.int(), right.int()))
    square = rows * rows + columns * columns
    none = torch.iinfo(torch.int32).max
    key = square * nodes + torch.arange(nodes, device=there.device, dtype=torch.int32)
    key = torch.where(there[:, None, :] & there[:, :, None], key, none)
    nearest = torch.topk(key, k, dim=2, largest=False, sorted=True).values
    return torch.where(nearest < none, nearest % nodes, -1).long()
