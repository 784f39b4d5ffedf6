"""Real collisions from files of the iSpy event display, the small public samples of CMS Open Data."""

import re
import zipfile
import zlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from e2efw.errors import (
    FileOpenError,
    FileReadError,
    LogicError,
    ProductNotFoundError,
    UnimplementedFeatureError,
    nearest,
)
from e2efw.framework.blocks import Block, EventIDs, ProductInfo, ProductLike, SourceContent, Wanted
from e2efw.framework.modules import Source, param
from e2efw.framework.parameters import not_negative
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.branches import BranchName
from e2efw.io.chunks import read_ahead
from e2efw.io.columns import fitted
from e2efw.io.files_read import FilesRead
from e2efw.io.ig_products import PRODUCTS, IgProduct
from e2efw.io.ig_text import IgEvent
from e2efw.io.input_files import resolved
from e2efw.io.remote import is_remote
from e2efw.io.root_file import neighbours
from e2efw.io.screening import Screening, screened

_EVENT = re.compile(r"Events/Run_\d+/Event_\d+")


def _names_a_file(names: tuple[str, ...]) -> str | None:
    return None if names else "must name at least one file"


class IgSource(Source):
    """Reads events from `.ig` files of the iSpy event display, one file after the other.

    Hits of ECAL and HCAL keep the ids of their cells. Products have the labels of AOD and the process RECO. The display
    knows less than AOD: hits below its threshold are missing, jets and photons have the transverse energy as pt and no
    mass, the jets are of one radius, under the labels of both; tracks are all of high purity.
    """

    file_names: tuple[str, ...] = param(
        doc="files to read, with or without 'file:'; patterns such as data/*.ig", tracked=False, check=_names_a_file
    )
    skip_events: int = param(
        0, doc="events to skip at the beginning, over all files", tracked=False, check=not_negative
    )
    bad_hits: Literal["drop", "refuse"] = param(
        "drop", doc="objects that cannot be true: leave them out and count them, or stop", tracked=False
    )

    def open(self) -> "OpenIg":
        """List the events of all files and look into the first.

        Raises:
            FileOpenError: a file is missing or may not be read.
            FileReadError: a file is no zip of events, or its first event is damaged.
        """
        members = [member for name in resolved(self.file_names) for member in _members(name)]
        return OpenIg(members, members[self.skip_events :], Screening(self.bad_hits, "IgSource"))


@dataclass(frozen=True)
class _Member:
    """One event: where its text is."""

    path: str
    name: str

    def __str__(self) -> str:
        return f"File {self.path}, {self.name}"


