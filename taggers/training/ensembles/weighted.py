"""Weighted means of members."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, LogicError
from taggers.card import SIGMA, ModelOutput
from taggers.onnx_graph import GraphBuilder
from taggers.training.ensembles.combiner import Said

MOST_MEMBERS: Final = 12
"""Weights are found by trying all sets of members."""


@dataclass(frozen=True)
class Linear:
    """Weights that sum to 1, one per member, for every output.

    Uncertainties, `x_sigma` beside `x`, become those of the mixture: the root of the mean of sigma^2 + (x - mean)^2.

    Args:
        weights: (members,) by output name; those of uncertainties are those of their output.
        kind: one word for the card.
    """

    weights: Mapping[str, tuple[float, ...]]
    kind: str = "linear"

    def outputs(self, of_members: Sequence[ModelOutput], n_members: int) -> tuple[ModelOutput, ...]:
        """The same as the members'."""
        names = [output.name for output in of_members]
        for name in names:
            if len(self.weights.get(_base(name, names), ())) != n_members:
                raise ConfigurationError(
                    f"ensemble: {n_members} members say '{name}'; there are weights for "
                    f"{', '.join(f'{known} ({len(some)} members)' for known, some in self.weights.items())}."
                )
        return tuple(of_members)

    def extend(self, builder: GraphBuilder, said: Mapping[str, Sequence[str]]) -> None:
        """Nodes of the means and of the roots of the mixtures."""
        axis = builder.constant(np.array([1]))
        stacked = {
            name: builder.op("Concat", *(builder.op("Unsqueeze", one, axis) for one in tensors), axis=1)
            for name, tensors in said.items()
        }
        for name, values in stacked.items():
            base = _base(name, stacked)
            weights = builder.constant(np.array(self.weights[base], np.float32))
            if base == name:
                _mean(builder, values, weights, name)
                continue
            centre = builder.op("Unsqueeze", _mean(builder, stacked[base], weights), axis)
            apart = builder.op("Sub", stacked[base], centre)
            squares = builder.op("Add", builder.op("Mul", values, values), builder.op("Mul", apart, apart))
            builder.op("Sqrt", _mean(builder, squares, weights), output=name)

    def written(self) -> dict[str, Any]:
        """The weights."""
        return {"weights": {name: [float(weight) for weight in some] for name, some in self.weights.items()}}


class Mean:
    """All members alike; uncertainties as for `Linear`."""

    kind = "mean"

    def outputs(self, of_members: Sequence[ModelOutput], n_members: int) -> tuple[ModelOutput, ...]:
        """The same as the members'."""
        del n_members  # any number will do
        return tuple(of_members)

    def extend(self, builder: GraphBuilder, said: Mapping[str, Sequence[str]]) -> None:
        """As `Linear` with equal weights."""
        Linear({name: (1 / len(tensors),) * len(tensors) for name, tensors in said.items()}).extend(builder, said)

    def written(self) -> dict[str, Any]:
        """There are no numbers."""
        return {}


def fit_linear(said: Said, truth: Mapping[str, NDArray[Any]], *, together: bool = False) -> Linear:
    """The weights, none negative, with the least mean square from the truth.

    Args:
        said: what members say; outputs that truth does not have, such as uncertainties, are passed over.
        truth: (objects,) by output name: targets, or 1 for objects of this class and 0 for others.
        together: the same weights for all outputs, which keeps probabilities of classes at a sum of 1.

    Raises:
        LogicError: no objects, shapes that do not fit, or too many members.
    """
    squares = {}
    for name, true in truth.items():
        if name not in said or said[name].shape[:1] != true.shape or not true.size:
            found = said[name].shape if name in said else "not said"
            raise LogicError(f"ensemble: output '{name}' is {found}, its truth {true.shape}.")
        wrong = said[name].astype(np.float64) - true[:, np.newaxis]
        squares[name] = wrong.T @ wrong / true.size
    if together:
        one = _least(sum(squares.values(), start=np.zeros(1)))
        return Linear(dict.fromkeys(squares, one))
    return Linear({name: _least(square) for name, square in squares.items()})


def _least(square: NDArray[np.float64]) -> tuple[float, ...]:
    """Weights w of the least w S w with sum 1, none negative: of all sets of members the best that allows it.

    Args:
        square: S, (members, members).
    """
    n_members = len(square)
    if n_members > MOST_MEMBERS:
        raise LogicError(f"ensemble: weights are found for at most {MOST_MEMBERS} members, not {n_members}.")
    best: NDArray[np.float64] = np.full(n_members, 1 / n_members)
    least = np.inf
    for size in range(1, n_members + 1):
        for chosen in combinations(range(n_members), size):
            some = list(chosen)
            weights = np.zeros(n_members)
            weights[some] = np.linalg.pinv(square[np.ix_(some, some)]) @ np.ones(size)
            if weights.min() < 0 or weights.sum() <= 0:
                continue
            weights /= weights.sum()
            value = float(weights @ square @ weights)
            if value < least:
                best, least = weights, value
    return tuple(float(weight) for weight in best)


def _base(name: str, names: Sequence[str] | Mapping[str, Any]) -> str:
    """The output whose uncertainty this is, or itself."""
    base = name.removesuffix(SIGMA)
    return base if base in names else name


def _mean(builder: GraphBuilder, values: str, weights: str, output: str = "") -> str:
    """(N,) of (N, members)."""
    return builder.op("MatMul", values, weights, output=output)
