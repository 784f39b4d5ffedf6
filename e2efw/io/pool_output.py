"""EDM-like ROOT files out: chosen products of every event, whole or not at all."""

import contextlib
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import cramjam
import numpy as np
import uproot
from numpy.typing import NDArray

from dataformats.collection import Collection, EventRecord
from e2efw.errors import FileWriteError, LogicError
from e2efw.framework.blocks import Block, SourceContent, Wanted
from e2efw.framework.modules import OutputModule, param
from e2efw.framework.parameters import positive
from e2efw.framework.provenance import Provenance
from e2efw.io import keep_drop, provenance_store
from e2efw.io.branches import BranchName
from e2efw.io.output_columns import Layout, StoredColumns, split
from e2efw.io.reproducible import NO_IDENTITY, make_reproducible
from e2efw.io.whole_file import WholeFile

_COMPRESSIONS: Mapping[str, Callable[[int], Any]] = {
    "ZSTD": uproot.ZSTD,
    "LZMA": uproot.LZMA,
    "ZLIB": uproot.ZLIB,
    "LZ4": uproot.LZ4,
}
_WRITE_ERRORS = (struct.error, cramjam.CompressionError)
_OWNER = "PoolOutputModule"


def _level(value: int) -> str | None:
    return None if 0 <= value <= 9 else "must be from 0 to 9"


def _names_a_file(value: str) -> str | None:
    return None if value.removeprefix("file:") else "must name a file"


class PoolOutputModule(OutputModule):
    """Writes the products that its keep and drop rules choose to an EDM-like ROOT file.

    Identical jobs write identical bytes: the file holds neither its name nor a date.
    """

    file_name: str = param(doc="file to write, with or without 'file:'", tracked=False, check=_names_a_file)
    output_commands: tuple[str, ...] = param(
        ("keep *",),
        doc="rules 'keep' or 'drop' with '*' or type_label_instance_process; the last that matches counts",
        tracked=False,
        check=keep_drop.complaint,
    )
    compression_algorithm: Literal["ZSTD", "LZMA", "ZLIB", "LZ4"] = param("ZSTD", doc="compression", tracked=False)
    compression_level: int = param(4, doc="0 (none) to 9 (smallest)", tracked=False, check=_level)
    events_per_cluster: int = param(1000, doc="events per basket of every branch", tracked=False, check=positive)

    def open(self, content: SourceContent, provenance: Provenance) -> "PoolWriter":
        """Choose the products and check that the file can be written.

        Raises:
            FileWriteError: it cannot, or it is an input of this job.
            ConfigurationError: a product's name cannot be a branch name.
            LogicError: a product's class is none that files can hold.
        """
        candidates = {key: BranchName(info.friendly_type, key) for key, info in content.items() if info.persistent}
        chosen = keep_drop.kept(self.output_commands, candidates, parameter="outputCommands", owner=_OWNER)
        for key in chosen:
            BranchName.of(content[key].friendly_type, key)
            cls = content[key].product_class
            if cls is not None and not issubclass(cls, Collection | EventRecord):
                raise LogicError(f"{cls.__name__}: cannot be written: it is neither a Collection nor an EventRecord.")
        file = WholeFile(Path(self.file_name.removeprefix("file:")), _OWNER)
        file.refuse_inputs({info.origin for info in content.values()})
        compression = _COMPRESSIONS[self.compression_algorithm](self.compression_level)
        wanted = {candidates[key]: content[key].product_class for key in chosen}
        return PoolWriter(file, compression, wanted, self.events_per_cluster, provenance)


