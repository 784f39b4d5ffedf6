"""What an evaluation of several classes looks like."""

from pathlib import Path
from typing import Any

import numpy as np

from taggers.evaluation.classes import Classified, confusion
from taggers.evaluation.curves import background_at, roc
from taggers.evaluation.drawing import GREY, Look, text_of, write_pictures
from taggers.evaluation.metrics import separation

_COLOURS = ("#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70")
"""That CMS recommends for up to eight or ten things in one picture."""


def pictures_of_classes(sample: Classified, look: Look, folder: Path, suffix: str) -> list[Path]:
    """Draw each class against all others, and which is taken for which; nothing of no objects.

    Args:
        sample: several classes.
        look: names.
        folder: exists.
        suffix: ``png``, ``pdf`` or ``svg``.

    Raises:
        MissingDependencyError: matplotlib is not installed.
        FileWriteError: a picture cannot be written.
    """
    if not sample.label.size:
        return []
    drawn = {
        "roc": lambda axes: draw_curves(axes, sample, look),
        "confusion": lambda axes: draw_confusion(axes, sample),
    }
    return write_pictures(drawn, look, folder, suffix)


def draw_curves(axes: Any, sample: Classified, look: Look) -> None:
    """Rejection of all other classes against the efficiency of each, as far as one object of the others passes."""
    efficiency = np.linspace(0.005, 1.0, 200)
    highest = 10.0
    for number, name in enumerate(sample.names):
        against = sample.against_others(number)
        background, _ = background_at(roc(against), efficiency)
        seen = background * max(1, int(np.count_nonzero(~against.signal))) >= 1.0
        if not seen.any():
            continue
        area = separation(against, replicas=look.replicas, seed=look.seed).auc
        highest = max(highest, float(np.max(1 / background[seen])))
        colour = _COLOURS[number % len(_COLOURS)]
        axes.plot(efficiency[seen], 1 / background[seen], color=colour, label=f"{name}, AUC = {text_of(area)}")
    axes.plot(efficiency, 1 / efficiency, color=GREY, linestyle="--", label="no separation")
    axes.set(
        yscale="log",
        xlim=(0, 1),
        ylim=(1, 2 * highest),
        xlabel=r"Efficiency of a class $\varepsilon_s$",
        ylabel=r"Rejection of all others $1/\varepsilon_b$",
    )
    axes.legend(loc="upper right")


def draw_confusion(axes: Any, sample: Classified) -> None:
    """Per true class, the part that is taken for each."""
    parts, size = confusion(sample), len(sample.names)
    shown = axes.imshow(np.ma.masked_invalid(parts), cmap="Blues", vmin=0, vmax=1)
    axes.figure.colorbar(shown, ax=axes, label="Part of the true class", pad=0.02)
    for (true, chosen), part in np.ndenumerate(parts):
        if not np.isnan(part):
            colour = "white" if part > 0.5 else "black"
            axes.text(chosen, true, f"{part:.3f}", ha="center", va="center", color=colour)
    axes.minorticks_off()
    axes.tick_params(top=False, right=False, length=0)
    axes.set_xticks(range(size), sample.names)
    axes.set_yticks(range(size), sample.names)
    axes.set(xlabel="Most probable class", ylabel="True class")
