"""What tests around networks need: small bundles with real graphs, windows with seeds, and the smallest job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, checker, helper, numpy_helper

from dataformats.candidates import Candidates
from dataformats.frames import Seeds, SeedStatus, Windows
from e2efw.errors import FileInPathError
from taggers.bundle import Bundle, Card, ModelInput, ModelOutput, write_bundle
from taggers.transforms import Transform

OPSET = 18
CHANNELS = ("ECAL", "HCAL")
C = TypeVar("C", bound=Candidates)


@dataclass
class SmallJob:
    """The smallest job a module can begin in."""

    frames: Mapping[str, Any] = field(default_factory=dict)
    folder: Path = Path()
    threads_per_stream: int = 1
    accelerators: tuple[str, ...] = ("cpu",)
    facts: dict[str, Any] = field(default_factory=dict)
    label: str = "tagger"

    def description(self, parameter: str) -> Mapping[str, Any]:
        return self.frames if parameter == "frames" else {}

    def branch(self, parameter: str) -> str:
        return f"things_{parameter}__TEST."

    def find_file(self, name: str) -> Path:
        if not (self.folder / name).exists():
            raise FileInPathError(f"no file '{name}'.")
        return self.folder / name

    def record(self, fact: str, value: Any) -> None:
        self.facts[fact] = value


def small_graph(
    outputs: Sequence[str], *, channels: int = 2, window: tuple[int, int] = (8, 8), head: str = "Sigmoid"
) -> bytes:
    """Mean of every channel, a dense layer whose weights are 1, 2, 3 ..., and an activation; one output per name."""
    n = len(outputs)
    weights = (np.arange(channels * n, dtype=np.float32) + 1).reshape(channels, n) / 10
    tensors = [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(np.array([1]), "axis")]
    nodes = [
        helper.make_node("GlobalAveragePool", ["frames"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["means"]),
        helper.make_node("MatMul", ["means", "weights"], ["raw"]),
        helper.make_node(head, ["raw"], ["said"]),
        helper.make_node("Split", ["said"], [f"{name}_2d" for name in outputs], axis=1, num_outputs=n),
        *(helper.make_node("Squeeze", [f"{name}_2d", "axis"], [name]) for name in outputs),
    ]
    frames = helper.make_tensor_value_info("frames", TensorProto.FLOAT, ["N", channels, *window])
    said = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N"]) for name in outputs]
    return serialised(helper.make_graph(nodes, "small", [frames], said, tensors))


def halving_graph(channels: int, window: tuple[int, int]) -> bytes:
    """An autoencoder that says half of every pixel."""
    nodes = [helper.make_node("Mul", ["frames", "half"], ["again"])]
    half = numpy_helper.from_array(np.float32(0.5), "half")
    shape = ["N", channels, *window]
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("frames", "again")]
    return serialised(helper.make_graph(nodes, "halving", values[:1], values[1:], [half]))


def serialised(graph: Any, opset: int = OPSET) -> bytes:
    """A checked graph as the content of a file."""
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    if opset == OPSET:
        checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    return content


def small_card(
    outputs: Mapping[str, str],
    *,
    channels: Sequence[str] = CHANNELS,
    window: tuple[int, int] = (8, 8),
    transform: Transform | None = None,
    **more: Any,
) -> Card:
    """The card of a small network; outputs with their units."""
    said = tuple(ModelOutput(name, unit, f"the {name}") for name, unit in outputs.items())
    known: dict[str, Any] = {"opset": OPSET, "made_by": "a test", "training": "none", **more}
    return Card("small", "1", "a test", ModelInput(tuple(channels), window, "GeV", transform), said, **known)


def write_small_bundle(folder: Path, outputs: Mapping[str, str], *, head: str = "Sigmoid", **card: Any) -> Bundle:
    """A bundle with `small_graph`; see `small_card`."""
    made = small_card(outputs, **card)
    graph = small_graph(list(outputs), channels=len(made.input.channels), window=made.input.window, head=head)
    return write_bundle(folder, made, graph)


def objects_of(counts: Sequence[int], cls: type[C]) -> C:
    """Objects in different directions."""
    columns = {"pt": 500.0, "eta": 0.3, "phi": 1.1, "mass": 5.0}
    return cls.from_lists(
        **{name: [[value * (1 + i) / 2 for i in range(n)] for n in counts] for name, value in columns.items()}
    )


def windows_of(
    counts: Sequence[int],
    chosen: Sequence[Sequence[int]],
    pixels: NDArray[np.float32],
    channels: tuple[str, ...] = CHANNELS,
) -> tuple[Seeds, Windows]:
    """Seeds of all objects, of which the chosen of every event are OK and the others too near the edge; the windows."""
    n = sum(map(len, chosen))
    owner = np.array([one for event in chosen for one in event], np.int32)
    starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    status = np.full(sum(counts), SeedStatus.NEAR_EDGE, np.uint8)
    for start, event in zip(starts[:-1], chosen, strict=True):
        status[[start + one for one in event]] = SeedStatus.OK
    seeds = Seeds(starts, row=np.full(status.size, 140), column=np.full(status.size, 3), status=status)
    offsets = np.concatenate([[0], np.cumsum([len(event) for event in chosen], dtype=np.int64)])
    row, column = np.full(n, 140, np.int32), np.full(n, 3, np.int32)
    return seeds, Windows(channels, offsets, owner, row, column, pixels)
