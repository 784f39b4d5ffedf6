"""ResNet-N of the end-to-end papers: no batch normalisation, biases, ReLU.

N = 1 + 2 * (2b + 1) convolutions with b blocks per stage: 15 for b = 3, 23 for b = 5.
"""

from itertools import pairwise
from typing import Literal

from e2efw.errors import ConfigurationError
from taggers.training.networks.module import Network, Window, flat_size, nn, torch


class ResBlock(Network):
    """Two 3x3 convolutions and a shortcut, 1x1 where the width changes (stride 2), else the identity.

    Args:
        before: channels that come in.
        after: channels that go out.
        unused_shortcut: also hold the weights of a 1x1 shortcut that the identity makes needless.
    """

    def __init__(self, before: int, after: int, *, unused_shortcut: bool = False) -> None:
        super().__init__()
        stride = after // before
        self.first = nn.Conv2d(before, after, 3, stride, padding=1)
        self.second = nn.Conv2d(after, after, 3, padding=1)
        self.changes = before != after
        self.shortcut = nn.Conv2d(before, after, 1, stride) if self.changes or unused_shortcut else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, before, H, W) to (N, after, H / stride, W / stride), rounded up."""
        added = self.shortcut(x) if self.changes and self.shortcut is not None else x
        return torch.relu(self.second(torch.relu(self.first(x))) + added)


def _blocks_per_stage(who: str, depth: int) -> int:
    blocks, rest = divmod(depth - 3, 4)
    if blocks < 1 or rest:
        raise ConfigurationError(f"network '{who}': depth {depth} is not 3 + 4b. The first are 7, 11, 15, 19, 23.")
    return blocks


def _same(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Pixels to put before and behind, so that ceil(size / stride) come out, as TensorFlow's SAME."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def _dense(size: int, hidden: int, outputs: int) -> nn.Module:
    """One dense layer, or two with ReLU between."""
    if not hidden:
        return nn.Linear(size, outputs)
    return nn.Sequential(nn.Linear(size, hidden), nn.ReLU(), nn.Linear(hidden, outputs))


class TopResNet(Network):
    """The network of the top papers, in its layout of Keras.

    Stem 7g x 7g with stride 2g, pool; b blocks of 16, one to 32 with stride 2, b blocks of 32; pool, flat, dense.

    Args:
        depth: N.
        granularity: g, pixels per crystal along each axis.
        hidden: size of a dense layer with ReLU before the last; 0 for none.
    """

    def __init__(
        self, channels: int, window: Window, outputs: int, depth: int = 15, granularity: int = 1, hidden: int = 0
    ) -> None:
        super().__init__()
        blocks = _blocks_per_stage("resnet", depth)
        kernel, stride = 7 * granularity, 2 * granularity
        rows, columns = (_same(size, kernel, stride) for size in window)
        self.features = nn.Sequential(
            nn.ZeroPad2d((*columns, *rows)), nn.Conv2d(channels, 16, kernel, stride), nn.ReLU(), nn.MaxPool2d(2),
            *(ResBlock(16, 16) for _ in range(blocks)), ResBlock(16, 32), *(ResBlock(32, 32) for _ in range(blocks)),
            nn.MaxPool2d(2), nn.Flatten(),
        )  # fmt: skip
        size = flat_size(self.features, (channels, *window), "resnet")
        self.head = _dense(size, hidden, outputs)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, outputs)."""
        return self.head(self.features(frames))


class PooledResNet(Network):
    """The public torch networks: quark or gluon (single), and masses with the position of the seed (concat).

    Stem 7x7 with one pixel of padding, blocks as in TopResNet, the largest of every channel, dense.

    Args:
        depth: N.
        layout: "single": stem of stride 2, pool; "concat": stride 1, no pool; "concat_pool": stride 1, pool.
        position: numbers per object that join before the last layer, such as (iphi, ieta); 0 for none.
        pooling: of every channel the largest ("max"), as published; "both" adds the mean, which sums of energy need.
        hidden: size of a dense layer with ReLU before the last, where features and position meet; 0 for none.
        squares: tell the dense layers the logarithm of the sum of squared pixels of every channel too; of pixels that
            are roots of energies it is the energy in the window.
        unused_shortcuts: also hold the shortcuts the public code has but never uses, to count and load as it does.
    """

    def __init__(
        self,
        channels: int,
        window: Window,
        outputs: int,
        depth: int = 15,
        layout: Literal["single", "concat", "concat_pool"] = "single",
        position: int = 0,
        pooling: Literal["max", "both"] = "max",
        hidden: int = 0,
        *,
        squares: bool = False,
        unused_shortcuts: bool = False,
    ) -> None:
        super().__init__()
        blocks = _blocks_per_stage("resnet_pooled", depth)
        if layout not in ("single", "concat", "concat_pool"):
            raise ConfigurationError(
                f"network 'resnet_pooled': no layout '{layout}'. Known: single, concat, concat_pool."
            )
        if pooling not in ("max", "both"):
            raise ConfigurationError(f"network 'resnet_pooled': no pooling '{pooling}'. Known: max, both.")
        pool = [] if layout == "concat" else [nn.MaxPool2d(2)]
        widths = [16] * (blocks + 1) + [32] * (blocks + 1)
        self.features = nn.Sequential(
            nn.Conv2d(channels, 16, 7, 2 if layout == "single" else 1, padding=1), nn.ReLU(), *pool,
            *(ResBlock(a, b, unused_shortcut=unused_shortcuts) for a, b in pairwise(widths)),
        )  # fmt: skip
        flat_size(self.features, (channels, *window), "resnet_pooled")
        if position:
            self.inputs = ("frames", "position")  # type: ignore[misc]  # of this network, not of its class
        self.pooling, self.squares = pooling, squares
        size = (64 if pooling == "both" else 32) + channels * squares + position
        self.head = _dense(size, hidden, outputs)

    def forward(self, frames: torch.Tensor, position: torch.Tensor | None = None) -> torch.Tensor:
        """(N, C, H, W) and (N, position) to (N, outputs)."""
        features = self.features(frames)
        found = features.amax((2, 3))
        if self.pooling == "both":
            found = torch.cat([found, features.mean((2, 3))], dim=1)
        if self.squares:
            found = torch.cat([found, torch.log1p(frames.float().square().sum((2, 3)))], dim=1)
        return self.head(found if position is None else torch.cat([found, position], dim=1))
