"""Numbers out of objects that CMSSW does not split, found through the class descriptions in the file."""

import struct
from collections.abc import Sequence

import numpy as np
import pytest

from e2efw.errors import FileReadError
from e2efw.io.columns import Column
from e2efw.io.serialized import Members, numbers_in

U4, U8, I4, BOOL = (np.dtype(name) for name in (">u4", ">u8", ">i4", "?"))
TODAY: Members = {
    "processHistoryID_": "edm::Hash<2>",
    "id_": "edm::EventID",
    "processGUID_": "string",
    "luminosityBlock_": U4,
    "isRealData_": BOOL,
    "bunchCrossing_": I4,
}
OLD: Members = {"processHistoryID_": "edm::Hash<2>", "id_": "edm::EventID", "luminosityBlock_": U4, "isRealData_": BOOL}
IDS: Sequence[Members] = (
    {"run_": U4, "event_": U4},
    {"run_": U4, "luminosityBlock_": U4, "event_": U4},
    {"run_": U4, "luminosityBlock_": U4, "event_": U8},
)
EVENTS = [(2**31, 7, 2**62), (1, 2**20, 3), (273158, 242, 381085873)]


def _classes(name: str) -> Sequence[Members]:
    return {"edm::EventID": IDS, "edm::Hash<2>": ({"hash_": "string"},)}.get(name, ())


def _framed(content: bytes, version: int) -> bytes:
    """An object within another, as ROOT writes it; version 0 has a checksum."""
    head = struct.pack(">H", version) + (b"" if version else b"\x96\xf6\x09\xf2")
    return struct.pack(">I", 0x40000000 | (len(head) + len(content))) + head + content


def _text(content: bytes) -> bytes:
    return _framed(bytes([len(content)]) + content, 9)


def _record(run: int, lumi: int, event: int, *, history: bytes = b"h" * 16, version: int = 12) -> bytes:
    """An ``edm::EventAuxiliary`` of today."""
    numbers = struct.pack(">IIQ", run, lumi, event)
    rest = struct.pack(">I?i", 0, True, -1)
    return _framed(_text(history), version) + _framed(numbers, version) + _text(b"0123456789ABCDEF") + rest


def _column(records: list[bytes]) -> Column:
    offsets = np.concatenate([[0], np.cumsum([len(each) for each in records])]).astype(np.int64)
    return Column(np.frombuffer(b"".join(records), np.uint8), offsets)


@pytest.mark.parametrize("version", [0, 12])
@pytest.mark.parametrize("outer_frame", [False, True])
def test_numbers_are_found_whatever_stands_before_them(version: int, outer_frame: bool) -> None:
    records = [
        _record(*event, history=b"h" * length, version=version)
        for event, length in zip(EVENTS, (16, 0, 16), strict=True)
    ]
    records = [_framed(record, 11) for record in records] if outer_frame else records
    found = numbers_in(_column(records), [TODAY], _classes)
    for place, name in enumerate(("id_.run_", "id_.luminosityBlock_", "id_.event_")):
        assert found[name].tolist() == [event[place] for event in EVENTS]
    assert found["luminosityBlock_"].tolist() == [0, 0, 0]
    assert found["isRealData_"].tolist() == [True] * 3
    assert found["bunchCrossing_"].tolist() == [-1] * 3


def test_the_version_of_a_class_is_the_one_that_fits() -> None:
    old = _framed(_text(b""), 0) + _framed(struct.pack(">II", 5, 6), 0) + struct.pack(">I?", 7, False)
    found = numbers_in(_column([old]), [TODAY, OLD], _classes)
    assert {name: column.tolist() for name, column in found.items()} == {
        "id_.run_": [5],
        "id_.event_": [6],
        "luminosityBlock_": [7],
        "isRealData_": [False],
    }


def test_no_event_has_no_numbers() -> None:
    assert numbers_in(_column([]), [TODAY], _classes) == {}


@pytest.mark.parametrize("damaged", [b"", b"\0" * 60, _record(1, 2, 3)[:-1], _record(1, 2, 3)[1:]])
def test_bytes_that_are_no_such_object_are_refused(damaged: bytes) -> None:
    with pytest.raises(FileReadError, match=rf"its {len(damaged)} bytes are none of the 1 versions of its class"):
        numbers_in(_column([damaged]), [TODAY], _classes)


def test_records_that_differ_inside_are_refused() -> None:
    record = _record(1, 2, 3)
    with pytest.raises(FileReadError, match="event 1 is laid out otherwise than event 0"):
        numbers_in(_column([record, b"\0" * len(record)]), [TODAY], _classes)
