"""Opening an event file, and saying in one sentence what is wrong with it."""

import contextlib
import lzma
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import cramjam
import uproot
import uproot.deserialization

from e2efw.errors import E2EFWError, FileOpenError, FileReadError, nearest
from e2efw.framework.provenance import Provenance
from e2efw.io import provenance_store
from e2efw.io.branches import TreeIndex
from e2efw.io.ntuple_input import NTUPLE, as_tree
from e2efw.io.remote import handler, is_remote, opening

PARQUET = ".parquet"
"""What names of Parquet files end with."""
_EVENTS = "Events"
_OBJECT_HEADER = 6
"""Bytes before every object: its size and its version."""
_TREE_BASES = ("TNamed", "TAttLine", "TAttFill", "TAttMarker")
"""What a TTree begins with; the number of entries follows."""
_LARGE_FILE = 1_000_000
"""Added to the version of a ROOT file whose header holds 64-bit positions."""

READ_ERRORS: tuple[type[Exception], ...] = (
    OSError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    NotImplementedError,
    RecursionError,
    MemoryError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    cramjam.DecompressionError,
    uproot.deserialization.DeserializationError,
)
"""What uproot and the decompressors raise when bytes are not what they should be."""


@contextlib.contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn what uproot and the decompressors raise into a FileReadError that starts with `what`."""
    try:
        yield
    except E2EFWError:
        raise
    except READ_ERRORS as error:
        cause = next(iter(str(error).splitlines()), "")
        raise FileReadError(f"{what} cannot be read, the file is corrupt: {type(error).__name__}: {cause}") from error


@dataclass(frozen=True)
class EventFile:
    """An open event file.

    Args:
        path: as given, without ``file:``.
        tree: the uproot tree of events.
        index: its branches by product.
        provenance: what earlier jobs wrote about it; empty for files of CMS.
    """

    path: str
    tree: Any
    index: TreeIndex
    provenance: Provenance

    @property
    def n_events(self) -> int:
        """Number of events."""
        return int(self.tree.num_entries)


@contextlib.contextmanager
def open_events(name: str) -> Iterator[EventFile]:
    """Open a file for as long as the context lasts.

    Args:
        name: a path, ``file:`` and a path, or a URL.

    Raises:
        FileOpenError: there is no such file or it may not be read; names the nearest files.
        FileReadError: it is truncated, corrupt, not ROOT or holds no events.
        MissingDependencyError: reading it, or from there, needs a library that is not installed.
    """
    if name.endswith(PARQUET):
        yield _open_parquet(name)
        return
    with open_root(name) as file:
        with reading(f"File {file.path}"):
            tree = as_tree(file.directory[file.events_key])
            events = EventFile(file.path, tree, TreeIndex.of(tree), provenance_store.read(file.directory))
        yield events


class RootFile(NamedTuple):
    """An open ROOT file with a tree of events that was not looked into.

    Args:
        directory: of uproot.
        events_key: name of the tree.
    """

    path: str
    directory: Any
    events_key: str


@contextlib.contextmanager
def open_root(name: str) -> Iterator[RootFile]:
    """Open a file and make sure that it has a tree of events; errors are those of `open_events`."""
    path = name.removeprefix("file:")
    if not is_remote(path):
        _check_whole(Path(path))
    with contextlib.ExitStack() as stack:
        with reading(f"File {path}"), opening(path):
            file = stack.enter_context(uproot.open({path: None}, handler=handler(path)))
            found = RootFile(path, file, _events_key(file, path))
        yield found


def count_events(name: str) -> int:
    """Events in a file, without looking at the branches of its tree; errors are those of `open_events`."""
    if name.endswith(PARQUET):
        return _open_parquet(name).n_events
    with open_root(name) as file, reading(f"File {file.path}"):
        if file.directory.classname_of(file.events_key) == NTUPLE:
            return int(file.directory[file.events_key].num_entries)
        chunk, cursor = file.directory.key(file.events_key).get_uncompressed_chunk_cursor()
        cursor.skip(_OBJECT_HEADER)
        for _ in _TREE_BASES:
            size, _version, _ = uproot.deserialization.numbytes_version(chunk, cursor, {}, move=False)
            cursor.skip(size)
        return int(cursor.field(chunk, struct.Struct(">q"), {}))


def _open_parquet(name: str) -> EventFile:
    from e2efw.io.parquet_input import open_parquet  # noqa: PLC0415 (what it needs is optional)

    return open_parquet(Path(name.removeprefix("file:")))


def _events_key(file: Any, path: str) -> str:
    classes = {name.split(";")[0]: kind for name, kind in file.classnames(recursive=False).items()}
    if _EVENTS not in classes:
        held = ", ".join(f"{name} ({kind})" for name, kind in classes.items())
        raise FileReadError(f"File {path}: no tree '{_EVENTS}', so it is no event file. It holds: {held or 'nothing'}.")
    if classes[_EVENTS] not in {"TTree", NTUPLE}:
        raise FileReadError(
            f"File {path}: '{_EVENTS}' is a {classes[_EVENTS]}; only a TTree or an RNTuple can be read."
        )
    return _EVENTS


def _check_whole(path: Path) -> None:
    """Compare the size of a local file with what its header says."""
    try:
        with path.open("rb") as stream:
            header = stream.read(20)
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise FileOpenError(f"File {path} does not exist. {neighbours(path)}") from error
    except OSError as error:
        raise FileOpenError(f"File {path} cannot be opened: {error.strerror}.") from error
    if not (header[:4] == b"root" if len(header) >= 4 else b"root".startswith(header)):
        raise FileReadError(f"File {path} is not a ROOT file: it starts with {header[:4]!r}.")
    if len(header) < 20:
        raise FileReadError(f"File {path} is truncated: it has {size} bytes, less than the header of a ROOT file.")
    (version,) = struct.unpack(">i", header[4:8])
    (end,) = struct.unpack(">q", header[12:20]) if version >= _LARGE_FILE else struct.unpack(">i", header[12:16])
    if size < end:
        raise FileReadError(f"File {path} is truncated: it has {size} of {end} bytes.")


def neighbours(path: Path) -> str:
    """The tail of a message about a file that is missing: the nearest files of its kind."""
    folder = path.parent
    if not folder.is_dir():
        return f"There is no folder {folder}."
    kind = path.suffix or ".root"
    return nearest(
        path.name, (entry.name for entry in folder.iterdir() if entry.suffix == kind), f"Files {kind} in {folder}"
    )
