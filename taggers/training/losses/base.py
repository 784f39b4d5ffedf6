"""What all losses have in common."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, NamedTuple

from e2efw.errors import ConfigurationError, LogicError
from taggers.training.networks.module import nn, torch


class SaidName(NamedTuple):
    """One number that a head says of every object.

    Args:
        name: of the output.
        meaning: one line, for the card of a bundle.
    """

    name: str
    meaning: str


class Loss(nn.Module):  # type: ignore[misc]  # torch is optional, so its classes have no types here
    """How wrong the raw numbers of a network are, object by object.

    Computes in float32 whatever the precision of the network. A loss of several targets is the mean over them.
    """

    name: ClassVar[str]
    kind: ClassVar[Literal["label", "target"]]
    """What truth is: a class, (objects,) int64, or numbers to be regressed, (objects, targets) float32."""

    def outputs(self, n: int) -> int:
        """Numbers that the network must make per object.

        Args:
            n: classes, or targets.

        Raises:
            ConfigurationError: the loss is not for so many.
        """
        raise NotImplementedError

    def head(self, mean: Sequence[float] | None = None, std: Sequence[float] | None = None) -> nn.Module:
        """What turns raw numbers, (objects, outputs), into what a bundle says, (objects, said).

        Args:
            mean: of the targets before they were standardised, in their unit; None if they were not.
            std: of the targets, larger than 0.

        Raises:
            ConfigurationError: classes have no mean; only one of the two, different lengths, std not larger than 0.
        """
        raise NotImplementedError

    def said_names(self, targets: Sequence[str]) -> list[SaidName]:
        """Names of what `head` says, in order; numbers have the unit of the target their name begins with.

        Args:
            targets: names of targets, or of classes from 0.
        """
        raise NotImplementedError

    def forward(self, said: torch.Tensor, truth: torch.Tensor, weights: torch.Tensor | None = None) -> torch.Tensor:
        """(objects,) loss, times the weight.

        Args:
            said: (objects, outputs) raw numbers of the network.
            truth: see `kind`.
            weights: (objects,) not negative.

        Raises:
            LogicError: shapes do not fit.
        """
        if not self._fits(tuple(said.shape), tuple(truth.shape)):
            raise LogicError(
                f"loss '{self.name}': numbers of shape {tuple(said.shape)} and truth of shape {tuple(truth.shape)} "
                "do not fit."
            )
        found = self._found(said.float(), truth)
        return found if weights is None else found * weights

    def _found(self, said: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        """(objects,) loss."""
        raise NotImplementedError

    def _fits(self, said: tuple[int, ...], truth: tuple[int, ...]) -> bool:
        """True if both shapes are about the same objects and targets."""
        raise NotImplementedError


def number_option(loss: str, option: str, value: Any, *, above: float = 0.0, below: float = float("inf")) -> float:
    """An option that is a number between two others.

    Raises:
        ConfigurationError: it is not.
    """
    good = isinstance(value, int | float) and not isinstance(value, bool) and above < value < below
    if not good:
        limit = f" and below {below:g}" if below < float("inf") else " and finite"
        raise ConfigurationError(f"loss '{loss}': '{option}' must be a number above {above:g}{limit}, got {value!r}.")
    return float(value)
