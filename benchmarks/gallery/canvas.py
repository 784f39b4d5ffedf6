"""A sheet laid out in dots: a pixel of a picture covers a whole number of them, so none is blurred or dropped."""

import io
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray
from PIL import Image

from dataformats.geometry.detids import EE_EXISTS
from dataformats.geometry.picture import COLUMNS, EB_FIRST_ROW, ROWS
from frameproducers.colours import bar_ticks, empty_as_white
from frameproducers.drawing import row_edges
from frameproducers.grids import STITCHED, Grid

DPI: Final = 110
SMALL, USUAL, LARGE = 7.5, 9.0, 12.0
"""Sizes of letters, points."""
TOP, LEFT, GAP, BELOW, BAR = 26, 62, 16, 38, 14
"""Dots above a panel for its title, left of a row, between panels, below for ticks and axis label; width of a bar."""
BAR_ROOM: Final = 84
"""Dots for a bar with its numbers and label."""
LARGE_SHEET, PALETTE = 2_400_000, 256
"""Dots above which a sheet is written with so many colours."""
_ETAS = (-3.0, -2.0, 2.0, 3.0)
_IETAS = (-85, -40, 0, 40, 85)
_HALF: Final = ROWS / 2
_NO_CRYSTAL: Final = np.ma.masked_equal(~EE_EXISTS, 0)
Array = NDArray[np.float32]


class Ticks(NamedTuple):
    """An axis.

    Args:
        name: with unit.
        ends: coordinates of the outer edges of the first and the last pixel.
        places: of the ticks.
        labels: of the ticks.
    """

    name: str
    ends: tuple[float, float]
    places: tuple[float, ...]
    labels: tuple[str, ...]


def axes_of(grid: Grid) -> tuple[Ticks, Ticks]:
    """Horizontal and vertical axis of a picture of the whole detector or a part: crystals; eta of endcap rows."""
    if grid.first_row is None:
        places = (1.0, 25.0, 50.0, 75.0, 100.0)
        one, two = (
            Ticks(name, (0.5, grid.rows + 0.5), places, tuple(f"{place:.0f}" for place in places))
            for name in ("ix", "iy")
        )
        return one, two
    phi = tuple(float(iphi) for iphi in (1, *range(60, COLUMNS + 1, 60)))
    across = Ticks(r"$i\varphi$", (0.5, COLUMNS + 0.5), phi, tuple(f"{place:.0f}" for place in phi))
    first = grid.first_row - _HALF
    ends = first, first + grid.rows * grid.cell_size / grid.fineness
    rows = np.interp(_ETAS, row_edges(), np.arange(ROWS + 1) - _HALF)
    named = dict(zip(rows.tolist(), [f"η={eta:+.0f}" for eta in _ETAS], strict=True))
    named |= {float(ieta): str(ieta) for ieta in _IETAS}
    shown = {place: text for place, text in sorted(named.items()) if ends[0] <= place <= ends[1]}
    return across, Ticks(r"$i\eta$", ends, tuple(map(float, shown)), tuple(shown.values()))


