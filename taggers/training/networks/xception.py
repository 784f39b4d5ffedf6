"""Xception: convolutions that look at space and at channels one after the other."""

from itertools import pairwise

from e2efw.errors import ConfigurationError
from taggers.training.networks.layers import MeanHead, conv_norm, scaled
from taggers.training.networks.module import Network, Window, nn, torch


def _separable(before: int, after: int) -> list[nn.Module]:
    """3x3 within each channel, 1x1 across them, batch normalisation."""
    return [nn.Conv2d(before, before, 3, padding=1, groups=before, bias=False), conv_norm(before, after, 1)]


class _Block(Network):
    """Separable convolutions, each after a ReLU, and a shortcut: 1x1 if the size is halved, else the identity."""

    def __init__(self, sizes: tuple[int, ...], *, halves: bool = True, starts_with_relu: bool = True) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in pairwise(sizes):
            layers += [nn.ReLU(), *_separable(before, after)]
        pool = [nn.MaxPool2d(3, 2, padding=1)] if halves else []
        self.layers = nn.Sequential(*(layers if starts_with_relu else layers[1:]), *pool)
        self.shortcut = conv_norm(sizes[0], sizes[-1], 1, stride=2) if halves else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, first, H, W) to (N, last, H / 2, W / 2), rounded up, or the same size."""
        return self.layers(x) + self.shortcut(x)


class Xception(Network):
    """Chollet 2016, figure 5; with the padding of our other networks, so every window will do.

    Args:
        width: all channels times this.
        middle: blocks of the middle flow.
        dropout: before the last layer.
    """

    def __init__(
        self,
        channels: int,
        window: Window,
        outputs: int,
        width: float = 1.0,
        middle: int = 8,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        del window  # every size will do
        if width <= 0 or middle < 0:
            raise ConfigurationError(
                f"network 'xception': width {width} should be above 0, middle {middle} not below it."
            )
        w32, w64, w128, w256, w728, w1024, w1536, w2048 = (
            scaled(size, width) for size in (32, 64, 128, 256, 728, 1024, 1536, 2048)
        )
        self.features = nn.Sequential(
            conv_norm(channels, w32, 3, 2, activation=nn.ReLU()), conv_norm(w32, w64, 3, activation=nn.ReLU()),
            _Block((w64, w128, w128), starts_with_relu=False), _Block((w128, w256, w256)), _Block((w256, w728, w728)),
            *(_Block((w728, w728, w728, w728), halves=False) for _ in range(middle)), _Block((w728, w728, w1024)),
            *_separable(w1024, w1536), nn.ReLU(), *_separable(w1536, w2048), nn.ReLU(),
        )  # fmt: skip
        self.head = MeanHead(w2048, outputs, dropout)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, outputs)."""
        return self.head(self.features(frames))
