"""A training that starts from the weights of another one: what was learned from simulation goes on with data."""

from pathlib import Path
from typing import Any, Final

from e2efw.errors import ConfigurationError, FileReadError
from taggers.training.learner import Learner
from taggers.training.networks.module import torch
from taggers.training.recipe import Recipe
from taggers.training.run_folder import RECIPE, RunFolder

_TAKEN: Final = ("network.", "head.", "target_")
"""Where names of weights begin that are taken over: also what targets were standardised with, so that outputs mean the
same; but nothing of the loss and its weights, which belong to the sample."""


def start_from(path: Path, recipe: Recipe, learner: Learner) -> dict[str, Any]:
    """Give a network the best weights of an earlier training.

    Args:
        path: folder of that training, which has finished an epoch at least.
        recipe: of the training that begins.
        learner: gets the weights.

    Returns:
        Recipe and data of the earlier training, for the card: nobody should judge the network by rows it learned from.

    Raises:
        FileOpenError: there is no training in the folder, or it does not say what it saw.
        FileReadError: its weights cannot be read.
        ConfigurationError: that network reads or says something else, or is another one.
    """
    folder = RunFolder.of_a_training(path)
    earlier = Recipe.read(str(path / RECIPE), [])
    _refuse(path, "channels", earlier.channel_names, recipe.channel_names)
    for name in ("transform", "position", "graph"):
        _refuse(path, name, getattr(earlier, name), getattr(recipe, name))
    _refuse(path, "targets", [one.name for one in earlier.targets], [one.name for one in recipe.targets])
    _refuse(path, "classes", *(one.label.classes if one.label else () for one in (earlier, recipe)))
    try:
        state = torch.load(folder.best, map_location="cpu", weights_only=True)["state_dict"]
    except (OSError, RuntimeError, KeyError) as error:
        raise FileReadError(f"train: cannot start from {path}: {error}") from error
    ours = learner.state_dict()
    for name in (name for name in ours if name.startswith(_TAKEN)):
        _refuse(path, f"shape of {name}", _shape(state.get(name)), _shape(ours[name]))
        ours[name] = state[name]
    learner.load_state_dict(ours)
    return {"recipe": earlier.written(), "data": folder.data()}


def _shape(weights: torch.Tensor | None) -> str:
    return "none" if weights is None else " x ".join(map(str, weights.shape)) or "one number"


def _refuse(path: Path, what: str, before: Any, now: Any) -> None:
    """What differs is no start."""
    if before != now:
        raise ConfigurationError(f"train: cannot start from {path}: {what} there {before}, here {now}.")
