"""A trained network as a bundle: the graph, and a card that says where it comes from."""

from collections.abc import Mapping
from typing import Any

from taggers.bundle import SIGMA, Bundle, Card, ModelInput, ModelOutput, write_bundle
from taggers.reference import finished
from taggers.training.exporting import OPSET, extra_inputs, whole_model
from taggers.training.learner import Learner
from taggers.training.losses import SaidName
from taggers.training.networks.module import Window
from taggers.training.preprocessing import transform_of
from taggers.training.recipe import Recipe
from taggers.training.run_folder import RunFolder


def bundle_of(
    recipe: Recipe,
    learner: Learner,
    window: Window,
    folder: RunFolder,
    *,
    data: Mapping[str, Any],
    metrics: Mapping[str, Any],
    made_by: str,
) -> Bundle:
    """Write the bundle of a training.

    Args:
        recipe: what was trained how.
        learner: with the weights.
        window: rows and columns of the pictures.
        folder: of the training.
        data: see `run_folder.data_summary`.
        metrics: numbers for the card.
        made_by: the command.
    """
    transform = transform_of(recipe)
    names = tuple(one.name for one in learner.said)
    network, head = learner.float().in_a_bundle
    channels = recipe.channel_names
    model = whole_model(network, names, channels=channels, window=window, transform=transform, head=head)
    card = Card(
        name=recipe.name,
        version="1",
        task=recipe.task,
        input=ModelInput(channels, window, "GeV", transform, extra_inputs(network)),
        outputs=tuple(_output(learner, one) for one in learner.said),
        opset=OPSET,
        made_by=made_by,
        training={"recipe": recipe.written(), "data": without_provenance(data)},
        metrics=metrics,
    )
    return write_bundle(folder.bundle, finished(card, model), model)


def _output(learner: Learner, said: SaidName) -> ModelOutput:
    recipe = learner.recipe
    if recipe.label or recipe.redraw:
        return ModelOutput(said.name, "1", said.meaning)
    target = next(one for one in recipe.targets if said.name == one.name or said.name.startswith(f"{one.name}_"))
    meaning = said.meaning.replace(target.name, target.meaning) if target.meaning else said.meaning
    density = learner.loss.density if said.name.endswith(SIGMA) else ""
    return ModelOutput(said.name, target.unit or "1", meaning, density)


def without_provenance(data: Mapping[str, Any]) -> dict[str, Any]:
    """Of each file its name, checksum, and the processes that made it; data.json of the training has all of it."""
    files = []
    for file in data["files"]:
        processes = file.get("provenance", {}).get("processes", [])
        made = [f"{one['name']} ({one['release']})" for one in processes] or file.get("processes", [])
        files.append({"name": file["name"], "sha256": file["sha256"], "processes": made})
    start = {"start": {**data["start"], "data": without_provenance(data["start"]["data"])}} if "start" in data else {}
    return {**data, **start, "files": files}
