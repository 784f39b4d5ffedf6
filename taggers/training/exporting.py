"""Networks as ONNX graphs: from torch to the `model.onnx` of a bundle."""

import copy
import io
import logging
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from typing import Any, Final

from dataformats.geometry.picture import COLUMNS, ROWS
from e2efw.errors import ConfigurationError, LogicError, MissingDependencyError
from taggers.bundle import EXTRA_INPUTS
from taggers.onnx_backend import PIXELS_INPUT
from taggers.onnx_graph import onnx_library
from taggers.training.networks.module import Network, Window, nn, torch
from taggers.transform_graph import with_transform
from taggers.transforms import Transform

OPSET: Final = 18
"""Operator set of what is exported: the oldest that torch's exporter writes itself."""

EXPORTED: Final = "model."
"""How names of weights begin in a graph, before their names in the network with its head."""

_BATCH: Final = "N"
"""Name of the free axis."""


def seed_position(row: torch.Tensor, column: torch.Tensor) -> torch.Tensor:
    """Where a window's centre is, as networks with the input `position` read it: phi, then eta, as (iphi, ieta) there.

    Args:
        row: (N,) integers, stitched row of the centre.
        column: (N,) integers, stitched column.

    Returns:
        (N, 2) float32, each 0 to 1: column / 360, row / 280.
    """
    return torch.stack([column.float() / COLUMNS, row.float() / ROWS], dim=1)


def asked(network: Network, frames: torch.Tensor, *seed: torch.Tensor) -> torch.Tensor:
    """What a network says of windows.

    Args:
        network: reads `frames`, and maybe `position`, see `seed_position`, or `row` and `column` as they are.
        frames: (N, C, H, W).
        seed: (N,) row and column of the centres, if the network reads where they are.
    """
    if "position" in network.inputs:
        return network(frames, seed_position(*seed))
    return network(frames, *seed)


def extra_inputs(network: Network) -> tuple[str, ...]:
    """What a bundle of this network reads besides the pixels, for `ModelInput.extra`."""
    return EXTRA_INPUTS if len(network.inputs) > 1 else ()


def whole_model(
    network: Network,
    outputs: Sequence[str],
    *,
    channels: Sequence[str],
    window: Window,
    transform: Transform | None = None,
    head: nn.Module | None = None,
    opset: int = OPSET,
) -> bytes:
    """The graph of a bundle: raw pixels, transform, network with the position of the seed if it reads one, head.

    The card of the bundle says ``applied_by: graph`` and has the extras of `extra_inputs`.

    Args:
        network: reads `frames`, and maybe `position` or `row` and `column`.
        outputs: names. One tensor (N, numbers) of the head with as many numbers as there are names becomes one
            output (N,) per name.
        channels: names in the order of the network's.
        window: rows and columns of the pictures.
        transform: what the pixels of the training were made with; None for pixels as they are.
        head: from the numbers of the network to what the outputs say: sigmoid, softmax, units.
        opset: ONNX operator set.

    Returns:
        A serialised graph that reads `frames` in GeV and, if the network reads where windows are, `row` and `column`.

    Raises:
        ConfigurationError: the network reads something else.
        LogicError: it cannot be exported, or says another number of things than are named.
        MissingDependencyError: the exporter is not installed.
    """
    whole = WholeModel(network, head, len(outputs))
    integers = torch.zeros(2, dtype=torch.int64)
    example = {PIXELS_INPUT: torch.zeros(2, len(channels), *window)}
    example |= dict.fromkeys(extra_inputs(network), integers)
    model = to_onnx(whole, example, outputs, opset)
    return model if transform is None else with_transform(model, transform, channels)


