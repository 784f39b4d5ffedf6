"""Files that sources read at this moment, all of them: no output may take the place of one."""

import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from e2efw.io.remote import is_remote

_OPEN: Final[weakref.WeakSet["FilesRead"]] = weakref.WeakSet()


class FilesRead:
    """The files of one source, from now on until it closes, also those that are reached late or never.

    Args:
        named: paths and URLs, by the parameter that names them: ``PoolSource.fileNames``.
    """

    def __init__(self, named: Mapping[str, Iterable[str]]) -> None:
        self.paths = {by: [Path(name) for name in names if not is_remote(name)] for by, names in named.items()}
        _OPEN.add(self)

    def close(self) -> None:
        """They are free again."""
        _OPEN.discard(self)


def reader_of(target: Path) -> str | None:
    """The input that is the same file, however either is spelled or linked, and the parameter that names it.

    Args:
        target: a file that may exist.
    """
    if not target.exists():
        return None
    for read in list(_OPEN):
        for by, paths in read.paths.items():
            for path in paths:
                if path.exists() and path.samefile(target):
                    return f"{path} ({by})"
    return None
