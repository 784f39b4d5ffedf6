"""Events as Parquet files: one row per event, products as nested columns, for pandas, polars and awkward."""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import awkward as ak

from e2efw.framework.modules import param
from e2efw.io.arrow import pyarrow
from e2efw.io.event_writer import Cluster
from e2efw.io.nested_columns import records
from e2efw.io.output_columns import Layout
from e2efw.io.output_parameters import EventOutput
from e2efw.io.output_tables import Notes
from e2efw.io.provenance_store import NAME


def _level(value: int) -> str | None:
    return None if 1 <= value <= 22 else "must be from 1 to 22"


class ParquetOutputModule(EventOutput):
    """Writes the products that its keep and drop rules choose to a Parquet file, one row per event.

    A product is a column of records, with ``present`` and the leaves that it has in a ROOT file; the metadata hold the
    provenance. Identical jobs write identical bytes.
    """

    compression_level: int = param(3, doc="of zstd, 1 (fast) to 22 (small)", tracked=False, check=_level)

    @property
    def form(self) -> "ParquetFormat":
        """Compression.

        Raises:
            MissingDependencyError: pyarrow is not installed.
        """
        pyarrow(type(self).__name__)
        return ParquetFormat(self.compression_level)


class ParquetFormat(NamedTuple):
    """How a file is written."""

    level: int

    def open(self, path: Path, layouts: Sequence[Layout]) -> "ParquetEvents":
        """Begin a file.

        Args:
            path: an empty file.
            layouts: of the products.
        """
        return ParquetEvents(path, self.level, layouts)


class ParquetEvents:
    """A file being written, one row group per cluster of events.

    Args:
        path: an empty file.
        level: of zstd.
        layouts: of the products.
    """

    def __init__(self, path: Path, level: int, layouts: Sequence[Layout]) -> None:
        self._arrow = pyarrow("ParquetOutputModule")
        self._layouts = layouts
        self._schema = self._table(Cluster.empty(layouts)).schema
        self._writer = self._arrow.parquet.ParquetWriter(
            path, self._schema, compression="zstd", compression_level=level, write_page_checksum=True
        )

    def write(self, cluster: Cluster) -> None:
        """Append a cluster."""
        table = self._table(cluster)
        self._writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def finish(self, notes: Notes) -> None:
        """Write what is known of the file as a whole, and close it."""
        self._writer.add_key_value_metadata({NAME: notes.provenance.to_json()})
        self._writer.close()

    def abort(self) -> None:
        """Let go of the file, whole or not."""
        with contextlib.suppress(OSError, self._arrow.ArrowException):
            self._writer.close()

    def _table(self, cluster: Cluster) -> Any:
        table = ak.to_arrow_table(ak.Array(records(self._layouts, cluster)), extensionarray=False, list_to32=True)
        return table.replace_schema_metadata(None)
