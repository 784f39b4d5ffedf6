"""A ROOT file of events being written: its event tree, or RNTuple, and the small trees that tell what it holds."""

import contextlib
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import awkward as ak
import cramjam
import numpy as np
import uproot
from numpy.typing import NDArray

from e2efw.io import provenance_store
from e2efw.io.branches import AUXILIARY
from e2efw.io.event_tree import branch_data, branch_types, counter_name
from e2efw.io.event_writer import Cluster
from e2efw.io.nested_columns import records
from e2efw.io.output_columns import Layout
from e2efw.io.output_tables import Notes, tables
from e2efw.io.reproducible import NO_IDENTITY, make_reproducible

Container: TypeAlias = Literal["TTree", "RNTuple"]
Algorithm: TypeAlias = Literal["ZSTD", "LZMA", "ZLIB", "LZ4"]

_COMPRESSIONS: Final[Mapping[str, Callable[[int], Any]]] = {
    "ZSTD": uproot.ZSTD,
    "LZMA": uproot.LZMA,
    "ZLIB": uproot.ZLIB,
    "LZ4": uproot.LZ4,
}
_EVENTS: Final = "Events"


class RootFormat(NamedTuple):
    """How a file is written."""

    container: Container
    algorithm: Algorithm
    level: int

    def open(self, path: Path, layouts: Sequence[Layout]) -> "RootOutput":
        """Begin a file.

        Args:
            path: an empty file.
            layouts: of the products.
        """
        return RootOutput(path, self, layouts)


class RootOutput:
    """A file being written, one cluster of events after the other.

    Args:
        path: an empty file.
        form: container and compression.
        layouts: of the products.
    """

    def __init__(self, path: Path, form: RootFormat, layouts: Sequence[Layout]) -> None:
        self._path = path
        self._layouts = [layout for layout in layouts if not layout.empty]
        self._as_tree = form.container == "TTree"
        # an open file, because uproot would store the name of one that it opens itself
        self._stream = path.open("rb+")
        compression = _COMPRESSIONS[form.algorithm](form.level)
        try:
            self._root = uproot.recreate(self._stream, compression=compression, uuid_function=lambda: NO_IDENTITY)
            self._events = self._written(self._tree if self._as_tree else self._ntuple)
        except BaseException:
            self.abort()
            raise

    def write(self, cluster: Cluster) -> None:
        """Append a cluster: one basket per branch, or one page per column."""
        data = self._tree_data(cluster) if self._as_tree else ak.Array(records(self._layouts, cluster))
        self._written(lambda: self._events.extend(data))

    def finish(self, notes: Notes) -> None:
        """Write what is known of the file as a whole, and close it."""
        self._written(lambda: self._tables(notes))
        self._root.close()
        make_reproducible(self._path)

    def abort(self) -> None:
        """Let go of the file, whole or not."""
        with contextlib.suppress(OSError):
            self._stream.close()

    def _tree(self) -> Any:
        types: dict[str, Any] = {
            f"{AUXILIARY}.id_.{leaf}": column.dtype for leaf, column in Cluster.empty([]).ids.items()
        }
        for layout in self._layouts:
            types |= branch_types(layout)
        return _new_tree(self._root, _EVENTS, types)

    def _tree_data(self, cluster: Cluster) -> dict[str, Any]:
        data: dict[str, Any] = {f"{AUXILIARY}.id_.{leaf}": column for leaf, column in cluster.ids.items()}
        for layout in self._layouts:
            data |= branch_data(layout, cluster.products[layout.name])
        return data

    def _ntuple(self) -> Any:
        return self._root.mkrntuple(_EVENTS, records(self._layouts, Cluster.empty(self._layouts)).form)

    def _tables(self, notes: Notes) -> None:
        for name, columns in tables(notes).items():
            tree = _new_tree(self._root, name, {branch: _type(column) for branch, column in columns.items()})
            if len(next(iter(columns.values()))):
                tree.extend(columns)
        provenance_store.write(self._root, notes.provenance)

    def _written(self, write: Callable[[], Any]) -> Any:
        """What uproot and the compressors raise besides errors of the operating system becomes one."""
        try:
            return write()
        except (struct.error, cramjam.CompressionError) as error:
            raise OSError(str(error)) from error


def _new_tree(file: Any, name: str, types: Mapping[str, Any]) -> Any:
    return file.mktree(name, types, counter_name=counter_name, field_name=lambda outer, inner: outer + inner)


def _type(column: NDArray[Any] | ak.Array) -> Any:
    """As uproot takes it."""
    return column.dtype if isinstance(column, np.ndarray) else ak.type(column).content
