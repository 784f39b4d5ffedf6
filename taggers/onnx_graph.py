"""ONNX graphs that grow node by node."""

from typing import Any

import numpy as np

from e2efw.errors import MissingDependencyError


class GraphBuilder:
    """Nodes and constants of a graph; intermediates are named after their operator and position.

    Args:
        prefix: of all names, to keep them apart from those of a graph that these nodes will join.
        opset: operator set of the graph; decides how some operators are told their axes.
    """

    def __init__(self, prefix: str = "", opset: int = 17) -> None:
        self.onnx = onnx_library()
        self.prefix = prefix
        self.opset = opset
        self.nodes: list[Any] = []
        self.constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self.tensors: list[Any] = []

    def constant(self, value: Any) -> str:
        """Name of a constant; equal ones are stored once."""
        array = np.asarray(value)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.constants:
            self.constants[key] = f"{self.prefix}constant_{len(self.constants)}"
            self.tensors.append(self.onnx.numpy_helper.from_array(array, self.constants[key]))
        return self.constants[key]

    def op(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Add a node with one output; returns the output's name."""
        output = output or f"{self.prefix}{operator}_{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(operator, inputs, [output], **attributes))
        return output


def onnx_library() -> Any:
    """The library that writes graphs.

    Raises:
        MissingDependencyError: it is not installed.
    """
    try:
        import onnx  # noqa: PLC0415 (only needed to build graphs)
        import onnx.numpy_helper  # noqa: PLC0415
    except ImportError as error:
        raise MissingDependencyError(
            "The library 'onnx', which writes network graphs, is not installed. Type: pip install 'e2efw[test]'."
        ) from error
    return onnx
