"""Output files that appear under their name only when they are complete."""

import contextlib
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from e2efw.errors import FileWriteError
from e2efw.io.files_read import reader_of

_BEING_WRITTEN: Final[set[Path]] = set()
"""Targets of all files that are neither finished nor discarded."""


class WholeFile:
    """A hidden file beside the target, which takes its place at the end.

    Args:
        target: path of the finished file.
        owner: who writes, for messages.

    Raises:
        FileWriteError: the target is a folder, its folder is missing or may not be written, another output of this job
            writes it, or an open source reads it.
    """

    def __init__(self, target: Path, owner: str) -> None:
        self.target = target
        self.temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        self._owner = owner
        if target.is_dir():
            raise FileWriteError(f"{owner}: {target} is a folder, not a file name.")
        if not target.parent.is_dir():
            raise FileWriteError(f"{owner}: cannot write {target}: there is no folder {target.parent}.")
        self._place = target.resolve()
        if self._place in _BEING_WRITTEN:
            raise FileWriteError(f"{owner}: {target} is also written by another output of this job; name another file.")
        read = reader_of(target)
        if read is not None:
            raise FileWriteError(f"{owner}: {target} is also an input of this job: {read}; write to another file.")
        with self.writing():
            self.temporary.open("xb").close()
        _BEING_WRITTEN.add(self._place)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Turn errors of the operating system into a FileWriteError and leave nothing behind."""
        try:
            yield
        except FileWriteError:
            raise
        except OSError as error:
            self.discard()
            raise FileWriteError(f"{self._owner}: cannot write {self.target}: {error.strerror or error}.") from error

    @property
    def size(self) -> int:
        """Bytes that have reached the file system."""
        return self.temporary.stat().st_size

    def finish(self) -> int:
        """Put the finished file under its name; returns its size in bytes."""
        with self.writing():
            with self.temporary.open("rb+") as stream:
                os.fsync(stream.fileno())
            size = self.size
            self.temporary.replace(self.target)
            _BEING_WRITTEN.discard(self._place)
            folder = os.open(self.target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return size

    def discard(self) -> None:
        """Remove the hidden file, if it is still there."""
        _BEING_WRITTEN.discard(self._place)
        with contextlib.suppress(OSError):
            self.temporary.unlink(missing_ok=True)

    def refuse_inputs(self, inputs: Iterable[str]) -> None:
        """Check that the target is none of the files that are read.

        Raises:
            FileWriteError: it is.
        """
        for name in inputs:
            try:
                same = self.target.samefile(name)
            except OSError:  # one of the two does not exist
                same = False
            if same:
                self.discard()
                raise FileWriteError(
                    f"{self._owner}: {self.target} is also an input of this job; write to another file."
                )
