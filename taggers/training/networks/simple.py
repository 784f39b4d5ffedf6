"""Small networks on pictures: fully connected, a plain CNN, LeNet-5."""

from collections.abc import Sequence
from itertools import pairwise

from taggers.training.networks.module import Network, Window, flat_size, nn, torch


class FullyConnected(Network):
    """All pixels into dense layers with ReLU.

    Args:
        hidden: sizes of the inner layers.
        dropout: fraction of the numbers left out in training.
    """

    def __init__(
        self, channels: int, window: Window, outputs: int, hidden: Sequence[int] = (256, 128), dropout: float = 0.0
    ) -> None:
        super().__init__()
        sizes = [channels * window[0] * window[1], *hidden]
        layers: list[nn.Module] = [nn.Flatten()]
        for before, after in pairwise(sizes):
            layers += [nn.Linear(before, after), nn.ReLU(), nn.Dropout(dropout)]
        self.layers = nn.Sequential(*layers, nn.Linear(sizes[-1], outputs))

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, outputs)."""
        return self.layers(frames)


class PlainCNN(Network):
    """Two stages of two 3x3 convolutions and a pool, then 256 and 128 dense: the e/gamma network on 32x32.

    Args:
        widths: channels of the stages.
        hidden: sizes of the dense layers.
        dropout: after each of them.
    """

    def __init__(
        self,
        channels: int,
        window: Window,
        outputs: int,
        widths: Sequence[int] = (16, 32),
        hidden: Sequence[int] = (256, 128),
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        sizes = [channels, *widths]
        for before, after in pairwise(sizes):
            layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU()]
            layers += [nn.Conv2d(after, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        self.features = nn.Sequential(*layers)
        size = flat_size(self.features, (channels, *window), "cnn")
        self.head = FullyConnected(size, (1, 1), outputs, hidden, dropout)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, outputs)."""
        return self.head(self.features(frames))


class LeNet5(Network):
    """LeCun et al. 1998 with tanh and mean pools; the first convolution keeps the size, as for 28x28 pictures."""

    def __init__(self, channels: int, window: Window, outputs: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(channels, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        )  # fmt: skip
        size = flat_size(self.features, (channels, *window), "lenet5")
        self.head = nn.Sequential(
            nn.Flatten(), nn.Linear(size, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, outputs)
        )

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, outputs)."""
        return self.head(self.features(frames))
