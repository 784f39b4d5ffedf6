"""Scores that do not sculpt a mass: a penalty for distributions of the score that change with the mass."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, LogicError
from taggers.evaluation.curves import bootstrapped
from taggers.evaluation.sample import Estimate
from taggers.evaluation.summary import plain
from taggers.training.networks.module import nn, torch
from taggers.training.recipe_parts import Decorrelation
from taggers.training.summaries import REPLICAS, Answers


class CramerVonMises(nn.Module):  # type: ignore[misc]  # torch is optional, so its classes have no types here
    """Distance of the score's distribution in bins of mass from that over all masses, averaged over the objects.

    Per bin, the mean over all objects of (F_bin - F)^2 at their scores, where F is the part of objects whose score is
    lower; bins count by their objects, and 0 means no dependence. Steps of F are smoothed, so that it has a slope. As
    ranks, it does not change when all scores are scaled. A batch of n objects in b bins has about
    (b - 1) / (6 n) by chance: use large batches.

    Source: the flatness measure of arXiv:1410.4140.

    Args:
        strength: factor of the penalty.
        bins: edges in mass, rising, in its unit, objects outside do not count; or a number of bins with equally many
            objects of the batch each.
        classes: labels of the objects that count: usually background alone, whose mass spectrum is to stay as it is.
            Each class by itself, then their mean.
        width: of the smoothed steps, in standard deviations of the score.

    Raises:
        ConfigurationError: an argument cannot be.
    """

    def __init__(
        self,
        strength: float,
        bins: int | Sequence[float] = 8,
        classes: Sequence[int] = (0,),
        width: float = 0.05,
    ) -> None:
        super().__init__()
        edges = None if isinstance(bins, int) else tuple(float(edge) for edge in bins)
        n_bins = bins if isinstance(bins, int) else len(bins) - 1
        if n_bins < 2 or (edges is not None and any(a >= b for a, b in pairwise(edges))):
            raise ConfigurationError(f"decorrelation: 'bins' must be two or more bins with rising edges, got {bins}.")
        if not strength >= 0 or not width > 0 or not classes:
            raise ConfigurationError(
                f"decorrelation: 'strength' ({strength}) must not be negative, 'width' ({width}) larger than 0, and "
                f"'classes' ({list(classes)}) name one class at least."
            )
        self.strength, self.n_bins, self.classes, self.width = strength, n_bins, tuple(classes), width
        self.register_buffer("edges", None if edges is None else torch.tensor(edges), persistent=False)

    def forward(
        self, score: torch.Tensor, mass: torch.Tensor, label: torch.Tensor, weights: torch.Tensor | None = None
    ) -> torch.Tensor:
        """The penalty of a batch, a scalar; 0 where no class has two objects.

        Args:
            score: (objects,) or (objects, 1); logits or probabilities.
            mass: (objects,) in the unit of the edges.
            label: (objects,) int64 classes.
            weights: (objects,) not negative; None for 1.

        Raises:
            LogicError: shapes differ.
        """
        said = (score.squeeze(1) if score.ndim == 2 and score.shape[1] == 1 else score).float()
        if said.ndim != 1 or said.shape != mass.shape or said.shape != label.shape:
            raise LogicError(
                f"decorrelation: score {tuple(score.shape)}, mass {tuple(mass.shape)} and label {tuple(label.shape)} "
                "must be one number per object each."
            )
        weight = torch.ones_like(said) if weights is None else weights.float()
        found = []
        for one in self.classes:
            mine = (label == one) & torch.isfinite(mass)
            if self.edges is not None:
                mine &= (mass >= self.edges[0]) & (mass < self.edges[-1])
            if mine.sum() > 1:
                found.append(self._of_class(said[mine], mass[mine], weight[mine]))
        return self.strength * torch.stack(found).mean() if found else said.sum() * 0.0

    def _of_class(self, score: torch.Tensor, mass: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        place = self._bins(mass)
        member = nn.functional.one_hot(place, self.n_bins).to(score) * weight[:, None]
        content = member.sum(dim=0)
        scale = self.width * score.detach().std().clamp_min(1e-12)
        below = torch.sigmoid((score[:, None] - score[None, :]) / scale)
        everywhere = (below @ weight) / weight.sum().clamp_min(1e-12)
        per_bin = (below @ member) / content.clamp_min(1e-12)
        distance = weight @ (per_bin - everywhere[:, None]) ** 2 / weight.sum().clamp_min(1e-12)
        return (distance * content).sum() / content.sum().clamp_min(1e-12)

    def _bins(self, mass: torch.Tensor) -> torch.Tensor:
        """(objects,) number of the bin."""
        if self.edges is not None:
            return torch.bucketize(mass, self.edges[1:-1].to(mass), right=True)
        rank = torch.argsort(torch.argsort(mass))
        return rank * self.n_bins // mass.numel()


def flatness(score: NDArray[Any], mass: NDArray[Any], bins: int, *, replicas: int = 200, seed: int = 1) -> Estimate:
    """The penalty at strength 1 of objects of one class, with true steps: 0 for scores that do not know the mass.

    Its error is that of a bootstrap. By chance it is about (bins - 1) / (6 objects).

    Args:
        score: (objects,) of any unit.
        mass: (objects,) of any unit.
        bins: with equally many objects each.
        replicas: samples drawn.
        seed: of the bootstrap.
    """

    def measure(values: NDArray[Any]) -> float:
        said, place = values[:, 0], np.argsort(np.argsort(values[:, 1], kind="stable"), kind="stable")
        everywhere, found = _below(said, said), 0.0
        for one in range(bins):
            mine = said[place * bins // said.size == one]
            if mine.size:
                found += mine.size * float(np.mean((_below(mine, said) - everywhere) ** 2))
        return found / said.size

    return bootstrapped(measure, np.stack([score, mass], axis=1).astype(np.float64), replicas, seed)


def _below(values: NDArray[Any], at: NDArray[Any]) -> NDArray[np.float64]:
    """Part of the values that is lower than each number; equal ones count half, as a smoothed step has them."""
    ordered = np.sort(values)
    sides = [np.searchsorted(ordered, at, side=side) for side in ("left", "right")]
    return (sides[0] + sides[1]) / (2.0 * values.size)


def flatness_of(found: Answers, signal: str, mass: NDArray[Any], wanted: Decorrelation) -> dict[str, Any]:
    """How little scores of the background follow the mass, see `taggers.training.decorrelation.flatness`.

    Args:
        found: answers.
        signal: name of the class whose score it is.
        mass: (objects,) the column that scores should not know.
        wanted: of the recipe.
    """
    background = found.truth == 0
    measured = flatness(found.column(signal)[background], mass[background], wanted.bins, replicas=REPLICAS)
    by_chance = (wanted.bins - 1) / (6 * int(background.sum()))
    return {"column": wanted.column, "bins": wanted.bins, **plain(measured), "by_chance": by_chance}
