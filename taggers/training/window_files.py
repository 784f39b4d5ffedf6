"""Tables of windows that `e2efw export` writes: cells as lists, drawn as pixels when they are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataformats.frames import SeedStatus
from dataformats.geometry.picture import COLUMNS
from dataformats.window_table import CELL_COLUMNS, METADATA_KEY, PROVENANCE_KEY, WindowTable
from e2efw.errors import FileReadError, LogicError
from taggers.training.arrow import ParquetTable, chunk_of, joined, list_offsets
from taggers.training.kernels import fill_pixels, first_outside

_SEEDS = ("seed_row", "seed_column")


class WindowFiles:
    """One or more files with the same channels and windows, as if they were one.

    Rows without a window or a valid label, which `--keep-all` writes, are passed over.

    Args:
        paths: files that `e2efw export` wrote.

    Raises:
        FileOpenError: a file does not exist.
        FileReadError: a file is damaged, or holds no windows.
        LogicError: the files do not have the same channels and windows.
    """

    def __init__(self, *paths: str | Path) -> None:
        if not paths:
            raise LogicError("WindowFiles: name at least one file.")
        self.files = [ParquetTable(path) for path in paths]
        tables = [_described(file) for file in self.files]
        self.table = tables[0]
        for file, table in zip(self.files, tables, strict=True):
            if not table.same_pictures(self.table):
                raise LogicError(
                    f"{file.path} has {_shown(table)}, but {self.files[0].path} has {_shown(self.table)}: "
                    "export both with the same cfg."
                )
        self._groups = [
            (file, number, rows)
            for file, table in zip(self.files, tables, strict=True)
            for number, rows in enumerate(_usable(file, table))
        ]

    @property
    def names(self) -> tuple[str, ...]:
        """Channels, in the order of the file."""
        return self.table.names

    @property
    def window(self) -> tuple[int, int]:
        """Rows and columns of pixels."""
        return self.table.window

    @property
    def group_sizes(self) -> NDArray[np.int64]:
        """(groups,) usable rows of each row group."""
        sizes = [file.group_sizes[number] if rows is None else rows.size for file, number, rows in self._groups]
        return np.array(sizes, dtype=np.int64)

    @property
    def provenance(self) -> dict[str, str]:
        """What made each file, as JSON text, by path."""
        return {str(file.path): file.notes.get(PROVENANCE_KEY, "") for file in self.files}

    @property
    def tasks(self) -> dict[str, str]:
        """Task of the labels of each file, by path."""
        return {str(file.path): _described(file).truth.get("task", "") for file in self.files}

    def check_scalars(self, names: Sequence[str]) -> None:
        """A LogicError if a column is not in all files."""
        for file in self.files:
            file.check_scalars(names)

    def path_of(self, group: int) -> Path:
        """File of a group."""
        return self._groups[group][0].path

    def columns(self, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """(rows,) columns of all usable rows, by name; no pictures are read."""
        self.check_scalars(names)
        parts = [f.scalar_columns(f.read([number], names, rows), names) for f, number, rows in self._groups if names]
        return joined(parts, names)

    def load(self, group: int, scalars: Sequence[str]) -> "WindowGroup":
        """Read a row group with the named scalar columns.

        Raises:
            FileReadError: the file is damaged.
        """
        file, number, rows = self._groups[group]
        wanted = dict.fromkeys((*CELL_COLUMNS, *_SEEDS, *scalars))
        table = file.read([number], list(wanted), rows)
        lists = {name: chunk_of(table, name) for name in CELL_COLUMNS}
        offsets = {name: list_offsets(column) for name, column in lists.items()}
        channel, cell, value = (lists[name].flatten().to_numpy() for name in CELL_COLUMNS)
        if any(not np.array_equal(offsets["channel"], other) for other in offsets.values()):
            raise FileReadError(
                f"{file.path}: row group {number}: lists of channels, cells and values differ in length."
            )
        places = np.array([layer.rows * layer.columns for layer in self.table.layers])
        if first_outside(channel, cell, places) >= 0:
            raise FileReadError(f"{file.path}: row group {number}: a cell lies outside its window.")
        seeds = file.scalar_columns(table, _SEEDS)
        return WindowGroup(
            self.table,
            offsets["channel"],
            (channel, cell, value),
            self.table.first_pixels(*(seeds[name] for name in _SEEDS)),
            file.scalar_columns(table, scalars),
        )


@dataclass(frozen=True)
class WindowGroup:
    """Rows in memory.

    Args:
        offsets: (rows + 1,) boundaries of the cells.
        cells: channel, cell and value.
        first: (rows,) row and column of the first pixel.
        scalars: (rows,) columns by name.
    """

    table: WindowTable
    offsets: NDArray[np.int64]
    cells: tuple[NDArray[np.uint8], NDArray[Any], NDArray[np.float32]]
    first: tuple[NDArray[np.int64], NDArray[np.int64]]
    scalars: Mapping[str, NDArray[Any]]

    def fill(
        self,
        rows: NDArray[np.int64],
        targets: NDArray[np.int64],
        places: NDArray[np.int64],
        out: NDArray[np.float32],
    ) -> None:
        """Draw the windows of some rows; see `sources.Group`."""
        layers = self.table.layers
        sizes = np.array([layer.cell_size for layer in layers])
        parts = np.array([layer.parts for layer in layers])
        grids = np.array([layer.columns for layer in layers])
        around = COLUMNS * self.table.granularity
        fill_pixels(self.offsets, self.cells, rows, targets, self.first, places, sizes, parts, grids, around, out)


def _described(file: ParquetTable) -> WindowTable:
    """The table in a file."""
    if METADATA_KEY not in file.notes:
        raise FileReadError(
            f"{file.path}: was not written by 'e2efw export'; PublicFiles reads the public layout. "
            f"Columns: {', '.join((*file.scalars, *file.lists))}."
        )
    try:
        return WindowTable.from_json(file.notes[METADATA_KEY])
    except ValueError as error:
        raise FileReadError(f"{file.path}: {error}; export it again.") from error


def _usable(file: ParquetTable, table: WindowTable) -> list[NDArray[np.int64] | None]:
    """Per row group the rows with a window and a valid label, None where all have."""
    counts = table.counts
    good = counts.get("objects", 0) - counts.get("without_window", 0) - counts.get("without_label", 0)
    if counts.get("written", 0) == good:
        return [None] * file.group_sizes.size
    usable: list[NDArray[np.int64] | None] = []
    for number in range(file.group_sizes.size):
        columns = file.scalar_columns(file.read([number], ["seed_status", "valid"]), ["seed_status", "valid"])
        usable.append(np.flatnonzero((columns["seed_status"] == SeedStatus.OK) & columns["valid"]))
    return usable


def _shown(table: WindowTable) -> str:
    height, width = table.window
    return f"{', '.join(table.names)} in windows of {height} x {width}"
