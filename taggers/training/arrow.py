"""Parquet files through pyarrow: opened once per process, errors that name the file, columns as numpy arrays."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import FileOpenError, FileReadError, LogicError, nearest
from e2efw.io import arrow


def pyarrow() -> Any:
    """The library.

    Raises:
        MissingDependencyError: it is not installed.
    """
    return arrow.pyarrow("reading Parquet files", "train")


class ParquetTable:
    """A file; it may be pickled and used in forked processes, each of which opens it again.

    Args:
        path: of the file.

    Raises:
        FileOpenError: there is no such file.
        FileReadError: it is no Parquet file, or not a whole one.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._file: Any = None
        self._opened_by = 0
        if not self.path.is_file():
            beside = [file.name for file in self.path.parent.glob("*.parquet")] if self.path.parent.is_dir() else []
            raise FileOpenError(f"{self.path}: no such file. {nearest(self.path.name, beside, 'There are')}")
        metadata = self._reader().metadata
        self.group_sizes = np.array(
            [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)], dtype=np.int64
        )
        """(row groups,) rows of each."""
        self.notes = {key.decode(): text.decode() for key, text in (metadata.metadata or {}).items()}
        """Texts in the metadata of the file."""
        schema = self._reader().schema_arrow
        self.lists = [field.name for field in schema if pyarrow().types.is_list(field.type)]
        """Names of the columns that are lists."""
        self.scalars = [field.name for field in schema if field.name not in self.lists]
        """Names of the other columns."""

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the open file."""
        return {**vars(self), "_file": None, "_opened_by": 0}

    def read(self, groups: Sequence[int], columns: Sequence[str], rows: NDArray[np.int64] | None = None) -> Any:
        """Some columns of row groups, as a pyarrow table with one chunk per column.

        Args:
            groups: numbers of row groups.
            columns: names of columns of the file.
            rows: which rows of these to keep; None for all.
        """
        with self._explained(groups):
            table = self._reader().read_row_groups(list(groups), columns=list(columns), use_threads=False)
            return table.combine_chunks() if rows is None else table.take(pyarrow().array(rows)).combine_chunks()

    def scalar_columns(self, table: Any, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """(rows,) columns of a table that was read, by name.

        Raises:
            FileReadError: a value is missing.
        """
        columns = {}
        for name in names:
            if table.column(name).null_count:
                raise FileReadError(f"{self.path}: column '{name}' lacks {table.column(name).null_count} values.")
            columns[name] = table.column(name).to_numpy()
        return columns

    def check_scalars(self, names: Sequence[str]) -> None:
        """Check that columns exist and are no lists.

        Raises:
            LogicError: one does not; names the nearest.
        """
        for name in names:
            if name not in self.scalars:
                raise LogicError(f"{self.path}: no column '{name}'. {nearest(name, self.scalars)}")

    def _reader(self) -> Any:
        """The open file of this process."""
        if self._file is None or self._opened_by != os.getpid():
            with self._explained():
                self._file = pyarrow().parquet.ParquetFile(self.path, page_checksum_verification=True)
            self._opened_by = os.getpid()
        return self._file

    @contextmanager
    def _explained(self, groups: Sequence[int] = ()) -> Iterator[None]:
        """Turn what pyarrow says of damaged files into a FileReadError."""
        try:
            yield
        except (OSError, pyarrow().ArrowException) as error:
            where = f", row group {', '.join(map(str, groups))}" if groups else ""
            raise FileReadError(f"{self.path}: cannot be read as Parquet{where}: {error}") from error


def joined(parts: Sequence[Mapping[str, NDArray[Any]]], names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Columns of several tables as one, by name; empty ones of no table."""
    return {name: np.concatenate([part[name] for part in parts]) if parts else np.empty(0) for name in names}


def chunk_of(table: Any, name: str) -> Any:
    """A column as one array."""
    column = table.column(name)
    return column.chunk(0) if column.num_chunks == 1 else pyarrow().concat_arrays(column.chunks)


def list_offsets(lists: Any) -> NDArray[np.int64]:
    """(lists + 1,) boundaries of the lists in `lists.flatten()`."""
    offsets: NDArray[np.int64] = lists.offsets.to_numpy().astype(np.int64)
    offsets -= offsets[0]
    return offsets
