"""Where in the user's files something was written, so that every message can say ``(my_cfg.py:14)``."""

import os
import sys
from typing import NamedTuple, Self

_PACKAGE = os.path.dirname(__file__) + os.sep  # noqa: PTH120  pathlib would double the import time of this package


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
    return Origin(frame.f_code.co_filename, frame.f_lineno)


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
