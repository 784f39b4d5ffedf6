"""A convolutional autoencoder: what it cannot draw again is unusual."""

from collections.abc import Sequence
from itertools import pairwise

from taggers.training.networks.module import Network, Window, nn, torch


class ConvAutoencoder(Network):
    """Convolutions of stride 2 down to a code, and the same way back; `forward` gives the picture as drawn again.

    Args:
        widths: channels of the stages, each half the size of the one before, rounded up.
    """

    def __init__(self, channels: int, window: Window, outputs: int, widths: Sequence[int] = (16, 32, 64)) -> None:
        super().__init__()
        sizes = [window]
        for _ in widths:
            sizes.append((-(-sizes[-1][0] // 2), -(-sizes[-1][1] // 2)))
        stages = list(zip(pairwise([channels, *widths]), pairwise(sizes), strict=True))
        down: list[nn.Module] = []
        up: list[nn.Module] = []
        for (before, after), (large, small) in stages:
            down += [nn.Conv2d(before, after, 3, 2, padding=1), nn.ReLU()]
            missing = tuple(big - (2 * little - 1) for big, little in zip(large, small, strict=True))
            up = [nn.ReLU(), nn.ConvTranspose2d(after, before, 3, 2, padding=1, output_padding=missing), *up]
        inner = (([channels, *widths])[-1], *sizes[-1])
        flat = inner[0] * inner[1] * inner[2]
        self.encoder = nn.Sequential(*down, nn.Flatten(), nn.Linear(flat, outputs))
        self.decoder = nn.Sequential(nn.Linear(outputs, flat), nn.Unflatten(1, inner), *up)

    def encode(self, frames: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the code (N, outputs)."""
        return self.encoder(frames)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to the same."""
        return self.decoder(self.encode(frames))


class ReconstructionError(Network):
    """How badly an autoencoder draws a picture, see `reconstruction_error`; pixels are those after the transform.

    Args:
        autoencoder: reads and says pictures.
        region: see `reconstruction_error`.
    """

    def __init__(self, autoencoder: Network, region: int | None = None) -> None:
        super().__init__()
        self.autoencoder = autoencoder
        self.region = region

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, 1), or with a region (N, 2)."""
        return reconstruction_error(self.autoencoder(frames), frames, self.region)


def reconstruction_error(drawn: torch.Tensor, frames: torch.Tensor, region: int | None = None) -> torch.Tensor:
    """Mean square of the difference of all pixels, and the same of the worst region.

    Args:
        drawn: (N, C, H, W) as drawn again.
        frames: (N, C, H, W) as they were.
        region: pixels along a side of square regions side by side, from the first pixel on; pixels beyond the last
            whole one do not count. None for no regions.

    Returns:
        (N, 2): whole picture, worst region; (N, 1) without regions.
    """
    squares = (drawn - frames).square().mean(1, keepdim=True)
    whole = squares.mean((2, 3))
    if region is None:
        return whole
    return torch.cat([whole, nn.functional.avg_pool2d(squares, region).amax((2, 3))], dim=1)