def window_axes(picture: Array, granularity: int) -> tuple[Ticks, Ticks]:
    """Axes of a window: crystals from its seed."""
    axes, (height, width) = [], picture.shape
    for name, size in ((r"i\varphi", width), (r"i\eta", height)):
        crystals = size / granularity
        low = -((crystals - 1) // 2) - 0.5
        step = 30 if crystals > 60 else 8
        places = tuple(float(place) for place in range(-2 * step, 2 * step + 1, step) if low < place < low + crystals)
        axes.append(Ticks(f"${name}$ - seed", (low, low + crystals), places, tuple(f"{p:.0f}" for p in places)))
    return axes[0], axes[1]


def thickened(picture: Array, reach: int = 1) -> Array:
    """Every occupied pixel over its neighbours, the largest size wins; for eyes, single crystals are too small.

    Columns go around.
    """
    order = np.argsort(np.abs(np.nan_to_num(picture)), axis=None, kind="stable")
    row, column = np.unravel_index(order[-np.count_nonzero(np.nan_to_num(picture)) or order.size :], picture.shape)
    out = np.zeros_like(picture)
    shifts = [(down, across) for down in range(-reach, reach + 1) for across in range(-reach, reach + 1)]
    size = np.zeros(picture.shape, np.float32)
    for down, across in shifts:
        to_row, to_column = np.clip(row + down, 0, len(picture) - 1), (column + across) % picture.shape[1]
        mine = np.abs(picture[row, column])
        larger = mine >= size[to_row, to_column]
        size[to_row[larger], to_column[larger]] = mine[larger]
        out[to_row[larger], to_column[larger]] = picture[row, column][larger]
    return out


class Canvas:
    """One picture file.

    Args:
        width, height: dots.
        title: over everything.
    """

    def __init__(self, width: int, height: int, title: str) -> None:
        self.width, self.height = width, height
        self.figure: Any = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor="white")
        self.text(LEFT, 10, title, size=LARGE, weight="bold", va="top")

    def text(self, left: float, top: float, text: str, size: float = USUAL, **more: Any) -> None:
        """Letters at a place, dots from the upper left corner."""
        self.figure.text(left / self.width, 1 - top / self.height, text, fontsize=size, **more)

    def box(self, left: float, top: float, width: float, height: float) -> Any:
        """New axes at a place."""
        return self.figure.add_axes(
            (left / self.width, 1 - (top + height) / self.height, width / self.width, height / self.height)
        )

    def panel(
        self,
        place: tuple[float, float],
        picture: Array,
        scale: int,
        ticks: tuple[Ticks, Ticks],
        style: dict[str, Any],
    ) -> tuple[Any, Any]:
        """A picture whose pixels are `scale` dots wide; returns its axes and what a bar needs."""
        rows, columns = picture.shape
        axes = self.box(*place, columns * scale, rows * scale)
        across, up = ticks
        image = axes.imshow(
            empty_as_white(picture),
            origin="lower",
            aspect="auto",
            interpolation="nearest",
            extent=(*across.ends, *up.ends),
            **style,
        )
        axes.set_xlim(across.ends)
        axes.set_ylim(up.ends)
        axes.set_xticks(across.places, across.labels)
        axes.set_yticks(up.places, up.labels)
        axes.tick_params(labelsize=SMALL, length=2.5, pad=1.5)
        axes.set_xlabel(across.name, fontsize=SMALL, labelpad=0.5)
        axes.set_ylabel(up.name, fontsize=SMALL, labelpad=0.5)
        if across.name == "ix":
            axes.imshow(_NO_CRYSTAL, origin="lower", extent=(*across.ends, *up.ends), cmap="Greys", vmin=0, vmax=6)
        for border in (EB_FIRST_ROW - _HALF, _HALF - EB_FIRST_ROW):
            if across.ends == (0.5, COLUMNS + 0.5) and up.ends[0] < border < up.ends[1]:
                axes.axhline(border, color="0.75", linewidth=0.6, linestyle=(0, (4, 3)), zorder=0.5)
        return axes, image

    def bar(self, image: Any, place: tuple[float, float], height: float, text: str) -> None:
        """The colours' meaning."""
        axes = self.box(*place, BAR, height)
        bar = self.figure.colorbar(image, cax=axes)
        ticks = bar_ticks(image.norm)
        bar.set_ticks(ticks, labels=[f"{tick:g}" for tick in ticks])
        bar.ax.tick_params(labelsize=SMALL, length=2.5, pad=1.5)
        bar.ax.yaxis.set_minor_locator(NullLocator())
        bar.set_label(text, fontsize=SMALL, labelpad=3)

    def save(self, path: Path) -> None:
        """Write it; large sheets with a palette, a third of the size for some steps in the bars."""
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", dpi=DPI)
        image = Image.open(buffer).convert("RGB")
        if self.width * self.height > LARGE_SHEET:
            image = image.quantize(PALETTE, dither=Image.Dither.NONE)
        image.save(path, optimize=True)


def crystals(picture: Array) -> Array:
    """Thickened if its pixels are single crystals of the whole detector."""
    return thickened(picture) if picture.shape[1] == STITCHED.columns else picture
