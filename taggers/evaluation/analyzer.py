"""`EvaluationAnalyzer`: what a tagger or regressor says, compared with the truth while a job runs."""

import importlib.util
import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import hist
import numpy as np

from dataformats.collection import Collection
from dataformats.truth import TruthLabels
from e2efw.errors import ConfigurationError, FileWriteError, MissingDependencyError
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import BookingContext, EDAnalyzer, InputTag, param
from e2efw.framework.observer import Histograms
from e2efw.framework.parameters import positive
from taggers.evaluation.collected import Collected, Rows, column_of, rows_of
from taggers.evaluation.curves import enough_replicas
from taggers.evaluation.drawing import Look
from taggers.evaluation.evaluate import evaluate
from taggers.evaluation.sample import regressed, scored

_LOG = logging.getLogger("e2efw.taggers")
_LABEL = "label"


def _rising(value: tuple[float, ...]) -> str | None:
    return None if len(value) >= 2 and all(np.diff(value) > 0) else "must be two or more rising edges"


def _efficiencies(value: tuple[float, ...]) -> str | None:
    return None if all(0 < one <= 1 for one in value) else "must be above 0 and up to 1"


@dataclass
class Evaluation:
    """What is open during a job.

    Args:
        label: of the module.
        booked: histograms by name.
        unit: of what is said; known with the first block.
    """

    label: str
    collected: Collected
    booked: dict[str, Any]
    unit: str = ""


