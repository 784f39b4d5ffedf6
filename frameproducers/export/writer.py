"""A table of windows being written, one row group after the other."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Product
from dataformats.frames import SeedStatus
from dataformats.window_table import METADATA_KEY, PROVENANCE_KEY, WindowTable
from e2efw.errors import LogicError
from e2efw.framework.blocks import Block, EventIDs, Wanted
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.whole_file import WholeFile
from frameproducers.export.parquet import ParquetRows
from frameproducers.export.rows import Rows, Tagged, made_rows
from frameproducers.export.statistics import ChannelStatistics
from frameproducers.windows import View

_OWNER: Final = "ParquetFrameOutput"


class Settings(NamedTuple):
    """How to write.

    Args:
        keep_all: also objects without window or valid label.
        rows_per_group: rows of a row group.
        compression_level: of zstd.
    """

    keep_all: bool
    rows_per_group: int
    compression_level: int


class Products(NamedTuple):
    """What rows are made of.

    Args:
        keys: by parameter.
        classes: by parameter.
    """

    keys: Mapping[str, ProductKey]
    classes: Mapping[str, type[Product]]


class ParquetFrameWriter:
    """A table being written, one row group after the other, however the blocks were cut.

    Args:
        settings: how to write.
        file: where it goes.
        table: channels and windows.
        view: what the windows show.
        products: what rows are made of.
        provenance: what made the products; stored when the writer closes.
    """

    def __init__(
        self,
        settings: Settings,
        file: WholeFile,
        table: WindowTable,
        view: View,
        products: Products,
        provenance: Provenance,
    ) -> None:
        self._settings = settings
        self._file = file
        self._table = table
        self._view = view
        self._keys, self._classes = products
        self._provenance = provenance
        self._truth: dict[str, str] | None = None
        self._counts = dict.fromkeys(("events", "objects", "without_window", "without_label", "written"), 0)
        self._statistics = ChannelStatistics(len(table.layers))
        self._inputs: set[str] = set()
        nothing = self._rows(_no_events(), self._empty())
        self._waiting = [nothing]
        self._parquet = ParquetRows(file.temporary, table, nothing.scalars, settings.compression_level)

    @property
    def wanted(self) -> Wanted:
        """The products that rows are made of."""
        return {key: self._classes[name] for name, key in self._keys.items()}

    @property
    def files(self) -> Sequence[Path]:
        """The one file."""
        return [self._file.target]

    def write(self, block: Block) -> None:
        """Append the objects of a block; events that lack one of the products, behind a filter, have none.

        Raises:
            FileWriteError: the disk is full or the like; nothing is left behind then.
            LogicError: the products do not belong together.
        """
        if block.ids.file not in self._inputs:
            self._inputs.add(block.ids.file)
            self._file.refuse_inputs([block.ids.file])
        events = np.arange(len(block))
        for key in self._keys.values():
            events = np.intersect1d(events, block.events.get(key, events)) if key in block.products else events[:0]
        if not events.size:
            return
        products: dict[str, Any] = {name: block.get(key, events) for name, key in self._keys.items()}
        self._counts["events"] += events.size
        self._waiting.append(self._rows(block.ids.take(events), products))
        while sum(map(len, self._waiting)) >= self._settings.rows_per_group:
            self._flush(self._settings.rows_per_group)

    def close(self) -> str:
        """Write what is waiting and put the file under its name.

        Raises:
            FileWriteError: the disk is full or the like; nothing is left behind then.
        """
        self._flush(sum(map(len, self._waiting)))
        table = WindowTable(
            self._table.layers,
            self._table.window,
            self._table.granularity,
            self._truth or {},
            self._counts,
            self._statistics.by_name(self._table.names),
        )
        with self._file.writing():
            self._parquet.close({METADATA_KEY: table.to_json(), PROVENANCE_KEY: self._provenance.to_json()})
        size = self._file.finish()
        n = self._counts
        left_out = "kept with nulls" if self._settings.keep_all else "left out"
        return (
            f"{n['written']} of {n['objects']} objects in {n['events']} events ({n['without_window']} have no window, "
            f"{n['without_label']} more no valid label: {left_out}), {size} bytes in {self._file.target}"
        )

    def abort(self) -> None:
        """Remove what was written so far; does nothing after `close`."""
        self._parquet.abort()
        self._file.discard()

    def _rows(self, ids: EventIDs, products: Mapping[str, Any]) -> Rows:
        """The rows of some events; counts what is left out."""
        found = Tagged(**{"vertices": None, "met": None, **products})
        found.check_steps()
        self._check_descriptions(found)
        window = found.seeds.flat("status") == SeedStatus.OK
        label: NDArray[np.bool_] = found.truth.flat("valid")
        kept = np.ones(window.size, np.bool_) if self._settings.keep_all else window & label
        self._counts["objects"] += int(window.size)
        self._counts["without_window"] += int(np.count_nonzero(~window))
        self._counts["without_label"] += int(np.count_nonzero(window & ~label))
        self._counts["written"] += int(np.count_nonzero(kept))
        return made_rows(self._table, self._view, ids, found, kept)

    def _check_descriptions(self, found: Tagged) -> None:
        """A LogicError if channels or the meaning of the labels change from one file of the input to the next."""
        if not len(found.objects):
            return
        self._truth = found.truth.meaning if self._truth is None else self._truth
        if found.truth.meaning != self._truth:
            raise LogicError(f"{_OWNER}: the meaning of '{self._keys['truth']}' changes between input files.")
        if found.frames.names != self._table.names:
            raise LogicError(
                f"{_OWNER}: the layers of '{self._keys['frames']}' change between input files: "
                f"{', '.join(self._table.names)} and {', '.join(found.frames.names)}."
            )

    def _empty(self) -> dict[str, Any]:
        """Products of no event."""
        collections: dict[str, Any] = dict(self._classes)
        frames = collections.pop("frames")
        columns = {name: np.empty(0, leaf.dtype) for name, leaf in frames.leaves.items()}
        return {
            "frames": frames.restored(np.zeros(1, np.int64), columns, {"layers": []}),
            **{name: cls.empty(0) for name, cls in collections.items()},
        }

    def _flush(self, n_rows: int) -> None:
        """Write the oldest rows that are waiting; nothing if there are none."""
        group, rest = Rows.concatenate(self._waiting).cut(n_rows)
        self._waiting = [rest]
        if len(group):
            self._statistics.add(group.cells["channel"], group.cells["value"])
            with self._file.writing():
                self._parquet.write(group)


def _no_events() -> EventIDs:
    return EventIDs(np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty(0, np.uint64), "")
