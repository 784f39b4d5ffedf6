"""What a model says beside what is true, and how good that is: numbers for metrics.json and cards. Needs no torch."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from taggers.anomaly import ERROR
from taggers.card import SIGMA
from taggers.evaluation.classes import Classified, classified, summary_of_classes
from taggers.evaluation.sample import Array, Regressed, Scored, regressed, scored
from taggers.evaluation.summary import numbers_of, summary_of_estimates, summary_of_scores
from taggers.training.recipe_parts import Label, Redraw, Target

REPLICAS = 200
"""Bootstrap samples behind errors."""
CLASSES = "classes"
"""What several classes are judged as, all together."""
_BINS = 8
_LEVELS = (0.5, 0.9, 0.99)
"""Parts of the objects below the errors that a summary names."""
_RARE = 0.9
"""Part of the background that an autoencoder finds usual, for numbers that need one threshold."""

Judged: TypeAlias = Scored | Classified | Regressed | Array
"""What is judged: of an autoencoder without a label the errors alone, (objects,)."""


class Purpose(Protocol):
    """What a model is for: of a recipe these parts."""

    @property
    def label(self) -> Label | None:
        """Classes to tell apart."""

    @property
    def targets(self) -> tuple[Target, ...]:
        """Numbers to estimate."""

    @property
    def redraw(self) -> Redraw | None:
        """An autoencoder."""


class Answers(NamedTuple):
    """What a model says beside what is true.

    Args:
        said: (objects, said) in the units of the outputs.
        names: of the outputs.
        truth: (objects,) classes or (objects, targets); NaN for objects that a target is not meant for.
    """

    said: NDArray[np.float64]
    names: tuple[str, ...]
    truth: NDArray[Any]

    def column(self, name: str) -> NDArray[np.float64]:
        """(objects,) one output."""
        return self.said[:, self.names.index(name)]


def estimate_of(target: str, names: list[str]) -> str:
    """Name of what estimates a target: its own, or of its quantiles the middle one."""
    if target in names:
        return target
    mine = [name for name in names if name.startswith(f"{target}_q")]
    return mine[len(mine) // 2]


def judged(purpose: Purpose, found: Answers) -> dict[str, Judged]:
    """What is judged, by name: of two classes the second, several together, every target, the error of a redrawing.

    Raises:
        LogicError: what is said cannot be, such as probabilities above one.
    """
    label = purpose.label
    if purpose.redraw:
        error = found.column(ERROR)
        return {ERROR: scored(found.truth, error) if label else error}
    if label and len(label.classes) > 2:
        columns = [found.column(name) for name in label.classes]
        return {CLASSES: classified(found.truth, np.stack(columns, axis=1), label.classes)}
    if label:
        return {label.classes[1]: scored(found.truth, found.column(label.classes[1]))}
    targets: dict[str, Judged] = {}
    for place, target in enumerate(purpose.targets):
        sigma = target.name + SIGMA
        estimate = found.column(estimate_of(target.name, list(found.names)))
        known = ~np.isnan(found.truth[:, place])
        claimed = found.column(sigma)[known] if sigma in found.names else None
        targets[target.name] = regressed(estimate[known], found.truth[known, place], claimed)
    return targets


def summaries(purpose: Purpose, samples: Mapping[str, Judged]) -> dict[str, Any]:
    """Numbers by name of what is judged, see `taggers.evaluation.summary`."""
    units = {target.name: target.unit for target in purpose.targets}
    return {name: _summary(one, units.get(name, ""), purpose.redraw is not None) for name, one in samples.items()}


def edges_of(sample: Regressed) -> Array:
    """(bins + 1,) equally wide, over the range of the truth."""
    return np.linspace(sample.truth.min(), np.nextafter(sample.truth.max(), np.inf), _BINS + 1)


def _summary(sample: Judged, unit: str, redrawn: bool) -> dict[str, Any]:
    if isinstance(sample, Classified):
        return summary_of_classes(sample, replicas=REPLICAS)
    if isinstance(sample, Regressed):
        return summary_of_estimates(sample, edges_of(sample), unit=unit, replicas=REPLICAS)
    if not isinstance(sample, Scored):
        levels = {f"{level:.2f}": float(np.quantile(sample, level)) for level in _LEVELS}
        return {"kind": "errors", **numbers_of(sample.size, 0), "mean": float(sample.mean()), "below": levels}
    if redrawn:
        threshold = float(np.quantile(sample.score[~sample.signal], _RARE))
        return summary_of_scores(sample, threshold=threshold, probabilities=False, replicas=REPLICAS)
    return summary_of_scores(sample, replicas=REPLICAS)


def in_short(found: Mapping[str, Any]) -> dict[str, Any]:
    """Of summaries the numbers of a card: value and error of what matters most."""
    short: dict[str, Any] = {}
    for name, summary in found.items():
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
