"""Event numbers out of unsplit EventAuxiliary objects, as CMSSW stores them."""

import struct
from typing import Any

import numpy as np
import pytest

from e2efw.errors import FileReadError
from e2efw.io.auxiliary import numbers_in
from e2efw.io.columns import Column


def _record(run: int, lumi: int, event: int, history: bytes, wide: bool) -> bytes:
    """An ``edm::EventAuxiliary`` as ROOT writes it: every class with its size and version before its members."""

    def framed(content: bytes, version: int) -> bytes:
        return struct.pack(">IH", 0x40000000 | (len(content) + 2), version) + content

    def text(content: bytes) -> bytes:
        return framed(bytes([len(content)]) + content, 2)

    numbers = struct.pack(">IIQ" if wide else ">III", run, lumi, event)
    process_history, identity = framed(text(history), 10), text(b"0123456789ABCDEF")
    time = framed(struct.pack(">II", 7, 8), 10)
    return framed(
        process_history + framed(numbers, 11) + identity + time + struct.pack(">I?iiii", lumi, True, 1, 2, 3, 4), 11
    )


def _column(records: list[bytes]) -> Column:
    offsets = np.concatenate([[0], np.cumsum([len(each) for each in records])]).astype(np.int64)
    return Column(np.frombuffer(b"".join(records), np.uint8), offsets)


@pytest.mark.parametrize("wide", [True, False])
def test_numbers_are_found_whatever_stands_before_them(wide: bool) -> None:
    random = np.random.default_rng(2)
    top = 2**63 if wide else 2**32 - 1
    columns = [random.integers(1, highest, 50).tolist() for highest in (2**31, 2**20, top)]
    events: list[tuple[int, int, int]] = list(zip(*columns, strict=True))
    records = [_record(*event, b"h" * (16 if number % 3 else 0), wide) for number, event in enumerate(events)]
    asked = []

    def example(number: int) -> tuple[int, int, int]:
        asked.append(number)
        return events[number]

    run, lumi, event = numbers_in(_column(records), example)
    assert list(zip(run.tolist(), lumi.tolist(), event.tolist(), strict=True)) == events
    assert len(asked) <= 4  # the rest is read in one go


def test_numbers_that_are_not_in_the_bytes_are_refused() -> None:
    with pytest.raises(FileReadError, match="run 1, lumi 2, event 4 are not found in its bytes"):
        numbers_in(_column([_record(1, 2, 3, b"", wide=True)]), lambda _event: (1, 2, 4))


def test_records_that_differ_inside_are_refused() -> None:
    records = [_record(1, 2, 3, b"abc", wide=True), b"\0" * len(_record(1, 2, 3, b"abc", wide=True))]
    events: Any = [(1, 2, 3), (1, 2, 4)]
    with pytest.raises(FileReadError, match="event 1 has its numbers elsewhere than event 0"):
        numbers_in(_column(records), lambda event: events[event])
