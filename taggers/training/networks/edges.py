"""Edges of pictures as more channels, computed inside the graph."""

from collections.abc import Sequence
from typing import Final

from e2efw.errors import ConfigurationError, nearest
from taggers.training.networks.module import Network, nn, torch

EDGES: Final = {
    "sobel": (((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)), ((-1, -2, -1), (0, 0, 0), (1, 2, 1))),
    "laplacian": (((0, 1, 0), (1, -4, 1), (0, 1, 0)),),
}
"""Kernels by name; of several the root of the sum of squares is taken."""


class EdgeChannels(Network):
    """The channels of a picture, then their edges, kind by kind. Outside the picture is 0.

    Sobel is the size of the gradient, Laplacian the sum over the four neighbours less four times the pixel.

    Args:
        channels: of the pictures.
        kinds: names in EDGES; (N, C, H, W) becomes (N, C * (1 + kinds), H, W).

    Raises:
        ConfigurationError: no such kind.
    """

    def __init__(self, channels: int, kinds: Sequence[str] = ("sobel", "laplacian")) -> None:
        super().__init__()
        self.channels = channels
        self.kinds = tuple(kinds)
        for kind in self.kinds:
            if kind not in EDGES:
                raise ConfigurationError(f"no edges of kind '{kind}'. {nearest(kind, EDGES)}")
            kernels = torch.tensor(EDGES[kind], dtype=torch.float32)[:, None, None]
            self.register_buffer(kind, kernels.repeat(1, channels, 1, 1, 1), persistent=False)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """Channels and their edges."""
        return torch.cat([frames, *(self._edges(frames, kind) for kind in self.kinds)], dim=1)

    def _edges(self, frames: torch.Tensor, kind: str) -> torch.Tensor:
        found = [
            nn.functional.conv2d(frames, kernel, padding=1, groups=self.channels) for kernel in getattr(self, kind)
        ]
        if len(found) == 1:
            return found[0]
        squares = found[0] ** 2 + found[1] ** 2
        # the slope of a root is infinite at 0, where most pixels are
        return torch.where(squares > 0, torch.sqrt(squares.clamp_min(1e-24)), torch.zeros_like(squares))


class WithEdges(Network):
    """A network that reads pictures with their edges.

    Args:
        network: takes channels * (1 + kinds) channels.
        channels: of the pictures.
        kinds: as for EdgeChannels.
    """

    def __init__(self, network: Network, channels: int, kinds: Sequence[str]) -> None:
        super().__init__()
        self.inputs = network.inputs  # type: ignore[misc]  # of this network, not of its class
        self.edges = EdgeChannels(channels, kinds)
        self.network = network

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """As the network, (objects, outputs)."""
        return self.network(self.edges(inputs[0]), *inputs[1:])
