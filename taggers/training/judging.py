"""How good a trained model is on rows it never saw: numbers for metrics.json and the card, and pictures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from taggers.anomaly import ERROR
from taggers.evaluation.class_pictures import pictures_of_classes
from taggers.evaluation.classes import classified, summary_of_classes
from taggers.evaluation.drawing import Look
from taggers.evaluation.pictures import pictures_of_estimates, pictures_of_scores
from taggers.evaluation.sample import regressed, scored
from taggers.evaluation.summary import numbers_of, summary_of_estimates, summary_of_scores
from taggers.training.learner import Learner, estimate_of
from taggers.training.networks.module import torch
from taggers.training.recipe import Recipe
from taggers.training.recipe_parts import Label

_BINS = 8
_REPLICAS = 200
_LEVELS = (0.5, 0.9, 0.99)
"""Parts of the objects below the errors that a summary names."""
_RARE = 0.9
"""Part of the background that an autoencoder finds usual, for numbers that need one threshold."""


class Answers(NamedTuple):
    """What a model says beside what is true.

    Args:
        said: (objects, said) in the units of the outputs.
        names: of the outputs.
        truth: (objects,) classes or (objects, targets).
    """

    said: NDArray[np.float64]
    names: tuple[str, ...]
    truth: NDArray[Any]

    def column(self, name: str) -> NDArray[np.float64]:
        """(objects,) one output."""
        return self.said[:, self.names.index(name)]


def answers(learner: Learner, loader: Any, truth: NDArray[Any], device: Any) -> Answers:
    """Run a model over a sample.

    Args:
        learner: with the weights to judge.
        loader: batches in the order of the sample.
        truth: see `Answers`.
        device: of torch.
    """
    learner.to(device).eval()
    said = []
    with torch.inference_mode():
        for batch in loader:
            found = learner.says({name: column.to(device) for name, column in batch.items()})
            said.append(found.double().cpu().numpy())
    return Answers(np.concatenate(said), tuple(one.name for one in learner.said), truth)


def judge(recipe: Recipe, found: Answers, folder: Path, sample: str) -> dict[str, Any]:
    """Numbers by name of what is judged, see `taggers.evaluation.summary`; pictures go into a folder for each.

    Args:
        recipe: what the answers are about.
        found: answers.
        folder: for pictures.
        sample: which rows these are, for the pictures.
    """
    if recipe.redraw:
        return {ERROR: _redrawn(recipe.label, found, _made(folder / ERROR), f"Simulation, {sample} sample")}
    if recipe.label:
        return _classes(recipe.label.classes, found, folder, f"Simulation, {sample} sample")
    summaries: dict[str, Any] = {}
    for place, target in enumerate(recipe.targets):
        truth = found.truth[:, place]
        sigma = f"{target.name}_sigma"
        estimate = found.column(estimate_of(target.name, list(found.names)))
        estimates = regressed(estimate, truth, found.column(sigma) if sigma in found.names else None)
        edges = np.linspace(truth.min(), np.nextafter(truth.max(), np.inf), _BINS + 1)
        look = Look(target.name, target.unit, note=f"Simulation, {sample} sample", replicas=_REPLICAS)
        summaries[target.name] = summary_of_estimates(estimates, edges, unit=target.unit, replicas=_REPLICAS)
        pictures_of_estimates(estimates, edges, look, _made(folder / target.name), "png")
    return summaries


def _classes(classes: tuple[str, ...], found: Answers, folder: Path, note: str) -> dict[str, Any]:
    """Of two classes the second, by its name; of several all together, as `classes`."""
    if len(classes) > 2:
        several = classified(found.truth, found.said, classes)
        look = Look("probability", note=note, replicas=_REPLICAS)
        pictures_of_classes(several, look, _made(folder / "classes"), "png")
        return {"classes": summary_of_classes(several, replicas=_REPLICAS)}
    background, signal = classes
    two = scored(found.truth, found.column(signal))
    look = Look(f"{signal} score", "", signal, background, note, _REPLICAS)
    pictures_of_scores(two, look, _made(folder / signal), "png", probabilities=True)
    return {signal: summary_of_scores(two, replicas=_REPLICAS)}


def _redrawn(label: Label | None, found: Answers, folder: Path, note: str) -> dict[str, Any]:
    """How well the error of an autoencoder tells the classes apart; without a label how large it is."""
    error = found.column(ERROR)
    if label is None:
        levels = {f"{level:.2f}": float(np.quantile(error, level)) for level in _LEVELS}
        return {"kind": "errors", **numbers_of(error.size, 0), "mean": float(error.mean()), "below": levels}
    two, (background, signal) = scored(found.truth, error), label.classes
    pictures_of_scores(
        two, Look("reconstruction error", "", signal, background, note, _REPLICAS), folder, "png", probabilities=False
    )
    threshold = float(np.quantile(error[found.truth == 0], _RARE))
    return summary_of_scores(two, threshold=threshold, probabilities=False, replicas=_REPLICAS)


def in_short(summaries: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of a card: value and error of what matters most."""
    short: dict[str, Any] = {}
    for name, summary in summaries.items():
        if summary["kind"] == "classification":
            short[name] = {"auc": summary["auc"], "accuracy": summary["accuracy"], "objects": summary["objects"]}
            if summary["calibration"] is None:  # a threshold is no matter of course
                short[name] = {"auc": summary["auc"], "threshold": summary["threshold"], "objects": summary["objects"]}
            short[name] |= {f"rejection_at_{at}": one["rejection"] for at, one in summary["rejection"].items()}
        elif summary["kind"] == "errors":
            short[name] = {"mean": summary["mean"], "below": summary["below"], "objects": summary["objects"]}
        elif summary["kind"] == "classes":
            short[name] = {key: summary[key] for key in ("mean_auc", "accuracy", "objects")}
            short[name] |= {f"auc_{one}": about["auc"] for one, about in summary["classes"].items()}
        else:
            residual = summary["residual"]
            short[name] = {"mae": summary["mae"], "bias": residual["mean"], "resolution": residual["resolution"]}
            short[name] |= {"unit": summary["unit"], "objects": summary["objects"]}
    return short


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
