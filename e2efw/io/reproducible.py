"""Identical jobs, identical bytes: a finished ROOT file loses its dates, its identity follows from its content.

uproot dates every record by the clock and offers no other way, so the dates are overwritten where ROOT's file format
has them. Source of the format: ROOT's class descriptions of ``TFile``, ``TKey``, ``TDirectory`` and ``TFree``.
"""

import bisect
import hashlib
import struct
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from e2efw.errors import LogicError

NO_DATE = struct.pack(">I", 1 << 22 | 1 << 17)
"""1 January 1995, 0:00, the earliest date that ROOT can hold."""
NO_IDENTITY = uuid.UUID(int=0)
"""What a file is written with, so that its identity can follow from everything else in it."""

_OF_CONTENT: Final = 5
"""Version of identities that follow from content; ROOT's own follow from time and place."""
_PIECE: Final = 1 << 20
"""Bytes that are read together."""
_BIG_FILE, _BIG_RECORD = 1_000_000, 1000
"""From these versions on, positions have 8 bytes, below they have 4."""


class _Header(NamedTuple):
    """Where the records of a file are.

    Args:
        free: position of the list of unused bytes, a record too.
        free_size: bytes of that record.
        n_free: entries of that list; the last one is what follows the end.
        name_size: bytes from `begin` to what is known of the root directory.
        identity: position of the 16 bytes of the UUID.
    """

    begin: int
    end: int
    free: int
    free_size: int
    n_free: int
    name_size: int
    identity: int


class _Directory(NamedTuple):
    """What is known of the root directory: positions of its two dates, its list of records and its UUID."""

    dates: tuple[int, int]
    keys: int
    identity: int


def make_reproducible(path: Path) -> None:
    """Take dates and leftovers out of a file that was written with `NO_IDENTITY`, then name it after its content.

    Args:
        path: a complete ROOT file whose only directory is the root directory.

    Raises:
        LogicError: the file is not what ROOT's format says.
    """
    with path.open("rb+") as file:
        header = _header(file)
        records, gaps = _records(file, header)
        dates = [*_dates(file, header), *(position + 10 for position in records)]
        for first, size in gaps.items():  # whatever moved has left old dates behind; ROOT marks gaps with -size
            _overwrite(file, first, struct.pack(">i", -size).ljust(size, b"\0")[:size])
        for position in dates:
            _overwrite(file, position, NO_DATE)
        file.seek(0)
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).digest()
        for position in (header.identity, _directory(file, header).identity):
            _overwrite(file, position, uuid.UUID(bytes=digest, version=_OF_CONTENT).bytes)


def is_as_written(path: Path) -> bool | None:
    """True if a file still has the content that its identity follows from, None if its identity is of another kind.

    Raises:
        LogicError: the file is not what ROOT's format says.
    """
    with path.open("rb") as file:
        header = _header(file)
        places = (header.identity, _directory(file, header).identity)
        stored = {_unpacked(file, place, ">16s")[0] for place in places}
        if all(uuid.UUID(bytes=each).version != _OF_CONTENT for each in stored):
            return None
        digest = hashlib.blake2b(digest_size=16)
        position = 0
        file.seek(0)
        for place in sorted(places):
            digest.update(file.read(place - position))  # both are near the beginning
            digest.update(NO_IDENTITY.bytes)
            position = place + 16
            file.seek(position)
        while piece := file.read(_PIECE):
            digest.update(piece)
        return stored == {uuid.UUID(bytes=digest.digest(), version=_OF_CONTENT).bytes}


def _header(file: BinaryIO) -> _Header:
    layout = ">4siiqqiiiBiqiH" if _unpacked(file, 4, ">i")[0] >= _BIG_FILE else ">4siiiiiiiBiiiH"
    _, _, begin, end, free, free_size, n_free, name_size, *_ = _unpacked(file, 0, layout)
    return _Header(begin, end, free, free_size, n_free, name_size, struct.calcsize(layout))


