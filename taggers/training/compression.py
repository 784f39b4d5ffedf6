"""Smaller and quicker bundles: float16, and int8 with scales found on given pictures.

float16 halves the file and is for GPUs; the CPU provider of ONNX Runtime runs most of it as float32 behind casts. int8
is for CPUs: convolutions and dense layers compute with 8 bits between Quantize and Dequantize nodes. In both the
transform of the pixels, whose numbers span more decades than either can hold, and the last dense layer stay float32.
"""

import contextlib
import io
import logging
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, LogicError, MissingDependencyError, nearest
from taggers.activations import activation_bytes
from taggers.bundle import Bundle, write_bundle
from taggers.card import Card
from taggers.onnx_backend import PIXELS_INPUT
from taggers.onnx_graph import onnx_library
from taggers.training.comparison import Comparison, compare
from taggers.training.labelled import LabelledRows
from taggers.training.standings import standings
from taggers.transform_graph import with_transform, without_transform

Form: TypeAlias = Literal["fp16", "int8"]
"""Number formats that a bundle can be compressed to."""

_QUANTISED: Final = ("Add", "Concat", "Conv", "Gemm", "GlobalAveragePool", "MatMul", "MaxPool", "Relu")
"""Operators that compute with 8 bits; others in between get float32."""

_BATCH: Final = 32
"""Windows per run of the calibration."""

SCALING: Final = slice(0, None, 2)
"""Which of the windows set the scales of int8."""


def compress(
    bundle: Bundle,
    folder: Path,
    form: Form,
    pixels: NDArray[np.float32],
    extra: Mapping[str, NDArray[Any]],
    *,
    made_by: str,
    threads: int = 1,
    batch: int = _BATCH,
    labelled: LabelledRows | None = None,
) -> Comparison:
    """Write a compressed bundle and compare it with the one it comes from.

    What it loses on labelled rows goes into its card.

    Args:
        bundle: with a float32 network.
        folder: of the new bundle.
        form: "fp16" or "int8".
        pixels: (windows, channels, rows, columns) raw, like those the network will see; half of them set the scales of
            int8, the other half is what both bundles are compared on.
        extra: (windows,) integers by name, as the card asks for.
        made_by: command that makes the bundle again, for its card.
        threads: of ONNX Runtime, for the comparison.
        batch: windows per run, for the comparison.
        labelled: rows that judge both bundles, none of which sets scales; None if nothing tells how good they are.

    Raises:
        ConfigurationError: no such form, the bundle is compressed already, or the folder is its own.
        NoTruthError: too few labelled rows.
        LogicError: fewer than two windows, or windows of another shape.
        MissingDependencyError: onnx or ONNX Runtime is not installed.
    """
    wanted = (len(bundle.card.input.channels), *bundle.card.input.window)
    if len(pixels) < 2 or pixels.shape[1:] != wanted:
        raise LogicError(f"compress: at least two windows of {wanted} are needed, not {pixels.shape}.")
    if folder.resolve() == bundle.folder.resolve():
        raise ConfigurationError(f"compress: {folder} holds the bundle itself; name another folder.")
    scaling = {name: extra[name][SCALING] for name in bundle.card.input.extra}
    card, model = compressed(bundle, form, pixels[SCALING], scaling)
    found = None
    if labelled is not None:
        found = standings([bundle, Bundle(Path(card.name), card, model, "")], labelled, threads=threads)
        card = replace(card, metrics=found.metrics())
    made = write_bundle(folder, replace(card, made_by=made_by), model)
    other = slice(1, len(pixels), 2)
    unseen = {name: extra[name][other] for name in bundle.card.input.extra}
    compared = compare(bundle, made, pixels[other], unseen, threads=threads, batch=batch)
    return replace(compared, standings=found)


