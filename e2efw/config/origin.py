"""Where in the user's files something was written, so that every message can say ``(my_cfg.py:14)``."""

import os
import sys
from bisect import bisect_right
from functools import lru_cache
from types import CodeType
from typing import NamedTuple, Self

_PACKAGE = os.path.dirname(__file__) + os.sep  # noqa: PTH120  pathlib would double the import time of this package

_LONG = 20_000
"""Bytes of a table of lines from which on it is searched here."""


class Origin(NamedTuple):
    """A line of a user's file; a line of 0 means that the name says it all, as for ``--set``."""

    filename: str
    line: int

    def __str__(self) -> str:
        shown = os.path.relpath(self.filename) if os.path.isabs(self.filename) else self.filename  # noqa: PTH117
        if shown.startswith(os.pardir):
            shown = self.filename
        return f"{shown}:{self.line}" if self.line else shown


def here() -> Origin:
    """The nearest line on the call stack that is outside this package: the line of the cfg."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    code = frame.f_code
    return Origin(code.co_filename, frame.f_lineno if len(code.co_linetable) < _LONG else _line(code, frame.f_lasti))


@lru_cache(maxsize=4)
def _line_starts(code: "_ByIdentity") -> tuple[list[int], list[int]]:
    """Where in the bytecode each line begins, and the numbers of the lines."""
    starts = [(start, line) for start, _, line in code.code.co_lines() if line is not None]
    return [start for start, _ in starts], [line for _, line in starts]


def _line(code: CodeType, instruction: int) -> int:
    """The line of an instruction; Python itself counts from the top, which long dumps make slow."""
    starts, lines = _line_starts(_ByIdentity(code))
    return lines[bisect_right(starts, instruction) - 1]


class _ByIdentity:
    """A code object that is equal to itself only: comparing long ones is slow."""

    def __init__(self, code: CodeType) -> None:
        self.code = code

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and self.code is other.code

    def __hash__(self) -> int:
        return id(self.code)


class Located:
    """Something that remembers the line that wrote it, under CMSSW's names ``_filename`` and ``_lineNumber``."""

    _filename: str
    _lineNumber: int

    def _locate(self, origin: Origin | None = None) -> Self:
        origin = origin or here()
        object.__setattr__(self, "_filename", origin.filename)
        object.__setattr__(self, "_lineNumber", origin.line)
        return self

    def origin_(self) -> Origin:
        """File and line that created this object or gave it its present value; as text ``my_cfg.py:14``."""
        return Origin(self._filename, self._lineNumber)
