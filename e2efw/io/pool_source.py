"""Events from EDM-like ROOT files: of CMS, of our simulation, of our own jobs."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from e2efw.errors import FileReadError
from e2efw.framework.blocks import Block, ProductInfo, SourceContent, Wanted
from e2efw.framework.modules import Source, param
from e2efw.framework.parameters import not_negative
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.chunks import chunk_limits, cut, read_ahead
from e2efw.io.file_contents import FileContents
from e2efw.io.root_file import open_events
from e2efw.io.screening import Screening
from e2efw.io.stored_products import branches_of, read_events


def _names_a_file(names: tuple[str, ...]) -> str | None:
    return None if names else "must name at least one file"


class PoolSource(Source):
    """Reads events from EDM-like ROOT files, one after the other."""

    file_names: tuple[str, ...] = param(
        doc="files to read, with or without 'file:'", tracked=False, check=_names_a_file
    )
    skip_events: int = param(
        0, doc="events to skip at the beginning, over all files", tracked=False, check=not_negative
    )
    bad_hits: Literal["drop", "refuse"] = param(
        "drop",
        doc="objects that cannot be true (NaN energies, impossible detids): leave them out and count them, or stop",
        tracked=False,
    )

    def open(self) -> "OpenPool":
        """Look into all files.

        Raises:
            FileOpenError: a file is missing or may not be read.
            FileReadError: a file is truncated, corrupt or holds no events.
        """
        files = []
        for name in self.file_names:
            with open_events(name) as file:
                files.append(FileContents.of(file))
        return OpenPool(files, self.skip_events, Screening(self.bad_hits))


@dataclass
class OpenPool:
    """Files that were looked into; each is open only while its events are read.

    Args:
        files: the first one says what the source holds.
        skip_events: events to leave out at the beginning.
        screening: what is done with faulty objects.
    """

    files: Sequence[FileContents]
    skip_events: int
    screening: Screening
    _running: list[Iterator[Block]] = field(default_factory=list)

    @property
    def content(self) -> SourceContent:
        """The products of the first file, those of older processes first.

        The order of processes is known from the provenance; those that kept none come first, in the order of the tree.
        """
        first = self.files[0]
        age = {process.name: number for number, process in enumerate(first.provenance.processes)}
        keys = sorted(first.names, key=lambda key: age.get(key.process, -1))
        return {
            key: ProductInfo(first.names[key].friendly_type, first.description(key), origin=first.path) for key in keys
        }

    @property
    def provenance(self) -> Provenance:
        """What earlier jobs did to the first file."""
        return self.files[0].provenance

    @property
    def n_events(self) -> int:
        """Events in all files, without those that are skipped."""
        return max(sum(file.n_events for file in self.files) - self.skip_events, 0)

    def blocks(self, wanted: Wanted, events_per_block: int, max_events: int) -> Iterator[Block]:
        """Read blocks, the next ones in a background thread.

        A block never spans two files, so the last one of a file may be small.

        Raises:
            ProductNotFoundError: a file lacks a wanted product; names file and nearest.
            FileReadError: a product lacks a leaf, or the files describe it differently.
        """
        for file in self.files:
            file.require(wanted)
            for key in wanted:
                self._check_description(file, key)
        blocks = cut(read_ahead(self._chunks(wanted, events_per_block, max_events)), events_per_block)
        self._running.append(blocks)
        return blocks

    def report(self) -> list[str]:
        """What was left out of the events that were read."""
        return self.screening.report()

    def close(self) -> None:
        """End reading and its thread; iterators given out before end too."""
        for blocks in self._running:
            if isinstance(blocks, Generator):
                blocks.close()
        self._running.clear()

    def _chunks(self, wanted: Wanted, events_per_block: int, max_events: int) -> Generator[Block, None, None]:
        left = self.n_events if max_events < 0 else min(max_events, self.n_events)
        skip = self.skip_events
        for contents in self.files:
            start, skip = min(skip, contents.n_events), max(skip - contents.n_events, 0)
            stop = min(start + left, contents.n_events)
            if start >= stop:
                continue
            left -= stop - start
            with open_events(contents.path) as file:
                for first, end in chunk_limits(branches_of(file, wanted), start, stop, events_per_block, file.path):
                    yield read_events(file, wanted, first, end, self.screening)

    def _check_description(self, file: FileContents, key: ProductKey) -> None:
        expected = self.files[0].description(key)
        if file.description(key) != expected:
            raise FileReadError(
                f"File {file.path}: product {key} is described as {dict(file.description(key))}, "
                f"but in {self.files[0].path} as {dict(expected)}."
            )
