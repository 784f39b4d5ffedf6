"""Bundles with the cards of trainings, and labelled rows to judge them by."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from taggers.bundle import Bundle, write_bundle
from taggers.card import Card, ModelInput, ModelOutput
from taggers.onnx_graph import GraphBuilder
from taggers.reference import finished

CHANNELS = ("ECAL", "HCAL", "TracksPt")
WINDOW = (25, 25)
PARITY: dict[str, Any] = {"label": {"classes": ["even", "odd"], "column": "label"}, "loss": "bce"}
MASS: dict[str, Any] = {
    "targets": [{"name": "mass", "column": "target_mass", "unit": "GeV", "meaning": "mass of the tau"}],
    "loss": "gaussian_nll",
}
TOGETHER = {"odd": "1"}
ESTIMATE = {"mass": "GeV", "mass_sigma": "GeV"}


def training(recipe: Mapping[str, Any], *, test: Any = 0.25, truth: str = "tau", **more: Any) -> dict[str, Any]:
    """What the card of a training has; `files` names those that it learned from with their checksums."""
    files = [{"name": name, "sha256": sha256} for name, sha256 in more.pop("files", {}).items()]
    data = {"test": test, "truth": truth, "select": more.pop("select", {})}
    network = {"network": "cnn", "epochs": 3, "seed": 1}
    return {"recipe": {**network, **recipe, "data": data}, "data": {"files": files, "samples": {"train": {"rows": 9}}}}


def trained(
    folder: Path, number: int, about: Mapping[str, Any] | str, outputs: Mapping[str, str] | None = None, **card: Any
) -> Bundle:
    """Two layers, weights by number; says numbers from 1 to 3 GeV, a probability, or those of classes."""
    said, rng = outputs or TOGETHER, np.random.default_rng(number)
    builder, size = GraphBuilder(opset=18), len(CHANNELS) * WINDOW[0] * WINDOW[1]
    flat = builder.op("Sqrt", builder.op("Flatten", "frames", axis=1))
    first = builder.constant(rng.normal(0, 0.1, (size, 8)).astype(np.float32))
    hidden = builder.op("Relu", builder.op("MatMul", flat, first))
    sums = [builder.op("MatMul", hidden, builder.constant(rng.normal(0, 0.5, (8, 1)).astype(np.float32))) for _ in said]
    of_classes = len(said) > 1 and set(said.values()) == {"1"}
    whole = builder.op("Concat", *sums, axis=1)
    shares = builder.op("Softmax", whole, axis=1) if of_classes else builder.op("Sigmoid", whole)
    for place, (name, unit) in enumerate(said.items()):
        part = builder.op(
            "Gather", shares, builder.constant(np.int64(place)), output="" if unit == "GeV" else name, axis=1
        )
        if unit == "GeV":
            doubled = builder.op("Mul", part, builder.constant(np.float32(2)))
            builder.op("Add", doubled, builder.constant(np.float32(1)), output=name)
    kinds, value = onnx.TensorProto.FLOAT, onnx.helper.make_tensor_value_info
    values = [value(name, kinds, ["N"]) for name in said]
    reads = value("frames", kinds, ["N", len(CHANNELS), *WINDOW])
    graph = onnx.helper.make_graph(builder.nodes, "trained", [reads], values, builder.tensors)
    content = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=8
    ).SerializeToString()
    wanted = ModelInput(CHANNELS, WINDOW, "GeV")
    says = tuple(ModelOutput(name, unit, f"the {name}") for name, unit in said.items())
    name = card.get("name", f"member{number}")
    made = Card(name, "1", "a test", wanted, says, 18, "pytest", about)
    return write_bundle(folder / f"member{number}", finished(made, content), content)


def area(label: NDArray[Any], score: NDArray[Any]) -> float:
    """Area under the ROC curve: over all pairs."""
    over = score[label == 1].astype(np.float64)[:, np.newaxis] - score[label == 0]
    return float(np.mean((over > 0) + 0.5 * (over == 0)))
