"""The input files of a job: patterns resolved, each file opened when it is reached, bad ones refused or skipped."""

import contextlib
import glob
import logging
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from e2efw.errors import FileOpenError, FileReadError, nearest
from e2efw.io.remote import is_remote, matching
from e2efw.io.root_file import EventFile, count_events, open_events

_LOG = logging.getLogger("e2efw.io")


def resolved(names: Iterable[str]) -> list[str]:
    """File names without ``file:``, patterns replaced by what they match in alphabetical order.

    Raises:
        FileOpenError: a pattern matches nothing; names what is there.
    """
    found: list[str] = []
    for name in names:
        path = name.removeprefix("file:")
        if not glob.has_magic(path) or (not is_remote(path) and Path(path).exists()):
            found.append(path)
            continue
        matches = matching(path) if is_remote(path) else sorted(glob.glob(path, recursive=True))  # noqa: PTH207  '**'
        if not matches:
            raise FileOpenError(f"File {path}: no file matches this pattern. {_there(path)}")
        found += matches
    return found


def _there(pattern: str) -> str:
    folder = next(parent for parent in Path(pattern).parents if not glob.has_magic(str(parent)))
    if is_remote(pattern) or not folder.is_dir():
        return f"There is no folder {folder}." if not is_remote(pattern) else ""
    return nearest(Path(pattern).name, (entry.name for entry in folder.iterdir()), f"In {folder}")


@dataclass
class InputFiles:
    """Files to be read one after the other.

    Args:
        names: paths and URLs.
        skip_bad: files that cannot be opened are left out instead of ending the job.
    """

    names: list[str]
    skip_bad: bool = False
    skipped: dict[str, str] = field(default_factory=dict)
    """Files that were left out, with the reason."""

    def opened(self) -> Generator[EventFile, None, None]:
        """Open the files in order; each is closed when the next one is asked for. See `open_events` for errors."""
        for name in self.names:
            if name in self.skipped:
                continue
            with contextlib.ExitStack() as stack:
                try:
                    file = stack.enter_context(open_events(name))
                except (FileOpenError, FileReadError) as error:
                    self._refused(name, error)
                    continue
                yield file

    def first(self) -> Generator[EventFile, None, None]:
        """As `opened`, but sure to give a file.

        Raises:
            FileOpenError: none of the files can be opened.
        """
        files = self.opened()
        one = next(files, None)
        if one is None:
            raise FileOpenError(f"None of the {len(self.names)} input files can be read: {self._reasons()}")
        yield one
        yield from files

    def counted(self, but: EventFile) -> int:
        """Events in all files, -1 if one is far away: those are not opened before they are reached.

        Local files are checked on the way: that they exist, are whole and have a tree of events.

        Args:
            but: a file whose events are known.
        """
        total, far = 0, False
        for name in self.names:
            if name == but.path:
                total += but.n_events
            elif is_remote(name):
                far = True
            elif name not in self.skipped:
                try:
                    total += count_events(name)
                except (FileOpenError, FileReadError) as error:
                    self._refused(name, error)
        return -1 if far else total

    def report(self) -> list[str]:
        """One line per file that was left out."""
        return [f"PoolSource: skipped a bad file (skipBadFiles): {reason}" for reason in self.skipped.values()]

    def _refused(self, name: str, error: Exception) -> None:
        if not self.skip_bad:
            raise error
        _LOG.warning("Skipped a bad file (skipBadFiles): %s", error)
        self.skipped[name] = str(error)

    def _reasons(self) -> str:
        return " ".join(self.skipped.values())
