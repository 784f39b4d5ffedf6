"""Losses by name."""

from typing import Any, Final

from taggers.training.losses.base import Loss
from taggers.training.registry import Registry

LOSSES: Final[Registry[Loss]] = Registry("loss")
"""All losses by name."""

register = LOSSES.register


def loss(name: str, **options: Any) -> Loss:
    """A loss.

    Args:
        name: one of LOSSES.
        options: of this loss, see `LOSSES[name].options`.

    Raises:
        ConfigurationError: no such loss or option, with the nearest; or an option that cannot be.
    """
    return LOSSES.asked_for(name, options).build(**options)
