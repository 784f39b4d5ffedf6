"""Drawing pictures: eta and phi axes with units, boxes where the jet windows are.

This module and `colours` are the only ones of the room that import matplotlib.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataformats.frames import SeedStatus
from dataformats.geometry.picture import COLUMNS, EEM_ETA_EDGES, EEP_ETA_EDGES, PIXEL_ETA_CENTER, ROWS
from e2efw.errors import FileWriteError, MissingDependencyError
from frameproducers.colours import bar_ticks, colours, empty_as_white, label
from frameproducers.display_event import EventPictures

HALF_WINDOW = 62
"""Pixels on either side of the centre of a 125 x 125 window."""
FIRST_COLUMN = -10.0
"""Degrees in phi where column 0 begins."""
_CRYSTAL_SIZE = 9.0
_WINDOW_LAYERS = ("ECAL", "HCAL", "TracksPt")


def row_edges() -> NDArray[np.float64]:
    """(281,) eta of the edges of the rows of the stitched picture."""
    barrel = PIXEL_ETA_CENTER[55:225]
    between = (barrel[:-1] + barrel[1:]) / 2
    return np.concatenate([EEM_ETA_EDGES, between, EEP_ETA_EDGES])


def draw_event(event: EventPictures, path: Path, n_jets: int) -> None:
    """Draw all layers of an event and the windows of its leading jets.

    Args:
        event: what to draw.
        path: picture to write; the suffix decides the format.
        n_jets: windows of at most so many jets.

    Raises:
        MissingDependencyError: matplotlib is not installed.
        FileWriteError: the picture cannot be written.
    """
    figure_class = _figure_class()
    windows = _windows(event, n_jets)
    layers = event.frames.names
    n_across = 2
    n_down = -(-len(layers) // n_across)
    figure = figure_class(figsize=(15, 3.6 * n_down + 3.8 * len(windows)), layout="constrained")
    figure.suptitle(f"run:lumi:event {event.name}")
    parts = figure.subfigures(1 + len(windows), 1, height_ratios=[3.6 * n_down, *[3.8] * len(windows)], squeeze=False)
    axes = parts[0, 0].subplots(n_down, n_across, squeeze=False).ravel()
    for axis, name in zip(axes, layers, strict=False):
        _draw_layer(axis, event, name)
        for row, column, _ in windows:
            _draw_box(axis, row, column)
    for axis in axes[len(layers) :]:
        axis.set_axis_off()
    for part, (row, column, title) in zip(parts[1:, 0], windows, strict=True):
        part.suptitle(title)
        shown = [name for name in _WINDOW_LAYERS if name in layers]
        for axis, name in zip(np.ravel(part.subplots(1, len(shown))), shown, strict=True):
            _draw_window(axis, event, name, row, column)
    try:
        figure.savefig(path, dpi=110)
    except (OSError, ValueError) as error:
        raise FileWriteError(f"{path}: cannot write the picture: {error}") from error


def _figure_class() -> Any:
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise MissingDependencyError("e2efw display needs matplotlib: pip install 'e2efw[plot]'") from error
    return Figure


def _windows(event: EventPictures, n_jets: int) -> list[tuple[int, int, str]]:
    """Centre row, centre column and title of the windows of the leading jets."""
    if event.seeds is None:
        return []
    found = []
    for number in np.flatnonzero(event.seeds.flat("status") == SeedStatus.OK)[:n_jets]:
        title = f"jet {number}"
        if event.jets is not None:
            pt, eta, phi = (float(event.jets.flat(name)[number]) for name in ("pt", "eta", "phi"))
            title += f": $p_T$ = {pt:.1f} GeV, $\\eta$ = {eta:.2f}, $\\phi$ = {np.degrees(phi):.0f}°"
        found.append((int(event.seeds.flat("row")[number]), int(event.seeds.flat("column")[number]), title))
    return found


def _draw_layer(axis: Any, event: EventPictures, name: str) -> None:
    """One layer over the whole detector; crystals are drawn larger than they are, or nobody would see them."""
    number, layer = event.frames.layer(name)
    picture = event.frames.dense(name)[0]
    eta = row_edges()[:: ROWS // layer.rows]
    phi = FIRST_COLUMN + np.linspace(0.0, 360.0, layer.columns + 1)
    shown = empty_as_white(picture)
    if layer.rows == ROWS:
        row, column = np.nonzero(~np.ma.getmaskarray(shown))
        order = np.argsort(np.abs(picture[row, column]))
        row, column = row[order], column[order]
        centre_eta, centre_phi = (eta[row] + eta[row + 1]) / 2, (phi[column] + phi[column + 1]) / 2
        style = {"marker": "s", "s": _CRYSTAL_SIZE, "linewidths": 0}
        drawn = axis.scatter(centre_phi, centre_eta, c=picture[row, column], **style, **colours(picture, name))
    else:
        drawn = axis.pcolormesh(phi, eta, shown, **colours(picture, name))
    _bar(axis, drawn, label(name, layer.unit))
    cells = int(np.count_nonzero(event.frames.flat("channel") == number))
    axis.set(
        xlabel=r"$\phi$ [°]",
        ylabel=r"$\eta$",
        ylim=(eta[0], eta[-1]),
        xlim=(phi[0], phi[-1]),
        title=f"{name}: {cells} of {layer.rows} x {layer.columns} cells",
    )
    if np.isnan(picture).any():
        axis.text(0.5, 0.5, "unknown: the input lacks the errors", transform=axis.transAxes, ha="center", color="0.4")
    for border in (-1.479, 1.479):
        axis.axhline(border, color="0.8", linewidth=0.6, zorder=0)
    axis.set_xticks(np.arange(0, 351, 30))


def _bar(axis: Any, drawn: Any, text: str) -> None:
    """The colours' meaning, with numbers that do not overlap around zero."""
    ticks = bar_ticks(drawn.norm)
    bar = axis.figure.colorbar(drawn, ax=axis, label=text, pad=0.01)
    bar.set_ticks(ticks, labels=[f"{tick:g}" for tick in ticks])


