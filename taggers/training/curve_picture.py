"""A picture of the losses of a training."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from e2efw.errors import MissingDependencyError
from e2efw.io.whole_file import WholeFile

_COLOURS = {"training_loss": "#3f90da", "validation_loss": "#bd1f01"}
"""Of the colours that CMS recommends: distinct also for the colour-blind."""


def figure_class() -> Any:
    """The class of matplotlib's figures.

    Raises:
        MissingDependencyError: it is not installed.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise MissingDependencyError("pictures need matplotlib: pip install 'e2efw[train]'") from error
    return Figure


def draw_curves(rows: Sequence[Mapping[str, float]], path: Path, title: str) -> None:
    """Losses by epoch, counted from 1.

    Args:
        rows: one per epoch.
        path: picture to write.
        title: above the axes.

    Raises:
        MissingDependencyError: matplotlib is not installed.
        FileWriteError: the picture cannot be written.
    """
    figure = figure_class()(figsize=(5.6, 4.6), layout="constrained")
    axes = figure.add_subplot()
    epochs = [row["epoch"] + 1 for row in rows]
    for name, colour in _COLOURS.items():
        if name in rows[0]:
            axes.plot(epochs, [row[name] for row in rows], color=colour, marker=".", label=name.replace("_", " "))
    axes.tick_params(which="both", direction="in", top=True, right=True)
    axes.set_xlabel("Epoch")
    axes.set_ylabel("Mean loss per object")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_title(title, loc="left", fontsize="medium", fontstyle="italic")
    axes.legend()
    file = WholeFile(path, "train")
    with file.writing():
        figure.savefig(file.temporary, format=path.suffix[1:], dpi=130)
    file.finish()
