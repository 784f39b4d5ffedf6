"""What every kind of training file offers, and how random rows are read from it."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dataformats.window_table import channel_names, positions
from e2efw.errors import LogicError


class Group(Protocol):
    """Rows that were read together.

    Args:
        scalars: (rows,) columns by name.
    """

    @property
    def scalars(self) -> Mapping[str, NDArray[Any]]:
        """(rows,) columns by name."""

    def fill(
        self,
        rows: NDArray[np.int64],
        targets: NDArray[np.int64],
        places: NDArray[np.int64],
        out: NDArray[np.float32],
    ) -> None:
        """Draw the windows of some rows.

        Args:
            rows: (drawn,) positions in the group.
            targets: (drawn,) where each goes in `out`.
            places: (channels of the file,) channel of `out`, -1 for none.
            out: (pictures, channels, height, width), any content.
        """


class Source(Protocol):
    """Files with windows, in groups of rows."""

    @property
    def names(self) -> tuple[str, ...]:
        """Channels, in the order of the file."""

    @property
    def window(self) -> tuple[int, int]:
        """Rows and columns of pixels."""

    @property
    def group_sizes(self) -> NDArray[np.int64]:
        """(groups,) rows of each."""

    def check_scalars(self, names: Sequence[str]) -> None:
        """A LogicError if a column does not exist."""

    def path_of(self, group: int) -> Path:
        """File of a group."""

    def columns(self, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """(rows,) columns of all rows, by name; no pictures are read."""

    def load(self, group: int, scalars: Sequence[str]) -> Group:
        """Read a group with the named scalar columns."""


class RandomAccess:
    """Any rows, by name of channel and column, keeping the groups read last.

    Args:
        source: the files.
        channels: names; the order of the pictures; "@qg3" for a known set. None for all of the file.
        scalars: names of the other columns wanted: labels, targets, pt.
        keep_groups: how many groups stay in memory.

    Raises:
        LogicError: a channel or column does not exist; names the nearest.
    """

    def __init__(
        self,
        source: Source,
        channels: Sequence[str] | None = None,
        scalars: Sequence[str] = ("label",),
        keep_groups: int = 8,
    ) -> None:
        self.source = source
        self.channels = source.names if channels is None else channel_names(channels)
        self.scalars = tuple(scalars)
        self.keep_groups = keep_groups
        if not self.channels or len(set(self.channels)) < len(self.channels):
            raise LogicError(f"name every channel once, not {', '.join(self.channels) or 'none'}.")
        if "pictures" in self.scalars:
            raise LogicError("'pictures' is the name of the windows themselves, not of a column.")
        self._places = np.full(len(source.names), -1, np.int64)
        self._places[positions(self.channels, source.names)] = np.arange(len(self.channels))
        source.check_scalars(self.scalars)
        self._starts = np.concatenate([[0], np.cumsum(source.group_sizes)])
        self._kept: OrderedDict[int, Group] = OrderedDict()

    def __len__(self) -> int:
        """Number of rows."""
        return int(self._starts[-1])

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the groups in memory."""
        return {**vars(self), "_kept": OrderedDict()}

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, rows and columns of a picture."""
        return (len(self.channels), *self.source.window)

    def read(self, rows: NDArray[np.int64], out: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        """Draw windows into `out`.

        Args:
            rows: (drawn,) numbers from 0 over all groups, in any order.
            out: (drawn, channels, height, width), any content.

        Returns:
            (drawn,) scalars by name.

        Raises:
            LogicError: there is no such row, or `out` has another shape.
        """
        if out.shape != (rows.size, *self.shape) or out.dtype != np.float32:
            raise LogicError(f"{rows.size} pictures of {self.shape} do not fit into {out.shape} {out.dtype}.")
        if rows.size and not (rows.min() >= 0 and rows.max() < len(self)):
            raise LogicError(f"rows {rows.min()} to {rows.max()} are not all among the {len(self)} there are.")
        group = np.searchsorted(self._starts, rows, side="right") - 1
        found: dict[str, NDArray[Any]] = {} if rows.size else {name: np.empty(0, np.float32) for name in self.scalars}
        for number in np.unique(group):
            mine = np.flatnonzero(group == number)
            loaded, inside = self._group(int(number)), rows[mine] - self._starts[number]
            loaded.fill(inside, mine, self._places, out)
            for name in self.scalars:
                column = loaded.scalars[name]
                found.setdefault(name, np.empty(rows.size, column.dtype))[mine] = column[inside]
        return found

    def _group(self, number: int) -> Group:
        """A group, from memory if it was read lately."""
        if number not in self._kept:
            while len(self._kept) >= self.keep_groups:
                self._kept.popitem(last=False)
            self._kept[number] = self.source.load(number, self.scalars)
        self._kept.move_to_end(number)
        return self._kept[number]
