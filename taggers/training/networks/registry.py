"""Networks by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any, Final, TypeAlias

from e2efw.errors import ConfigurationError, nearest
from taggers.training.networks.edges import WithEdges
from taggers.training.networks.module import Network, Window, parameters_of, torch

Build: TypeAlias = Callable[..., Network]


@dataclass(frozen=True)
class Entry:
    """A network that can be asked for.

    Args:
        name: how it is asked for.
        build: (channels, window, outputs, options) to the network.
        doc: one line.
    """

    name: str
    build: Build
    doc: str

    @property
    def options(self) -> dict[str, Any]:
        """Options and their defaults."""
        listed = list(signature(self.build).parameters.values())[3:]
        return {p.name: p.default for p in listed if p.kind is not Parameter.VAR_KEYWORD}


NETWORKS: Final[dict[str, Entry]] = {}
"""All networks by name."""


def register(name: str, doc: str, build: Build) -> None:
    """Offer a network; the parameters of build behind the first three are its options.

    Raises:
        ConfigurationError: the name is taken.
    """
    if name in NETWORKS:
        raise ConfigurationError(f"network '{name}' exists already: {NETWORKS[name].doc}.")
    NETWORKS[name] = Entry(name, build, doc)


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
    if name not in NETWORKS:
        raise ConfigurationError(f"no network '{name}'. {nearest(name, NETWORKS)}")
    if min(channels, outputs, *window) < 1:
        raise ConfigurationError(
            f"network '{name}': channels ({channels}), window {window} and outputs ({outputs}) must be at least 1."
        )
    entry = NETWORKS[name]
    for option in options:
        if option not in entry.options:
            raise ConfigurationError(f"network '{name}': no option '{option}'. {nearest(option, entry.options)}")
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
