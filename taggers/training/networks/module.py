"""What all networks have in common."""

import copy
from collections.abc import Iterable
from typing import ClassVar, TypeAlias

from e2efw.errors import ConfigurationError, MissingDependencyError

try:
    import torch
    from torch import nn
except ImportError as error:
    raise MissingDependencyError("training needs torch: pip install 'e2efw[train]'") from error

__all__ = ["Network", "Window", "flat_size", "nn", "parameters_of", "shape_after", "torch"]

Window: TypeAlias = tuple[int, int]
"""Rows and columns of the pictures."""


class Network(nn.Module):  # type: ignore[misc]  # torch is optional, so its classes have no types here
    """A network or a part of one; called with the tensors named in `inputs`, batch first."""

    inputs: ClassVar[tuple[str, ...]] = ("frames",)
    """Names of the inputs; `frames` are (objects, channels, rows, columns) float32."""


def shape_after(part: nn.Module, shape: Iterable[int], who: str) -> tuple[int, ...]:
    """Shape of what a part makes of one object, found without computing anything.

    Args:
        part: layers.
        shape: of one object, without the batch axis.
        who: name of the network, for the message.

    Raises:
        ConfigurationError: the pictures are too small for this network.
    """
    wanted = tuple(shape)
    shadow = copy.deepcopy(part).to("meta").eval()
    try:
        found = tuple(shadow(torch.empty((1, *wanted), device="meta")).shape[1:])
    except RuntimeError as error:
        if "too small" not in str(error) and "greater than actual" not in str(error) and "can't be" not in str(error):
            raise
        found = (0,)
    if 0 in found:
        rows, columns = wanted[-2:]
        raise ConfigurationError(f"network '{who}': a window of {rows} x {columns} is too small for its layers.")
    return found


def flat_size(part: nn.Module, shape: Iterable[int], who: str) -> int:
    """Numbers that a part makes of one object; arguments as for `shape_after`."""
    size = 1
    for length in shape_after(part, shape, who):
        size *= length
    return size


def parameters_of(module: nn.Module) -> int:
    """Number of trainable parameters."""
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)
