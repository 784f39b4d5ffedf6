"""Run a model bundle with ONNX Runtime."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, MissingDependencyError
from taggers.bundle import Bundle

PIXELS_INPUT = "frames"
"""Name of the graph's input for the pixels, (windows, channels, rows, columns) float32."""

_PREFERENCE: tuple[tuple[str, dict[str, str]], ...] = (
    ("CUDAExecutionProvider", {"use_tf32": "0"}),  # TF32 keeps ten bits of mantissa: outputs would depend on the device
    ("CPUExecutionProvider", {}),
)


@dataclass(frozen=True)
class OnnxSession:
    """An open network. Streams share it: running it from several threads at once is safe.

    Args:
        session: ``onnxruntime.InferenceSession``.
        bundle: the model it runs.
        provider: execution provider that does the work.
        max_batch: windows per run at most; bounds the memory that the network's inner layers take.
    """

    session: Any
    bundle: Bundle
    provider: str
    max_batch: int

    @classmethod
    def open(cls, bundle: Bundle, *, threads: int, max_batch: int) -> "OnnxSession":
        """Load the network and compare it with its card.

        Args:
            bundle: a checked bundle.
            threads: threads of one run.
            max_batch: windows per run at most.

        Raises:
            ConfigurationError: the graph is broken or not the one the card describes.
            MissingDependencyError: ONNX Runtime is not installed.
        """
        ort = _onnxruntime()
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # plans memory for one batch size; ours vary, and streams run side by side
        available = ort.get_available_providers()
        providers = [choice for choice in _PREFERENCE if choice[0] in available]
        state = ort.capi.onnxruntime_pybind11_state
        try:
            session = ort.InferenceSession(bundle.model, options, providers=providers)
        except (
            state.Fail,
            state.InvalidArgument,
            state.InvalidGraph,
            state.InvalidProtobuf,
            state.NotImplemented,
        ) as error:
            raise ConfigurationError(f"model bundle {bundle.folder}: ONNX Runtime cannot load it: {error}") from error
        _compare_with_card(session, bundle)
        return cls(session, bundle, session.get_providers()[0], max_batch)

    def run(self, pixels: NDArray[np.float32], extra: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """What the network says of every window.

        Args:
            pixels: (windows, channels, rows, columns), channels in the order of the card.
            extra: (windows,) integers by name, those that the card asks for; more are ignored.

        Returns:
            (windows, ...) by output name.
        """
        n_windows = len(pixels)
        others = {name: extra[name].astype(np.int64) for name in self.bundle.card.input.extra}
        names = self.bundle.output_names
        results = {
            output.name: np.empty((n_windows, *output.shape[1:]), np.float32) for output in self.session.get_outputs()
        }
        for start in range(0, n_windows, self.max_batch):
            part = slice(start, start + self.max_batch)
            chunk: dict[str, NDArray[Any]] = {name: values[part] for name, values in others.items()}
            chunk[PIXELS_INPUT] = self._wanted(pixels[part])
            for name, values in zip(names, self.session.run(list(names), chunk), strict=True):
                results[name][part] = values
        return results

    def _wanted(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """Pixels in one piece of memory, as the network wants them; raw ones, which others read too, stay as they are.

        Args:
            pixels: (windows, channels, rows, columns).
        """
        wanted = self.bundle.card.input
        if wanted.transform is None or wanted.transform.applied_by == "graph":
            return np.ascontiguousarray(pixels)
        own = np.array(pixels, order="C")
        wanted.transform.apply(own, wanted.channels)
        return own


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