def _directory(file: BinaryIO, header: _Header) -> _Directory:
    start = header.begin + header.name_size
    layout = ">hIIiiqqqH" if _unpacked(file, start, ">h")[0] >= _BIG_RECORD else ">hIIiiiiiH"
    keys = _unpacked(file, start, layout)[7]
    return _Directory((start + 2, start + 6), keys, start + struct.calcsize(layout))


def _unused(file: BinaryIO, header: _Header) -> dict[int, int]:
    """Gaps between records: position and size.

    Raises:
        LogicError: a gap ends before it begins.
    """
    position = header.free + _unpacked(file, header.free + 14, ">h")[0]
    gaps = {}
    for _ in range(header.n_free - 1):
        layout = ">hqq" if _unpacked(file, position, ">h")[0] >= _BIG_RECORD else ">hII"
        _, first, last = _unpacked(file, position, layout)
        if last < first:
            raise LogicError(f"{file.name}: unused bytes from {first} to {last}.")
        gaps[first] = last + 1 - first
        position += struct.calcsize(layout)
    return gaps


def _dates(file: BinaryIO, header: _Header) -> Iterator[int]:
    """Positions of the dates of the root directory and of its list of records."""
    directory = _directory(file, header)
    yield from directory.dates
    listed = directory.keys + _key_size(file, directory.keys)
    n_listed = _unpacked(file, listed, ">i")[0]
    listed += 4
    for _ in range(n_listed):
        yield listed + 10
        listed += _key_size(file, listed)


def _records(file: BinaryIO, header: _Header) -> tuple[list[int], dict[int, int]]:
    """Positions of all records, and the gaps between them: position and size.

    A record says itself where it is, which tells it from whatever else lies about: a list of unused bytes that was
    written anew and shorter leaves bytes that uproot forgets.

    Raises:
        LogicError: the file does not begin with a record.
    """
    unused = _unused(file, header)
    known = sorted([*unused, header.free, header.end])
    records, gaps = [], dict(unused)
    position = header.begin
    _key_size(file, position)
    while position < header.end:
        following = known[bisect.bisect_right(known, position)]
        if position in unused:
            after = position + unused[position]
        elif position == header.free:
            records.append(position)
            after = position + header.free_size
        elif _is_record(file, position):
            records.append(position)
            after = position + _unpacked(file, position, ">i")[0]
        else:
            after = next((p for p in range(position + 1, following) if _is_record(file, p)), following)
            gaps[position] = after - position
        # above 2 GB, uproot's list of streamers runs 8 bytes into the record behind it
        position = min(after, following)
    return records, gaps


def _is_record(file: BinaryIO, position: int) -> bool:
    """True if what is there is a record and says that it is there."""
    file.seek(position)
    raw = file.read(26)
    if len(raw) < 26:
        return False
    size, version, _, _, key_size, _ = struct.unpack(">ihiIhh", raw[:18])
    at = struct.unpack(">q" if version >= _BIG_RECORD else ">i", raw[18 : 26 if version >= _BIG_RECORD else 22])[0]
    return bool(0 < key_size <= size and at == position)


def _key_size(file: BinaryIO, position: int) -> int:
    """Bytes of the key at the beginning of a record.

    Raises:
        LogicError: there is none.
    """
    size, _, _, _, key_size, _ = _unpacked(file, position, ">ihiIhh")
    if not 0 < key_size <= size:
        raise LogicError(f"{file.name}: no ROOT record at byte {position}.")
    return int(key_size)


def _unpacked(file: BinaryIO, position: int, layout: str) -> tuple[Any, ...]:
    if position < 0:
        raise LogicError(f"{file.name}: a ROOT record at byte {position}.")
    file.seek(position)
    raw = file.read(struct.calcsize(layout))
    if len(raw) < struct.calcsize(layout):
        raise LogicError(f"{file.name}: ends at byte {position + len(raw)}, within a ROOT record.")
    return struct.unpack(layout, raw)


def _overwrite(file: BinaryIO, position: int, content: bytes) -> None:
    file.seek(position)
    file.write(content)
