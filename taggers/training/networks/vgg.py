"""AlexNet and VGG: convolutions, pools, three dense layers."""

from typing import Final

from e2efw.errors import ConfigurationError
from taggers.training.networks.module import Network, Window, flat_size, nn, torch


class _ThreeDense(Network):
    """Features, then three dense layers."""

    def __init__(self, features: nn.Module, size: int, outputs: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.features = features
        self.head = nn.Sequential(
            nn.Flatten(), nn.Linear(size, hidden), nn.ReLU(), nn.Dropout(dropout),
            nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, outputs),
        )  # fmt: skip

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, outputs)."""
        return self.head(self.features(frames))


class AlexNet(_ThreeDense):
    """Krizhevsky 2014, the version for one device; windows of at least 63.

    Args:
        hidden: size of the two inner dense layers.
        dropout: after each of them.
    """

    def __init__(self, channels: int, window: Window, outputs: int, hidden: int = 4096, dropout: float = 0.5) -> None:
        features = nn.Sequential(
            nn.Conv2d(channels, 64, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
        )  # fmt: skip
        super().__init__(features, flat_size(features, (channels, *window), "alexnet"), outputs, hidden, dropout)


VGG_DEPTHS: Final = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
"""Convolutions in each of the five stages (Simonyan and Zisserman 2014, table 1)."""


class VGG(_ThreeDense):
    """Five stages of 3x3 convolutions, each ending in a pool; windows of at least 32.

    Args:
        depth: 11, 13, 16 or 19 layers with weights.
        hidden: size of the two inner dense layers.
        dropout: after each of them.
    """

    def __init__(
        self, channels: int, window: Window, outputs: int, depth: int = 16, hidden: int = 4096, dropout: float = 0.5
    ) -> None:
        if depth not in VGG_DEPTHS:
            raise ConfigurationError(f"network 'vgg': no depth {depth}. Known: {', '.join(map(str, VGG_DEPTHS))}.")
        layers: list[nn.Module] = []
        before = channels
        for width, repeats in zip((64, 128, 256, 512, 512), VGG_DEPTHS[depth], strict=True):
            for _ in range(repeats):
                layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
                before = width
            layers.append(nn.MaxPool2d(2))
        features = nn.Sequential(*layers)
        super().__init__(features, flat_size(features, (channels, *window), "vgg"), outputs, hidden, dropout)
