"""What all pictures of an evaluation share: names of things, colours, numbers with errors as text, and files."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from e2efw.errors import MissingDependencyError
from e2efw.io.whole_file import WholeFile
from taggers.evaluation.sample import Estimate

SIGNAL, BACKGROUND = "#bd1f01", "#3f90da"
"""Of the colours that CMS recommends: distinct also for the colour-blind."""
GREY = "0.45"


class Look(NamedTuple):
    """How things are called in pictures.

    Args:
        quantity: on axes: ``jet mass``, ``top score``.
        unit: of the quantity; "" for none.
        signal: in legends.
        background: in legends.
        note: above the axes, at the left: which data these are.
        replicas: bootstrap samples behind bands and errors.
        seed: of the bootstrap.
    """

    quantity: str
    unit: str = ""
    signal: str = "signal"
    background: str = "background"
    note: str = "Simulation"
    replicas: int = 200
    seed: int = 1

    def axis(self, before: str = "") -> str:
        """A label with the unit."""
        return f"{before} {self.quantity}".strip() + (f" [{self.unit}]" if self.unit else "")


_ABBREVIATIONS: Final = ("qcd",)


def text_of(number: Estimate) -> str:
    """Value and error with as many digits as the error is worth."""
    if not (np.isfinite(number.error) and number.error > 0):
        return f"{number.value:.3f}"
    digits = max(0, 1 - int(np.floor(np.log10(number.error))))
    return f"{number.value:.{digits}f} ± {number.error:.{digits}f}"


def first_large(text: str) -> str:
    """The same with a large first letter; what stands for several words is large throughout."""
    return text.upper() if text in _ABBREVIATIONS else text[:1].upper() + text[1:]


def write_pictures(drawn: Mapping[str, Callable[[Any], None]], look: Look, folder: Path, suffix: str) -> list[Path]:
    """One file per picture.

    Args:
        drawn: what draws each picture into axes, by its name.
        look: names.
        folder: exists.
        suffix: ``png``, ``pdf`` or ``svg``.

    Raises:
        MissingDependencyError: matplotlib is not installed.
        FileWriteError: a picture cannot be written.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise MissingDependencyError("pictures need matplotlib: pip install 'e2efw[plot]'") from error
    paths = []
    for name, draw in drawn.items():
        figure = Figure(figsize=(5.6, 4.6), layout="constrained")
        axes = figure.add_subplot()
        axes.tick_params(which="both", direction="in", top=True, right=True)
        axes.minorticks_on()
        draw(axes)
        axes.set_title(look.note, loc="left", fontsize="medium", fontstyle="italic")
        path = folder / f"{name}.{suffix}"
        file = WholeFile(path, "pictures")
        with file.writing():
            figure.savefig(file.temporary, format=suffix, dpi=130)
        file.finish()
        paths.append(path)
    return paths
