"""What a card has of its network is measured again, such as after the windows that networks are asked about changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from e2efw.errors import MismatchedInputFilesError, nearest
from taggers.bundle import Bundle
from taggers.card import Card
from taggers.reference import finished
from taggers.training.in_card import training_in_card
from taggers.training.recipe import Recipe
from taggers.training.run_folder import data_summary
from taggers.training.samples import open_samples


def measured_again(bundle: Bundle, files: Sequence[Path] = ()) -> Card:
    """The card with memory per window and reference answers as they are now; compressed networks have no answers.

    Args:
        bundle: any.
        files: of its training; with them the card also says what range of objects it was trained on.

    Raises:
        ConfigurationError: the card has no recipe that the files could be of.
        MismatchedInputFilesError: the training had other files, more of them, or other rows.
        MissingDependencyError: onnx or ONNX Runtime is not installed.
    """
    card = finished(bundle.card, bundle.model)
    if isinstance(card.training, Mapping) and "compressed" in card.training:
        card = replace(card, reference={})
    if not files:
        return card
    recipe, training = training_in_card(bundle.folder, card)
    ranges = _trained_on(f"model bundle {bundle.folder}", recipe, training["data"], files)
    return replace(card, training={**training, "data": {**training["data"], "trained_on": ranges}})


def _trained_on(who: str, recipe: Recipe, known: Mapping[str, Any], files: Sequence[Path]) -> dict[str, list[float]]:
    """Range of the rows that a training learned from, if these are its files."""
    parts = {name: getattr(recipe.data, name) for name in ("train", "validation", "test")}
    here: dict[str, Any] = {name: _found(who, part, files) for name, part in parts.items() if isinstance(part, tuple)}
    recipe = replace(recipe, data=replace(recipe.data, **here))
    found = data_summary(recipe, open_samples(recipe))
    checksums = {file["name"]: file["sha256"] for file in known["files"]}
    for file in found["files"]:
        if checksums.get(file["name"]) != file["sha256"]:
            raise MismatchedInputFilesError(
                f"{who}: {file['path']} is another file than that of its training: sha256 {file['sha256']}, the card "
                f"says {checksums.get(file['name'], 'nothing of it')}."
            )
    if found["samples"] != known["samples"]:
        raise MismatchedInputFilesError(
            f"{who}: its recipe now makes the samples {found['samples']} of these files; the training had "
            f"{known['samples']}."
        )
    ranges: dict[str, list[float]] = found["trained_on"]
    return ranges


def _found(who: str, paths: Sequence[str], files: Sequence[Path]) -> tuple[str, ...]:
    """Where the files of a training are now, by their names."""
    here = {file.name: str(file) for file in files}
    for path in paths:
        if Path(path).name not in here:
            raise MismatchedInputFilesError(
                f"{who}: its training read '{Path(path).name}' too. {nearest(Path(path).name, here, 'Named')}"
            )
    return tuple(here[Path(path).name] for path in paths)
