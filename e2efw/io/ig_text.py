"""Events of the iSpy display as text: collections of rows, which are numbers, strings and points in space.

An event is a dictionary in JSON or in the notation of Python: ``Types`` gives names and types of the columns of every
collection, ``Collections`` their rows, ``Associations`` what belongs to what. Only the collections that are asked for
are taken apart.
"""

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import FileReadError, nearest

_VERSION = re.compile(r"""_V\d+(["'])\s*:\s*\[""")
"""Ends the name of a collection; it begins with what text rarely has, so that searching is quick."""
_COLUMN = re.compile(r"""[\[(]\s*["'](\w+)["']\s*,\s*["'](\w+)["']\s*[\])]""")
_STRING = re.compile(r'"[^"]*"|\'[^\']*\'')
_PUNCTUATION = str.maketrans("[](),", "     ")
_AXES = ("x", "y", "z")


class Columns(NamedTuple):
    """The columns of a collection.

    Args:
        names: one for each number of a row; a point ``pos`` becomes pos.x, pos.y and pos.z.
        strings: True if some columns are strings, which read as 0.
    """

    names: tuple[str, ...]
    strings: bool


@dataclass(frozen=True)
class IgEvent:
    """The text of one event, cut into collections.

    Args:
        where: file and member, for messages.
        types: columns of every collection, by its name without version.
        rows: text of every collection.
    """

    where: str
    types: Mapping[str, Columns]
    rows: Mapping[str, str]

    @classmethod
    def of(cls, text: str, where: str) -> "IgEvent":
        """Cut a text.

        Raises:
            FileReadError: it is no event of the display.
        """
        types, collections, end = (_part(text, name) for name in ("Types", "Collections", "Associations"))
        if not 0 <= types < collections:
            raise FileReadError(f"{where} is no event of iSpy: it has no 'Types' and 'Collections'.")
        rows = {}
        for name, start, stop in _sections(text, collections, end if end > 0 else len(text)):
            last = text.rfind("]", start, stop)
            if last < 0:
                raise FileReadError(f"{where}: collection '{name}' does not end, the event is damaged.")
            rows[name] = text[start:last]
        return cls(where, _types(text[types:collections]), rows)

    def table(self, collection: str) -> "Table":
        """The rows of a collection.

        Raises:
            FileReadError: there is no such collection, or its rows are damaged.
        """
        if collection not in self.rows or collection not in self.types:
            raise FileReadError(f"{self.where}: no collection '{collection}'. {nearest(collection, self.rows)}")
        columns, text = self.types[collection], self.rows[collection]
        if columns.strings:
            text = _STRING.sub("0", text)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # what is no number is a warning of numpy
                numbers = np.fromstring(text.translate(_PUNCTUATION).strip(), sep=" ")
            values = numbers.reshape(-1, len(columns.names))
        except (ValueError, DeprecationWarning) as error:
            raise FileReadError(
                f"{self.where}: collection '{collection}' is damaged: a row is not {len(columns.names)} numbers."
            ) from error
        return Table(f"{self.where}: collection '{collection}'", columns.names, values)


@dataclass(frozen=True)
class Table:
    """Rows of one collection.

    Args:
        where: file, member and collection, for messages.
        values: (rows, names) numbers.
    """

    where: str
    names: tuple[str, ...]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """(rows,) one column.

        Raises:
            FileReadError: there is none of that name.
        """
        if name not in self.names:
            raise FileReadError(f"{self.where} has no column '{name}'. {nearest(name, self.names)}")
        return self.values[:, self.names.index(name)]


@lru_cache(maxsize=64)
def _types(text: str) -> dict[str, Columns]:
    """Events of one file mostly have the same types."""
    types: dict[str, Columns] = {}
    for collection, start, stop in _sections(text, 0, len(text)):
        columns: list[Any] = _COLUMN.findall(text, start - 1, stop)
        names = [f"{name}.{axis}" if kind == "v3d" else name for name, kind in columns for axis in _parts(kind)]
        types[collection] = Columns(tuple(names), any(kind == "string" for _, kind in columns))
    return types


def _part(text: str, name: str) -> int:
    """Where a part of an event begins, -1 if it is not there."""
    return max(text.find(f'"{name}"'), text.find(f"'{name}'"))


def _sections(text: str, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
    """Name, first character after the bracket and end of every collection between two places."""
    found = list(_VERSION.finditer(text, start, stop))
    begins = [text.rfind(each[1], start, each.start()) + 1 for each in found]
    for each, begin, end in zip(found, begins, [*begins[1:], stop], strict=True):
        yield text[begin : each.start()], each.end(), end


def _parts(kind: str) -> tuple[str, ...]:
    return _AXES if kind == "v3d" else ("",)
