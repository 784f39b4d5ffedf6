"""Run a model bundle with ONNX Runtime."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, MissingDependencyError
from taggers.backends import PIXELS_INPUT, PROVIDERS, Device, OpenModel
from taggers.bundle import Bundle

__all__ = ["PIXELS_INPUT", "OnnxSession", "providers_here"]

_CUDA: Final = (PROVIDERS["cuda"], {"use_tf32": "0"})
"""TF32 keeps ten bits of mantissa: outputs would depend on the device."""
_CPU: Final[tuple[str, dict[str, str]]] = (PROVIDERS["cpu"], {})
_CHOICES: Final[Mapping[Device, Sequence[tuple[str, dict[str, str]]]]] = {
    "cpu": (_CPU,),
    "cuda": (_CUDA, _CPU),
    "tensorrt": ((PROVIDERS["tensorrt"], {"trt_fp16_enable": "0"}), _CUDA, _CPU),
}
"""Providers by device, in order of preference: nodes that one does not know go to the next."""


@dataclass(frozen=True)
class OnnxSession(OpenModel):
    """An open network.

    Args:
        session: ``onnxruntime.InferenceSession``.
        bound: results are written where they belong by ONNX Runtime (IO binding), which saves a copy from the GPU.
    """

    session: Any
    bound: bool = False

    @classmethod
    def open(cls, bundle: Bundle, *, threads: int, max_batch: int, device: Device = "cpu") -> "OnnxSession":
        """Load the network and compare it with its card.

        Args:
            bundle: a checked bundle.
            threads: threads of one run.
            max_batch: windows per run at most.
            device: where it should run; `provider` tells where it does.

        Raises:
            ConfigurationError: the graph is broken or not the one the card describes.
            MissingDependencyError: ONNX Runtime is not installed.
        """
        ort = _onnxruntime()
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # plans memory for one batch size; ours vary, and streams run side by side
        options.add_session_config_entry("session.force_spinning_stop", "1")  # between runs cores belong to other work
        state = ort.capi.onnxruntime_pybind11_state
        try:
            session = ort.InferenceSession(bundle.model, options, providers=list(_CHOICES[device]))
        except (
            state.Fail,
            state.InvalidArgument,
            state.InvalidGraph,
            state.InvalidProtobuf,
            state.NotImplemented,
        ) as error:
            raise ConfigurationError(_why(bundle, ort.__version__, error)) from error
        _compare_with_card(session, bundle)
        shapes = {output.name: tuple(output.shape[1:]) for output in session.get_outputs()}
        return cls(bundle, session.get_providers()[0], max_batch, shapes, session, bound=device != "cpu")

    def answer(self, chunk: Mapping[str, NDArray[Any]], results: Sequence[NDArray[np.float32]]) -> None:
        """Run the network once."""
        names = list(self.bundle.output_names)
        if not self.bound:
            for result, said in zip(results, self.session.run(names, dict(chunk)), strict=True):
                result[...] = said
            return
        binding = self.session.io_binding()
        for name, values in chunk.items():
            binding.bind_cpu_input(name, values)
        for name, result in zip(names, results, strict=True):
            binding.bind_output(name, "cpu", 0, result.dtype, result.shape, result.ctypes.data)
        self.session.run_with_iobinding(binding)


def providers_here() -> list[str]:
    """Execution providers of the installed ONNX Runtime.

    Raises:
        MissingDependencyError: it is not installed.
    """
    found: list[str] = _onnxruntime().get_available_providers()
    return found


def _why(bundle: Bundle, version: str, error: Exception) -> str:
    """Why a graph cannot be loaded."""
    text = str(error)
    who = f"model bundle {bundle.folder}"
    if f"Opset {bundle.card.opset} is under development" in text:
        return (
            f"{who}: it uses ONNX operator set {bundle.card.opset}, which is newer than ONNX Runtime {version} knows. "
            f"Export it with opset 18, or install a newer ONNX Runtime: {text}"
        )
    return f"{who}: ONNX Runtime cannot load it: {text}"


def _onnxruntime() -> Any:
    try:
        import onnxruntime  # noqa: PLC0415 (optional, and slow to import)
    except ImportError as error:
        raise MissingDependencyError(
            "ONNX Runtime, which runs the networks, is not installed. Type: pip install 'e2efw[cpu]', "
            "or beside an NVIDIA driver: pip install 'e2efw[gpu]' (never both)."
        ) from error
    return onnxruntime


def _compare_with_card(session: Any, bundle: Bundle) -> None:
    """Names, types and shapes of the graph against the card; the first axis is the batch and must be free."""
    wanted = bundle.card.input
    expected = {PIXELS_INPUT: ("tensor(float)", [len(wanted.channels), *wanted.window])}
    expected |= {name: ("tensor(int64)", []) for name in wanted.extra}
    found = {value.name: (value.type, list(value.shape)) for value in session.get_inputs()}
    who = f"model bundle {bundle.folder}"
    if set(found) != set(expected):
        raise ConfigurationError(
            f"{who}: the graph reads {', '.join(sorted(found))}; by its card it reads {', '.join(sorted(expected))}."
        )
    for name, (kind, shape) in expected.items():
        found_kind, found_shape = found[name]
        if found_kind != kind or found_shape[1:] != shape or isinstance(found_shape[0], int):
            raise ConfigurationError(
                f"{who}: input '{name}' of the graph is {found_kind} {found_shape}; by its card {kind} {['N', *shape]}."
            )
    outputs = [value.name for value in session.get_outputs()]
    if outputs != list(bundle.output_names):
        raise ConfigurationError(
            f"{who}: the graph makes {', '.join(outputs)}; by its card it makes {', '.join(bundle.output_names)}."
        )
    for value in session.get_outputs():
        fixed = all(isinstance(size, int) for size in value.shape[1:])
        if value.type != "tensor(float)" or not value.shape or isinstance(value.shape[0], int) or not fixed:
            raise ConfigurationError(
                f"{who}: output '{value.name}' is {value.type} {value.shape}; needed: float32, free batch axis first."
            )