class WholeModel(Network):
    """Position of the seed, network, head, and one tensor per output; between them the pixels of a bundle stay as is.

    Args:
        network: reads `frames`, and maybe `position` or `row` and `column`.
        head: from the numbers of the network to what the outputs say; None for the numbers themselves.
        n_outputs: tensors to make, see `whole_model`.

    Raises:
        ConfigurationError: the network reads something that no bundle has.
    """

    def __init__(self, network: Network, head: nn.Module | None, n_outputs: int) -> None:
        super().__init__()
        if network.inputs not in ((PIXELS_INPUT,), (PIXELS_INPUT, "position"), (PIXELS_INPUT, *EXTRA_INPUTS)):
            raise ConfigurationError(
                f"a network that reads {', '.join(network.inputs)} makes no bundle. "
                f"Bundles read {PIXELS_INPUT} and may know the position."
            )
        self.inputs = (PIXELS_INPUT, *extra_inputs(network))  # type: ignore[misc]  # of this one, not of its class
        self.network = network
        self.head = head
        self.n_outputs = n_outputs

    def forward(self, frames: torch.Tensor, *seed: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Pixels (N, C, H, W), after the transform, and row and column (N,) if the network wants them."""
        found = asked(self.network, frames, *seed)
        said = found if self.head is None else self.head(found)
        if not isinstance(said, torch.Tensor):
            return tuple(said)
        if said.ndim == 2 and said.shape[1] == self.n_outputs:
            return tuple(said.unbind(1))
        return (said,)


def to_onnx(
    model: nn.Module,
    example: Mapping[str, torch.Tensor],
    outputs: Sequence[str],
    opset: int = OPSET,
    free_axes: Mapping[str, Mapping[int, str]] | None = None,
) -> bytes:
    """A network as an ONNX graph, for batches of any size, none and one among them; the model itself stays as it is.

    Args:
        model: called with the tensors of `example` in their order; says one tensor or several, one per output, each
            with the batch axis first.
        example: inputs of the graph by name, float32 or int64, batch axis first; the content does not matter.
        outputs: names, different from those of the inputs.
        opset: ONNX operator set.
        free_axes: names of further axes of inputs whose size is free, as networks on graphs have them; at least 2 long
            in the example. Axes of one name have one size.

    Returns:
        The serialised graph, weights and all, without traces of where it was made.

    Raises:
        LogicError: the network cannot be exported, or says another number of tensors than are named.
        MissingDependencyError: the exporter is not installed.
    """
    onnx = onnx_library()
    ready = _Exportable(copy.deepcopy(model).cpu().eval(), len(outputs))
    inputs = tuple(_two(tensor.detach().cpu()) for tensor in example.values())
    free = {name: {0: _BATCH, **(free_axes or {}).get(name, {})} for name in example}
    axes = {axis: torch.export.Dim(axis) for named in free.values() for axis in named.values()}
    # all inputs are one argument, *inputs
    shapes = (tuple({place: axes[axis] for place, axis in named.items()} for named in free.values()),)
    with _quiet():
        try:
            program = torch.onnx.export(
                ready, inputs, dynamo=True, verbose=False, opset_version=opset, dynamic_shapes=shapes,
                input_names=list(example), output_names=list(outputs), optimize=True,
            )  # fmt: skip
        except (torch.onnx.errors.OnnxExporterError, RuntimeError) as error:
            cause = error.__cause__ or error
            raise LogicError(f"{type(model).__name__} cannot be exported to ONNX: {cause}") from error
    graph = program.model_proto
    _check(graph, type(model).__name__, outputs, opset, set(axes))
    _forget_where(graph)
    onnx.checker.check_model(graph, full_check=True)
    content: bytes = graph.SerializeToString(deterministic=True)
    return content


class _Exportable(nn.Module):  # type: ignore[misc]  # torch is optional, so its classes have no types here
    """The model with its inputs in one argument, so that any signature is described the same way."""

    def __init__(self, model: nn.Module, n_outputs: int) -> None:
        super().__init__()
        self.model = model
        self.n_outputs = n_outputs

    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        said = self.model(*inputs)
        tensors = (said,) if isinstance(said, torch.Tensor) else tuple(said)
        if len(tensors) != self.n_outputs:
            raise LogicError(f"the network says {len(tensors)} things, {self.n_outputs} names are given")
        return tensors


def _two(tensor: torch.Tensor) -> torch.Tensor:
    """A batch of two like this one: sizes 0 and 1 would be taken for constants."""
    return torch.zeros((2, *tensor.shape[1:]), dtype=tensor.dtype)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the exporter has to say of itself.

    Raises:
        MissingDependencyError: the exporter is not installed.
    """
    try:
        import onnxscript  # noqa: F401, PLC0415 (torch's exporter needs it)
    except ImportError as error:
        raise MissingDependencyError("exporting needs onnxscript: pip install 'e2efw[train]'") from error
    talkative = ("torch.onnx", "onnxscript", "onnx_ir")
    known = [name for name in logging.root.manager.loggerDict if name.startswith(talkative)]
    loggers = [logging.getLogger(name) for name in {*talkative, *known}]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _check(model: Any, who: str, outputs: Sequence[str], opset: int, free: Collection[str]) -> None:
    """The graph has the operator set asked for, and axes are free that should be and no others."""
    found = next(entry.version for entry in model.opset_import if entry.domain == "")
    if found != opset:
        raise LogicError(f"{who} cannot be exported with ONNX operator set {opset}: it needs {found}.")
    if [value.name for value in model.graph.output] != list(outputs):
        raise LogicError(f"{who}: an output has the name of an input: {', '.join(outputs)}.")
    for value in (*model.graph.input, *model.graph.output):
        axes = value.type.tensor_type.shape.dim
        allowed = free if value.name not in outputs else ()
        wrong = [axis for axis in axes[1:] if not axis.dim_value and axis.dim_param not in allowed]
        if wrong or not axes or axes[0].dim_value:
            sizes = [axis.dim_value or axis.dim_param for axis in axes]
            raise LogicError(f"{who}: '{value.name}' is {sizes}; the batch axis, the first, must be free, no other.")


def _forget_where(model: Any) -> None:
    """Take out stack traces and notes, which hold paths of the machine and change with it."""
    del model.metadata_props[:]
    for part in (model.graph, *model.functions):
        del part.metadata_props[:]
        del part.value_info[:]
        for node in part.node:
            del node.metadata_props[:]
            node.doc_string = ""
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        del value.metadata_props[:]
        value.doc_string = ""
