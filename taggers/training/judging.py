"""How good a model is on rows it never saw: numbers, and pictures. Needs no torch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from taggers.anomaly import ERROR
from taggers.evaluation.class_pictures import pictures_of_classes
from taggers.evaluation.classes import Classified
from taggers.evaluation.drawing import Look
from taggers.evaluation.pictures import pictures_of_estimates, pictures_of_scores
from taggers.evaluation.sample import Regressed, Scored
from taggers.training.summaries import REPLICAS, Answers, Judged, Purpose, edges_of, judged, summaries


def judge(purpose: Purpose, found: Answers, folder: Path, sample: str) -> dict[str, Any]:
    """Numbers by name of what is judged, see `taggers.evaluation.summary`; pictures go into a folder for each.

    Args:
        purpose: what the answers are about, such as a recipe.
        found: answers.
        folder: for pictures.
        sample: which rows these are, for the pictures.
    """
    samples = judged(purpose, found)
    draw(purpose, samples, folder, f"Simulation, {sample} sample")
    return summaries(purpose, samples)


def draw(purpose: Purpose, samples: Mapping[str, Judged], folder: Path, note: str) -> None:
    """Pictures of all that is judged.

    Args:
        purpose: what it is about.
        samples: by name.
        folder: gets a folder for each.
        note: stands above the pictures.
    """
    for name, one in samples.items():
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        _draw(purpose, name, one, place, note)


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
