"""The training that a card tells of."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from e2efw.errors import ConfigurationError
from taggers.bundle import CARD_FILE
from taggers.card import Card
from taggers.training.recipe import Recipe
from taggers.training.strict import Where, read_dataclass


def training_in_card(folder: Path, card: Card) -> tuple[Recipe, Mapping[str, Any]]:
    """Recipe of a network, and all that the card says of the training; "data" as `run_folder.data_summary` has them.

    Args:
        folder: of the bundle, for messages.
        card: of it.

    Raises:
        ConfigurationError: the network was not trained by one recipe: it was built, or has members.
    """
    who, training = f"model bundle {folder}", card.training
    if not isinstance(training, Mapping) or not {"recipe", "data"} <= set(training) or "members" in training:
        raise ConfigurationError(f"{who}: its card has no recipe of a training.")
    where = Where(f"{who}: {CARD_FILE}", ("training", "recipe"))
    return read_dataclass(Recipe, training["recipe"], where), training
