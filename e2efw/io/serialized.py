"""Numbers in serialised objects: where they lie follows from the class descriptions that every ROOT file holds.

A branch that is not split holds one object after the other. ROOT puts a frame before each member that is an object or a
string: the number of bytes that follow, the version of the class, and for version 0 a checksum. CMSSW's files have no
frame around the object itself.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import FileReadError
from e2efw.io.columns import Column

Members: TypeAlias = Mapping[str, "np.dtype[Any] | str"]
"""What a class consists of, in order: the type of a number, or the name of another class."""
Classes: TypeAlias = Callable[[str], Sequence[Members]]
"""What a class may consist of: one answer for every version that the file describes."""

_NUMBERS: Final = {
    1: "i1",
    2: ">i2",
    3: ">i4",
    4: ">i8",
    5: ">f4",
    8: ">f8",
    11: "u1",
    12: ">u2",
    13: ">u4",
    14: ">u8",
    16: ">i8",
    17: ">u8",
    18: "?",
}
"""ROOT's numbers for types of numbers."""
_FRAMED: Final = 0x4000_0000
_HEAD: Final = struct.Struct(">IH")
_CHECKSUM: Final = 4


class Place(NamedTuple):
    """Where a number lies in a record."""

    start: int
    dtype: np.dtype[Any]


class Places(NamedTuple):
    """Where everything lies in records of one length.

    Args:
        numbers: by name, such as ``id_.run_``.
        frames: first bytes of the frames.
    """

    numbers: dict[str, Place]
    frames: list[int]


def described(file: Any, name: str) -> list[Members]:
    """The versions of a class that a file of uproot describes; none for classes of the standard library."""
    return [
        {
            element.name: np.dtype(_NUMBERS[element.member("fType")])
            if element.member("fType") in _NUMBERS
            else str(element.typename)
            for element in streamer.elements
        }
        for streamer in file.streamers_named(name)
    ]


def numbers_in(records: Column, versions: Sequence[Members], classes: Classes) -> dict[str, NDArray[Any]]:
    """All numbers of objects of one class.

    Args:
        records: bytes of one object per event.
        versions: what the class may consist of.
        classes: what those inside it may consist of.

    Returns:
        (events,) numbers that every object has, by name, such as ``id_.run_``.

    Raises:
        FileReadError: the bytes are no such objects.
    """
    offsets = records.offsets if records.offsets is not None else np.arange(records.values.size + 1)
    lengths = np.diff(offsets)
    found: list[tuple[NDArray[np.int64], dict[str, NDArray[Any]]]] = []
    for length in np.unique(lengths):
        events = np.flatnonzero(lengths == length)
        table = records.values[offsets[events][:, np.newaxis] + np.arange(length)].astype(np.uint8)
        places = _places(table[0].tobytes(), versions, classes)
        heads = np.array([start + byte for start in places.frames for byte in range(_HEAD.size)], np.intp)
        same = (table[:, heads] == table[0, heads]).all(axis=1)
        if not same.all():
            raise FileReadError(f"event {events[np.argmin(same)]} is laid out otherwise than event {events[0]}.")
        found.append((events, {name: _column(table, place) for name, place in places.numbers.items()}))
    shared = set.intersection(*(set(columns) for _, columns in found)) if found else set()
    joined: dict[str, NDArray[Any]] = {}
    for name in shared:
        joined[name] = np.empty(lengths.size, found[0][1][name].dtype)
        for events, columns in found:
            joined[name][events] = columns[name]
    return joined


def _column(table: NDArray[np.uint8], place: Place) -> NDArray[Any]:
    stored = np.ascontiguousarray(table[:, place.start : place.start + place.dtype.itemsize]).view(place.dtype)[:, 0]
    return stored.astype(place.dtype.newbyteorder("="))


def _places(record: bytes, versions: Sequence[Members], classes: Classes) -> Places:
    """In one record: of the versions of its class, the one that fits to the last byte."""
    for members in versions:
        for start in (0, *_inside(record)):
            places = _walked(record, start, members, classes)
            if places is not None:
                return places
    raise FileReadError(f"its {len(record)} bytes are none of the {len(versions)} versions of its class.")


def _inside(record: bytes) -> list[int]:
    """Where the members begin, if the object itself has a frame."""
    frame = _frame(record, 0)
    return [frame[0]] if frame is not None and frame[1] == len(record) else []


def _walked(record: bytes, start: int, members: Members, classes: Classes) -> Places | None:
    places = Places({}, [0] if start else [])
    for name, kind in members.items():
        if isinstance(kind, np.dtype):
            places.numbers[name] = Place(start, kind)
            start += kind.itemsize
            continue
        frame = _frame(record, start)
        if frame is None:
            return None
        places.frames.append(start)
        begin, start = frame
        for inner in classes(kind):
            numbers = _numbers(inner, name, begin, start)
            if numbers is not None:
                places.numbers.update(numbers)
                break
    return places if start == len(record) else None


def _numbers(members: Members, prefix: str, start: int, stop: int) -> dict[str, Place] | None:
    """Of an object that is nothing but numbers and just as long; None if this one is not."""
    found = {}
    for name, kind in members.items():
        if isinstance(kind, str):
            return None
        found[f"{prefix}.{name}"] = Place(start, kind)
        start += kind.itemsize
    return found if start == stop else None


def _frame(record: bytes, start: int) -> tuple[int, int] | None:
    """First byte inside a frame and first byte after it; None if there is no frame."""
    if start + _HEAD.size > len(record):
        return None
    size, version = _HEAD.unpack_from(record, start)
    begin, stop = start + _HEAD.size + (0 if version else _CHECKSUM), start + 4 + (size ^ _FRAMED)
    return (begin, stop) if size & _FRAMED and begin <= stop <= len(record) else None
