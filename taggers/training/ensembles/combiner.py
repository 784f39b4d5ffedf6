"""What makes one answer of several."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import LogicError
from taggers.card import ModelOutput
from taggers.onnx_graph import GraphBuilder

Said: TypeAlias = Mapping[str, NDArray[np.float32]]
"""What members say of some objects: (objects, members) by output name."""


class Combiner(Protocol):
    """Nodes behind the members of an ensemble."""

    @property
    def kind(self) -> str:
        """One word for the card."""

    def outputs(self, of_members: Sequence[ModelOutput], n_members: int) -> tuple[ModelOutput, ...]:
        """What the ensemble says, from what each member says.

        Raises:
            ConfigurationError: the combiner was fitted to other members.
        """

    def extend(self, builder: GraphBuilder, said: Mapping[str, Sequence[str]]) -> None:
        """Add nodes that make the outputs, (N,) each, under their names.

        Args:
            builder: the graph.
            said: tensors (N,) of the members by output name.
        """

    def written(self) -> dict[str, Any]:
        """Numbers for the card."""


def features(said: Said) -> NDArray[np.float32]:
    """(objects, outputs * members) float32: all members of the first output, then of the next, as fitted ones read it.

    Raises:
        LogicError: outputs of different objects or members, or none.
    """
    if len({values.shape for values in said.values()}) != 1:
        shapes = ", ".join(f"{name} {values.shape}" for name, values in said.items())
        raise LogicError(f"ensemble: outputs should all be (objects, members), they are {shapes or 'none'}.")
    return np.concatenate(list(said.values()), axis=1, dtype=np.float32)


def features_node(builder: GraphBuilder, said: Mapping[str, Sequence[str]]) -> str:
    """The same in the graph: (N, outputs * members)."""
    axis = builder.constant(np.array([1]))
    columns = [builder.op("Unsqueeze", tensor, axis) for tensors in said.values() for tensor in tensors]
    return builder.op("Concat", *columns, axis=1)
