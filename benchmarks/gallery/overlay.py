"""Tracks over ECAL over HCAL in one picture, as talks about end-to-end networks show them, with objects marked."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import ListedColormap, LogNorm

from benchmarks.gallery.canvas import (
    BAR,
    BELOW,
    GAP,
    LEFT,
    SMALL,
    TOP,
    USUAL,
    Array,
    Canvas,
    Ticks,
    axes_of,
    crystals,
)
from benchmarks.gallery.events import Event
from benchmarks.gallery.whole import HEAD, dense, rows_and_columns
from dataformats.collection import Collection
from dataformats.geometry.picture import COLUMNS, ROWS
from frameproducers.colours import empty_as_white
from frameproducers.grids import STITCHED


class Part(NamedTuple):
    """One of the three pictures.

    Args:
        layer: of the frames.
        colours: name of matplotlib's map.
        ends: lowest and highest value of the scale, GeV; what is below is left out, most of it noise.
        alpha: how much it covers.
    """

    layer: str
    colours: str
    ends: tuple[float, float]
    alpha: float


PARTS: Final = (
    Part("HCAL", "Greys", (0.5, 300.0), 0.9),
    Part("ECAL", "Blues", (0.2, 200.0), 0.85),
    Part("TracksPt", "Oranges", (0.5, 100.0), 0.85),
)
"""From below to above."""
LAYERS_SHOWN: Final = tuple(part.layer for part in PARTS)
BARS: Final = 3 * 70
"""Dots for the three bars."""


class Mark(NamedTuple):
    """Circles around objects.

    Args:
        objects: with pt, eta and phi.
        radius: of the circle.
        text: what stands before the pt.
        colour: of circle and text.
        n: leading objects that have one.
        min_pt: GeV, of these.
    """

    objects: Collection
    radius: float
    text: str
    colour: str
    n: int = 4
    min_pt: float = 0.0


def overlay(
    canvas: Canvas, place: tuple[float, float], pictures: Sequence[Array], scale: int, ticks: tuple[Ticks, Ticks]
) -> tuple[Any, list[Any]]:
    """Draw HCAL, ECAL and tracks over each other; returns the axes and one image for each bar."""
    axes, images = None, []
    for part, picture in zip(PARTS, pictures, strict=True):
        style = {
            "norm": LogNorm(*part.ends, clip=True),
            "cmap": ListedColormap(colormaps[part.colours](np.linspace(0.25, 1.0, 256))),
            "alpha": part.alpha,
        }
        shown = np.where(picture < part.ends[0], np.float32(0), picture)
        if axes is None:
            axes, image = canvas.panel(place, shown, scale, ticks, style)
        else:
            extent = (*ticks[0].ends, *ticks[1].ends)
            image = axes.imshow(
                empty_as_white(shown), origin="lower", aspect="auto", interpolation="nearest", extent=extent, **style
            )
        images.append(image)
    return axes, images


def bars(canvas: Canvas, images: Sequence[Any], place: tuple[float, float], height: float) -> None:
    """The three scales side by side."""
    names = {"HCAL": "HCAL energy [GeV]", "ECAL": "ECAL energy [GeV]", "TracksPt": r"track $p_T$ [GeV]"}
    for number, (part, image) in enumerate(zip(PARTS, images, strict=True)):
        canvas.bar(image, (place[0] + number * (BAR + 52), place[1]), height, names[part.layer])


def marks_of(event: Event) -> list[Mark]:
    """What is worth a circle: jets, and taus and electrons that are true."""
    if event.real:
        return [Mark(event.ak4, 0.4, "AK4", "tab:green", n=3, min_pt=20.0)]
    taus, jets = event.taus, event.ak4
    if taus.any():
        leptons = type(jets)(np.array([0, np.count_nonzero(taus)]), **{k: v[taus] for k, v in jets.columns.items()})
        return [Mark(leptons, 0.4, r"$\tau_h$", "tab:red")]
    if event.ak8.flat("pt").max(initial=0.0) > 200:
        return [Mark(event.ak8, 0.8, "AK8", "tab:green", min_pt=200.0)]
    return [Mark(event.electrons, 0.2, "$e$", "tab:red", min_pt=20.0)]


def draw_marks(axes: Any, marks: Sequence[Mark]) -> None:
    """Circles in (eta, phi), in the coordinates of the stitched picture."""
    turn = np.linspace(0, 2 * np.pi, 181)
    for mark in marks:
        pt, eta, phi = (mark.objects.flat(name) for name in ("pt", "eta", "phi"))
        for at in [at for at in np.argsort(-pt)[: mark.n] if pt[at] > mark.min_pt]:
            around, up = phi[at] + mark.radius * np.cos(turn), eta[at] + mark.radius * np.sin(turn)
            row, column = rows_and_columns(up, around)
            column[1:][np.abs(np.diff(column)) > COLUMNS / 2] = np.nan
            row[np.abs(up) > 3] = np.nan
            axes.plot(column + 0.5, row - ROWS / 2, color=mark.colour, linewidth=1.1)
            _, (side,) = rows_and_columns(eta[at : at + 1], phi[at : at + 1])
            below, above = float(np.nanmin(row)) - ROWS / 2 - 4, float(np.nanmax(row)) - ROWS / 2 + 4
            over = above < ROWS / 2 - 16 and (eta[at] > -0.6 or below < 16 - ROWS / 2)
            axes.text(
                min(max(float(side), 40.0), COLUMNS - 40.0),
                above if over else below,
                f"{mark.text}, {pt[at]:.0f} GeV",
                color=mark.colour,
                fontsize=SMALL + 1.5,
                ha="center",
                va="bottom" if over else "top",
                weight="bold",
            )


def event_sheet(events: Sequence[Event], title: str, scale: int = 2) -> Canvas:
    """Whole events, two in a row."""
    width, height, down = COLUMNS * scale, ROWS * scale, -(-len(events) // 2)
    canvas = Canvas(LEFT + 2 * (width + GAP) + BARS, HEAD - 30 + down * (TOP + height + BELOW), title)
    images: list[Any] = []
    for number, event in enumerate(events):
        place = LEFT + number % 2 * (width + GAP), HEAD - 30 + TOP + number // 2 * (TOP + height + BELOW)
        frames = event.frames(*LAYERS_SHOWN)
        pictures = [dense(frames, part.layer) for part in PARTS]
        pictures[-1] = crystals(pictures[-1])
        axes, images = overlay(canvas, place, pictures, scale, axes_of(STITCHED))
        axes.set_title(event.title, fontsize=USUAL, loc="left", pad=3)
        if number % 2:
            axes.set_ylabel("")
            axes.set_yticklabels([])
        draw_marks(axes, marks_of(event))
    bars(canvas, images, (LEFT + 2 * (width + GAP), HEAD - 30 + TOP), height)
    return canvas
