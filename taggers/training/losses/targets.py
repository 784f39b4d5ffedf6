"""Losses of numbers that are regressed."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import ClassVar, Literal

from e2efw.errors import ConfigurationError
from taggers.training.losses.base import Loss, SaidName, number_option
from taggers.training.networks.module import nn, torch

_LARGEST_LOG_SIGMA = 7.0
"""Uncertainties stay within a factor of 1100 of the width of the targets, so that no square can overflow."""

_LAPLACE_SIGMA = -math.log(1 - math.erf(math.sqrt(0.5)))
"""Widths of an exponential density on either side that hold 68.27 %."""


class TargetLoss(Loss):
    """Numbers per target stand together: all of the first target, then all of the second.

    What has no truth, NaN, counts as said rightly: the mean is over all targets of an object, known or not.
    """

    kind: ClassVar[Literal["label", "target"]] = "target"
    endings: tuple[tuple[str, str], ...] = (("", "estimated {}"),)
    """What is said of a target: end of the name, and its meaning."""
    scaled_only: tuple[bool, ...] = (False,)
    """Which of these are widths: they have no mean."""
    density: ClassVar[str] = ""
    """Of `taggers.card.DENSITIES`, if a width is said."""

    def outputs(self, n: int) -> int:
        """As many as are said."""
        if n < 1:
            raise ConfigurationError(f"loss '{self.name}' needs one target at least.")
        return n * len(self.endings)

    def head(self, mean: Sequence[float] | None = None, std: Sequence[float] | None = None) -> nn.Module:
        """Estimates in the unit of the targets."""
        return TargetHead(self.name, self.said, mean, std, self.scaled_only)

    def said_names(self, targets: Sequence[str]) -> list[SaidName]:
        """Target by target."""
        return [
            SaidName(target + ending, meaning.format(target)) for target in targets for ending, meaning in self.endings
        ]

    def said(self, raw: torch.Tensor) -> torch.Tensor:
        """What raw numbers mean, in units of the standardised targets.

        Args:
            raw: (objects, targets, numbers) of the network.

        Returns:
            (objects, targets, numbers).
        """
        return raw

    def _found(self, said: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        raw = said.reshape(said.shape[0], truth.shape[1], len(self.endings))
        known = truth.isfinite()
        found = self._per_target(raw, torch.where(known, truth, 0.0))
        return torch.where(known, found, 0.0).mean(dim=1)

    def _fits(self, said: tuple[int, ...], truth: tuple[int, ...]) -> bool:
        return len(truth) == 2 and said == (truth[0], self.outputs(truth[1]))

    def _per_target(self, raw: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        """(objects, targets) loss."""
        raise NotImplementedError


class TargetHead(nn.Module):  # type: ignore[misc]  # torch is optional, so its classes have no types here
    """Raw numbers to estimates in the unit of the targets.

    Args:
        loss: its name, for messages.
        said: what raw numbers mean, see `TargetLoss.said`.
        mean: (targets,) that standardising took away; None for targets as they are.
        std: (targets,) that standardising divided by.
        scaled_only: which numbers of a target have no mean.
    """

    def __init__(
        self,
        loss: str,
        said: Callable[[torch.Tensor], torch.Tensor],
        mean: Sequence[float] | None,
        std: Sequence[float] | None,
        scaled_only: tuple[bool, ...],
    ) -> None:
        super().__init__()
        if (mean is None) != (std is None):
            raise ConfigurationError(f"loss '{loss}': give both mean and std of the targets, or none.")
        self.numbers, self._said = len(scaled_only), said
        self.standardised = mean is not None and std is not None
        if mean is None or std is None:
            return
        if len(mean) != len(std) or not all(one > 0 for one in std):
            raise ConfigurationError(
                f"loss '{loss}': one mean and one std larger than 0 per target, not {list(mean)} and {list(std)}."
            )
        shift = [[0.0 if width else float(one) for width in scaled_only] for one in mean]
        self.register_buffer("mean", torch.tensor(shift, dtype=torch.float32))
        self.register_buffer("std", torch.tensor([[float(one)] for one in std], dtype=torch.float32))

    def forward(self, raw: torch.Tensor) -> torch.Tensor:
        """(objects, outputs) raw to (objects, outputs) said."""
        found = self._said(raw.float().reshape(-1, raw.shape[1] // self.numbers, self.numbers))
        if self.standardised:
            found = found * self.std + self.mean
        return found.reshape(-1, raw.shape[1])


class MeanSquare(TargetLoss):
    """Squared distance."""

    name = "mse"

    def _per_target(self, raw: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        return (raw[..., 0] - truth) ** 2


class MeanAbsolute(TargetLoss):
    """Distance."""

    name = "mae"

    def _per_target(self, raw: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        return (raw[..., 0] - truth).abs()


class Huber(TargetLoss):
    """Half the squared distance near the truth, growing in proportion far away.

    Args:
        delta: where one becomes the other, in widths of the targets.
    """

    name = "huber"

    def __init__(self, delta: float = 1.0) -> None:
        super().__init__()
        self.delta = number_option(self.name, "delta", delta)

    def _per_target(self, raw: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        return nn.functional.huber_loss(raw[..., 0], truth, reduction="none", delta=self.delta)


class Likelihood(TargetLoss):
    """Minus the logarithm of a density whose middle and width the network says.

    Args:
        beta: 0 is the likelihood; the larger, the more of their weight objects with a large width keep, which helps
            estimates that start far off (arXiv:2203.09168). With 1 the middle learns as if there was no width.
    """

    endings = (("", "estimated {}"), ("_sigma", "one-sigma uncertainty of the estimated {}"))
    scaled_only = (False, True)
    power: ClassVar[int]
    """Of the distance in the density's exponent, and so of the width that beta gives back."""

    def __init__(self, beta: float = 0.0) -> None:
        super().__init__()
        self.beta = 0.0 if beta == 0 else number_option(self.name, "beta", beta, below=1.0 + 1e-9)

    def said(self, raw: torch.Tensor) -> torch.Tensor:
        """Middle, and half of the width that holds 68.27 %."""
        return torch.stack([raw[..., 0], torch.exp(_log_sigma(raw))], dim=-1)

    def _per_target(self, raw: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        log_sigma = _log_sigma(raw)
        found = self._minus_log((raw[..., 0] - truth) * torch.exp(-log_sigma)) + log_sigma
        return found * torch.exp(self.power * self.beta * log_sigma.detach()) if self.beta else found

    def _minus_log(self, pull: torch.Tensor) -> torch.Tensor:
        """Of the density with a sigma of 1."""
        raise NotImplementedError


class GaussianLikelihood(Likelihood):
    """A normal density: the middle is the mean."""

    name = "gaussian_nll"
    density = "normal"
    power = 2

    def _minus_log(self, pull: torch.Tensor) -> torch.Tensor:
        return 0.5 * pull**2 + 0.5 * math.log(2 * math.pi)


class LaplaceLikelihood(Likelihood):
    """A density that falls exponentially on both sides: the middle is the median, of least mean absolute error."""

    name = "laplace_nll"
    density = "exponential"
    power = 1

    def _minus_log(self, pull: torch.Tensor) -> torch.Tensor:
        return _LAPLACE_SIGMA * pull.abs() - math.log(_LAPLACE_SIGMA / 2)


def _log_sigma(raw: torch.Tensor) -> torch.Tensor:
    """The second number, bent so that it stays finite and never loses its slope at once."""
    return _LARGEST_LOG_SIGMA * torch.tanh(raw[..., 1] / _LARGEST_LOG_SIGMA)


class Quantile(TargetLoss):
    """Pinball loss of several quantiles, which never cross.

    The network says the level nearest to the median, and the steps from it to the others.

    Args:
        levels: rising, between 0 and 1.
    """

    name = "quantile"

    def __init__(self, levels: Sequence[float] = (0.16, 0.5, 0.84)) -> None:
        super().__init__()
        found = [number_option(self.name, "levels", level, below=1.0) for level in levels]
        names = [f"_q{100 * level:g}".replace(".", "p") for level in found]
        if not found or any(a >= b for a, b in pairwise(found)):
            raise ConfigurationError(f"loss 'quantile': 'levels' must rise, got {list(levels)}.")
        self.endings = tuple(
            (name, f"{100 * level:g} % quantile of {{}}") for name, level in zip(names, found, strict=True)
        )
        self.scaled_only = (False,) * len(found)
        self.middle = min(range(len(found)), key=lambda place: abs(found[place] - 0.5))
        self.register_buffer("levels", torch.tensor(found), persistent=False)

    def said(self, raw: torch.Tensor) -> torch.Tensor:
        """Quantiles that rise."""
        steps = nn.functional.softplus(raw)
        below, above = [raw[..., self.middle]], [raw[..., self.middle]]
        for place in range(self.middle - 1, -1, -1):
            below.append(below[-1] - steps[..., place])
        for place in range(self.middle + 1, raw.shape[-1]):
            above.append(above[-1] + steps[..., place])
        return torch.stack([*reversed(below), *above[1:]], dim=-1)

    def _per_target(self, raw: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        missed = truth[..., None] - self.said(raw)
        return torch.maximum(self.levels * missed, (self.levels - 1) * missed).mean(dim=-1)
