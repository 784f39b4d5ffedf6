"""GoogLeNet, which is Inception v1: blocks of convolutions of several sizes side by side."""

from typing import Final

from e2efw.errors import ConfigurationError
from taggers.training.networks.layers import MeanHead, conv_norm, scaled
from taggers.training.networks.module import Network, Window, nn, torch

_STAGES: Final = (
    ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)),
    (
        (192, 96, 208, 16, 48, 64), (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64),
        (112, 144, 288, 32, 64, 64), (256, 160, 320, 32, 128, 128),
    ),
    ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)),
)  # fmt: skip
"""Channels of each block: 1x1; before and of 3x3; before and of 5x5; behind the pool (Szegedy et al. 2014, table 1)."""


class _Block(Network):
    """Four branches whose channels are put together."""

    def __init__(self, before: int, sizes: tuple[int, ...], *, normalise: bool) -> None:
        super().__init__()
        one, before_three, three, before_five, five, pooled = sizes
        self.one = _conv(before, one, 1, normalise=normalise)
        self.three = nn.Sequential(
            _conv(before, before_three, 1, normalise=normalise), _conv(before_three, three, 3, normalise=normalise)
        )
        self.five = nn.Sequential(
            _conv(before, before_five, 1, normalise=normalise), _conv(before_five, five, 5, normalise=normalise)
        )
        self.pooled = nn.Sequential(nn.MaxPool2d(3, 1, padding=1), _conv(before, pooled, 1, normalise=normalise))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, before, H, W) to (N, sum of the branches, H, W)."""
        return torch.cat([self.one(x), self.three(x), self.five(x), self.pooled(x)], dim=1)


class Inception(Network):
    """GoogLeNet without its auxiliary heads, narrower by default.

    Args:
        width: all channels times this; 1 as published.
        normalise: batch normalisation instead of biases, which the network of 2014 did not have yet.
        dropout: before the last layer.
    """

    def __init__(
        self,
        channels: int,
        window: Window,
        outputs: int,
        width: float = 0.5,
        dropout: float = 0.4,
        *,
        normalise: bool = True,
    ) -> None:
        super().__init__()
        del window  # every size will do
        if width <= 0:
            raise ConfigurationError(f"network 'inception': width {width} should be above 0.")
        first, second = scaled(64, width), scaled(192, width)
        layers = [
            _conv(channels, first, 7, 2, normalise=normalise), _pool(), _conv(first, first, 1, normalise=normalise),
            _conv(first, second, 3, normalise=normalise),
        ]  # fmt: skip
        before = second
        for stage in _STAGES:
            layers.append(_pool())
            for published in stage:
                sizes = tuple(scaled(size, width) for size in published)
                layers.append(_Block(before, sizes, normalise=normalise))
                before = sizes[0] + sizes[2] + sizes[4] + sizes[5]
        self.features = nn.Sequential(*layers)
        self.head = MeanHead(before, outputs, dropout)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, outputs)."""
        return self.head(self.features(frames))


def _conv(before: int, after: int, kernel: int, stride: int = 1, *, normalise: bool) -> nn.Module:
    if normalise:
        return conv_norm(before, after, kernel, stride, activation=nn.ReLU())
    return nn.Sequential(nn.Conv2d(before, after, kernel, stride, padding=kernel // 2), nn.ReLU())


def _pool() -> nn.Module:
    return nn.MaxPool2d(3, 2, padding=1)
