"""Compressed bundles say nearly the same, on the CPU, and are smaller."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, LogicError
from taggers.bundle import Bundle, write_bundle
from taggers.card import Card, ModelInput, ModelOutput
from taggers.onnx_backend import OnnxSession
from taggers.onnx_graph import GraphBuilder
from taggers.operations import Scale, ZeroSuppress
from taggers.reference import finished
from taggers.training.comparison import compare
from taggers.training.compression import Form, compress, compressed
from taggers.transform_graph import with_transform
from taggers.transforms import GRAPH_PREFIX, AppliedBy, Transform

CHANNELS = ("TracksPt", "ECAL")
SIZE = 12


def transform(applied_by: AppliedBy) -> Transform:
    """Numbers that neither float16 nor 8 bits could hold: 1e6 GeV become 1."""
    return Transform(dict.fromkeys(CHANNELS, (Scale(1e-6), ZeroSuppress(1e-4))), "a test", applied_by)


def convolutional(folder: Path, applied_by: AppliedBy = "graph") -> Bundle:
    """Two convolutions with a shortcut, a pool and two dense layers, and the row of the seed at the end."""
    builder, rng = GraphBuilder(opset=18), np.random.default_rng(4)

    def weights(*shape: int) -> str:
        return builder.constant((rng.normal(size=shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32))

    first = builder.op("Relu", builder.op("Conv", "frames", weights(16, 2, 3, 3), pads=[1, 1, 1, 1]))
    second = builder.op("Conv", first, weights(16, 16, 3, 3), pads=[1, 1, 1, 1])
    pooled = builder.op(
        "MaxPool", builder.op("Relu", builder.op("Add", first, second)), kernel_shape=[2, 2], strides=[2, 2]
    )
    flat = builder.op("Flatten", pooled, axis=1)
    hidden = builder.op("Relu", builder.op("Gemm", flat, weights(64, 16 * 36), transB=1))
    last = builder.op("Gemm", hidden, weights(1, 64), transB=1)
    row = builder.op("Mul", builder.op("Cast", "row", to=1), builder.constant(np.float32(0.01)))
    builder.op("Add", builder.op("Squeeze", last, builder.constant(np.array([1]))), row, output="score")
    kinds, value = onnx.TensorProto, onnx.helper.make_tensor_value_info
    inputs = [value("frames", kinds.FLOAT, ["N", 2, SIZE, SIZE]), value("row", kinds.INT64, ["N"])]
    graph = onnx.helper.make_graph(
        builder.nodes, "small", inputs, [value("score", kinds.FLOAT, ["N"])], builder.tensors
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=8)
    content = model.SerializeToString()
    if applied_by == "graph":
        content = with_transform(content, transform(applied_by), CHANNELS)
    wanted = ModelInput(CHANNELS, (SIZE, SIZE), "GeV", transform(applied_by), ("row",))
    outputs = (ModelOutput("score", "", "a test"),)
    card = Card("small", "1", "a test", wanted, outputs, 18, "pytest", "none", {"auc": 0.9})
    return write_bundle(folder / "small", finished(card, content), content)


def windows(n: int) -> tuple[NDArray[np.float32], dict[str, NDArray[np.int64]]]:
    rng = np.random.default_rng(8)
    pixels = rng.exponential(5e5, (n, 2, SIZE, SIZE)) * (rng.random((n, 2, SIZE, SIZE)) < 0.2)
    return pixels.astype(np.float32), {"row": rng.integers(0, 280, n), "column": rng.integers(0, 360, n)}


FORMS: list[tuple[Form, float, float]] = [("fp16", 0.6, 0.01), ("int8", 0.5, 0.1)]
"""Form, size as a part of the first, mean difference as a part of the spread: both at most."""


@pytest.mark.parametrize("applied_by", ["graph", "backend"])
@pytest.mark.parametrize(("form", "size", "apart"), FORMS)
def test_a_compressed_bundle_says_nearly_the_same(
    tmp_path: Path, form: Form, size: float, apart: float, applied_by: AppliedBy
) -> None:
    bundle = convolutional(tmp_path, applied_by)
    found = compress(bundle, tmp_path / form, form, *windows(128), made_by="pytest")
    assert found.sizes[1] < size * found.sizes[0]
    (difference,) = found.differences
    assert 0 < difference.mean < apart * difference.spread
    assert found.objects == 64
    assert min(found.rates) > 0
    made = Bundle.load(tmp_path / form)
    assert (made.card.name, made.card.metrics, made.card.made_by) == (f"small_{form}", {}, "pytest")
    assert bundle.card.reference
    assert not made.card.reference
    assert isinstance(made.card.training, dict)
    assert made.card.training["from"] == {"name": "small", "sha256": bundle.sha256}
    session = OnnxSession.open(made, threads=1, max_batch=8)
    for n in (0, 1, 7):
        frames, extra = windows(n)
        given = {"frames": frames, "row": extra["row"]}
        assert session.session.run(None, given)[0].shape == (n,)
        assert session.provider


@pytest.mark.parametrize("form", ["fp16", "int8"])
def test_transform_and_last_layer_keep_their_precision(tmp_path: Path, form: Form) -> None:
    bundle = convolutional(tmp_path)
    _, content = compressed(bundle, form, *windows(8))
    graph = onnx.shape_inference.infer_shapes(onnx.load_from_string(content)).graph
    kinds = {value.name: value.type.tensor_type.elem_type for value in (*graph.value_info, *graph.output)}
    kinds |= {tensor.name: tensor.data_type for tensor in graph.initializer}
    of_transform = [node for node in graph.node if node.output[0].startswith(GRAPH_PREFIX)]
    assert len(of_transform) >= 8
    assert {kinds[name] for node in of_transform for name in node.output} <= {
        onnx.TensorProto.FLOAT,
        onnx.TensorProto.BOOL,
    }
    last = [node for node in graph.node if node.op_type == "Gemm"][-1]
    assert kinds[last.input[1]] == onnx.TensorProto.FLOAT
    quantised = sum(node.op_type == "QuantizeLinear" for node in graph.node)
    assert (quantised > 4) == (form == "int8")


def test_compressing_is_silent(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    bundle = convolutional(tmp_path)
    filters = list(logging.getLogger().filters)
    for form, _, _ in FORMS:
        compressed(bundle, form, *windows(8))
    assert capfd.readouterr() == ("", "")
    assert not caplog.records
    assert logging.getLogger().filters == filters


def test_a_comparison_reads_well(tmp_path: Path) -> None:
    bundle = convolutional(tmp_path)
    pixels, extra = windows(5)
    other = replace(bundle, card=replace(bundle.card, name="twin"))
    found = compare(bundle, other, pixels, extra)
    assert (found.differences[0].mean, found.differences[0].largest) == (0.0, 0.0)
    said = OnnxSession.open(bundle, threads=1, max_batch=8).run(pixels, extra)["score"]
    assert found.differences[0].spread == pytest.approx(said.std(), rel=1e-5)
    lines = found.text().splitlines()
    assert [line.split()[0] for line in lines if "times" not in line] == ["model", "small", "twin", "output", "score"]
    assert "batches of 32, threads: 1, 5 objects" in lines[3]
    assert found.written()["speed_up"] == found.speed_up


def test_what_cannot_be_compressed_is_refused(tmp_path: Path, baseline: Bundle) -> None:
    bundle = convolutional(tmp_path)
    form: Any = "int4"
    with pytest.raises(ConfigurationError, match=r"no form 'int4'. Did you mean 'int8'\?"):
        compressed(bundle, form, *windows(4))
    with pytest.raises(LogicError, match=r"two windows of \(2, 12, 12\) are needed, not \(1, 2, 12, 12\)"):
        compress(bundle, tmp_path / "new", "fp16", *windows(1), made_by="pytest")
    card, content = compressed(bundle, "int8", *windows(4))
    again = write_bundle(tmp_path / "again", card, content)
    with pytest.raises(ConfigurationError, match="again is compressed already"):
        compressed(again, "fp16", *windows(4))
    with pytest.raises(LogicError, match="which says mass, pt"):
        compare(bundle, baseline, *windows(4))