def compressed(
    bundle: Bundle, form: Form, pixels: NDArray[np.float32], extra: Mapping[str, NDArray[Any]]
) -> tuple[Card, bytes]:
    """Card and graph of a compressed bundle, for `write_bundle`; arguments and errors as for `compress`.

    The card says what the first was trained on. It keeps no metrics, which were measured with the other network, and no
    reference answers, because rounding to few bits goes either way on other hardware.
    """
    if form not in get_args(Form):
        raise ConfigurationError(f"compress: no form '{form}'. {nearest(form, get_args(Form))}")
    onnx = onnx_library()
    transform = bundle.card.input.transform
    inside = transform is not None and transform.applied_by == "graph"
    model = onnx.load_from_string(without_transform(bundle.model) if inside else bundle.model)
    kinds = {tensor.data_type for tensor in model.graph.initializer}
    if onnx.TensorProto.FLOAT16 in kinds or any(node.op_type == "QuantizeLinear" for node in model.graph.node):
        raise ConfigurationError(f"compress: model bundle {bundle.folder} is compressed already.")
    with _quiet():
        small = _to_half(model) if form == "fp16" else _to_int8(model, _batches(bundle, pixels, extra))
    onnx.checker.check_model(small, full_check=True)
    content: bytes = small.SerializeToString(deterministic=True)
    if transform is not None and inside:
        content = with_transform(content, transform, bundle.card.input.channels)
    before = bundle.card.training if isinstance(bundle.card.training, Mapping) else {}
    training: dict[str, Any] = {
        "compressed": form,
        "from": {"name": bundle.card.name, "sha256": bundle.sha256},
        **before,
    }
    if form == "int8":
        training["calibration_windows"] = len(pixels)
    opset = next(entry.version for entry in small.opset_import if entry.domain in {"", "ai.onnx"})
    name = f"{bundle.card.name}_{form}"
    card = replace(bundle.card, name=name, opset=opset, training=training, metrics={}, reference={})
    return replace(card, activation_bytes=activation_bytes(content)), content


def _to_half(model: Any) -> Any:
    """All but what stays float32; inputs and outputs keep their types."""
    try:
        from onnxruntime.transformers.float16 import convert_float_to_float16  # noqa: PLC0415 (optional, slow to import)
        from onnxruntime.transformers.onnx_model import OnnxModel  # noqa: PLC0415
    except ImportError as error:
        raise _missing() from error
    _name_nodes(model)
    small = OnnxModel(convert_float_to_float16(model, keep_io_types=True, node_block_list=_last_dense(model)))
    small.topological_sort()
    return small.model


def _to_int8(model: Any, batches: Iterator[dict[str, NDArray[Any]]]) -> Any:
    """Unsigned activations and signed weights, one scale per channel, in 7 bits so that no CPU's sums overflow."""
    try:
        import onnxruntime as ort  # noqa: PLC0415 (optional, and slow to import)
        from onnxruntime import quantization  # noqa: PLC0415
    except ImportError as error:
        raise _missing() from error

    class Reader(quantization.CalibrationDataReader):  # type: ignore[misc]  # ONNX Runtime has no types here
        def get_next(self) -> dict[str, NDArray[Any]] | None:
            return next(batches, None)

    onnx = onnx_library()
    with tempfile.TemporaryDirectory() as folder:
        ready, done = Path(folder) / "ready.onnx", Path(folder) / "int8.onnx"
        options = ort.SessionOptions()
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC  # folds normalisations
        options.optimized_model_filepath = str(ready)
        options.log_severity_level = 3
        ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        prepared = onnx.shape_inference.infer_shapes(onnx.load(ready))
        _name_nodes(prepared)
        quantization.quantize_static(
            prepared, done, Reader(), quant_format=quantization.QuantFormat.QDQ, per_channel=True, reduce_range=True,
            activation_type=quantization.QuantType.QUInt8, weight_type=quantization.QuantType.QInt8,
            op_types_to_quantize=list(_QUANTISED), nodes_to_exclude=_last_dense(prepared),
        )  # fmt: skip
        return onnx.load(done)


def _batches(
    bundle: Bundle, pixels: NDArray[np.float32], extra: Mapping[str, NDArray[Any]]
) -> Iterator[dict[str, NDArray[Any]]]:
    """What the network reads behind the transform, a few windows at a time."""
    wanted = bundle.card.input
    for start in range(0, len(pixels), _BATCH):
        part = slice(start, start + _BATCH)
        own = np.array(pixels[part], order="C")
        if wanted.transform is not None:
            wanted.transform.apply(own, wanted.channels)
        yield {PIXELS_INPUT: own} | {name: extra[name][part].astype(np.int64) for name in wanted.extra}


def _name_nodes(model: Any) -> None:
    """Nodes are told apart by name in ONNX Runtime's tools; ours are after what they make."""
    for node in model.graph.node:
        node.name = node.output[0]


def _last_dense(model: Any) -> list[str]:
    """Name of the last dense layer, if there is one."""
    return [node.name for node in model.graph.node if node.op_type in {"Gemm", "MatMul"}][-1:]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the advice that ONNX Runtime's tools print, log and warn."""
    root = logging.getLogger()
    hush = logging.Filter()
    hush.filter = lambda record: "onnxruntime" not in record.pathname  # type: ignore[method-assign]  # they log as root
    root.addFilter(hush)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        root.removeFilter(hush)


def _missing() -> MissingDependencyError:
    return MissingDependencyError(
        "ONNX Runtime, which compresses networks, is not installed. Type: pip install 'e2efw[cpu]'."
    )
