"""How good a trained model is on rows it never saw: numbers for metrics.json and the card, and pictures."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from taggers.anomaly import ERROR
from taggers.evaluation.class_pictures import pictures_of_classes
from taggers.evaluation.classes import Classified
from taggers.evaluation.drawing import Look
from taggers.evaluation.pictures import pictures_of_estimates, pictures_of_scores
from taggers.evaluation.sample import Regressed, Scored
from taggers.evaluation.summary import plain
from taggers.training.decorrelation import flatness
from taggers.training.learner import Learner
from taggers.training.networks.module import torch
from taggers.training.recipe_parts import Decorrelation
from taggers.training.summaries import REPLICAS, Answers, Judged, Purpose, edges_of, judged, summaries


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


def judge(purpose: Purpose, found: Answers, folder: Path, sample: str) -> dict[str, Any]:
    """Numbers by name of what is judged, see `taggers.evaluation.summary`; pictures go into a folder for each.

    Args:
        purpose: what the answers are about, such as a recipe.
        found: answers.
        folder: for pictures.
        sample: which rows these are, for the pictures.
    """
    samples = judged(purpose, found)
    for name, one in samples.items():
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        _draw(purpose, name, one, place, f"Simulation, {sample} sample")
    return summaries(purpose, samples)


def flatness_of(found: Answers, signal: str, mass: NDArray[Any], wanted: Decorrelation) -> dict[str, Any]:
    """How little scores of the background follow the mass, see `taggers.training.decorrelation.flatness`.

    Args:
        found: answers.
        signal: name of the class whose score it is.
        mass: (objects,) the column that scores should not know.
        wanted: of the recipe.
    """
    background = found.truth == 0
    measured = flatness(found.column(signal)[background], mass[background], wanted.bins, replicas=REPLICAS)
    by_chance = (wanted.bins - 1) / (6 * int(background.sum()))
    return {"column": wanted.column, "bins": wanted.bins, **plain(measured), "by_chance": by_chance}


def _draw(purpose: Purpose, name: str, sample: Judged, folder: Path, note: str) -> None:
    """Pictures of one thing that is judged; errors of redrawing alone have none."""
    if isinstance(sample, Classified):
        pictures_of_classes(sample, Look("probability", note=note, replicas=REPLICAS), folder, "png")
    elif isinstance(sample, Regressed):
        unit = next(target.unit for target in purpose.targets if target.name == name)
        pictures_of_estimates(sample, edges_of(sample), Look(name, unit, note=note, replicas=REPLICAS), folder, "png")
    elif isinstance(sample, Scored) and purpose.label:
        background, signal = purpose.label.classes
        score = "reconstruction error" if name == ERROR else f"{signal} score"
        look = Look(score, "", signal, background, note, REPLICAS)
        pictures_of_scores(sample, look, folder, "png", probabilities=name != ERROR)