class EvaluationAnalyzer(EDAnalyzer):
    """Compares scores with labels, or estimates with targets, for objects whose truth is valid.

    Histograms go into the file of TFileService, metrics.json and pictures into a folder when the job has ended well.
    The numbers do not depend on blocks and streams. Objects without a score (NaN) are counted and left out.
    """

    said: InputTag = param("ttbar:regressed", doc="what the network says of every object; made in this job or stored")
    truth: InputTag = param("topMassTruth", doc="labels and targets of the same objects")
    task: Literal["classification", "regression"] = param(
        "regression", doc="scores against labels, or estimates against targets"
    )
    column: str = param("mass", doc="column of `said` that is the score or the estimate; of Scores, name of the class")
    target: str = param("target_mass", doc="column of `truth` that is estimated; classification has the label")
    uncertainty: str = param("", doc="column of `said` with one-sigma uncertainties; empty if there are none")
    edges: tuple[float, ...] = param(
        (0.0, 50.0, 100.0, 150.0, 200.0, 300.0), doc="of bins in the target, in its unit", check=_rising
    )
    threshold: float = param(0.5, doc="scores at or above are called signal")
    signal_efficiencies: tuple[float, ...] = param(
        (0.3, 0.5, 0.7), doc="for background rejections", check=_efficiencies
    )
    probabilities: bool = param(True, doc="scores are probabilities, from 0 to 1")
    bins: int = param(50, doc="of the histograms", check=positive)
    axis: tuple[float, ...] = param((0.0, 1.0), doc="ends of the histogram axis of scores", check=_rising)
    replicas: int = param(200, doc="bootstrap samples behind errors", check=enough_replicas)
    seed: int = param(1, doc="of the bootstrap")
    folder: str = param("evaluation", doc="for metrics.json and pictures; made if need be", tracked=False)
    pictures: Literal["png", "pdf", "svg", "none"] = param("png", doc="format of the pictures", tracked=False)
    quantity: str = param("", doc="how pictures call it; empty for the name of the column", tracked=False)
    signal: str = param("signal", doc="how pictures call it", tracked=False)
    background: str = param("background", doc="how pictures call it", tracked=False)
    note: str = param("Simulation", doc="above the pictures: which data these are", tracked=False)

    def begin_job(self, job: BookingContext) -> Evaluation:
        """Book histograms, and see that pictures can be drawn and files written.

        Raises:
            ConfigurationError: no TFileService, or uncertainties of scores.
            MissingDependencyError: pictures are wanted and matplotlib is not installed.
            FileWriteError: the folder cannot be written.
        """
        if self.task == "classification" and self.uncertainty:
            raise ConfigurationError(f"{job.label}: 'uncertainty' is for regressions, scores have none.")
        if self.pictures != "none" and importlib.util.find_spec("matplotlib") is None:
            raise MissingDependencyError(f"{job.label}: pictures need matplotlib: pip install 'e2efw[plot]'")
        place = Path(self.folder)
        where = place if place.exists() else place.parent
        if not (where.is_dir() and os.access(where, os.W_OK)):
            raise FileWriteError(
                f"{job.label}: cannot write into {place}: {where} is no folder, or may not be written."
            )
        return Evaluation(job.label, Collected(), self._book(job.histograms))

    def analyze(self, ids: EventIDs, said: Collection, truth: TruthLabels, evaluation: Evaluation) -> None:
        """Collect the valid objects; nothing is kept of a block that has a fault."""
        target = _LABEL if self.task == "classification" else self.target
        column = column_of(said, self.column)
        rows = rows_of(ids, said, truth, (column, target, self.uncertainty))
        values = self._histogram_values(rows)
        evaluation.unit = said.leaves[column].unit or str(said.description.get("unit", ""))
        evaluation.collected.add(rows)
        for name, columns in values.items():
            evaluation.booked[name].fill(*columns)

    def end_job(self, state: Evaluation) -> None:
        """Write numbers and pictures, unless the job fails or no event came.

        Raises:
            FileWriteError: they cannot be written.
        """
        if sys.exception() is not None or not state.collected:
            return
        rows, place = state.collected.rows(), Path(self.folder)
        quantity = self.quantity or self.column
        look = Look(quantity, state.unit, self.signal, self.background, self.note, self.replicas, self.seed)
        classifies = self.task == "classification"
        found = evaluate(
            rows.truth.astype(np.int64) if classifies else rows.truth,
            rows.said,
            sigma=rows.sigma if self.uncertainty else None,
            edges=self.edges,
            threshold=self.threshold,
            efficiencies=self.signal_efficiencies,
            probabilities=self.probabilities,
            look=look,
            folder=place,
            suffix="" if self.pictures == "none" else self.pictures,
        )
        drawn, objects = len(found.pictures), found.metrics["objects"]
        _LOG.info("%s: %d objects, metrics.json and %d pictures in %s", state.label, objects, drawn, place)

    def _book(self, histograms: Histograms) -> dict[str, Any]:
        """Histograms by name."""
        score = hist.axis.Regular(self.bins, self.axis[0], self.axis[-1], name="score", label=self.column)
        if self.task == "classification":
            return {name: histograms.book(name, score) for name in ("score_signal", "score_background")}
        reach = self.edges[-1] - self.edges[0]
        true, estimate = (
            hist.axis.Regular(self.bins, self.edges[0], self.edges[-1], name=name) for name in ("truth", "estimate")
        )
        axes = {
            "residual": (hist.axis.Regular(self.bins, -reach / 2, reach / 2, name="residual"),),
            "response": (hist.axis.Regular(self.bins, 0, 2, name="response"),),
            "estimate_vs_truth": (true, estimate),
        }
        if self.uncertainty:
            axes["pull"] = (hist.axis.Regular(self.bins, -5, 5, name="pull"),)
        return {name: histograms.book(name, *some) for name, some in axes.items()}

    def _histogram_values(self, rows: Rows) -> dict[str, tuple[Any, ...]]:
        """What each histogram is filled with; the sample is checked on the way."""
        if self.task == "classification":
            sample = scored(rows.truth, rows.said)
            return {
                "score_signal": (sample.score[sample.signal],),
                "score_background": (sample.score[~sample.signal],),
            }
        found = regressed(rows.said, rows.truth, rows.sigma if self.uncertainty else None)
        residual = found.estimate - found.truth
        values: dict[str, tuple[Any, ...]] = {
            "residual": (residual,),
            "response": (found.estimate / found.truth,),
            "estimate_vs_truth": (found.truth, found.estimate),
        }
        if found.sigma is not None:
            known = ~np.isnan(found.sigma)
            values["pull"] = (residual[known] / found.sigma[known],)
        return values
