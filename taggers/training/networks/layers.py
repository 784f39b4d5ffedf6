"""Layers that several networks share."""

from taggers.training.networks.module import Network, nn, torch


def conv_norm(
    before: int, after: int, kernel: int, stride: int = 1, groups: int = 1, activation: nn.Module | None = None
) -> nn.Sequential:
    """Convolution without bias, batch normalisation, activation; with stride 1 the size stays.

    Args:
        before: channels that come in.
        after: channels that go out.
        kernel: pixels along either side, odd.
        stride: pixels between; the size is divided by it and rounded up.
        groups: of channels that do not see one another.
        activation: behind; None for none.
    """
    layers = [nn.Conv2d(before, after, kernel, stride, padding=kernel // 2, groups=groups, bias=False)]
    layers += [nn.BatchNorm2d(after)] + ([] if activation is None else [activation])
    return nn.Sequential(*layers)


def scaled(channels: int, width: float, of: int = 8) -> int:
    """Channels times a width, rounded to a multiple, but not down by more than a tenth."""
    wanted = channels * width
    rounded = max(of, int(wanted + of / 2) // of * of)
    return rounded + of if rounded < 0.9 * wanted else rounded


class MeanHead(Network):
    """Mean of every channel over the picture, dropout, a dense layer."""

    def __init__(self, channels: int, outputs: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.last = nn.Linear(channels, outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, channels, H, W) to (N, outputs)."""
        return self.last(self.dropout(x.mean((2, 3))))
