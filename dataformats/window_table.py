"""Tables of windows in files for training: one row per object, its cells as lists, and how pixels come out of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from dataformats.channels import expanded_channels
from dataformats.frames import Layer
from dataformats.geometry.picture import COLUMNS
from e2efw.errors import LogicError, nearest

METADATA_KEY: Final = "E2EWindows"
"""Key of the description in the metadata of a Parquet file."""
PROVENANCE_KEY: Final = "E2EProvenance"
"""Key of what made the file, as in EDM files."""
FORMAT: Final = 1
"""Version of the layout of the table."""
CELL_COLUMNS: Final = ("channel", "cell", "value")
"""The columns that are lists."""


@dataclass(frozen=True)
class WindowLayer:
    """One channel of the windows, on a grid of its own cells.

    Cell 0 holds the first pixel of the window. Where the window begins inside a cell, the grid reaches beyond it: it
    is large enough for every place.

    Args:
        name: of the channel.
        unit: of the values.
        cell_size: pixels of the window along either side of a cell.
        parts: each pixel of a cell has the cell's value divided by this.
        rows: of the grid.
        columns: of the grid; a cell is row * columns + column.
    """

    name: str
    unit: str
    cell_size: int
    parts: int
    rows: int
    columns: int


@dataclass(frozen=True)
class WindowTable:
    """What the columns of a table of windows do not tell.

    The window of a seed (row, column) of the stitched picture begins `first_pixels` before it; columns wrap.

    Args:
        layers: the channels; `channel` counts in this order.
        window: rows and columns of pixels.
        granularity: pixels of the window along either side of a pixel of the stitched 280 x 360 picture.
        truth: what the labels mean.
        counts: objects seen, left out and written.
        statistics: by channel, of all finite values: entries, sum, sum of squares, smallest, largest; and NaNs.
    """

    layers: tuple[WindowLayer, ...]
    window: tuple[int, int]
    granularity: int = 1
    truth: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    statistics: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, layers: Sequence[Layer], cuts: Sequence[tuple[int, int]], window: tuple[int, int], granularity: int
    ) -> Self:
        """The table of windows cut out of pictures with these layers.

        Args:
            layers: the channels.
            cuts: of each the size of a cell in pixels, and what its value is divided by for each of them.
            window: rows and columns of pixels.
            granularity: see the class.
        """
        found = []
        for layer, (size, parts) in zip(layers, cuts, strict=True):
            rows, columns = ((pixels + size - 2) // size + 1 for pixels in window)
            found.append(WindowLayer(layer.name, layer.unit, size, parts, rows, columns))
        return cls(tuple(found), window, granularity)

    @property
    def names(self) -> tuple[str, ...]:
        """Channel names in order."""
        return tuple(layer.name for layer in self.layers)

    @property
    def cell_type(self) -> str:
        """Smallest dtype that holds every cell."""
        largest = max(layer.rows * layer.columns for layer in self.layers)
        return "uint16" if largest <= np.iinfo(np.uint16).max + 1 else "uint32"

    def first_pixels(self, row: NDArray[Any], column: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Row (may be negative) and column of the first pixel of each window, in the picture of its granularity.

        Args:
            row: (windows,) of the seeds, in the stitched picture.
            column: (windows,) of the seeds.
        """
        middle = self.granularity // 2
        top = row.astype(np.int64) * self.granularity + middle - (self.window[0] - 1) // 2
        left = column.astype(np.int64) * self.granularity + middle - (self.window[1] - 1) // 2
        return top, left % (COLUMNS * self.granularity)

    def positions(self, names: Sequence[str]) -> list[int]:
        """Numbers of the named channels.

        Raises:
            LogicError: a channel is missing; names the nearest.
        """
        return positions(names, self.names)

    def same_pictures(self, other: "WindowTable") -> bool:
        """True if both have the same channels, units and windows."""
        mine, others = ((table.layers, table.window, table.granularity) for table in (self, other))
        return mine == others

    def to_json(self) -> str:
        """As text, for storing in a file."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Back from `to_json`.

        Raises:
            ValueError: the text is no such table.
        """
        try:
            found = json.loads(text)
            if found.pop("format") != FORMAT:
                raise ValueError("it was written by another version")
            layers = tuple(WindowLayer(**layer) for layer in found.pop("layers"))
            height, width = found.pop("window")
            return cls(layers, (int(height), int(width)), **found)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"its description is damaged ({error})") from error


def channel_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names of channels, with every ``@set`` replaced by its channels.

    Raises:
        LogicError: there is no such set; names the nearest.
    """
    try:
        return expanded_channels(names)
    except ValueError as error:
        raise LogicError(f"{error}.") from error


def positions(names: Sequence[str], known: Sequence[str]) -> list[int]:
    """Where each name is in a list of channels.

    Raises:
        LogicError: a channel is missing; names the nearest.
    """
    for name in names:
        if name not in known:
            raise LogicError(f"no channel '{name}' in the file. {nearest(name, known)}")
    return [known.index(name) for name in names]
