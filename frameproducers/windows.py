"""Dense windows around seeds: the one way from layers to pixels that jets, photons and whole events share.

The picture behind the windows has granularity g: 280 g x 360 g pixels. A layer whose picture has 280 x 360 cells fills
g x g pixels per cell, a tower of the HCAL 5 g x 5 g, a cell of a layer made at the granularity itself one. A pixel gets
its part of what is summed in a cell (energies, momenta, counts) and repeats what is not (means).
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dataformats.frames import Seeds, SeedStatus, Windows
from dataformats.geometry.picture import COLUMNS, ROWS
from e2efw.errors import ConfigurationError
from frameproducers.entries import Entries, Inputs, can_be_added, merged, passes, unmerged
from frameproducers.grids import Grid
from frameproducers.kept_memory import zeros
from frameproducers.kernels.windows import add_to_windows, fill_windows
from frameproducers.layers import BASE_LAYERS, LAYERS, LayerRule, inputs_of
from frameproducers.resampling import EEResampling, can_be_resampled, resampled

Upsampling: TypeAlias = Literal["share", "tile"]
"""What the pixels of an HCAL tower get: share gives each its part of the energy, tile gives each all of it."""
Border: TypeAlias = Literal["reject", "pad"]
"""What happens to windows that reach beyond the picture: their objects have none, or they are zero there."""

_SUMMED = {"sum", "count"}
_HCAL = {"hbhe_hits"}


class Cut(NamedTuple):
    """How cells become pixels.

    Args:
        size: pixels along either side of a cell.
        parts: each pixel gets the cell's value divided by this.
    """

    size: int
    parts: int


@dataclass(frozen=True)
class View:
    """What a window shows.

    Args:
        channels: names of `LAYERS`, in this order.
        shape: rows and columns of pixels.
        granularity: pixels along either side of a pixel of the stitched 280 x 360 picture.
        hcal_upsampling: see `Upsampling`.
        ee_resampling: see `EEResampling`.
        legacy_direction: as for `layer_entries`.
        rows: first row of the stitched picture that is shown, and the one after the last; others stay zero.
    """

    channels: tuple[str, ...]
    shape: tuple[int, int]
    granularity: int = 1
    hcal_upsampling: Upsampling = "share"
    ee_resampling: EEResampling = "none"
    legacy_direction: bool = False
    rows: tuple[int, int] = (0, ROWS)

    def cut(self, name: str) -> Cut:
        """How the cells of a layer become pixels.

        Raises:
            ConfigurationError: its cells are not whole pixels.
        """
        cell = cell_size(name, self.granularity)
        shared = LAYERS[name].fill in _SUMMED and not (inputs_of([name]) == _HCAL and self.hcal_upsampling == "tile")
        return Cut(cell, cell * cell if shared else 1)

    def corner(self, row: NDArray[np.int64], column: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Row (may be negative) and column of the first pixel, of windows centred on pixels of the stitched picture.

        The middle of an even number of pixels is the one before the middle: 15 of 32.
        """
        middle, (height, width) = self.granularity // 2, self.shape
        top = row * self.granularity + middle - (height - 1) // 2
        left = column * self.granularity + middle - (width - 1) // 2
        return top, left % (COLUMNS * self.granularity)

    def centres(self, border: Border) -> tuple[int, int]:
        """First and last stitched row that a window may be centred on; (280, -1) if it never fits."""
        if border == "pad":
            return 0, ROWS - 1
        row = np.arange(ROWS)
        top, _ = self.corner(row, row)
        low, high = self.rows[0] * self.granularity, self.rows[1] * self.granularity
        fitting = row[(top >= low) & (top + self.shape[0] <= high)]
        return (int(fitting[0]), int(fitting[-1])) if fitting.size else (ROWS, -1)


def cell_size(name: str, granularity: int) -> int:
    """Pixels along either side of a layer's cell in windows of a granularity.

    Raises:
        ConfigurationError: its cells are not whole pixels; names the layers that fit.
    """
    size = _cell_size(LAYERS[name].grid, granularity)
    if not size:
        layer = LAYERS[name].layer
        others = ", ".join(other for other in BASE_LAYERS if _cell_size(LAYERS[other].grid, granularity))
        raise ConfigurationError(
            f"layer '{name}' of {layer.rows} x {layer.columns} cells does not fit granularity {granularity}: the "
            f"whole picture has {ROWS * granularity} x {COLUMNS * granularity} pixels. Those that do: {others}."
        )
    return size


