"""What runs a network: one small interface, and the choice among those that are here.

`auto` takes the GPU if the job may use one and ONNX Runtime can, else the CPU, and says so. Whoever asks for a backend
by name gets that one or an error.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from e2efw.config.accelerators import CPU, UnavailableAcceleratorError
from e2efw.config.graphics import GPU_NVIDIA
from e2efw.errors import ConfigurationError
from taggers.bundle import TORCH_FILE, Bundle
from taggers.card import Card

_LOG = logging.getLogger("e2efw.taggers")

Backend: TypeAlias = Literal["auto", "cpu", "cuda", "tensorrt", "torch"]
Device: TypeAlias = Literal["cpu", "cuda", "tensorrt"]

PIXELS_INPUT: Final = "frames"
"""Name of the network's input for the pixels, (windows, channels, rows, columns) float32."""

PROVIDERS: Final[Mapping[Device, str]] = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
}
"""ONNX Runtime's names."""

CPU_MEMORY: Final = 2**24
"""Bytes that the inner layers of one run may take on the CPU, if the cfg sets no `maxBatch`: more leaves its caches."""
GPU_MEMORY: Final = 2**28
"""The same on a GPU."""
MOST_WINDOWS: Final = 128
"""Windows per run at most, if the cfg sets no `maxBatch`: larger batches are no faster."""
USUAL_BATCH: Final = 16
"""Windows per run for networks whose memory is not known."""


@dataclass(frozen=True)
class OpenModel(ABC):
    """An open network. Streams share it: running it from several threads at once is safe.

    Args:
        bundle: the model it runs.
        provider: what does the work.
        max_batch: windows per run at most; bounds the memory that the network's inner layers take.
        shapes: of what the network says of one window, by output.
    """

    bundle: Bundle
    provider: str
    max_batch: int
    shapes: Mapping[str, tuple[int, ...]]

    @abstractmethod
    def answer(self, chunk: Mapping[str, NDArray[Any]], results: Sequence[NDArray[np.float32]]) -> None:
        """Run the network once.

        Args:
            chunk: inputs by name, in one piece of memory each.
            results: where the outputs go, in the order of the card.
        """

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
        results = {name: np.empty((n_windows, *self.shapes[name]), np.float32) for name in self.bundle.output_names}
        for start in range(0, n_windows, self.max_batch):
            part = slice(start, start + self.max_batch)
            chunk: dict[str, NDArray[Any]] = {name: values[part] for name, values in others.items()}
            chunk[PIXELS_INPUT] = self.prepared(pixels[part])
            self.answer(chunk, [values[part] for values in results.values()])
        return results

    def prepared(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
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


def batch_for(card: Card, wanted: int = 0, *, gpu: bool = False) -> int:
    """Windows per run: as many as are wanted, or as fit into `CPU_MEMORY` or `GPU_MEMORY`."""
    if wanted:
        return wanted
    if not card.activation_bytes:
        return USUAL_BATCH
    return int(np.clip((GPU_MEMORY if gpu else CPU_MEMORY) // card.activation_bytes, 1, MOST_WINDOWS))


def open_model(
    bundle: Bundle, who: str, *, backend: Backend, accelerators: Sequence[str], threads: int, max_batch: int = 0
) -> OpenModel:
    """Open a network on the backend that is asked for.

    Args:
        bundle: a checked bundle.
        who: begins every message.
        backend: see the module.
        accelerators: labels of what the job may compute with.
        threads: of one run on the CPU.
        max_batch: windows per run at most; 0 as for `batch_for`.

    Raises:
        UnavailableAcceleratorError: the backend is not here, or the job may not use what it runs on.
        ConfigurationError: the network is broken, not the one its card describes, or has no form for the backend.
        MissingDependencyError: a library is not installed.
    """
    gpu = GPU_NVIDIA in accelerators
    if backend == "torch":
        if not bundle.torch_model:
            raise ConfigurationError(
                f"{who}: backend 'torch' needs {TORCH_FILE}, which model bundle {bundle.folder} does not have. "
                "Use backend = 'auto', or write the bundle with what torch.export.save makes."
            )
        from taggers.torch_backend import TorchModel  # noqa: PLC0415 (torch is optional, and slow to import)

        return TorchModel.open(
            bundle, who, gpu=gpu, threads=threads, max_batch=batch_for(bundle.card, max_batch, gpu=gpu)
        )
    from taggers.onnx_backend import OnnxSession, providers_here  # noqa: PLC0415 (it needs this module's interface)

    here = providers_here()
    for device in _devices(who, backend, accelerators, here):
        batch = batch_for(bundle.card, max_batch, gpu=device != "cpu")
        session = OnnxSession.open(bundle, threads=threads, max_batch=batch, device=device)
        if session.provider == PROVIDERS[device]:
            return session
        refusal = (
            f"{who}: ONNX Runtime has {PROVIDERS[device]} but cannot use it on this host and took {session.provider}; "
            "its log says why (driver, CUDA and cuDNN libraries)."
        )
        if backend != "auto" or CPU not in accelerators:
            raise UnavailableAcceleratorError(refusal)
        _LOG.warning("%s The network runs on the CPU.", refusal)
    return OnnxSession.open(bundle, threads=threads, max_batch=batch_for(bundle.card, max_batch))


def _devices(who: str, backend: Backend, accelerators: Sequence[str], here: Sequence[str]) -> list[Device]:
    """What to try, in order.

    Raises:
        UnavailableAcceleratorError: what is asked for is not here, or may not be used.
    """
    known = [device for device, provider in PROVIDERS.items() if provider in here]
    gpu = GPU_NVIDIA in accelerators
    if backend == "auto":
        if gpu and "cuda" in known:
            return ["cuda"]
        if CPU not in accelerators:
            raise UnavailableAcceleratorError(
                f"{who}: process.options.accelerators leaves {', '.join(accelerators)}, which this ONNX Runtime cannot "
                f"use; it has {', '.join(known)}. Type: pip install 'e2efw[gpu]' in place of 'e2efw[cpu]'."
            )
        if gpu:
            _LOG.warning(
                "%s: there is a GPU, but this ONNX Runtime has no CUDA; the network runs on the CPU. "
                "Type: pip install 'e2efw[gpu]' in place of 'e2efw[cpu]'.",
                who,
            )
        return ["cpu"]
    device: Device = "cpu" if backend == "cpu" else "cuda" if backend == "cuda" else "tensorrt"
    if device not in known:
        raise UnavailableAcceleratorError(
            f"{who}: backend '{backend}' is not in this ONNX Runtime. It has: {', '.join(known)}."
        )
    needed = CPU if device == "cpu" else GPU_NVIDIA
    if needed not in accelerators:
        raise UnavailableAcceleratorError(
            f"{who}: backend '{backend}' runs on {needed}, which process.options.accelerators or this host does not "
            f"offer. The job may use: {', '.join(accelerators)}."
        )
    return [device]