class PoolWriter:
    """A file being written, one cluster of events after the other, however the blocks were cut.

    Args:
        file: where it goes.
        compression: of uproot.
        products: names of the products, with the class of each that the job knows.
        events_per_cluster: events per basket.
        provenance: what made the products; stored when the writer closes.
    """

    def __init__(
        self,
        file: WholeFile,
        compression: Any,
        products: Mapping[BranchName, type[Any] | None],
        events_per_cluster: int,
        provenance: Provenance,
    ) -> None:
        self._file = file
        self._products = products
        self._cluster = events_per_cluster
        self._provenance = provenance
        self._ids: list[StoredColumns] = []
        self._parts: dict[BranchName, list[StoredColumns]] = {name: [] for name in products}
        self._layouts: dict[BranchName, Layout] = {}
        self._descriptions: dict[BranchName, dict[str, Any]] = {}
        self._inputs: set[str] = set()
        self._waiting = 0
        self._written = 0
        self._tree: Any = None
        with file.writing():
            # an open file, because uproot would store the name of one that it opens itself
            stream = file.temporary.open("rb+")
            self._root = uproot.recreate(stream, compression=compression, uuid_function=lambda: NO_IDENTITY)

    @property
    def wanted(self) -> Wanted:
        """The products that are written."""
        return {name.key: cls for name, cls in self._products.items()}

    def write(self, block: Block) -> None:
        """Append the events of a block.

        Raises:
            FileWriteError: the disk is full or the like; nothing is left behind then.
            LogicError: a product changes its description.
        """
        if block.ids.file not in self._inputs:
            self._inputs.add(block.ids.file)
            self._file.refuse_inputs([block.ids.file])
        everywhere = np.ones(len(block), np.bool_)
        ids: dict[str, NDArray[Any]] = {
            "run_": block.ids.run,
            "luminosityBlock_": block.ids.lumi,
            "event_": block.ids.event,
        }
        self._ids.append(StoredColumns(everywhere, np.zeros(len(block) + 1, np.int64), {}, ids))
        for name, parts in self._parts.items():
            product = block.products.get(name.key)
            parts.append(StoredColumns.of(product, block.events.get(name.key), len(block)))
            if product is not None and len(product):
                self._check_description(name, dict(getattr(product, "description", {})))
        self._waiting += len(block)
        while self._waiting >= self._cluster:
            self._flush(self._cluster)

    def close(self) -> str:
        """Write what is waiting and put the file under its name.

        Raises:
            FileWriteError: the disk is full or the like; nothing is left behind then.
        """
        self._flush(self._waiting)
        with self._file.writing():
            descriptions = {name: self._descriptions[name] for name in self._products if name in self._descriptions}
            provenance_store.write(self._root, self._provenance, descriptions)
            self._root.close()
            make_reproducible(self._file.temporary)
        size = self._file.finish()
        return f"{self._written} events, {size} bytes in {self._file.target}"

    def abort(self) -> None:
        """Remove what was written so far; does nothing after `close`."""
        with contextlib.suppress(OSError):
            self._root.close()
        self._file.discard()

    def _flush(self, n_events: int) -> None:
        """Write the oldest events that are waiting; the first call makes the tree, be it for no event."""
        ids, self._ids = split(self._ids, n_events)
        heads = {}
        for name, parts in self._parts.items():
            heads[name], self._parts[name] = split(parts, n_events)
        self._waiting -= n_events
        if self._tree is None:
            self._make_tree(heads)
        if n_events == 0:
            return
        data = {
            f"EventAuxiliary.id_.{leaf}": np.concatenate([part.scalars[leaf] for part in ids])
            for leaf in ids[0].scalars
        }
        for name, head in heads.items():
            data |= self._layouts[name].branch_data(name, head)
        self._guarded(lambda: self._tree.extend(data))
        self._written += n_events

    def _make_tree(self, heads: Mapping[BranchName, list[StoredColumns]]) -> None:
        types: dict[str, Any] = {
            "EventAuxiliary.id_.run_": np.dtype(np.uint32),
            "EventAuxiliary.id_.luminosityBlock_": np.dtype(np.uint32),
            "EventAuxiliary.id_.event_": np.dtype(np.uint64),
        }
        for name, head in heads.items():
            self._layouts[name] = Layout.of(self._products[name], head)
            types |= self._layouts[name].branch_types(name)
        self._tree = self._guarded(
            lambda: self._root.mktree(
                "Events",
                types,
                counter_name=lambda counted: f"n{counted}",
                field_name=lambda outer, inner: outer + inner,
            )
        )

    def _guarded(self, write: Callable[[], Any]) -> Any:
        with self._file.writing():
            try:
                return write()
            except _WRITE_ERRORS as error:
                self._file.discard()
                raise FileWriteError(f"{_OWNER}: cannot write {self._file.target}: {error}.") from error

    def _check_description(self, name: BranchName, description: dict[str, Any]) -> None:
        known = self._descriptions.setdefault(name, description)
        if known != description:
            raise LogicError(
                f"{_OWNER}: {name} was described as {known} and now as {description}; one file holds one description."
            )
