"""What a check hands over: rows of a table, and pictures."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BARREL, ENDCAP = (0.0, 1.4), (1.6, 2.5)
"""|eta| without the gap between barrel and endcaps."""


class Row(NamedTuple):
    """One measured number.

    Args:
        what: it is.
        measured: the number.
        expected: the number it should be close to, and where that is from; empty if there is none.
    """

    what: str
    measured: float | str
    expected: str = ""

    @property
    def text(self) -> str:
        """The number with four digits."""
        return self.measured if isinstance(self.measured, str) else f"{self.measured:.4g}"


def panels(figure: Any, down: int, across: int) -> Any:
    """Axes of a figure as an array (down, across), with room between them."""
    figure.set_size_inches(4.8 * across, 3.7 * down)
    return figure.subplots(down, across, squeeze=False)


def histogram(axis: Any, values: Mapping[str, Array], bins: tuple[float, float, int], *, share: bool = True) -> None:
    """Outlines of several distributions.

    Args:
        axis: to draw on.
        values: by what the legend calls them.
        bins: lowest edge, highest edge, number of bins.
        share: of all values, also those outside the edges, per bin; else their number.
    """
    edges = np.linspace(bins[0], bins[1], bins[2] + 1)
    for name, each in values.items():
        counts, _ = np.histogram(each, edges)
        axis.stairs(counts / max(each.size, 1) if share else counts, edges, label=name)
    axis.set_xlim(edges[0], edges[-1])
    axis.set_ylabel("share per bin" if share else "number per bin")
    axis.legend(fontsize="small")


def label(axis: Any, title: str, x: str, y: str | None = None) -> None:
    """Title and axis labels."""
    axis.set_title(title, fontsize="medium")
    axis.set_xlabel(x)
    if y is not None:
        axis.set_ylabel(y)


def numbers(several: Sequence[float], digits: int = 3) -> str:
    """Several numbers in one cell."""
    return ", ".join(f"{number:.{digits}f}" for number in several)
