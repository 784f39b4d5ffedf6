"""Losses by name."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any, Final, TypeAlias

from e2efw.errors import ConfigurationError, nearest
from taggers.training.losses.base import Loss

Build: TypeAlias = Callable[..., Loss]


@dataclass(frozen=True)
class Entry:
    """A loss that can be asked for.

    Args:
        name: how it is asked for.
        build: options to the loss.
        doc: one line.
    """

    name: str
    build: Build
    doc: str

    @property
    def options(self) -> dict[str, Any]:
        """Options and their defaults."""
        return {p.name: p.default for p in signature(self.build).parameters.values() if p.default is not p.empty}


LOSSES: Final[dict[str, Entry]] = {}
"""All losses by name."""


def register(name: str, doc: str, build: Build) -> None:
    """Offer a loss; the parameters of build are its options.

    Raises:
        ConfigurationError: the name is taken.
    """
    if name in LOSSES:
        raise ConfigurationError(f"loss '{name}' exists already: {LOSSES[name].doc}.")
    LOSSES[name] = Entry(name, build, doc)


def loss(name: str, **options: Any) -> Loss:
    """A loss.

    Args:
        name: one of LOSSES.
        options: of this loss, see `LOSSES[name].options`.

    Raises:
        ConfigurationError: no such loss or option, with the nearest; or an option that cannot be.
    """
    if name not in LOSSES:
        raise ConfigurationError(f"no loss '{name}'. {nearest(name, LOSSES)}")
    entry = LOSSES[name]
    for option in options:
        if option not in entry.options:
            raise ConfigurationError(f"loss '{name}': no option '{option}'. {nearest(option, entry.options)}")
    return entry.build(**options)
