"""Blocks on their way into files: events are chosen and gathered, clusters written, files split and finished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import LogicError
from e2efw.framework.blocks import Block, Wanted
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.branches import BranchName
from e2efw.io.output_columns import Layout, StoredColumns, split
from e2efw.io.output_tables import LumiCounts, Notes
from e2efw.io.provenance_store import DropMetaData, of_file
from e2efw.io.whole_file import WholeFile

_IDS: Mapping[str, Any] = {"run_": np.uint32, "luminosityBlock_": np.uint32, "event_": np.uint64}


class Cluster(NamedTuple):
    """Consecutive events that are written together.

    Args:
        ids: leaves of the EventAuxiliary.
        products: by name.
    """

    ids: Mapping[str, NDArray[Any]]
    products: Mapping[BranchName, StoredColumns]

    @classmethod
    def empty(cls, layouts: Sequence[Layout]) -> "Cluster":
        """No event."""
        ids = {leaf: np.empty(0, dtype) for leaf, dtype in _IDS.items()}
        return cls(ids, {layout.name: layout.joined([]) for layout in layouts})


class OutputFile(Protocol):
    """One file being written."""

    def write(self, cluster: Cluster) -> None:
        """Append a cluster."""

    def finish(self, notes: Notes) -> None:
        """Write what is known of the file as a whole, and close it."""

    def abort(self) -> None:
        """Let go of the file, whole or not."""


class FileFormat(Protocol):
    """How files are written."""

    def open(self, path: Path, layouts: Sequence[Layout]) -> OutputFile:
        """Begin a file at the place of an empty one."""


@dataclass(frozen=True)
class Task:
    """What a writer does.

    Args:
        owner: who writes, for messages.
        target: the first file.
        form: how files are written.
        products: names of the products, with the class of each that the job knows.
        names: of all products, those that are not written too.
        events_per_cluster: events that are written together.
        most_bytes: a file with more is ended with the input file that it comes from.
        select_events: paths that choose events.
        drop: parents that are not stored.
        dataset: what the cfg says of the file.
    """

    owner: str
    target: Path
    form: FileFormat
    products: Mapping[BranchName, type[Any] | None]
    names: Mapping[ProductKey, BranchName]
    events_per_cluster: int
    most_bytes: int
    select_events: tuple[str, ...] = ()
    drop: DropMetaData = "NONE"
    dataset: Mapping[str, str] = field(default_factory=dict)


class EventWriter:
    """Files being written, one cluster of events after the other, however the blocks were cut.

    Args:
        task: what to write.
        file: the first file.
        provenance: what made the products; stored when a file is finished.
    """

    def __init__(self, task: Task, file: WholeFile, provenance: Provenance) -> None:
        self._task = task
        self._provenance = provenance
        self._whole = [file]
        self._layouts: list[Layout] = []
        self._descriptions: dict[BranchName, dict[str, Any]] = {}
        self._inputs: set[str] = set()
        self._input = ""
        self._written = 0
        self._begin()

    def _begin(self) -> None:
        """Nothing of the next file is known yet."""
        self._output: OutputFile | None = None
        self._lumis = LumiCounts()
        self._ids: list[StoredColumns] = []
        self._parts: dict[BranchName, list[StoredColumns]] = {name: [] for name in self._task.products}
        self._waiting = 0

    @property
    def wanted(self) -> Wanted:
        """The products that are written."""
        return {name.key: cls for name, cls in self._task.products.items()}

    @property
    def files(self) -> Sequence[Path]:
        """The files written so far."""
        return [file.target for file in self._whole]

    def write(self, block: Block) -> None:
        """Append the events of a block.

        Raises:
            FileWriteError: the disk is full or the like; nothing is left behind then.
            LogicError: a product changes its description.
        """
        self._from(block.ids.file)
        everywhere = np.ones(len(block), np.bool_)
        self._lumis.add(*(block.cut or (block.ids, everywhere)))
        if not len(block):
            return
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
        while self._waiting >= self._task.events_per_cluster:
            self._flush(self._task.events_per_cluster)

    def close(self) -> str:
        """Write what is waiting and put all files under their names.

        Raises:
            FileWriteError: the disk is full or the like; nothing is left behind then.
        """
        self._finish()
        size = sum(file.finish() for file in self._whole)
        targets = ", ".join(str(file.target) for file in self._whole)
        return f"{self._written} events, {size} bytes in {targets}"

    def abort(self) -> None:
        """Remove what was written so far; does nothing after `close`."""
        if self._output is not None:
            self._output.abort()
        for file in self._whole:
            file.discard()

    def _from(self, name: str) -> None:
        """The next events come from this input file; a file that is large enough ends before them."""
        if name not in self._inputs:
            self._inputs.add(name)
            for file in self._whole:
                file.refuse_inputs([name])
        if self._input and name != self._input and self._whole[-1].size > self._task.most_bytes:
            self._finish()
            self._whole.append(WholeFile(numbered(self._task.target, len(self._whole)), self._task.owner))
            self._whole[-1].refuse_inputs(self._inputs)
            self._begin()
        self._input = name

    def _finish(self) -> None:
        self._flush(self._waiting)
        task = self._task
        provenance = of_file(self._provenance, self._described(), task.select_events, task.dataset, task.drop)
        with self._whole[-1].writing():
            self._file().finish(Notes(provenance, self._lumis, self._task.names))
        self._output = None

    def _flush(self, n_events: int) -> None:
        """Write the oldest events that are waiting; the first call makes the file, be it for no event."""
        ids, self._ids = split(self._ids, n_events)
        heads = {}
        for name, parts in self._parts.items():
            heads[name], self._parts[name] = split(parts, n_events)
        self._waiting -= n_events
        if not self._layouts:
            self._layouts = [
                Layout.of(self._task.owner, name, self._task.products[name], head) for name, head in heads.items()
            ]
        file = self._file()
        if not n_events:
            return
        cluster = Cluster(
            {leaf: np.concatenate([part.scalars[leaf] for part in ids]) for leaf in _IDS},
            {layout.name: layout.joined(heads[layout.name]) for layout in self._layouts},
        )
        with self._whole[-1].writing():
            file.write(cluster)
        self._written += n_events

    def _file(self) -> OutputFile:
        """The file that is written now; made by the first call."""
        if self._output is None:
            with self._whole[-1].writing():
                self._output = self._task.form.open(self._whole[-1].temporary, self._layouts)
        return self._output

    def _described(self) -> Mapping[BranchName, Mapping[str, Any]]:
        """In the order of the products, whichever came first."""
        return {name: self._descriptions.get(name, {}) for name in self._task.products}

    def _check_description(self, name: BranchName, description: dict[str, Any]) -> None:
        known = self._descriptions.setdefault(name, description)
        if known != description:
            raise LogicError(
                f"{self._task.owner}: {name} was described as {known} and now as {description}; "
                "one file holds one description."
            )


def numbered(target: Path, number: int) -> Path:
    """The name of a further file: ``base.root``, ``base001.root``, ``base002.root``."""
    return target.with_name(f"{target.stem}{number:03d}{target.suffix}") if number else target
