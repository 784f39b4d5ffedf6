"""How much each object counts in a loss."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError
from taggers.training.networks.module import nn, torch
from taggers.training.recipe import Recipe
from taggers.training.samples import Sample


class Weighting(nn.Module):  # type: ignore[misc]  # torch is optional, so its classes have no types here
    """Weights of the objects of a batch; their mean over the training sample is 1.

    The weight of the file, times a factor for the flat spectrum of the object's class, times one for its class.

    Args:
        recipe: what is asked for.
        train: the sample that the factors are made for.

    Raises:
        ConfigurationError: a weight of the file is below 0, or all are 0.
    """

    def __init__(self, recipe: Recipe, train: Sample) -> None:
        super().__init__()
        asked = recipe.weights
        self.label = recipe.label.column if recipe.label else None
        self.column, self.flat = asked.column, asked.flat.column if asked.flat else None
        n = len(recipe.label.classes) if recipe.label else 1
        rows = len(train)
        place = train.truth(recipe) if self.label else np.zeros(rows, np.int64)
        weight = train.columns[self.column].astype(np.float64) if self.column else np.ones(rows)
        if (weight < 0).any() or not weight.any():
            raise ConfigurationError(f"train: weights in column '{self.column}' are below 0, or all of them are 0.")
        table, edges, bins = np.ones((n, 1)), np.empty(0), np.zeros(rows, np.int64)
        if asked.flat:
            values = train.columns[asked.flat.column].astype(np.float64)
            edges = np.linspace(values.min(), values.max(), asked.flat.bins + 1)[1:-1]
            bins = np.searchsorted(edges, values, side="right")
            table = np.minimum(_flat(place, bins, weight, (n, asked.flat.bins)), asked.flat.largest)
        if asked.balance:
            each = np.bincount(place, weight * table[place, bins], minlength=n)
            table /= np.maximum(each, np.finfo(np.float64).tiny)[:, np.newaxis]
        table /= (weight * table[place, bins]).mean()
        self.register_buffer("table", torch.tensor(table, dtype=torch.float32), persistent=False)
        self.register_buffer("edges", torch.tensor(edges, dtype=torch.float32), persistent=False)
        self.needed = bool(asked.balance or asked.flat or asked.column)

    def forward(self, batch: Mapping[str, torch.Tensor]) -> torch.Tensor | None:
        """(objects,) float32; None if all count the same."""
        if not self.needed:
            return None
        first = next(iter(batch.values()))
        zeros = torch.zeros(first.shape[0], dtype=torch.int64, device=first.device)
        place = batch[self.label].long() if self.label else zeros
        bins = torch.bucketize(batch[self.flat].float().contiguous(), self.edges, right=True) if self.flat else zeros
        found = self.table[place, bins]
        return found * batch[self.column].float() if self.column else found


def _flat(
    place: NDArray[np.int64], bins: NDArray[np.int64], weight: NDArray[np.float64], shape: tuple[int, int]
) -> NDArray[np.float64]:
    """(classes, bins) factors that give every filled bin of a class the same content, and leave that of the class."""
    content = np.bincount(place * shape[1] + bins, weight, minlength=shape[0] * shape[1]).reshape(shape)
    filled = content > 0
    goal = content.sum(axis=1, keepdims=True) / np.maximum(filled.sum(axis=1, keepdims=True), 1)
    factors: NDArray[np.float64] = np.divide(goal, content, out=np.ones(shape), where=filled)
    return factors
