"""A small network on what the members say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, LogicError
from taggers.card import ModelOutput
from taggers.onnx_graph import GraphBuilder, onnx_library
from taggers.training.ensembles.combiner import Said, features, features_node
from taggers.training.exporting import OPSET, WholeModel, to_onnx
from taggers.training.losses import Loss
from taggers.training.networks.module import Network, nn, torch


@dataclass(frozen=True)
class Stacked:
    """A network that was fitted, as an ONNX graph from `said` (N, features) to its outputs.

    Args:
        model: the graph.
        said: names of outputs and meanings.
        n_features: numbers it reads.
        training: numbers for the card.
    """

    model: bytes
    said: tuple[tuple[str, str], ...]
    n_features: int
    training: Mapping[str, Any]
    kind: str = "network"

    def outputs(self, of_members: Sequence[ModelOutput], n_members: int) -> tuple[ModelOutput, ...]:
        """Those of the loss, with the units of the members."""
        if self.n_features != n_members * len(of_members):
            raise ConfigurationError(
                f"ensemble: the network was fitted to {self.n_features} numbers; {n_members} members say "
                f"{n_members * len(of_members)}."
            )
        units = {output.name: output.unit for output in of_members}
        first = of_members[0]
        return tuple(
            replace(first, name=name, meaning=meaning, unit=units.get(name, first.unit)) for name, meaning in self.said
        )

    def extend(self, builder: GraphBuilder, said: Mapping[str, Sequence[str]]) -> None:
        """The nodes of the network."""
        if builder.opset != OPSET:
            raise ConfigurationError(
                f"ensemble: the members have ONNX operator set {builder.opset}, the network {OPSET}: export them again."
            )
        graph = onnx_library().load_from_string(self.model).graph
        names = {graph.input[0].name: features_node(builder, said)} | {name: name for name, _ in self.said}
        for tensor in graph.initializer:
            tensor.name = names.setdefault(tensor.name, f"{builder.prefix}network/{tensor.name}")
        for node in graph.node:
            for side in (node.input, node.output):
                side[:] = [name and names.setdefault(name, f"{builder.prefix}network/{name}") for name in side]
        builder.nodes += graph.node
        builder.tensors += graph.initializer

    def written(self) -> dict[str, Any]:
        """How it was fitted."""
        return dict(self.training)


class _Dense(Network):
    """Features to mean 0 and width 1, dense layers with ReLU."""

    def __init__(self, sample: torch.Tensor, sizes: Sequence[int], outputs: int) -> None:
        super().__init__()
        self.register_buffer("mean", sample.mean(0))
        self.register_buffer("width", sample.std(0).clamp_min(1e-6))
        layers: list[nn.Module] = []
        for before, after in pairwise([sample.shape[1], *sizes]):
            layers += [nn.Linear(before, after), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Linear([sample.shape[1], *sizes][-1], outputs))

    def forward(self, said: torch.Tensor) -> torch.Tensor:
        """(N, features) to (N, outputs)."""
        return self.layers((said - self.mean) / self.width)


def fit_network(
    said: Said,
    truth: NDArray[Any],
    loss: Loss,
    names: Sequence[str],
    *,
    hidden: Sequence[int] = (16,),
    epochs: int = 30,
    batch_size: int = 256,
    learning_rate: float = 3e-3,
    seed: int = 0,
) -> Stacked:
    """Fit dense layers to what the members say; a fifth of the objects decides which epoch is kept.

    Args:
        said: what members say.
        truth: (objects,) classes, or (objects, targets) in the unit of the targets.
        loss: what is made small; its head makes the outputs.
        names: of the classes or targets.
        hidden: sizes of the inner layers.
        epochs: times that every object is seen.
        batch_size: objects of a step.
        learning_rate: of Adam.
        seed: of weights and order; the same gives the same network.

    Raises:
        LogicError: fewer than ten objects, or as many truths as no objects.
    """
    x = torch.from_numpy(features(said))
    if len(x) < 10 or len(truth) != len(x):
        raise LogicError(f"ensemble: {len(x)} objects and {len(truth)} truths; at least ten and as many are needed.")
    y = torch.from_numpy(np.asarray(truth, np.int64 if loss.kind == "label" else np.float32))
    scale: tuple[list[float], list[float]] | tuple[None, None] = (None, None)
    if loss.kind == "target":
        y = y.reshape(len(x), -1)
        scale = y.mean(0).tolist(), y.std(0).clamp_min(1e-6).tolist()
        y = (y - y.mean(0)) / y.std(0).clamp_min(1e-6)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _Dense(x, hidden, loss.outputs(len(names)))
        best = _train(network, loss, x, y, epochs, batch_size, learning_rate)
    outputs = loss.said_names(names)
    whole = WholeModel(network, loss.head(*scale), len(outputs))
    model = to_onnx(whole, {"said": x[:2]}, [one.name for one in outputs])
    training = {"loss": loss.name, "hidden": list(hidden), "epochs": epochs, "objects": len(x), "validation_loss": best}
    return Stacked(model, tuple((one.name, one.meaning) for one in outputs), x.shape[1], training)


def _train(
    network: Network, loss: Loss, x: torch.Tensor, y: torch.Tensor, epochs: int, batch_size: int, learning_rate: float
) -> float:
    """Leaves the weights of the best epoch in the network; returns its mean loss on the validation part."""
    order = torch.randperm(len(x))
    kept, used = order[: len(x) // 5], order[len(x) // 5 :]
    adam = torch.optim.Adam(network.parameters(), lr=learning_rate)
    best, weights = float("inf"), network.state_dict()
    for _ in range(epochs):
        for batch in used[torch.randperm(len(used))].split(batch_size):
            adam.zero_grad()
            loss(network(x[batch]), y[batch]).mean().backward()
            adam.step()
        with torch.no_grad():
            now = float(loss(network(x[kept]), y[kept]).mean())
        if now < best:
            best, weights = now, {name: value.clone() for name, value in network.state_dict().items()}
    network.load_state_dict(weights)
    return best
