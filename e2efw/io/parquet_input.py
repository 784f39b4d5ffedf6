"""A Parquet file of events, seen as the branches of a tree: one per column of numbers, named as in a ROOT file."""

from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, ClassVar, Final

import awkward as ak
import numpy as np

from e2efw.errors import FileOpenError, nearest
from e2efw.framework.provenance import Provenance
from e2efw.io.arrow import pyarrow
from e2efw.io.branches import TreeIndex
from e2efw.io.ntuple_input import NumberType
from e2efw.io.provenance_store import NAME
from e2efw.io.root_file import EventFile, reading

_ITEM: Final = ".list.element"
"""How Parquet names what is in a list."""


class ParquetBranch:
    """A column, as the readers of branches want it.

    Args:
        number: of the column in the file.
        file: of pyarrow.
    """

    branches: ClassVar[Sequence[Any]] = ()
    count_branch: ClassVar[None] = None

    def __init__(self, number: int, file: Any) -> None:
        self._path = str(file.schema.column(number).path)
        self.name = self._path.replace(_ITEM, "")
        self._number = number
        self._file = file

    @property
    def typename(self) -> str:
        """In the words of Arrow."""
        return str(self._type())

    @property
    def interpretation(self) -> NumberType:
        """The type of its numbers."""
        try:
            return NumberType(np.dtype(self._type().to_pandas_dtype()))
        except (NotImplementedError, TypeError):
            return NumberType(None)

    @property
    def num_entries(self) -> int:
        """Events."""
        return int(self._file.metadata.num_rows)

    @cached_property
    def entry_offsets(self) -> list[int]:
        """Boundaries of the row groups."""
        return list(accumulate((group.num_rows for group in self._groups()), initial=0))

    @cached_property
    def uncompressed_bytes(self) -> int:
        """Of all its pages."""
        return sum(int(chunk.total_uncompressed_size) for chunk in self._chunks())

    @cached_property
    def compressed_bytes(self) -> int:
        """Of all its pages in the file."""
        return sum(int(chunk.total_compressed_size) for chunk in self._chunks())

    def array(self, *, entry_start: int, entry_stop: int, library: str, array_cache: None) -> Any:
        """The numbers of some events; only the row groups that hold them are read."""
        del library, array_cache
        ends = np.array(self.entry_offsets[1:], np.int64)
        starts = np.array(self.entry_offsets[:-1], np.int64)
        groups = np.flatnonzero((starts < entry_stop) & (ends > entry_start)).tolist()
        first = int(starts[groups[0]]) if groups else 0
        found = ak.from_arrow(self._file.read_row_groups(groups, columns=[self._path]))
        for component in self.name.split("."):
            found = found[component]
        return ak.Array(_known(found.layout))[entry_start - first : entry_stop - first]

    def _chunks(self) -> list[Any]:
        """What each row group holds of it."""
        return [group.column(self._number) for group in self._groups()]

    def _groups(self) -> list[Any]:
        return [self._file.metadata.row_group(number) for number in range(self._file.num_row_groups)]

    def _type(self) -> Any:
        """The Arrow type of one number."""
        arrow = pyarrow("reading Parquet files").types
        found: Any = self._file.schema_arrow
        for component in self.name.split("."):
            found = found.field(component).type
            while arrow.is_list(found) or arrow.is_large_list(found):
                found = found.value_type
        return found


class ParquetTree:
    """A Parquet file with branches.

    Args:
        file: of pyarrow.
    """

    def __init__(self, file: Any) -> None:
        self.num_entries = int(file.metadata.num_rows)
        self.branches = [ParquetBranch(number, file) for number in range(len(file.schema))]


def open_parquet(path: Path) -> EventFile:
    """Open a file that `ParquetOutputModule` wrote; it closes with the last reference.

    Raises:
        MissingDependencyError: pyarrow is not installed.
        FileOpenError: there is no such file; names the nearest.
        FileReadError: it is truncated, corrupt or no Parquet file.
    """
    arrow = pyarrow("reading Parquet files")
    if not path.is_file():
        beside = [file.name for file in path.parent.glob("*.parquet")]
        raise FileOpenError(f"File {path} does not exist. {nearest(path.name, beside, 'Parquet files there')}")
    with reading(f"File {path}"):
        file = arrow.parquet.ParquetFile(path)
        text = (file.metadata.metadata or {}).get(NAME.encode())
        tree = ParquetTree(file)
        provenance = Provenance() if text is None else Provenance.from_json(text.decode())
        return EventFile(str(path), tree, TreeIndex.of(tree), provenance)


def _known(layout: Any) -> Any:
    """Without the marks of what could be missing but never is."""
    if isinstance(layout, ak.contents.UnmaskedArray):
        return _known(layout.content)
    if isinstance(layout, ak.contents.ListOffsetArray):
        return ak.contents.ListOffsetArray(layout.offsets, _known(layout.content))
    return layout
