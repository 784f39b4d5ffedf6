"""The public layout of E2E files: dense windows as nested lists `X_jets` (channels, rows, columns), a row per group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dataformats.window_table import channel_names
from e2efw.errors import FileReadError, LogicError, nearest
from taggers.training.arrow import ParquetTable, joined, list_offsets, pyarrow

PUBLIC_PICTURES: Final = ("X_jets", "X_jet")
"""Columns that hold the windows in public files."""
_ROWS_PER_READ = 64


class PublicFiles:
    """One or more public files with the same pictures, as if they were one.

    Rows are read in groups of at least 64, or as large as the file's own row groups: so many are in memory at a time.

    Args:
        paths: of the files.
        channels: what the channels are, in the order of the file: the files do not tell; "@qg3" for a known set.
        pictures: column with the windows; None takes `X_jets` or `X_jet`.

    Raises:
        FileOpenError: a file does not exist.
        FileReadError: a file is damaged, or has no such pictures.
        LogicError: there is another number of channels, or the files differ in shape.
    """

    def __init__(self, *paths: str | Path, channels: Sequence[str], pictures: str | None = None) -> None:
        if not paths:
            raise LogicError("PublicFiles: name at least one file.")
        self.names = channel_names(channels)
        self.files = [ParquetTable(path) for path in paths]
        self._columns = [_picture_column(file, pictures) for file in self.files]
        self._groups = [(i, groups) for i, file in enumerate(self.files) for groups in _read_together(file.group_sizes)]
        self.window = (0, 0)
        """Rows and columns of pixels; (0, 0) while no file has a row."""
        for i, file in enumerate(self.files):
            shape = self._first_shape(i)
            if shape is None:
                continue
            if shape[0] != len(self.names):
                raise LogicError(
                    f"{file.path}: '{self._columns[i]}' has {shape[0]} channels, but {len(self.names)} are named: "
                    f"{', '.join(self.names)}."
                )
            if self.window not in {(0, 0), shape[1:]}:
                raise LogicError(
                    f"{file.path}: windows of {shape[1]} x {shape[2]} pixels do not go with {self.window[0]} x "
                    f"{self.window[1]} of the other files."
                )
            self.window = shape[1], shape[2]

    @property
    def group_sizes(self) -> NDArray[np.int64]:
        """(groups,) rows that are read together."""
        return np.array([self.files[i].group_sizes[groups].sum() for i, groups in self._groups], dtype=np.int64)

    def check_scalars(self, names: Sequence[str]) -> None:
        """A LogicError if a column is not in all files."""
        for file in self.files:
            file.check_scalars(names)

    def path_of(self, group: int) -> Path:
        """File of a group."""
        return self.files[self._groups[group][0]].path

    def columns(self, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """(rows,) columns of all rows, by name; no pictures are read."""
        self.check_scalars(names)
        parts = [f.scalar_columns(f.read(range(f.group_sizes.size), names), names) for f in self.files if names]
        return joined(parts, names)

    def load(self, group: int, scalars: Sequence[str]) -> "PublicGroup":
        """Read some row groups.

        Raises:
            FileReadError: the file is damaged, or its lists differ in length.
        """
        i, groups = self._groups[group]
        file = self.files[i]
        table = file.read(list(range(groups.start, groups.stop)), [self._columns[i], *scalars])
        column = table.column(self._columns[i])
        pictures = np.empty((table.num_rows, len(self.names), *self.window), np.float32)
        filled = 0
        for chunk in column.chunks:
            pictures[filled : filled + len(chunk)] = self._pixels(chunk, i).reshape(-1, *pictures.shape[1:])
            filled += len(chunk)
        return PublicGroup(pictures, file.scalar_columns(table, scalars))

    def _pixels(self, lists: Any, i: int) -> NDArray[Any]:
        """All values of nested lists, which must have one shape."""
        for length in (len(self.names), *self.window):
            if lists.null_count or np.any(np.diff(list_offsets(lists)) != length):
                raise FileReadError(
                    f"{self.files[i].path}: pictures in '{self._columns[i]}' are not all of {len(self.names)} x "
                    f"{self.window[0]} x {self.window[1]}."
                )
            lists = lists.flatten()
        if lists.null_count:
            raise FileReadError(f"{self.files[i].path}: {lists.null_count} pixels in '{self._columns[i]}' are missing.")
        pixels: NDArray[Any] = lists.to_numpy()
        return pixels

    def _first_shape(self, i: int) -> tuple[int, int, int] | None:
        """Shape of the first picture of a file."""
        filled = np.flatnonzero(self.files[i].group_sizes)
        if not filled.size:
            return None
        lists = self.files[i].read([int(filled[0])], [self._columns[i]]).column(0).chunk(0).slice(0, 1)
        shape = []
        for _ in range(3):
            if not pyarrow().types.is_list(lists.type):
                raise FileReadError(
                    f"{self.files[i].path}: '{self._columns[i]}' does not hold lists of channels of rows of pixels."
                )
            shape.append(len(lists.flatten()))
            lists = lists.flatten().slice(0, 1)
        channels, height, width = shape
        return channels, height, width


@dataclass(frozen=True)
class PublicGroup:
    """Rows in memory.

    Args:
        pictures: (rows, channels, height, width).
        scalars: (rows,) columns by name.
    """

    pictures: NDArray[np.float32]
    scalars: Mapping[str, NDArray[Any]]

    def fill(
        self,
        rows: NDArray[np.int64],
        targets: NDArray[np.int64],
        places: NDArray[np.int64],
        out: NDArray[np.float32],
    ) -> None:
        """Copy the windows of some rows; see `sources.Group`."""
        for number in np.flatnonzero(places >= 0):
            out[targets, places[number]] = self.pictures[rows, number]


def _picture_column(file: ParquetTable, wanted: str | None) -> str:
    """Name of the column of pictures."""
    for name in PUBLIC_PICTURES if wanted is None else (wanted,):
        if name in file.lists:
            return name
    asked = " or ".join(f"'{name}'" for name in (PUBLIC_PICTURES if wanted is None else (wanted,)))
    hint = nearest(wanted or PUBLIC_PICTURES[0], file.lists, "Columns of lists")
    raise FileReadError(f"{file.path}: no pictures {asked}. {hint}")


def _read_together(sizes: NDArray[np.int64]) -> list[slice]:
    """Consecutive row groups with at least so many rows together, but for the last."""
    together, first, rows = [], 0, 0
    for number, size in enumerate(sizes.tolist()):
        rows += size
        if rows >= _ROWS_PER_READ:
            together.append(slice(first, number + 1))
            first, rows = number + 1, 0
    return [*together, slice(first, sizes.size)] if rows else together
