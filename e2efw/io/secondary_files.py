"""The second set of files of a two-file job: products of the same events, found by run, lumi and event number."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import MismatchedInputFilesError
from e2efw.framework.blocks import Block, EventIDs, SourceContent, Wanted
from e2efw.io import auxiliary
from e2efw.io.chunks import joined, rearranged
from e2efw.io.event_selection import event_keys
from e2efw.io.file_contents import FileContents
from e2efw.io.input_files import InputFiles
from e2efw.io.input_products import content_of
from e2efw.io.root_file import EventFile, open_events
from e2efw.io.screening import Screening
from e2efw.io.stored_products import read_events


@dataclass
class SecondaryFiles:
    """All files were looked into; the one read last stays open.

    Args:
        files: what they hold.
        ids: their events.
        screening: what is done with faulty objects.
    """

    files: Sequence[FileContents]
    ids: Sequence[EventIDs]
    screening: Screening
    _stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _open: EventFile | None = None

    def __post_init__(self) -> None:
        keys = np.concatenate([event_keys(ids) for ids in self.ids])
        sizes = [len(ids) for ids in self.ids]
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        self._file = np.repeat(np.arange(len(sizes)), sizes)
        self._entry = np.concatenate([np.arange(size) for size in sizes])

    @classmethod
    def opened(cls, files: InputFiles, screening: Screening) -> "SecondaryFiles":
        """Look into all files."""
        found = [(FileContents.of(file), auxiliary.event_ids(file)) for file in files.first()]
        return cls([contents for contents, _ in found], [ids for _, ids in found], screening)

    @property
    def content(self) -> SourceContent:
        """The products of the first of them."""
        return content_of(self.files[0].names, self.files[0])

    def require(self, wanted: Wanted) -> None:
        """Check that every file has all products; see `FileContents.require`."""
        for file in self.files:
            file.require(wanted)

    def add(self, block: Block, ids: EventIDs, wanted: Wanted) -> None:
        """Put the products of its events into a block.

        Args:
            ids: the events under the numbers they have in the files.

        Raises:
            MismatchedInputFilesError: an event is in none of the files.
        """
        place = self._find(ids)
        parts, order = [], []
        for number in np.unique(self._file[place]):
            mine = np.flatnonzero(self._file[place] == number)
            file = self._opened(int(number))
            entries, back = np.unique(self._entry[place[mine]], return_inverse=True)
            part = read_events(file, self.ids[number], wanted, entries, self.screening)
            parts.append(rearranged(part, back))
            order.append(mine)
        if not parts:
            return
        found = rearranged(reduce(joined, parts), np.argsort(np.concatenate(order)))
        block.products |= found.products
        block.events |= found.events

    def close(self) -> None:
        """Close the file that is open."""
        self._stack.close()
        self._open = None

    def _find(self, ids: EventIDs) -> NDArray[np.int64]:
        """Positions over all files."""
        keys = event_keys(ids)
        near = np.searchsorted(self._keys, keys)
        known = near < self._keys.size
        known[known] = self._keys[near[known]] == keys[known]
        if not known.all():
            raise MismatchedInputFilesError(
                f"Event {ids.name(int(np.argmin(known)))} of {ids.file} is in none of the secondary files: "
                f"{', '.join(file.path for file in self.files)} (secondaryFileNames)."
            )
        return self._order[near]

    def _opened(self, number: int) -> EventFile:
        path = self.files[number].path
        if self._open is None or self._open.path != path:
            self.close()
            self._open = self._stack.enter_context(open_events(path))
        return self._open
