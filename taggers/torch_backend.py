"""Run a model bundle with torch: the archive `model.pt2` that `torch.export.save` made."""

import io
import pickle
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, MissingDependencyError
from taggers.backends import PIXELS_INPUT, OpenModel
from taggers.bundle import TORCH_FILE, Bundle

_PROBE = 2
"""Windows in the batch that shows whether the network is the one of the card."""


_BROKEN = (RuntimeError, ValueError, AssertionError, LookupError, TypeError, AttributeError, OSError, EOFError)
"""What torch raises for files that are not what they should be."""


@dataclass(frozen=True)
class TorchModel(OpenModel):
    """An open network.

    Args:
        network: called with pixels and extra inputs, in the order of the card; says one tensor per output.
        device: of torch.
    """

    network: Any
    device: str

    @classmethod
    def open(cls, bundle: Bundle, who: str, *, gpu: bool, threads: int, max_batch: int) -> "TorchModel":
        """Load the network and compare it with its card.

        Args:
            bundle: a checked bundle with a torch model.
            who: begins every message.
            gpu: the job may use one.
            threads: of one run. torch has one number for the whole process: the last module that opens sets it.
            max_batch: windows per run at most.

        Raises:
            ConfigurationError: the archive is broken, or not the network that the card describes.
            MissingDependencyError: torch is not installed.
        """
        torch = _torch()
        where = f"{who}: model bundle {bundle.folder}: {TORCH_FILE}"
        _refuse_unsafe_examples(where, bundle.torch_model)
        try:
            program = torch.export.load(io.BytesIO(bundle.torch_model))
        except _BROKEN as error:
            raise ConfigurationError(f"{where}: torch {torch.__version__} cannot load it: {error}") from error
        torch.set_num_threads(threads)
        device = "cuda" if gpu and torch.cuda.is_available() else "cpu"
        network = program.module().to(device)
        shapes = _shapes(where, network, device, bundle)
        return cls(bundle, f"torch {torch.__version__} {device}", max_batch, shapes, network, device)

    def answer(self, chunk: Mapping[str, NDArray[Any]], results: Sequence[NDArray[np.float32]]) -> None:
        """Run the network once."""
        for result, said in zip(results, _said(self.network, self.device, chunk, self.bundle), strict=True):
            result[...] = said.cpu().numpy()


def _said(network: Any, device: str, chunk: Mapping[str, NDArray[Any]], bundle: Bundle) -> Sequence[Any]:
    """Tensors that the network makes of a batch."""
    torch = _torch()
    with torch.inference_mode():
        inputs = [torch.from_numpy(chunk[name]).to(device) for name in (PIXELS_INPUT, *bundle.card.input.extra)]
        said = network(*inputs)
    return (said,) if isinstance(said, torch.Tensor) else tuple(said)


def _shapes(where: str, network: Any, device: str, bundle: Bundle) -> dict[str, tuple[int, ...]]:
    """What the network says of one window, by output.

    Raises:
        ConfigurationError: the network does not read what its card says, or says something else.
    """
    wanted = bundle.card.input
    windows = np.zeros((_PROBE, len(wanted.channels), *wanted.window), np.float32)
    chunk: dict[str, NDArray[Any]] = {name: np.zeros(_PROBE, np.int64) for name in wanted.extra}
    chunk[PIXELS_INPUT] = windows
    try:
        said = _said(network, device, chunk, bundle)
    except (RuntimeError, AssertionError, TypeError, ValueError) as error:
        reads = ", ".join((PIXELS_INPUT, *wanted.extra))
        raise ConfigurationError(
            f"{where}: the network does not read what its card says, {reads} with {len(wanted.channels)} channels in "
            f"windows of {wanted.window[0]} x {wanted.window[1]}: {error}"
        ) from error
    if len(said) != len(bundle.output_names) or any(len(each) != _PROBE for each in said):
        raise ConfigurationError(
            f"{where}: the network says {[tuple(each.shape) for each in said]} of {_PROBE} windows; by its card it "
            f"says {', '.join(bundle.output_names)}, each with one entry per window."
        )
    return {name: tuple(each.shape[1:]) for name, each in zip(bundle.output_names, said, strict=True)}


def _refuse_unsafe_examples(where: str, content: bytes) -> None:
    """A ConfigurationError if the example inputs are more than tensors: torch would unpickle them then."""
    torch = _torch()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if "/data/sample_inputs/" not in name:
                continue
            try:
                torch.load(io.BytesIO(archive.read(name)), weights_only=True)
            except (pickle.UnpicklingError, *_BROKEN) as error:
                raise ConfigurationError(
                    f"{where}: its example inputs are more than tensors, and reading them could run any code: {error}"
                ) from error


def _torch() -> Any:
    try:
        import torch  # noqa: PLC0415 (optional, and slow to import)
        import torch.export  # noqa: PLC0415
    except ImportError as error:
        raise MissingDependencyError("backend 'torch' needs torch. Type: pip install 'e2efw[train]'.") from error
    return torch