def _cell_size(grid: Grid, granularity: int) -> int:
    """Pixels along either side of a cell; 0 if cells are not whole squares of pixels."""
    pixels = grid.cell_size * granularity
    return 0 if grid.first_row is None or pixels % grid.fineness else pixels // grid.fineness


def windows_at(seeds: Seeds, view: View, inputs: Inputs) -> Windows:
    """A window for every seed that is OK.

    Args:
        seeds: of a block.
        view: what the windows show.
        inputs: of the same events.
    """
    windows = empty_windows(seeds, view)
    event = np.repeat(np.arange(len(windows)), np.diff(windows.offsets))
    busy = np.unique(event)
    if 2 * busy.size < len(seeds):  # of a few idle events, projecting the hits costs less than copying all others
        inputs, event = inputs.take(busy), np.searchsorted(busy, event)
    if busy.size:
        top, left = view.corner(windows.row.astype(np.int64), windows.column.astype(np.int64))
        draw(view, inputs, event, top, left, windows.pixels)
    return windows


def empty_windows(seeds: Seeds, view: View) -> Windows:
    """A window for every seed that is OK, all zero."""
    seeded = seeds.flat("status") == SeedStatus.OK
    owner = np.arange(seeded.size) - np.repeat(seeds.offsets[:-1], seeds.counts)
    return Windows(
        view.channels,
        np.concatenate([[0], np.cumsum(seeded)])[seeds.offsets],
        owner[seeded].astype(np.int32),
        seeds.flat("row")[seeded].astype(np.int32),
        seeds.flat("column")[seeded].astype(np.int32),
        zeros((int(np.count_nonzero(seeded)), len(view.channels), *view.shape)),
    )


def draw(
    view: View,
    inputs: Inputs,
    event: NDArray[np.int64],
    top: NDArray[np.int64],
    left: NDArray[np.int64],
    pixels: NDArray[np.float32],
) -> None:
    """Fill windows whose corners are known.

    Args:
        view: what they show.
        inputs: of a block.
        event: (windows,) the event that each looks at.
        top, left: (windows,) first pixel of each, see `View.corner`.
        pixels: (windows, channels, height, width), zero on entry.
    """
    rows = view.rows[0] * view.granularity, view.rows[1] * view.granularity
    around = COLUMNS * view.granularity
    for projected, rules in passes(view.channels, inputs, legacy_direction=view.legacy_direction):
        added = [rule for rule in rules if _is_added(view, rule)]
        for rule in added:
            found, number = placed(unmerged(projected, rule), rule.grid), view.channels.index(rule.name)
            add_to_windows(*found, around, rows, event, top, left, number, pixels)
        for name, entries in merged(projected, [rule for rule in rules if rule not in added]).items():
            found, number = placed(entries, LAYERS[name].grid), view.channels.index(name)
            if can_be_resampled(LAYERS[name]):
                found = resampled(found, view.ee_resampling)
            fill_windows(*found, *view.cut(name), around, rows, event, top, left, number, pixels)


def _is_added(view: View, rule: LayerRule) -> bool:
    """True if the pixels of a layer are the sums of its entries."""
    untouched = view.ee_resampling == "none" or not can_be_resampled(rule)
    return untouched and view.cut(rule.name) == Cut(1, 1) and can_be_added(rule)


def placed(entries: Entries, grid: Grid) -> Entries:
    """The entries of a picture that is a part of the stitched one, with cells of the whole."""
    if not grid.first_row:
        return entries
    above = grid.first_row * grid.fineness // grid.cell_size * grid.columns
    return entries._replace(cell=entries.cell + np.int32(above))


def refuse_what_does_not_fit(who: str, view: View, border: Border) -> None:
    """A ConfigurationError if the windows or a layer of theirs cannot be drawn, before the first event.

    Args:
        who: the module.
        view: what its windows show.
        border: what happens to windows beyond the picture.
    """
    try:
        for name in view.channels:
            cell_size(name, view.granularity)
    except ConfigurationError as error:
        raise ConfigurationError(f"{who}: {error}") from None
    (height, width), around = view.shape, COLUMNS * view.granularity
    if width > around:
        raise ConfigurationError(
            f"{who}: windows {width} pixels wide; {around} go once around, make 'width' no larger."
        )
    if border == "reject" and view.centres(border) == (ROWS, -1):
        tall = (view.rows[1] - view.rows[0]) * view.granularity
        raise ConfigurationError(
            f"{who}: windows {height} pixels high do not fit into the {tall} of the picture around any crystal, so "
            "every object would be rejected. Make 'height' smaller, or border='pad'."
        )
