"""Losses of classes."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from e2efw.errors import ConfigurationError
from taggers.training.losses.base import Loss, SaidName, number_option
from taggers.training.networks.module import nn, torch


class _ClassLoss(Loss):
    kind: ClassVar[Literal["label", "target"]] = "label"
    _activation: nn.Module

    def head(self, mean: Sequence[float] | None = None, std: Sequence[float] | None = None) -> nn.Module:
        """The activation that makes probabilities."""
        if mean is not None or std is not None:
            raise ConfigurationError(f"loss '{self.name}': classes have no mean and no standard deviation.")
        return self._activation


class BinaryCrossEntropy(_ClassLoss):
    """Signal, 1, or background, 0, by one number: the logit of the probability of signal.

    Args:
        positive_weight: of signal; background has 1. Probabilities are then those of a sample with so much more signal.
    """

    name = "bce"

    def __init__(self, positive_weight: float = 1.0) -> None:
        super().__init__()
        weight = number_option(self.name, "positive_weight", positive_weight)
        self.register_buffer("positive_weight", torch.tensor(weight), persistent=False)
        self._activation = nn.Sigmoid()

    def outputs(self, n: int) -> int:
        """One."""
        if n not in (1, 2):
            raise ConfigurationError(f"loss 'bce' is for two classes, not {n}. Take 'cross_entropy'.")
        return 1

    def said_names(self, targets: Sequence[str]) -> list[SaidName]:
        """The last class is signal."""
        self.outputs(len(targets))
        return [SaidName(targets[-1], f"probability of {targets[-1]}")]

    def _found(self, said: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        return nn.functional.binary_cross_entropy_with_logits(
            said.squeeze(1), truth.float(), reduction="none", pos_weight=self.positive_weight
        )

    def _fits(self, said: tuple[int, ...], truth: tuple[int, ...]) -> bool:
        return said == (*truth, 1)


class CrossEntropy(_ClassLoss):
    """One of several classes, by as many numbers.

    Args:
        class_weights: one per class; None for 1.
    """

    name = "cross_entropy"

    def __init__(self, class_weights: Sequence[float] | None = None) -> None:
        super().__init__()
        weights = None
        if class_weights is not None:
            weights = torch.tensor([number_option(self.name, "class_weights", weight) for weight in class_weights])
        self.register_buffer("class_weights", weights, persistent=False)
        self._activation = nn.Softmax(dim=1)

    def outputs(self, n: int) -> int:
        """One per class."""
        if n < 2:
            raise ConfigurationError(f"loss 'cross_entropy' needs two or more classes, not {n}.")
        if self.class_weights is not None and len(self.class_weights) != n:
            raise ConfigurationError(
                f"loss 'cross_entropy': {len(self.class_weights)} 'class_weights' for {n} classes; name one for each."
            )
        return n

    def said_names(self, targets: Sequence[str]) -> list[SaidName]:
        """One per class."""
        self.outputs(len(targets))
        return [SaidName(target, f"probability of {target}") for target in targets]

    def _found(self, said: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        return nn.functional.cross_entropy(said, truth, self.class_weights, reduction="none")

    def _fits(self, said: tuple[int, ...], truth: tuple[int, ...]) -> bool:
        return len(truth) == 1 and said == (truth[0], self.outputs(said[-1]))
