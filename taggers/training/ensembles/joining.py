"""The graphs of several bundles in one, side by side behind the same inputs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError
from taggers.bundle import Bundle
from taggers.card import Card
from taggers.onnx_backend import OnnxSession
from taggers.onnx_graph import GraphBuilder, onnx_library
from taggers.reference import finished
from taggers.training.ensembles.combiner import Combiner, Said
from taggers.transforms import GRAPH_PREFIX

_TREES: Final = ("ai.onnx.ml", 3)
"""Operator set of trees."""


def ensemble(members: Sequence[Bundle], combiner: Combiner, *, name: str, made_by: str) -> tuple[Card, bytes]:
    """Card and graph of a bundle that asks all members and combines what they say; for `write_bundle`.

    Args:
        members: bundles with the same channels, window, transform, extra inputs and outputs.
        combiner: what is made of their outputs.
        name: of the ensemble.
        made_by: command that makes it again.

    Raises:
        ConfigurationError: the members do not belong together, or say more than one number per output and object.
    """
    refuse_others(members)
    onnx = onnx_library()
    models = [onnx.load_from_string(member.model) for member in members]
    first, opset = members[0].card, _opset(members, models)
    outputs = combiner.outputs(first.outputs, len(members))
    builder = GraphBuilder("ensemble/", opset)
    nodes, tensors = _side_by_side(models)
    combiner.extend(
        builder,
        {said: [f"member_{number}/{said}" for number in range(len(members))] for said in members[0].output_names},
    )
    values = [onnx.helper.make_tensor_value_info(one.name, onnx.TensorProto.FLOAT, ["N"]) for one in outputs]
    graph = onnx.helper.make_graph(
        [*nodes, *builder.nodes], name, list(models[0].graph.input), values, [*tensors, *builder.tensors]
    )
    opsets = [onnx.helper.make_opsetid("", opset), onnx.helper.make_opsetid(*_TREES)]
    version = max(model.ir_version for model in models)
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=version, producer_name="e2efw")
    onnx.checker.check_model(model, full_check=True)
    training = {
        "ensemble": combiner.kind,
        "members": [
            {"name": member.card.name, "sha256": member.sha256, "training": member.card.training} for member in members
        ],
        **combiner.written(),
    }
    card = Card(name, "1", first.task, first.input, outputs, opset, made_by, training)
    content: bytes = model.SerializeToString(deterministic=True)
    return finished(card, content), content


def member_outputs(
    members: Sequence[Bundle], pixels: NDArray[np.float32], extra: Mapping[str, NDArray[Any]], *, threads: int = 1
) -> Said:
    """What every member says of some windows, to fit a combiner to.

    Args:
        members: as for `ensemble`.
        pixels: (windows, channels, rows, columns) raw.
        extra: (windows,) integers by name, as the card asks for.
        threads: of ONNX Runtime.
    """
    refuse_others(members)
    return together([OnnxSession.open(one, threads=threads, max_batch=256).run(pixels, extra) for one in members])


def together(said: Sequence[Mapping[str, NDArray[np.float32]]]) -> Said:
    """What every member says, (objects,) by output, as a combiner reads it."""
    return {name: np.stack([one[name] for one in said], axis=1) for name in said[0]}


def refuse_others(members: Sequence[Bundle]) -> None:
    """A ConfigurationError unless the members read and say the same."""
    if not members:
        raise ConfigurationError("an ensemble has at least one member.")
    first = members[0]
    for member in members:
        for what in ("channels", "window", "unit", "transform", "extra"):
            mine, theirs = getattr(member.card.input, what), getattr(first.card.input, what)
            if mine != theirs:
                raise ConfigurationError(
                    f"ensemble: members do not read the same: {what} of '{member.card.name}' ({member.folder}) is "
                    f"{mine}, of '{first.card.name}' ({first.folder}) {theirs}."
                )
        if member.output_names != first.output_names:
            raise ConfigurationError(
                f"ensemble: members do not say the same: '{member.card.name}' ({member.folder}) says "
                f"{', '.join(member.output_names)}, '{first.card.name}' {', '.join(first.output_names)}."
            )


def _opset(members: Sequence[Bundle], models: Sequence[Any]) -> int:
    """The operator set of all."""
    found: list[int] = []
    for member, model in zip(members, models, strict=True):
        for value in model.graph.output:
            if len(value.type.tensor_type.shape.dim) != 1:
                raise ConfigurationError(
                    f"ensemble: output '{value.name}' of '{member.card.name}' is not one number per object."
                )
        if model.functions:
            raise ConfigurationError(f"ensemble: '{member.card.name}' has functions of its own; export it without.")
        found.append(next(entry.version for entry in model.opset_import if entry.domain in {"", "ai.onnx"}))
    if len(set(found)) > 1:
        listed = ", ".join(f"{member.card.name}: {one}" for member, one in zip(members, found, strict=True))
        raise ConfigurationError(f"ensemble: members have different ONNX operator sets ({listed}): export them again.")
    return found[0]


def _side_by_side(models: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Nodes and constants of all, names begin with the member's; a transform that all begin with is kept once."""
    starts = [
        [part.SerializeToString() for part in (*model.graph.node, *model.graph.initializer) if _of_transform(part)]
        for model in models
    ]
    shared = all(start == starts[0] for start in starts)
    nodes: list[Any] = []
    tensors: list[Any] = []
    for number, model in enumerate(models):
        keep = {value.name for value in model.graph.input}

        def renamed(name: str, keep: set[str] = keep, prefix: str = f"member_{number}/") -> str:
            if not name or name in keep or (shared and name.startswith(GRAPH_PREFIX)):
                return name
            return prefix + name

        skip = number > 0 and shared
        kept_nodes = [node for node in model.graph.node if not (skip and _of_transform(node))]
        kept_tensors = [one for one in model.graph.initializer if not (skip and _of_transform(one))]
        _rename(kept_nodes, kept_tensors, renamed)
        nodes += kept_nodes
        tensors += kept_tensors
    return nodes, tensors


def _of_transform(part: Any) -> bool:
    """True for nodes and constants that `taggers.transform_graph` made."""
    name: str = part.output[0] if hasattr(part, "output") else part.name
    return name.startswith(GRAPH_PREFIX)


def _rename(nodes: Sequence[Any], tensors: Sequence[Any], renamed: Callable[[str], str]) -> None:
    """Give every value another name, in subgraphs too."""
    for tensor in tensors:
        tensor.name = renamed(tensor.name)
    for node in nodes:
        node.name = renamed(node.name)
        node.input[:] = [renamed(name) for name in node.input]
        node.output[:] = [renamed(name) for name in node.output]
        for attribute in node.attribute:
            inner = [*attribute.graphs, *([attribute.g] if attribute.HasField("g") else [])]
            for graph in inner:
                del graph.value_info[:]
                for value in (*graph.input, *graph.output):
                    value.name = renamed(value.name)
                _rename(graph.node, graph.initializer, renamed)
