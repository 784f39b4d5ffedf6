"""Events in an RNTuple, seen as the branches of a tree: one per field that holds numbers, named as in a TTree.

A field is named after its product without the dot, and its lists are fields of their own, so the leaf of
``recoTracks_tracks__E2E.obj.charge_`` is the list of all ``charge_`` of an event.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

import numpy as np

NTUPLE: Final = "ROOT::RNTuple"
"""Class name in a file."""
_NUMBERS: Final = {
    "bool": "bool",
    "float": "float32",
    "double": "float64",
    **{f"std::{sign}int{bits}_t": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}
_LIST: Final = re.compile(r"std::vector<(.*)>")


@dataclass(frozen=True)
class NumberType:
    """What the numbers of a field are; None if it holds something else."""

    to_dtype: np.dtype[Any] | None


class FieldBranch:
    """A field without fields, as the readers of branches want it.

    Args:
        path: its name and those of the fields above it.
        field: of uproot.
        ntuple: of uproot.
    """

    branches: ClassVar[Sequence[Any]] = ()
    count_branch: ClassVar[None] = None

    def __init__(self, path: str, field: Any, ntuple: Any) -> None:
        self.name = path
        self._field = field
        self._ntuple = ntuple

    @property
    def typename(self) -> str:
        """In C++, of one object."""
        return str(self._field.typename)

    @property
    def interpretation(self) -> NumberType:
        """The type of its numbers."""
        is_list = _LIST.fullmatch(self.typename)
        number = _NUMBERS.get(is_list[1] if is_list else self.typename)
        return NumberType(None if number is None else np.dtype(number))

    @property
    def num_entries(self) -> int:
        """Events."""
        return int(self._ntuple.num_entries)

    @property
    def entry_offsets(self) -> list[int]:
        """Boundaries of the clusters."""
        return [*(int(cluster.num_first_entry) for cluster in self._ntuple.cluster_summaries), self.num_entries]

    @cached_property
    def uncompressed_bytes(self) -> int:
        """Of all its pages, from the types of its columns."""
        records = self._ntuple.column_records
        bits = max((records[column].nbits for column in self._columns()), default=0)
        return sum(abs(int(page.num_elements)) for page in self._pages()) * int(bits) // 8

    @cached_property
    def compressed_bytes(self) -> int:
        """Of all its pages in the file."""
        return sum(int(page.locator.num_bytes) for page in self._pages())

    def array(self, *, entry_start: int, entry_stop: int, library: str, array_cache: None) -> Any:
        """The numbers of some events."""
        return self._field.array(
            entry_start=entry_start, entry_stop=entry_stop, library=library, array_cache=array_cache
        )

    def _columns(self) -> list[int]:
        return [n for n, record in enumerate(self._ntuple.column_records) if record.field_id == self._field.field_id]

    def _pages(self) -> list[Any]:
        columns = self._columns()
        return [page for cluster in self._ntuple.page_link_list for column in columns for page in cluster[column].pages]


class NTupleTree:
    """An RNTuple with branches.

    Args:
        ntuple: of uproot.
    """

    def __init__(self, ntuple: Any) -> None:
        self.num_entries = int(ntuple.num_entries)
        fields = {path: ntuple[path] for path in ntuple.keys()}  # noqa: SIM118 (an RNTuple is no dict)
        self.branches = [FieldBranch(path, field, ntuple) for path, field in fields.items() if not field.fields]


def as_tree(stored: Any) -> Any:
    """The event tree of a file, be it a TTree, which stays what it is, or an RNTuple."""
    return NTupleTree(stored) if stored.classname == NTUPLE else stored
