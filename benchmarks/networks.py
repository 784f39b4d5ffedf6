"""A network as heavy as the published ones, for measuring: ResNet-15 with random weights, knowing nothing of jets."""

from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from taggers.bundle import Card, ModelInput, ModelOutput, write_bundle

CHANNELS = ("ECAL", "HCAL")
OPSET = 17


class _Network:
    """Nodes and weights of a graph under construction."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        self._random = np.random.default_rng(1)

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Append a node; returns the name of its output."""
        name = f"{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, shape: tuple[int, ...]) -> str:
        """Random weights of a size that keeps activations in range."""
        name = f"weight{len(self.weights)}"
        scale = 1.0 / np.sqrt(np.prod(shape[1:]))
        values = self._random.normal(0.0, scale, shape).astype(np.float32)
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def conv(self, x: str, n_in: int, n_out: int, size: int, stride: int) -> str:
        """A convolution with bias that keeps or halves the picture."""
        before = size // 2
        weights = self.constant((n_out, n_in, size, size)), self.constant((n_out,))
        return self.op("Conv", x, *weights, strides=[stride, stride], pads=[before] * 4)

    def block(self, x: str, n_in: int, n_out: int) -> str:
        """Residual block; the picture is halved where the number of channels doubles."""
        stride = n_out // n_in
        inner = self.op("Relu", self.conv(x, n_in, n_out, 3, stride))
        shortcut = x if n_in == n_out else self.conv(x, n_in, n_out, 1, stride)
        return self.op("Relu", self.op("Add", self.conv(inner, n_out, n_out, 3, 1), shortcut))


def write_resnet15(folder: Path, *, fine: bool) -> None:
    """Write the bundle: stem of 16 channels, 3 + 1 + 3 residual blocks, two outputs [1902.08276].

    Args:
        folder: to write to.
        fine: the variant of the mass regressions, whose stem keeps every pixel; else that of the classifiers, whose
            stem and pooling leave 31 x 31.
    """
    net = _Network()
    x = net.op("Relu", net.conv("frames", len(CHANNELS), 16, 7, 1 if fine else 2))
    if not fine:
        x = net.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    for n_in, n_out in ((16, 16), (16, 16), (16, 16), (16, 32), (32, 32), (32, 32), (32, 32)):
        x = net.block(x, n_in, n_out)
    x = net.op("Flatten", net.op("GlobalMaxPool", x))
    for name in ("mass", "pt"):
        flat = net.op("Gemm", x, net.constant((32, 1)))
        axis = numpy_helper.from_array(np.array([1]), f"axis_{name}")
        net.weights.append(axis)
        net.nodes.append(helper.make_node("Squeeze", [flat, axis.name], [name]))
    frames = helper.make_tensor_value_info("frames", TensorProto.FLOAT, ["N", len(CHANNELS), 125, 125])
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N"]) for name in ("mass", "pt")]
    graph = helper.make_graph(net.nodes, "resnet15", [frames], outputs, net.weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    card = Card(
        name=folder.name,
        version="1",
        task="measuring speed",
        input=ModelInput(channels=CHANNELS, window=(125, 125), unit="GeV"),
        outputs=(ModelOutput("mass", "GeV", "nothing"), ModelOutput("pt", "GeV", "nothing")),
        opset=OPSET,
        made_by="python -m benchmarks.job",
        training="random weights",
    )
    write_bundle(folder, card, model.SerializeToString())
