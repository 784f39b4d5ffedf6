"""Identical content, identical bytes."""

import struct
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot

from e2efw.errors import LogicError
from e2efw.framework.blocks import Block
from e2efw.framework.tags import ProductKey
from e2efw.io.reproducible import NO_DATE, NO_IDENTITY, make_reproducible

Make = Callable[..., Any]


def test_neither_time_nor_name_nor_size_of_blocks_changes_a_byte(make_block: Make, write_file: Make) -> None:
    block = make_block(100)
    first = write_file(block, "first.root", events_per_cluster=40)
    time.sleep(1.1)  # ROOT's dates have seconds
    again = write_file(block, "a_longer_name.root", size=7, events_per_cluster=40)
    assert first.read_bytes() == again.read_bytes()


def test_other_content_is_another_file_with_another_identity(make_block: Make, write_file: Make) -> None:
    paths = [write_file(make_block(number), f"{number}.root") for number in (20, 21)]
    identities = []
    for path in paths:
        with uproot.open(path) as file:
            assert path.read_bytes().count(file.file.uuid.bytes) == 2  # the file and its root directory
            identities.append(file.file.uuid)
    assert len({*identities, NO_IDENTITY}) == 3


def test_no_record_has_a_date(make_block: Make, write_file: Make) -> None:
    never = datetime(1995, 1, 1)  # noqa: DTZ001 (ROOT's dates know no time zone)
    with uproot.open(write_file(make_block(20))) as file:
        dates = [file.created_on, file.modified_on, *(file.key(name).created_on for name in file.keys())]  # noqa: SIM118
        dates += [branch.basket_key(0).created_on for branch in file["Events"].branches if branch.num_baskets]
    assert set(dates) == {never}


def test_unused_bytes_are_marked_as_such(make_block: Make, write_file: Make) -> None:
    path = write_file(make_block(20))
    content = path.read_bytes()
    begin, end, free, _, n_free = struct.unpack_from(">5i", content, 8)
    listed = free + struct.unpack_from(">h", content, free + 14)[0]
    gaps = {first: last + 1 for _, first, last in struct.iter_unpack(">HII", content[listed : listed + 10 * n_free])}
    assert n_free > 1
    position = begin
    while position < end:
        (size,) = struct.unpack_from(">i", content, position)
        if position in gaps:
            assert -size == gaps[position] - position
            assert not any(content[position + 4 : gaps[position]])
        position += abs(size)
    assert position == end == len(content)


def test_the_order_of_descriptions_is_that_of_the_products_whichever_came_first(
    make_block: Make, write_file: Make
) -> None:
    block = make_block(10)
    frames: Any = block.products[ProductKey("frames", "", "E2E")]
    late, early = ProductKey("late", "", "E2E"), ProductKey("early", "", "E2E")
    last = np.array([8, 9])
    both = Block(0, block.ids, {late: frames.take(last), early: frames}, {late: last})
    whole, in_pieces = write_file(both, "whole.root"), write_file(both, "in_pieces.root", size=4)
    with uproot.open(whole) as file:
        history = str(file["E2EProvenance"])
    assert 0 < history.index('"late"') < history.index('"early"')
    assert whole.read_bytes() == in_pieces.read_bytes()


def test_a_record_may_run_into_the_list_of_unused_bytes(make_block: Make, write_file: Make) -> None:
    path = write_file(make_block(2))
    content = bytearray(path.read_bytes())
    free = struct.unpack_from(">i", content, 16)[0]
    position = 100
    while position + (size := abs(struct.unpack_from(">i", content, position)[0])) < free:
        position += size
    struct.pack_into(">i", content, position, size + 8)  # as uproot does above 2 GB, where it also spoils what follows
    content[free : free + 8] = b"\xff" * 8
    content[free + 10 : free + 14] = b"date"
    path.write_bytes(content)
    make_reproducible(path)
    assert path.read_bytes()[free + 10 : free + 14] == NO_DATE


def test_bytes_that_belong_to_nothing_are_emptied(make_block: Make, write_file: Make) -> None:
    path = write_file(make_block(20))
    content = bytearray(path.read_bytes())
    listed, first, last = max(_gaps(content), key=lambda gap: gap[2] - gap[1])
    struct.pack_into(">I", content, listed + 6, last - 20)  # the list now forgets the last 20 bytes of the gap
    content[last - 19 : last + 1] = b"leftovers of the past"[:20]
    path.write_bytes(content)
    make_reproducible(path)
    assert path.read_bytes()[last - 15 : last + 1] == b"\0" * 16
    assert first < last - 20
    with uproot.open(path) as file:
        assert file["Events"].num_entries == 20


def _gaps(content: bytes | bytearray) -> list[tuple[int, int, int]]:
    """Of every gap: where it is listed, its first and its last byte."""
    free, n_free = struct.unpack_from(">i", content, 16)[0], struct.unpack_from(">i", content, 24)[0]
    listed = free + struct.unpack_from(">h", content, free + 14)[0]
    places = range(listed, listed + 10 * (n_free - 1), 10)
    return [(place, *struct.unpack_from(">II", content, place + 2)) for place in places]


def test_a_gap_that_ends_before_it_begins_is_refused(make_block: Make, write_file: Make) -> None:
    path = write_file(make_block(2))
    content = bytearray(path.read_bytes())
    listed, first, _ = _gaps(content)[0]
    struct.pack_into(">I", content, listed + 6, first - 1)
    path.write_bytes(content)
    with pytest.raises(LogicError, match=r"events\.root: unused bytes from \d+ to \d+"):
        make_reproducible(path)


def test_what_is_no_root_file_is_refused(tmp_path: Path, make_block: Make, write_file: Make) -> None:
    short = tmp_path / "short.root"
    short.write_bytes(b"root\0\0\0\0")
    with pytest.raises(LogicError, match=r"short\.root: ends at byte 8, within a ROOT record"):
        make_reproducible(short)
    broken = write_file(make_block(2), "broken.root")
    content = bytearray(broken.read_bytes())
    content[100:104] = b"\0\0\0\0"
    broken.write_bytes(content)
    with pytest.raises(LogicError, match=r"broken\.root: no ROOT record at byte 100"):
        make_reproducible(broken)