@dataclass
class OpenIg:
    """Events that were listed; a file is open while its events are read.

    Args:
        all_members: the first one says what the source holds.
        members: the events to read.
        screening: what is done with faulty objects.
    """

    all_members: Sequence[_Member]
    members: Sequence[_Member]
    screening: Screening
    _running: list[Iterator[Block]] = field(default_factory=list)

    def __post_init__(self) -> None:
        first = next(_events(self.all_members[:1]))
        self._files = FilesRead({"IgSource.fileNames": dict.fromkeys(member.path for member in self.all_members)})
        self._content = {
            key: ProductInfo(product.cls.friendly_type, origin=self.all_members[0].path)
            for key, product in PRODUCTS.items()
            if all(name in first.rows for name in product.collections)
        }

    @property
    def content(self) -> SourceContent:
        """The products whose collections the first event has."""
        return self._content

    @property
    def provenance(self) -> Provenance:
        """The display keeps none."""
        return Provenance()

    @property
    def n_events(self) -> int:
        """Events in all files, without those that are skipped."""
        return len(self.members)

    def blocks(self, wanted: Wanted, events_per_block: int, max_events: int) -> Iterator[Block]:
        """Read blocks, the next one in a background thread.

        Raises:
            ProductNotFoundError: there is no such product.
            FileReadError: an event is damaged; names file, event and collection.
        """
        for key in wanted:
            if key not in self._content:
                raise ProductNotFoundError(f"IgSource: no product {key}. {nearest(str(key), map(str, self._content))}")
        members = self.members if max_events < 0 else self.members[:max_events]
        blocks = read_ahead(self._read(wanted, members, events_per_block))
        self._running.append(blocks)
        return blocks

    def report(self) -> list[str]:
        """What was left out of the events that were read."""
        return self.screening.report()

    def close(self) -> None:
        """End reading and its thread."""
        for blocks in self._running:
            if isinstance(blocks, Generator):
                blocks.close()
        self._running.clear()
        self._files.close()

    def _read(self, wanted: Wanted, members: Sequence[_Member], events_per_block: int) -> Generator[Block, None, None]:
        for number, first in enumerate(range(0, len(members), events_per_block)):
            some = members[first : first + events_per_block]
            events = list(_events(some))
            block = Block(number, _ids(events, some))
            for key, cls in wanted.items():
                product = PRODUCTS[key]
                if cls is not None and not issubclass(product.cls, cls):
                    raise LogicError(f"IgSource: {key} is a {product.cls.__name__}, not a {cls.__name__}.")
                block.products[key] = self._product(key, product, events, block.ids)
            yield block

    def _product(self, key: ProductKey, product: IgProduct, events: Sequence[IgEvent], ids: EventIDs) -> ProductLike:
        tables = [[event.table(name) for name in product.collections] for event in events]
        counts = [sum(map(len, of_event)) for of_event in tables]
        parts = [product.columns(table) for of_event in tables for table in of_event]
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        columns, faults = {}, {}
        for name in parts[0]:
            dtype = product.cls.leaves[name].dtype
            columns[name], unfit = fitted(np.concatenate([part[name] for part in parts]), dtype)
            if unfit is not None:
                faults[f"{name} does not fit {dtype}"] = unfit
        owners = np.repeat(np.arange(len(events)), counts)
        name_of = BranchName(product.cls.friendly_type, key)
        good = self.screening.good(name_of, {**faults, **product.cls.faults(columns)}, owners, ids)
        return product.cls.restored(*screened(offsets, columns, good), {})


def _members(path: str) -> list[_Member]:
    """The events of a file, in its order."""
    if is_remote(path):
        raise UnimplementedFeatureError(f"File {path}: files of the event display are read from a disk only.")
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if _EVENT.fullmatch(name)]
    except FileNotFoundError as error:
        raise FileOpenError(f"File {path} does not exist. {neighbours(Path(path))}") from error
    except zipfile.BadZipFile as error:
        raise FileReadError(f"File {path} is no file of the event display, or truncated: {error}.") from error
    except OSError as error:
        raise FileOpenError(f"File {path} cannot be opened: {error.strerror}.") from error
    if not names:
        raise FileReadError(f"File {path} holds no events: a file of the event display has Events/Run_*/Event_*.")
    return [_Member(path, name) for name in names]


def _events(members: Sequence[_Member]) -> Iterator[IgEvent]:
    """The texts of events, cut into collections."""
    archive: zipfile.ZipFile | None = None
    try:
        for member in members:
            if archive is None or archive.filename != member.path:
                if archive is not None:
                    archive.close()
                archive = zipfile.ZipFile(member.path)
            try:
                text = archive.read(member.name).decode()
            except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError, NotImplementedError) as error:
                raise FileReadError(f"{member} is damaged: {error}.") from error
            yield IgEvent.of(text, str(member))
    finally:
        if archive is not None:
            archive.close()


def _ids(events: Sequence[IgEvent], members: Sequence[_Member]) -> EventIDs:
    """Run, luminosity block and event numbers; the display may write them as signed numbers."""
    tables = [event.table("Event") for event in events]
    for table in tables:
        if len(table) != 1:
            raise FileReadError(f"{table.where} has {len(table)} rows instead of one.")
    run, lumi, event = (
        np.array([table[name][0] for table in tables]).astype(np.int64) % 2**32 for name in ("run", "ls", "event")
    )
    files = ", ".join(dict.fromkeys(member.path for member in members))
    return EventIDs(run.astype(np.uint32), lumi.astype(np.uint32), event.astype(np.uint64), files)
