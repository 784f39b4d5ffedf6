"""What an evaluation of scores or estimates looks like: one picture per question."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from taggers.evaluation.curves import background_at, band, calibration, response_profile, roc
from taggers.evaluation.drawing import BACKGROUND, GREY, SIGNAL, Look, first_large, text_of, write_pictures
from taggers.evaluation.metrics import deviations, expected_calibration_error, separation
from taggers.evaluation.sample import Array, Regressed, Scored

__all__ = ["Look", "pictures_of_estimates", "pictures_of_scores"]


def pictures_of_scores(sample: Scored, look: Look, folder: Path, suffix: str, *, probabilities: bool) -> list[Path]:
    """Draw what can be drawn: a ROC curve takes both classes, scores take one object, reliability takes probabilities.

    Args:
        sample: signal and background.
        look: names.
        folder: exists.
        suffix: ``png``, ``pdf`` or ``svg``.
        probabilities: scores mean probabilities.

    Raises:
        MissingDependencyError: matplotlib is not installed.
        FileWriteError: a picture cannot be written.
    """
    drawn: dict[str, Callable[[Any], None]] = {}
    if sample.score.size:
        drawn["scores"] = lambda axes: draw_scores(axes, sample, look)
        if probabilities:
            drawn["calibration"] = lambda axes: draw_calibration(axes, sample)
    if sample.signal.any() and not sample.signal.all():
        drawn["roc"] = lambda axes: draw_roc(axes, sample, look)
    return write_pictures(drawn, look, folder, suffix)


def pictures_of_estimates(sample: Regressed, edges: Array, look: Look, folder: Path, suffix: str) -> list[Path]:
    """Draw what can be drawn: all takes two objects, pulls take uncertainties.

    Args:
        sample: estimates and truth.
        edges: (bins + 1,) of truth.
        look: names.
        folder: exists.
        suffix: ``png``, ``pdf`` or ``svg``.

    Raises:
        MissingDependencyError: matplotlib is not installed.
        FileWriteError: a picture cannot be written.
    """
    drawn: dict[str, Callable[[Any], None]] = {}
    if sample.truth.size > 1:
        drawn["response"] = lambda axes: draw_profile(axes, sample, edges, look, width=False)
        drawn["resolution"] = lambda axes: draw_profile(axes, sample, edges, look, width=True)
        drawn["estimate_vs_truth"] = lambda axes: draw_plane(axes, sample, look)
        if sample.sigma is not None and np.count_nonzero(~np.isnan(sample.sigma)) > 1:
            drawn["pulls"] = lambda axes: draw_pulls(axes, sample)
    return write_pictures(drawn, look, folder, suffix)


def draw_roc(axes: Any, sample: Scored, look: Look) -> None:
    """Background rejection against signal efficiency, with a one-sigma band, as far as one background object passes."""
    n_background = int(np.count_nonzero(~sample.signal))
    efficiency = np.linspace(0.005, 1.0, 200)
    background, _ = background_at(roc(sample), efficiency)
    low, high = band(sample, efficiency, look.replicas, look.seed)
    floor = 1.0 / n_background
    seen = background >= floor
    area = separation(sample, replicas=look.replicas, seed=look.seed).auc
    rejection = 1 / background[seen]
    axes.fill_between(
        efficiency[seen],
        1 / np.maximum(high[seen], floor),
        1 / np.maximum(low[seen], floor),
        color=SIGNAL,
        alpha=0.25,
        linewidth=0,
    )
    axes.plot(efficiency[seen], rejection, color=SIGNAL, label=f"AUC = {text_of(area)}")
    axes.plot(efficiency, 1 / efficiency, color=GREY, linestyle="--", label="no separation")
    axes.set(
        yscale="log",
        xlim=(0, 1),
        ylim=(1, 2 * float(np.max(1 / np.maximum(low[seen], floor), initial=10.0))),
        xlabel=rf"{first_large(look.signal)} efficiency $\varepsilon_s$",
        ylabel=rf"{first_large(look.background)} rejection $1/\varepsilon_b$",
    )
    axes.legend(loc="upper right")


def draw_scores(axes: Any, sample: Scored, look: Look) -> None:
    """Distribution of the score of each class, both normalised to one."""
    edges = np.histogram_bin_edges(sample.score, _n_bins(sample.score.size))
    highest = 0.0
    for which, colour, name in (
        (sample.signal, SIGNAL, look.signal),
        (~sample.signal, BACKGROUND, look.background),
    ):
        total = float(sample.weight[which].sum())
        if not total > 0:
            continue
        height, _ = np.histogram(sample.score[which], edges, weights=sample.weight[which] / total)
        error = np.sqrt(np.histogram(sample.score[which], edges, weights=(sample.weight[which] / total) ** 2)[0])
        highest = max(highest, float((height + error).max()))
        label = f"{first_large(name)} ({np.count_nonzero(which)})"
        axes.stairs(height, edges, color=colour, linewidth=1.5, label=label)
        centre, filled = (edges[:-1] + edges[1:]) / 2, height > 0
        axes.errorbar(centre[filled], height[filled], error[filled], fmt="none", color=colour, linewidth=1)
    axes.set(
        xlim=(edges[0], edges[-1]),
        ylim=(0, 1.35 * highest),
        xlabel=first_large(look.axis()),
        ylabel="Fraction of objects per bin",
    )
    axes.legend(loc="upper right", ncols=2)


def draw_calibration(axes: Any, sample: Scored) -> None:
    """Signal fraction against the mean score, in bins of score."""
    curve = calibration(sample)
    filled = curve.weight > 0
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="perfect")
    half = np.diff(curve.edges)[filled] / 2
    middle = (curve.edges[:-1] + curve.edges[1:])[filled] / 2
    sides = np.abs(np.stack([middle - half, middle + half]) - curve.score[filled])
    axes.errorbar(
        curve.score[filled],
        curve.fraction[filled],
        curve.error[filled],
        sides,
        fmt="o",
        color="black",
        markersize=4,
        linewidth=1,
        label=f"measured, ECE = {expected_calibration_error(sample):.3f}",
    )
    axes.set(xlim=(0, 1), ylim=(0, 1.2), xlabel="Mean score", ylabel="Fraction that is signal")
    axes.legend(loc="upper left")


def draw_profile(axes: Any, sample: Regressed, edges: Array, look: Look, *, width: bool) -> None:
    """Median response, or its resolution, against the truth."""
    found = response_profile(sample, edges, look.replicas, look.seed)
    value, error = (found.resolution, found.resolution_error) if width else (found.response, found.response_error)
    known = np.isfinite(value)
    centre, half = (found.edges[:-1] + found.edges[1:]) / 2, np.diff(found.edges) / 2
    axes.errorbar(
        centre[known], value[known], error[known], half[known], fmt="o", color="black", markersize=4, linewidth=1
    )
    axes.set(xlim=(found.edges[0], found.edges[-1]), xlabel=first_large(look.axis("true")))
    highest = float(np.max((value + error)[known], initial=0.1))
    if width:
        axes.set(ylim=(0, 1.3 * highest), ylabel="Response resolution (half of 16-84 %)")
        return
    axes.axhline(1.0, color=GREY, linestyle="--", linewidth=1)
    reach = max(0.1, 1.3 * float(np.max(np.abs(value - 1)[known] + error[known], initial=0.0)))
    axes.set(ylim=(1 - reach, 1 + reach), ylabel="Median response (estimate / truth)")


def draw_plane(axes: Any, sample: Regressed, look: Look) -> None:
    """Objects by truth and estimate."""
    ends = [np.quantile(values, [0.0, 1.0]) for values in (sample.truth, sample.estimate)]
    ranges = [(low - 0.05 * (high - low + 1e-9), high + 0.05 * (high - low + 1e-9)) for low, high in ends]
    bins = min(40, _n_bins(sample.truth.size))
    counts, x, y = np.histogram2d(sample.truth, sample.estimate, bins, ranges)
    shown = axes.pcolormesh(x, y, np.ma.masked_equal(counts.T, 0), cmap="viridis", vmin=0, rasterized=True)
    axes.figure.colorbar(shown, ax=axes, label="Objects per bin", pad=0.02)
    low, high = max(x[0], y[0]), min(x[-1], y[-1])
    if low < high:
        axes.plot([low, high], [low, high], color=SIGNAL, linestyle="--", linewidth=1.2, label="estimate = truth")
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.99), frameon=False)
    axes.set(xlabel=first_large(look.axis("true")), ylabel=first_large(look.axis("estimated")))


def draw_pulls(axes: Any, sample: Regressed) -> None:
    """Distribution of (estimate - truth) / sigma beside a normal one of the same size."""
    sigma = sample.sigma if sample.sigma is not None else np.full(sample.truth.size, np.nan)
    known = ~np.isnan(sigma)
    pull = (sample.estimate - sample.truth)[known] / sigma[known]
    edges = np.linspace(-5, 5, 41)
    counts, _ = np.histogram(np.clip(pull, -4.999, 4.999), edges)
    found = deviations(pull, replicas=50)
    centre, filled = (edges[:-1] + edges[1:]) / 2, counts > 0
    normal = pull.size * (edges[1] - edges[0]) * np.exp(-(centre**2) / 2) / np.sqrt(2 * np.pi)
    axes.errorbar(
        centre[filled],
        counts[filled],
        np.sqrt(counts[filled]),
        fmt="o",
        color="black",
        markersize=3,
        linewidth=1,
        label=f"mean {text_of(found.mean)}\nwidth {text_of(found.rms)}",
    )
    axes.plot(centre, normal, color=SIGNAL, label="standard normal")
    axes.set(xlim=(-5, 5), xlabel=r"(estimate $-$ truth) / $\sigma$", ylabel="Objects per 0.25, ends with overflow")
    axes.set_ylim(0, 1.5 * float(max(counts.max(), normal.max())))
    axes.legend(loc="upper right")


def _n_bins(n: int) -> int:
    """Bins that a sample of n objects fills."""
    return int(np.clip(2 * n ** (1 / 3), 5, 60))
