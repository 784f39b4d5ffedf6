"""All numbers of an evaluation as plain data, for metrics.json.

Every number with an error is ``{"value", "error"}``; what cannot be had is None (null). The keys do not depend on the
data. Both kinds have ``kind``, ``objects`` (with a score or estimate), ``without`` and ``without_fraction`` (objects
that have none: no window), ``bootstrap`` (``replicas``, ``seed``: where errors come from).

Classification: ``signal``, ``background``, ``without_signal``, ``without_background`` (counts), ``auc``, ``rejection``
(by signal efficiency, "0.30": ``threshold``, ``background_efficiency``, ``rejection``, ``at_least``), ``threshold``
and what it gives: ``counts`` (sums of weights by ``true_positive`` ...), ``accuracy``, ``precision``, ``recall``,
``f1``; ``calibration``, None unless scores are probabilities: ``expected_error`` and lists by bin.

Regression: ``unit`` (of residuals), ``mae``, ``residual`` and ``response`` (each ``mean``, ``median``, ``resolution``,
``rms``; the mean residual is the bias, the response has no unit), ``profile`` (lists by bin of truth), ``coverage``,
None without uncertainties: ``objects``, ``inside``, ``pull_mean``, ``pull_width``.
"""

import math
from collections.abc import Iterable
from typing import Any

from numpy.typing import ArrayLike

from taggers.evaluation.curves import Calibration, Profile, calibration, response_profile
from taggers.evaluation.metrics import (
    WORKING_POINTS,
    Coverage,
    Decisions,
    Deviations,
    Rejection,
    Separation,
    coverage,
    decisions,
    deviations,
    expected_calibration_error,
    mean_absolute_error,
    separation,
)
from taggers.evaluation.sample import Estimate, Regressed, Scored

Plain = dict[str, Any]
_OUTCOMES = ("true_positive", "false_positive", "false_negative", "true_negative")


def summary_of_scores(
    sample: Scored,
    *,
    threshold: float = 0.5,
    efficiencies: tuple[float, ...] = WORKING_POINTS,
    probabilities: bool = True,
    bins: int = 10,
    replicas: int = 200,
    seed: int = 1,
) -> Plain:
    """What a tagger can do.

    Args:
        sample: signal and background.
        threshold: scores at or above are called signal.
        efficiencies: of signal, at which background rejections are given.
        probabilities: scores mean probabilities, from 0 to 1, and are to be calibrated.
        bins: of the calibration.
        replicas: bootstrap samples.
        seed: of the bootstrap.

    Raises:
        LogicError: scores are said to be probabilities and are not.
    """
    n_signal, (no_signal, no_background) = int(sample.signal.sum()), sample.n_without
    found = separation(sample, efficiencies, replicas=replicas, seed=seed)
    cut = decisions(sample, threshold)
    curve = calibration(sample, bins) if probabilities else None
    return {
        "kind": "classification",
        **numbers_of(sample.score.size, no_signal + no_background),
        "signal": n_signal,
        "background": int(sample.score.size) - n_signal,
        "without_signal": no_signal,
        "without_background": no_background,
        "bootstrap": {"replicas": replicas, "seed": seed},
        "auc": plain(found.auc),
        "rejection": plain_rejections(found),
        "threshold": threshold,
        "counts": dict(zip(_OUTCOMES, cut.counts, strict=True)),
        **plain_decisions(cut),
        "calibration": None if curve is None else _calibration(curve, expected_calibration_error(sample, bins)),
    }


def summary_of_estimates(
    sample: Regressed, edges: ArrayLike, *, unit: str = "", replicas: int = 200, seed: int = 1
) -> Plain:
    """What a regressor can do.

    Args:
        sample: estimates and truth.
        edges: (bins + 1,) of truth, for response and resolution.
        unit: of the quantity.
        replicas: bootstrap samples.
        seed: of the bootstrap.
    """
    sides = {"residual": sample.estimate - sample.truth, "response": sample.estimate / sample.truth}
    spread = {name: _deviations(deviations(one, replicas=replicas, seed=seed)) for name, one in sides.items()}
    claimed = None if sample.sigma is None else coverage(sample, replicas=replicas, seed=seed)
    return {
        "kind": "regression",
        **numbers_of(sample.truth.size, sample.n_without),
        "unit": unit,
        "bootstrap": {"replicas": replicas, "seed": seed},
        "mae": plain(mean_absolute_error(sample)),
        **spread,
        "profile": _profile(response_profile(sample, edges, replicas, seed)),
        "coverage": None if claimed is None else _coverage(claimed),
    }


def numbers_of(n: int, without: int) -> Plain:
    """How many objects there are, and how many have nothing said about them."""
    part = without / (n + without) if n + without else None
    return {"objects": int(n), "without": without, "without_fraction": part}


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def plain(number: Estimate) -> Plain:
    """Value and error, None for NaN."""
    return {"value": _known(number.value), "error": _known(number.error)}


def _list(values: Iterable[float]) -> list[float | None]:
    return [_known(value) for value in values]


def plain_decisions(found: Decisions) -> Plain:
    """What one threshold tells, without the counts."""
    return {name: plain(getattr(found, name)) for name in ("accuracy", "precision", "recall", "f1")}


def plain_rejections(found: Separation) -> Plain:
    """By signal efficiency."""
    return {f"{one.efficiency:.2f}": _rejection(one) for one in found.rejections}


def _rejection(found: Rejection) -> Plain:
    return {
        "threshold": _known(found.threshold),
        "background_efficiency": plain(found.background),
        "rejection": plain(found.rejection),
        "at_least": _known(found.at_least),
    }


def _calibration(curve: Calibration, expected_error: float) -> Plain:
    return {"expected_error": _known(expected_error)} | {name: _list(c) for name, c in curve._asdict().items()}


def _deviations(found: Deviations) -> Plain:
    return {name: plain(number) for name, number in found._asdict().items()}


def _profile(found: Profile) -> Plain:
    columns = {name: _list(column) for name, column in found._asdict().items() if name != "n"}
    return columns | {"n": found.n.tolist()}


def _coverage(found: Coverage) -> Plain:
    numbers = ("inside", "pull_mean", "pull_width")
    return {"objects": found.n} | {name: plain(getattr(found, name)) for name in numbers}
