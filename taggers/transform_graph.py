"""A transform as the first nodes of an ONNX network: raw GeV in."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from e2efw.errors import ConfigurationError
from taggers.onnx_backend import PIXELS_INPUT
from taggers.onnx_graph import GraphBuilder, onnx_library
from taggers.operations import Clip, MinMax, Operation, Root, Scale, SetAbove, Standardise, ZeroOutside, ZeroSuppress
from taggers.transforms import GRAPH_PREFIX, Transform

_OPSETS = range(13, 22)
"""Operator sets with the Split and ReduceMin that are used here, as far as every ONNX Runtime since 1.20 knows them."""


def with_transform(model: bytes, transform: Transform, channels: Sequence[str]) -> bytes:
    """The network with the transform in front of its input `frames`; the same numbers as `Transform.apply` gives.

    The card of the result says ``applied_by: graph``.

    Args:
        model: serialised ONNX network that reads transformed pixels, (N, channels, rows, columns) float32.
        transform: what those pixels are made with.
        channels: names in the order of the second axis.

    Returns:
        A serialised network that reads raw pixels.

    Raises:
        ConfigurationError: the network has no input `frames`, another number of channels, another operator set, or a
            transform already.
    """
    onnx = onnx_library()
    network = onnx.load_from_string(model)
    graph = network.graph
    builder = GraphBuilder(GRAPH_PREFIX, _check(network, len(channels)))
    planes = [f"{GRAPH_PREFIX}{name}" for name in channels]
    sizes = builder.constant(np.ones(len(channels), np.int64))
    split = onnx.helper.make_node("Split", [PIXELS_INPUT, sizes], planes, axis=1)
    changed = [_channel(builder, plane, transform.of(name)) for plane, name in zip(planes, channels, strict=True)]
    ready = builder.op("Concat", *changed, output=f"{GRAPH_PREFIX}{PIXELS_INPUT}", axis=1)
    _rename(graph, PIXELS_INPUT, ready)
    own = list(graph.node)
    del graph.node[:]
    graph.node.extend([split, *builder.nodes, *own])
    graph.initializer.extend(builder.tensors)
    onnx.checker.check_model(network, full_check=True)
    content: bytes = network.SerializeToString(deterministic=True)
    return content


def without_transform(model: bytes) -> bytes:
    """The network that `with_transform` put a transform in front of: it reads transformed pixels again.

    Args:
        model: serialised ONNX network.

    Raises:
        ConfigurationError: there is no transform in front.
    """
    network = onnx_library().load_from_string(model)
    graph, ready = network.graph, f"{GRAPH_PREFIX}{PIXELS_INPUT}"
    own = [node for node in graph.node if not node.output[0].startswith(GRAPH_PREFIX)]
    if not any(ready in node.output for node in graph.node):
        raise ConfigurationError("The network has no transform in front.")
    constants = [tensor for tensor in graph.initializer if not tensor.name.startswith(GRAPH_PREFIX)]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(own)
    graph.initializer.extend(constants)
    _rename(graph, ready, PIXELS_INPUT)
    content: bytes = network.SerializeToString(deterministic=True)
    return content


def _check(network: Any, n_channels: int) -> int:
    """Operator set of the network, if it is one that pixels can be transformed for."""
    shapes = {value.name: list(value.type.tensor_type.shape.dim) for value in network.graph.input}
    if PIXELS_INPUT not in shapes:
        raise ConfigurationError(f"The network has no input '{PIXELS_INPUT}'. It has: {', '.join(shapes) or 'none'}.")
    found = shapes[PIXELS_INPUT][1].dim_value if len(shapes[PIXELS_INPUT]) == 4 else 0
    if found != n_channels:
        raise ConfigurationError(f"The network reads {found} channels, the transform is asked for {n_channels}.")
    opset: int = next((entry.version for entry in network.opset_import if entry.domain in {"", "ai.onnx"}), 0)
    if opset not in _OPSETS:
        raise ConfigurationError(
            f"The network has ONNX operator set {opset}; a transform goes in front of {_OPSETS[0]} to {_OPSETS[-1]}. "
            f"Export it with opset {_OPSETS[-1]} or older."
        )
    if any(name.startswith(GRAPH_PREFIX) for node in network.graph.node for name in node.output):
        raise ConfigurationError("The network has a transform in front already.")
    return opset


def _rename(graph: Any, old: str, new: str) -> None:
    """Let every node, in subgraphs too, read `new` in place of `old`."""
    for node in graph.node:
        node.input[:] = [new if name == old else name for name in node.input]
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                _rename(inner, old, new)


def _channel(builder: GraphBuilder, pixels: str, steps: Sequence[Operation]) -> str:
    """Nodes of one channel, (N, 1, rows, columns); returns the name of the last."""
    for step in steps:
        pixels = _NODES[type(step)](builder, pixels, step)
    return pixels


def _number(builder: GraphBuilder, value: float) -> str:
    return builder.constant(np.float32(value))


def _scale(builder: GraphBuilder, pixels: str, step: Any) -> str:
    return builder.op("Mul", pixels, _number(builder, step.factor))


def _root(builder: GraphBuilder, pixels: str, step: Any) -> str:
    size = builder.op("Div", builder.op("Abs", pixels), _number(builder, step.unit))
    return builder.op("Mul", builder.op("Sqrt", size), builder.op("Sign", pixels))


def _zero_suppress(builder: GraphBuilder, pixels: str, step: Any) -> str:
    small = builder.op("Less", builder.op("Abs", pixels), _number(builder, step.below))
    return builder.op("Where", small, _number(builder, 0.0), pixels)


def _clip(builder: GraphBuilder, pixels: str, step: Any) -> str:
    for operator, limit in (("Less", _number(builder, step.low)), ("Greater", _number(builder, step.high))):
        pixels = builder.op("Where", builder.op(operator, pixels, limit), limit, pixels)
    return pixels


def _zero_outside(builder: GraphBuilder, pixels: str, step: Any) -> str:
    below = builder.op("Less", pixels, _number(builder, step.low))
    above = builder.op("Greater", pixels, _number(builder, step.high))
    return builder.op("Where", builder.op("Or", below, above), _number(builder, 0.0), pixels)


def _set_above(builder: GraphBuilder, pixels: str, step: Any) -> str:
    above = builder.op("Greater", pixels, _number(builder, step.limit))
    return builder.op("Where", above, _number(builder, step.value), pixels)


def _standardise(builder: GraphBuilder, pixels: str, step: Any) -> str:
    centred = builder.op("Sub", pixels, _number(builder, step.mean))
    return builder.op("Div", centred, _number(builder, step.std))


def _min_max(builder: GraphBuilder, pixels: str, step: Any) -> str:
    del step  # it has no numbers
    axes = [1, 2, 3]
    told: dict[str, Any] = {"axes": axes} if builder.opset < 18 else {}
    inputs = [pixels] if told else [pixels, builder.constant(np.array(axes, np.int64))]
    low, high = (builder.op(operator, *inputs, keepdims=1, **told) for operator in ("ReduceMin", "ReduceMax"))
    span = builder.op("Sub", high, low)
    flat = builder.op("Equal", span, _number(builder, 0.0))
    return builder.op("Div", builder.op("Sub", pixels, low), builder.op("Where", flat, _number(builder, 1.0), span))


_NODES: Final[dict[type[Operation], Callable[[GraphBuilder, str, Any], str]]] = {
    Scale: _scale,
    Root: _root,
    ZeroSuppress: _zero_suppress,
    Clip: _clip,
    ZeroOutside: _zero_outside,
    SetAbove: _set_above,
    Standardise: _standardise,
    MinMax: _min_max,
}
