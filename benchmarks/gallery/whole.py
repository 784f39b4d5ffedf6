"""Sheets of the whole detector: all layers of the usual events, variants of layers, events as overlays."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.gallery.canvas import (
    BAR_ROOM,
    BELOW,
    GAP,
    LEFT,
    SMALL,
    TOP,
    USUAL,
    Array,
    Canvas,
    axes_of,
    crystals,
)
from benchmarks.gallery.events import Event
from benchmarks.gallery.sheets import VARIANTS, Sheet
from dataformats.frames import SparseFrames
from dataformats.geometry.picture import COLUMNS, ROWS
from frameproducers.colours import colours, label
from frameproducers.drawing import row_edges
from frameproducers.grids import STITCHED
from frameproducers.layers import LAYERS

HEAD: Final = 62
"""Dots above the first row, for the title and the names of the events."""
_QUANTITIES: Final = {
    "energy": "energy",
    "energy_t": "transverse energy",
    "energy_z": "longitudinal energy",
    "time": "time",
    "pt": "$p_T$",
    "qpt": "$q p_T$",
    "d0": "$d_0$",
    "dz": "$d_z$",
    "d0_sig": "$d_0$ / error",
    "dz_sig": "$d_z$ / error",
    "ip2d": "2D impact parameter",
    "ip3d": "3D impact parameter",
    "ip2d_sig": "2D i. p. / error",
    "ip3d_sig": "3D i. p. / error",
}
VARIANT: Final = LEFT + COLUMNS + BAR_ROOM
"""Dots from one variant to the next."""
_NOUNS: Final = {"PIXELS": "hits", "STRIPS": "hits", "TRACKS": "tracks"}


def scale_of(picture: Array) -> int:
    """Dots per pixel, so that pictures of the whole detector are equally wide."""
    return max(1, COLUMNS // int(picture.shape[1]))


def unit_of(name: str, cell: str = "") -> str:
    """What the bar says: quantity and unit, or what is counted.

    Args:
        name: of the layer.
        cell: what has the value, if it is not the cell of the layer.
    """
    rule = LAYERS[name]
    cell = cell or ("tower" if rule.cell_size > 1 else "crystal" if rule.grid.fineness == 1 else "part of a crystal")
    if rule.fill == "count":
        return f"{_NOUNS[rule.source.name]} per {cell}"
    text = _QUANTITIES[rule.value.removeprefix("beam_")]
    if rule.negative:
        text = text.replace("$d_0$", "$d_{xy}$")
    return label(f"{text} per {cell}" if rule.fill == "sum" else text, rule.unit)


def summary(name: str, picture: Array) -> str:
    """A few words about a picture: its occupied cells, and its sum if that means something."""
    rule, filled = LAYERS[name], int(np.count_nonzero(picture))
    text = f"{filled} cells"
    if filled and rule.value in {"energy", "energy_t", "energy_z", "pt"} and rule.fill == "sum":
        text += f", {picture.sum(dtype=np.float64):.0f} GeV"
    if filled and rule.fill == "count":
        text = f"{picture.sum():.0f} {_NOUNS[rule.source.name]} in {filled} cells"
    return text


def layer_sheet(sheet: Sheet, events: Sequence[Event]) -> Canvas:
    """One row per layer, one column per event, one colour scale per row."""
    frames = [event.frames(*sheet.layers) for event in events]
    rows = [(name, [frame.dense(name)[0] for frame in frames]) for name in sheet.layers]
    heights = [pictures[0].shape[0] * scale_of(pictures[0]) for _, pictures in rows]
    width = LEFT + len(events) * (COLUMNS + GAP) + BAR_ROOM
    canvas = Canvas(width, HEAD + sum(heights) + len(rows) * (TOP + BELOW), sheet.title)
    for column, event in enumerate(events):
        centre = LEFT + column * (COLUMNS + GAP) + COLUMNS / 2
        canvas.text(centre, HEAD - 16, event.title, size=USUAL, ha="center")
    top = HEAD
    for (name, pictures), height in zip(rows, heights, strict=True):
        top += TOP
        _layer_row(canvas, name, pictures, top)
        top += height + BELOW
    return canvas


def _layer_row(canvas: Canvas, name: str, pictures: Sequence[Array], top: float) -> None:
    grid, style = LAYERS[name].grid, colours(np.stack(pictures), name)
    scale = scale_of(pictures[0])
    for number, picture in enumerate(pictures):
        left = LEFT + number * (COLUMNS + GAP)
        left += (COLUMNS - picture.shape[1] * scale) / 2
        axes, image = canvas.panel((left, top), crystals(picture), scale, axes_of(grid), style)
        if number and grid.first_row is not None:
            axes.set_ylabel("")
            axes.set_yticklabels([])
        axes.set_title(summary(name, picture), fontsize=SMALL, loc="right", pad=2, color="0.35")
        if not number:
            axes.set_title(name, fontsize=USUAL, loc="left", pad=3, weight="bold")
    height = pictures[0].shape[0] * scale
    canvas.bar(image, (LEFT + len(pictures) * (COLUMNS + GAP), top), height, unit_of(name))


def variant_sheet(event: Event) -> Canvas:
    """Rows of variants; granularity is shown around the leading jet, or the cells would be too small."""
    width = 4 * VARIANT
    heights = [300 if any(name.endswith("x3") for name in row) else ROWS for _, row in VARIANTS]
    canvas = Canvas(width, HEAD + sum(heights) + len(VARIANTS) * (TOP + BELOW), f"Variants of layers: {event.title}")
    top = HEAD - 20
    for (what, names), height in zip(VARIANTS, heights, strict=True):
        top += TOP
        for number, name in enumerate(names):
            place = LEFT + number * VARIANT, top
            picture = event.frames(name).dense(name)[0]
            if "granularity" in what:
                _close_up(canvas, event, name, picture, place)
            else:
                _variant(canvas, name, picture, place)
        top += height + BELOW
    return canvas


def _variant(canvas: Canvas, name: str, picture: Array, place: tuple[float, float]) -> None:
    scale = 2 if LAYERS[name].grid.first_row is None else scale_of(picture)
    axes, image = canvas.panel(place, crystals(picture), scale, axes_of(LAYERS[name].grid), colours(picture, name))
    _name(axes, name, picture, scale)
    canvas.bar(image, (place[0] + picture.shape[1] * scale + 6, place[1]), picture.shape[0] * scale, unit_of(name))


def _name(axes: Any, name: str, picture: Array, scale: int) -> None:
    axes.set_title(name, fontsize=USUAL, loc="left", pad=3, weight="bold")
    if picture.shape[1] * scale > 250:
        axes.set_title(summary(name, picture), fontsize=SMALL, loc="right", pad=2, color="0.35")


def _close_up(canvas: Canvas, event: Event, name: str, picture: Array, place: tuple[float, float]) -> None:
    """20 x 20 crystals around the leading jet."""
    fine, reach = LAYERS[name].grid.fineness, 10
    row, column = (int(part[0]) for part in rows_and_columns(event.ak4.flat("eta")[:1], event.ak4.flat("phi")[:1]))
    columns = np.arange((column - reach) * fine, (column + reach) * fine) % picture.shape[1]
    window = picture[(row - reach) * fine : (row + reach) * fine][:, columns]
    across, up = (
        ticks._replace(ends=(middle - reach, middle + reach), places=places, labels=tuple(f"{p:.0f}" for p in places))
        for ticks, middle in zip(axes_of(STITCHED), (column + 0.5, row - ROWS / 2), strict=True)
        for places in [tuple(float(round(middle) + step) for step in (-8, -4, 0, 4, 8))]
    )
    axes, image = canvas.panel(place, window, 300 // window.shape[0], (across, up), colours(window, name))
    _name(axes, name, window, 300 // len(window))
    canvas.bar(image, (place[0] + 306, place[1]), 300, unit_of(name))


def rows_and_columns(eta: NDArray[Any], phi: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places of directions in the stitched picture, in pixels from its lower left corner."""
    row = np.interp(eta, row_edges(), np.arange(ROWS + 1.0))
    return row, (np.degrees(phi) + 10.0) % COLUMNS


def dense(frames: SparseFrames, name: str) -> Array:
    """A layer of one event on the pixels of the stitched picture; towers keep their energy in each."""
    layer = frames.layer(name)[1]
    rows: Array = frames.dense(name)[0].repeat(ROWS // layer.rows, axis=0)
    return rows.repeat(COLUMNS // layer.columns, axis=1)