def _draw_box(axis: Any, row: int, column: int) -> None:
    """Outline of a window; cut in two where it passes the edge of the picture."""
    eta = row_edges()
    bottom, top = eta[row - HALF_WINDOW], eta[row + HALF_WINDOW + 1]
    left = FIRST_COLUMN + column - HALF_WINDOW
    for shift in (-COLUMNS, 0, COLUMNS):
        start, stop = left + shift, left + shift + 2 * HALF_WINDOW + 1
        if start < FIRST_COLUMN + COLUMNS and stop > FIRST_COLUMN:
            axis.plot(
                [start, stop, stop, start, start], [bottom, bottom, top, top, bottom], color="tab:red", linewidth=0.9
            )
    axis.set_xlim(FIRST_COLUMN, FIRST_COLUMN + COLUMNS)


def _draw_window(axis: Any, event: EventPictures, name: str, row: int, column: int) -> None:
    """The 125 x 125 pixels around a centre, in pixels relative to it."""
    _, layer = event.frames.layer(name)
    picture = event.frames.dense(name, (ROWS, COLUMNS))[0]
    columns = np.arange(column - HALF_WINDOW, column + HALF_WINDOW + 1) % COLUMNS
    window = picture[row - HALF_WINDOW : row + HALF_WINDOW + 1][:, columns]
    reach = HALF_WINDOW + 0.5
    image = axis.imshow(
        empty_as_white(window),
        origin="lower",
        extent=(-reach, reach, -reach, reach),
        interpolation="nearest",
        **colours(window, name),
    )
    _bar(axis, image, label(name, layer.unit))
    axis.set(xlabel=r"iphi $-$ centre [crystals]", ylabel=r"ieta $-$ centre [crystals]")
