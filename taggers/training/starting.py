"""A training that starts from the weights of another one: what was learned from simulation goes on with data."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from e2efw.errors import ConfigurationError, FileReadError
from e2efw.framework.files import find_file
from taggers.bundle import CARD_FILE, MODEL_FILE, Bundle, find_bundle
from taggers.card import Card
from taggers.onnx_graph import onnx_library
from taggers.reference import TOLERANCE, distance, reference_windows
from taggers.training.exporting import EXPORTED, WholeModel
from taggers.training.in_card import training_in_card
from taggers.training.learner import Learner
from taggers.training.networks.module import torch
from taggers.training.recipe import Recipe
from taggers.training.run_folder import RECIPE, RunFolder

_SAYING: Final = ("head.", "target_")
"""Where names begin of what targets were standardised with."""
_TAKEN: Final = ("network.", *_SAYING)
"""Where names of weights begin that are taken over, so that outputs mean the same; nothing of the loss and its weights,
which belong to the sample."""


class _Earlier(NamedTuple):
    """What a training starts from.

    Args:
        where: as it was named.
        recipe: of the earlier training.
        data: that it saw.
        state: weights by their names in the learner; others are not looked at.
        card: of the bundle, if it was one.
    """

    where: str
    recipe: Recipe
    data: dict[str, Any]
    state: Mapping[str, torch.Tensor]
    card: Card | None = None

    @property
    def why_not(self) -> str:
        """What may be the reason that weights are not there."""
        if self.card is None:
            return ""
        return (
            f" In a {MODEL_FILE} normalisations are multiplied into the layers before, and compressing rounds weights: "
            "start from the folder of the training."
        )

    def refuse(self, what: str, before: Any, now: Any) -> None:
        """What differs is no start."""
        if before != now:
            raise ConfigurationError(f"train: cannot start from {self.where}: {what} there {before}, here {now}.")


def start_from(where: str, recipe: Recipe, learner: Learner, tell: Callable[[str], None]) -> dict[str, Any]:
    """Give a network the best weights of an earlier training; if it says other things, all but those of its last layer.

    Args:
        where: folder of that training, which has finished an epoch at least, or of a model bundle; or the name of a
            bundle that comes with the project.
        recipe: of the training that begins.
        learner: gets the weights.
        tell: hears of a last layer that begins anew.

    Returns:
        Recipe and data of the earlier training, for the card: nobody should judge the network by rows it learned from.

    Raises:
        FileInPathError: there is neither a folder nor a bundle.
        FileOpenError: there is no training in the folder, or it does not say what it saw.
        FileReadError: its weights cannot be read.
        ConfigurationError: that network reads something else, is another one, or its bundle cannot be trained on.
    """
    path = find_bundle(where, lambda name: find_file(name, Path()))
    earlier = _of_bundle(Bundle.load(path), learner) if (path / CARD_FILE).is_file() else _of_training(path)
    earlier.refuse("channels", earlier.recipe.channel_names, recipe.channel_names)
    for name in ("transform", "position", "graph"):
        earlier.refuse(name, getattr(earlier.recipe, name), getattr(recipe, name))
    ours = learner.state_dict()
    anew: tuple[str, ...] = ()
    if _says(earlier.recipe) != _says(recipe):
        last = _last_layer(learner)
        before, now = (", ".join(_says(one)) for one in (earlier.recipe, recipe))
        tell(f"starts from {where}, which says {before}: the last layer, {last}, begins anew for {now}")
        anew = (f"{last}.", *_SAYING)
    for name in (name for name in ours if name.startswith(_TAKEN) and not name.startswith(anew)):
        if name not in earlier.state:
            raise ConfigurationError(f"train: cannot start from {earlier.where}: it has no {name}.{earlier.why_not}")
        earlier.refuse(f"shape of {name}", _shape(earlier.state[name]), _shape(ours[name]))
        ours[name] = earlier.state[name]
    learner.load_state_dict(ours)
    if earlier.card is not None and not anew:
        _refuse_other_answers(earlier.where, earlier.card, learner)
    return {"recipe": earlier.recipe.written(), "data": earlier.data}


def _says(recipe: Recipe) -> list[str]:
    """Names of what a network tells apart or estimates, or that it redraws."""
    if recipe.redraw is not None:
        return ["the picture"]
    return list(recipe.label.classes) if recipe.label else [one.name for one in recipe.targets]


def _last_layer(learner: Learner) -> str:
    """Its name; networks make it last."""
    *_, last = (name for name, _ in learner.network.named_parameters())
    return f"network.{str(last).rpartition('.')[0]}"


def _of_training(path: Path) -> _Earlier:
    """The best weights in the folder of a training."""
    folder = RunFolder.of_a_training(path)
    try:
        state = torch.load(folder.best, map_location="cpu", weights_only=True)["state_dict"]
    except (OSError, RuntimeError, KeyError) as error:
        raise FileReadError(f"train: cannot start from {path}: {error}") from error
    return _Earlier(str(path), Recipe.read(str(path / RECIPE), []), folder.data(), state)


def _of_bundle(bundle: Bundle, learner: Learner) -> _Earlier:
    """The weights in the graph of a bundle, which has them by the names that they had in torch."""
    recipe, training = training_in_card(bundle.folder, bundle.card)
    onnx = onnx_library()
    graph = onnx.load_from_string(bundle.model).graph
    there = {one.name: one for one in graph.initializer if one.data_type == onnx.TensorProto.FLOAT}
    exported = {id(value): EXPORTED + name for name, value in _whole(learner).state_dict(keep_vars=True).items()}
    state: dict[str, torch.Tensor] = {}
    for name, value in learner.state_dict(keep_vars=True).items():
        if (known := there.get(exported.get(id(value), ""))) is not None:
            state[name] = torch.tensor(onnx.numpy_helper.to_array(known))
    if "head.mean" in state:
        state |= {"target_mean": state["head.mean"][:, 0], "target_std": state["head.std"][:, 0]}
    return _Earlier(str(bundle.folder), recipe, dict(training["data"]), state, bundle.card)


def _whole(learner: Learner) -> WholeModel:
    """The network as it is exported, sharing its weights."""
    network, head = learner.in_a_bundle
    return WholeModel(network, head, len(learner.said))


def _refuse_other_answers(where: str, card: Card, learner: Learner) -> None:
    """With its weights the network has to say what the card has: layers may have changed under equal names."""
    pixels, seeds = reference_windows(card.input)
    if card.input.transform is not None:
        card.input.transform.apply(pixels, card.input.channels)
    whole = _whole(learner).eval()
    with torch.no_grad():
        said = whole(torch.from_numpy(pixels), *(torch.from_numpy(seeds[name]) for name in card.input.extra))
    learner.train()
    there = {one.name: values.numpy() for one, values in zip(learner.said, said, strict=True)}
    if (apart := distance(card, there)) > TOLERANCE:
        raise ConfigurationError(
            f"train: cannot start from {where}: with its weights this network says other things of the reference "
            f"windows than the card has, by {apart:.1e} of the largest answer. It is another network."
        )


def _shape(weights: torch.Tensor) -> str:
    return " x ".join(map(str, weights.shape)) or "one number"
