"""Rows as a Parquet file: lists for the cells, one column for everything else, zstd."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Candidates, MissingMomentum
from dataformats.collection import Leaf
from dataformats.frames import Seeds, SeedStatus
from dataformats.truth import TruthLabels
from dataformats.window_table import CELL_COLUMNS, WindowTable
from e2efw.io import arrow
from frameproducers.export.rows import LABEL_COLUMNS, SEED_COLUMNS, Rows

_ITEM = "list.element"
"""How Parquet names what is in a list."""
_WINDOW_COLUMNS = {*CELL_COLUMNS, *SEED_COLUMNS}


def pyarrow() -> Any:
    """The library.

    Raises:
        MissingDependencyError: it is not installed.
    """
    return arrow.pyarrow("ParquetFrameOutput", "train")


class ParquetRows:
    """A Parquet file being written, one row group per call.

    Args:
        path: the file.
        table: decides the type of cells.
        columns: (0,) examples of the scalar columns, by name.
        level: of zstd.
    """

    def __init__(self, path: Path, table: WindowTable, columns: Mapping[str, NDArray[Any]], level: int) -> None:
        self._arrow = pyarrow()
        self._schema = self._arrow.schema(
            [self._scalar(name, column) for name, column in columns.items()]
            + [self._list(name, table.cell_type) for name in CELL_COLUMNS]
        )
        self._writer = self._arrow.parquet.ParquetWriter(
            path,
            self._schema,
            compression="zstd",
            compression_level=level,
            use_dictionary=[f"channel.{_ITEM}", "run", "lumi", "event", "label", "pdg_id", "seed_status", "valid"],
            column_encoding={f"cell.{_ITEM}": "DELTA_BINARY_PACKED", f"value.{_ITEM}": "BYTE_STREAM_SPLIT"},
            write_page_checksum=True,
        )

    def write(self, rows: Rows) -> None:
        """One row group."""
        arrays = [self._arrow.array(column, mask=_lacking(name, rows)) for name, column in rows.scalars.items()]
        offsets = self._arrow.array(rows.offsets.astype(np.int32))
        without = _lacking("cell", rows)
        mask = None if without is None else self._arrow.array(without)
        for name in CELL_COLUMNS:
            content = self._arrow.array(rows.cells[name])
            lists = self._schema.field(name).type
            arrays.append(self._arrow.ListArray.from_arrays(offsets, content, type=lists, mask=mask))
        self._writer.write_table(
            self._arrow.Table.from_arrays(arrays, schema=self._schema), row_group_size=max(len(rows), 1)
        )

    def close(self, notes: Mapping[str, str]) -> None:
        """Finish.

        Args:
            notes: texts for the metadata of the file.
        """
        self._writer.add_key_value_metadata(notes)
        self._writer.close()

    def abort(self) -> None:
        """Let go of the file, whole or not."""
        with contextlib.suppress(OSError, self._arrow.ArrowException):
            self._writer.close()

    def _scalar(self, name: str, column: NDArray[Any]) -> Any:
        return self._arrow.field(name, self._arrow.from_numpy_dtype(column.dtype), metadata=_meaning(name))

    def _list(self, name: str, cell_type: str) -> Any:
        number = {"channel": "uint8", "cell": cell_type, "value": "float32"}[name]
        item = self._arrow.field("element", self._arrow.from_numpy_dtype(np.dtype(number)), nullable=False)
        return self._arrow.field(name, self._arrow.list_(item), metadata={"doc": _CELL_DOCS[name]})


_CELL_DOCS = {
    "channel": "position of the layer in the description",
    "cell": "row * columns + column in the layer's own grid",
    "value": "of the cell, in the layer's unit; its pixels share it",
}


def _lacking(name: str, rows: Rows) -> NDArray[np.bool_] | None:
    """(rows,) True where a column means nothing; None where it always means something."""
    if name in _WINDOW_COLUMNS:
        lacking = rows.scalars["seed_status"] != SeedStatus.OK
    elif name in LABEL_COLUMNS:
        lacking = ~rows.scalars["valid"]
    else:
        return None
    return lacking if lacking.any() else None


def _meaning(name: str) -> dict[str, str]:
    """Unit and one line about a column, as its data format has them."""
    leaf: Leaf | None = TruthLabels.leaves.get(name) or Candidates.leaves.get(name)
    for prefix, leaves in (("seed_", Seeds.leaves), ("met_", MissingMomentum.leaves)):
        if name.startswith(prefix):
            leaf = leaves[name.removeprefix(prefix)]
    if leaf is not None:
        return {"doc": leaf.__doc__ or "", "unit": leaf.unit}
    more = {"object": "position of the object in its event", "n_vertices": "primary vertices that are no beam spot"}
    return {"doc": more.get(name, f"{name} number of the event")}
