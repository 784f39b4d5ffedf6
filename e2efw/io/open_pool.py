"""Event files being read, one after the other, in blocks."""

from collections.abc import Generator, Iterator
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from e2efw.framework.blocks import Block, EventIDs, SourceContent, Wanted
from e2efw.framework.provenance import Provenance
from e2efw.io import auxiliary
from e2efw.io.chunks import chunk_limits, cut, read_ahead
from e2efw.io.duplicates import DuplicateCheck
from e2efw.io.event_selection import event_keys
from e2efw.io.file_contents import FileContents
from e2efw.io.files_read import FilesRead
from e2efw.io.input_files import InputFiles, resolved
from e2efw.io.input_products import InputProducts, content_of
from e2efw.io.root_file import EventFile
from e2efw.io.screening import Screening
from e2efw.io.secondary_files import SecondaryFiles
from e2efw.io.stored_products import branches_of, read_events

if TYPE_CHECKING:
    from e2efw.io.pool_source import PoolSource

_UNSORTED = 1000
"""Events that are read at once where they do not stand in the order of the file."""


class OpenPool:
    """The input of a job: its first file was looked into, the others are opened when they are reached.

    Args:
        source: its parameters.
    """

    def __init__(self, source: "PoolSource") -> None:
        self.screening = Screening(source.bad_hits)
        self._source = source
        self._files = InputFiles(resolved(source.file_names), source.skip_bad_files)
        waiting = self._files.first()
        file = next(waiting)
        self._waiting: Iterator[EventFile] | None = chain([file], waiting)
        self._products = InputProducts(
            FileContents.of(file),
            source.input_commands,
            source.drop_descendants_of_dropped_branches,
            source.branches_must_match,
        )
        self._total = self._files.counted(file)
        self._duplicates = DuplicateCheck(source.duplicate_check_mode)
        second_names = resolved(source.secondary_file_names)
        self._second = SecondaryFiles.opened(InputFiles(second_names), self.screening) if second_names else None
        self._read = FilesRead(
            {"PoolSource.fileNames": self._files.names, "PoolSource.secondaryFileNames": second_names}
        )
        self._running: list[Iterator[Block]] = []
        own = content_of(self._products.names, self._products.first)
        second = {} if self._second is None else self._second.content
        only_there = {key: info for key, info in second.items() if key not in self._products.first.names}
        self._content: SourceContent = {**only_there, **own}

    @property
    def content(self) -> SourceContent:
        """The products of the first file that are kept, before them what only the second set of files has."""
        return self._content

    @property
    def provenance(self) -> Provenance:
        """What earlier jobs did to the first file."""
        return self._products.first.provenance

    @property
    def n_events(self) -> int:
        """Events in all files without those that are skipped, at most: selections and repeated events take some.

        -1 if a file is far away: those are not opened before they are reached.
        """
        return self._total if self._total < 0 else max(self._total - self._source.skip_events, 0)

    def blocks(self, wanted: Wanted, events_per_block: int, max_events: int) -> Iterator[Block]:
        """Read blocks, the next ones in a background thread.

        A block never spans two files, so the last one of a file may be small. What a file lacks, its blocks lack.

        Raises:
            ProductNotFoundError: the first file lacks a wanted product; names file and nearest.
            FileReadError: a product lacks a leaf.
            MismatchedInputFilesError: a file does not belong to the first, or an event has no twin in the second set.
        """
        first = self._products.first
        second = {key: cls for key, cls in wanted.items() if key in self._content and key not in first.names}
        mine = {key: cls for key, cls in wanted.items() if key not in second}
        first.require(mine)
        if self._second is not None:
            self._second.require(second)
        blocks = cut(read_ahead(self._chunks(mine, second, events_per_block, max_events)), events_per_block)
        self._running.append(blocks)
        return blocks

    def report(self) -> list[str]:
        """What was left out: objects, events and files."""
        return [*self.screening.report(), *self._duplicates.report(), *self._files.report()]

    def close(self) -> None:
        """End reading and its thread; iterators given out before end too."""
        for blocks in self._running:
            if isinstance(blocks, Generator):
                blocks.close()
        self._running.clear()
        self._read.close()
        self._waiting = None
        if self._second is not None:
            self._second.close()

    def _chunks(
        self, wanted: Wanted, second: Wanted, events_per_block: int, max_events: int
    ) -> Generator[Block, None, None]:
        self._duplicates = DuplicateCheck(self._source.duplicate_check_mode)
        runs = self._source.run_numbers()
        skip, left = self._source.skip_events, max_events
        files, self._waiting = self._waiting or self._files.first(), None
        for file in files:
            here = self._checked(file, wanted)
            ids = auxiliary.event_ids(file)
            real = self._source.asks_for_real_data and auxiliary.real_data(file)
            positions = self._positions(ids, real=real)
            skip, positions = max(skip - positions.size, 0), positions[skip:]
            if left >= 0:
                positions = positions[:left]
                left -= positions.size
            for chunk in _near_each_other(file, here, positions, events_per_block):
                block = read_events(file, ids, here, chunk, self.screening)
                if self._second is not None:
                    self._second.add(block, block.ids, second)
                block.ids = runs.apply(block.ids, real=real, first_run=int(ids.run[0]))
                yield block
            if left == 0:
                return

    def _checked(self, file: EventFile, wanted: Wanted) -> Wanted:
        """The wanted products that the file has."""
        contents = FileContents.of(file)
        self._products.check(contents)
        here = {key: cls for key, cls in wanted.items() if key in contents.names}
        contents.require(here)
        for key in here:
            self._products.check_description(contents, key)
        return here

    def _positions(self, ids: EventIDs, *, real: bool) -> NDArray[np.int64]:
        """Entries of a file that are processed, in this order."""
        selection = self._source.selection
        positions = np.arange(len(ids)) if selection.everything else np.flatnonzero(selection.chosen(ids))
        fresh = self._duplicates.fresh(ids.take(positions) if positions.size < len(ids) else ids, real=real)
        positions = positions if fresh.all() else positions[fresh]
        if not self._source.no_event_sort:
            positions = positions[np.argsort(event_keys(ids.take(positions)), kind="stable")]
        return positions


def _near_each_other(
    file: EventFile, wanted: Wanted, positions: NDArray[np.int64], events_per_block: int
) -> Iterator[NDArray[np.int64]]:
    """Entries that are read at once; in the order of the file whole baskets."""
    if np.any(np.diff(positions) < 0):
        size = max(_UNSORTED, events_per_block)
        yield from (positions[first : first + size] for first in range(0, positions.size, size))
        return
    if not positions.size:
        return
    limits = chunk_limits(
        branches_of(file, wanted), int(positions[0]), int(positions[-1]) + 1, events_per_block, file.path
    )
    for start, stop in limits:
        first, last = np.searchsorted(positions, [start, stop])
        if last > first:
            yield positions[first:last]
