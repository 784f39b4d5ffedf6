"""Networks by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from e2efw.errors import ConfigurationError
from taggers.training.networks.edges import WithEdges
from taggers.training.networks.module import Network, Window, parameters_of, torch
from taggers.training.registry import Registry

NETWORKS: Final[Registry[Network]] = Registry("network", given=3)
"""All networks by name; they are built with channels, window and outputs."""

register = NETWORKS.register


def network(
    name: str, channels: int, window: Window, outputs: int, edges: Sequence[str] = (), **options: Any
) -> Network:
    """A network with fresh weights.

    Args:
        name: one of NETWORKS.
        channels: of the pictures; numbers of a node for networks on graphs.
        window: rows and columns of the pictures; networks on graphs do not look at it.
        outputs: numbers per object, without activation: (objects, outputs). For the autoencoder, size of its code.
        edges: channels made in the graph before the network: "sobel", "laplacian"; pictures only.
        options: of this network, see `NETWORKS[name].options`.

    Raises:
        ConfigurationError: no such network or option, with the nearest; or a window that is too small.
    """
    entry = NETWORKS.asked_for(name, options)
    if min(channels, outputs, *window) < 1:
        raise ConfigurationError(
            f"network '{name}': channels ({channels}), window {window} and outputs ({outputs}) must be at least 1."
        )
    made = entry.build(channels * (1 + len(edges)), window, outputs, **options)
    if not edges:
        return made
    if made.inputs[0] != "frames":
        raise ConfigurationError(f"network '{name}' reads {', '.join(made.inputs)}: edges are found in frames only.")
    return WithEdges(made, channels, edges)


@dataclass(frozen=True)
class Description:
    """What a network is.

    Args:
        name: how it is asked for.
        doc: one line.
        inputs: names.
        parameters: number of those that are trained.
        options: all, as they were used.
    """

    name: str
    doc: str
    inputs: tuple[str, ...]
    parameters: int
    options: dict[str, Any]


def describe(name: str, channels: int, window: Window, outputs: int, **options: Any) -> Description:
    """What a network would be, without the memory for its weights; arguments and errors as for `network`."""
    with torch.device("meta"):
        made = network(name, channels, window, outputs, **options)
    used = NETWORKS[name].options | options
    return Description(name, NETWORKS[name].doc, tuple(made.inputs), parameters_of(made), used)
