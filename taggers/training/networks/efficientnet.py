"""EfficientNet: one network in several sizes, wider and deeper together."""

import math
from typing import Final, NamedTuple

from e2efw.errors import ConfigurationError, nearest
from taggers.training.networks.layers import MeanHead, conv_norm, scaled
from taggers.training.networks.module import Network, Window, nn, torch


class _Size(NamedTuple):
    """How a variant grows from B0."""

    width: float
    depth: float
    dropout: float


SIZES: Final = {
    "b0": _Size(1.0, 1.0, 0.2),
    "b1": _Size(1.0, 1.1, 0.2),
    "b2": _Size(1.1, 1.2, 0.3),
    "b3": _Size(1.2, 1.4, 0.3),
    "b4": _Size(1.4, 1.8, 0.4),
    "b5": _Size(1.6, 2.2, 0.4),
}
"""Variants by name (Tan and Le 2019 and their code)."""


class _Stage(NamedTuple):
    """Blocks of one size: the first has the stride."""

    expand: int
    kernel: int
    stride: int
    channels: int
    repeats: int


_STAGES: Final = (
    _Stage(1, 3, 1, 16, 1),
    _Stage(6, 3, 2, 24, 2),
    _Stage(6, 5, 2, 40, 2),
    _Stage(6, 3, 2, 80, 3),
    _Stage(6, 5, 1, 112, 3),
    _Stage(6, 5, 2, 192, 4),
    _Stage(6, 3, 1, 320, 1),
)
"""Of B0 (Tan and Le 2019, table 1)."""


class SqueezeExcite(Network):
    """Every channel times a factor between 0 and 1 that depends on the means of all channels."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.factors = nn.Sequential(
            nn.Conv2d(channels, squeezed, 1), nn.SiLU(), nn.Conv2d(squeezed, channels, 1), nn.Sigmoid()
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        return x * self.factors(x.mean((2, 3), keepdim=True))


class _Block(Network):
    """Widen, look around within each channel, weigh the channels, narrow; a shortcut where the size stays."""

    def __init__(self, before: int, after: int, stride: int, stage: _Stage, drop: float) -> None:
        super().__init__()
        inner = scaled(before, stage.expand)
        layers = [conv_norm(before, inner, 1, activation=nn.SiLU())] if inner != before else []
        self.layers = nn.Sequential(
            *layers, conv_norm(inner, inner, stage.kernel, stride, groups=inner, activation=nn.SiLU()),
            SqueezeExcite(inner, max(1, before // 4)), conv_norm(inner, after, 1),
        )  # fmt: skip
        self.adds = stride == 1 and before == after
        self.drop = drop

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, before, H, W) to (N, after, H / stride, W / stride), rounded up."""
        found = self.layers(x)
        if not self.adds:
            return found
        if self.training and self.drop:  # of some objects the block is left out (Huang et al. 2016)
            kept = torch.empty((len(x), 1, 1, 1), device=x.device).bernoulli_(1 - self.drop)
            found = found * kept / (1 - self.drop)
        return x + found


class EfficientNet(Network):
    """Tan and Le 2019.

    Args:
        size: "b0" to "b5".
        dropout: before the last layer; None for the published of this size.
        stochastic_depth: fraction of objects that pass the last block by; less for those before.
    """

    def __init__(
        self,
        channels: int,
        window: Window,
        outputs: int,
        size: str = "b0",
        dropout: float | None = None,
        stochastic_depth: float = 0.2,
    ) -> None:
        super().__init__()
        del window  # every size will do
        if size not in SIZES:
            raise ConfigurationError(f"network 'efficientnet': no size '{size}'. {nearest(size, SIZES)}")
        width, depth, published = SIZES[size]
        repeats = [math.ceil(stage.repeats * depth) for stage in _STAGES]
        before = scaled(32, width)
        blocks = [conv_norm(channels, before, 3, 2, activation=nn.SiLU())]
        for stage, count in zip(_STAGES, repeats, strict=True):
            after = scaled(stage.channels, width)
            for position in range(count):
                drop = stochastic_depth * (len(blocks) - 1) / sum(repeats)
                blocks.append(_Block(before, after, stage.stride if position == 0 else 1, stage, drop))
                before = after
        self.features = nn.Sequential(*blocks, conv_norm(before, 4 * before, 1, activation=nn.SiLU()))
        self.head = MeanHead(4 * before, outputs, published if dropout is None else dropout)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, outputs)."""
        return self.head(self.features(frames))
