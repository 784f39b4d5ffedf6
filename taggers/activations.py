"""How much memory the inner layers of a network take, from the shapes in its graph."""

from math import prod
from typing import Any

from taggers.onnx_graph import onnx_library


def activation_bytes(model: bytes) -> int:
    """Bytes that inputs, outputs and inner tensors of one window take together at the worst moment.

    A tensor lives from the node that makes it to the last that reads it. What ONNX Runtime needs besides, for a
    convolution's workspace or by keeping freed memory, is not counted.

    Args:
        model: serialised ONNX graph with a free batch axis.

    Returns:
        0 if the shape of a tensor cannot be told.
    """
    onnx = onnx_library()
    network = onnx.load_from_string(model)
    for value in (*network.graph.input, *network.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 1
    graph = onnx.shape_inference.infer_shapes(network, data_prop=True).graph
    sizes = {value.name: _bytes(onnx, value) for value in (*graph.input, *graph.value_info, *graph.output)}
    constants = {tensor.name for tensor in graph.initializer}
    outputs = {value.name for value in graph.output}
    last = {name: number for number, node in enumerate(graph.node) for name in node.input}
    alive = {value.name for value in graph.input if value.name not in constants}
    most = 0
    for number, node in enumerate(graph.node):
        made = {name for name in node.output if name}
        if any(sizes.get(name, 0) == 0 for name in made):
            return 0
        alive |= made
        most = max(most, sum(sizes[name] for name in alive))
        alive = {name for name in alive if name in outputs or last.get(name, -1) > number}
    return most


def _bytes(onnx: Any, value: Any) -> int:
    """Size of a tensor; 0 if an axis is not known."""
    tensor = value.type.tensor_type
    if not tensor.HasField("shape") or any(not axis.HasField("dim_value") for axis in tensor.shape.dim):
        return 0
    item = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type).itemsize
    size: int = max(1, prod(axis.dim_value for axis in tensor.shape.dim)) * item
    return size
