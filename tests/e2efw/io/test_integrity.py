"""Damage that ROOT does not see is found."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from e2efw.errors import FileReadError, LogicError, UnimplementedFeatureError
from e2efw.framework.provenance import Provenance
from e2efw.io.integrity import checked
from e2efw.io.parquet_output import ParquetOutputModule
from e2efw.io.reproducible import is_as_written

Make = Callable[..., Any]


@pytest.mark.parametrize("container", ["TTree", "RNTuple"])
def test_every_changed_bit_of_a_file_is_found(make_block: Make, write_file: Make, container: str) -> None:
    path = write_file(make_block(3), container=container)
    assert checked(f"file:{path}")
    content = path.read_bytes()
    for place in [*range(300), *range(301, len(content), 97)]:
        damaged = bytearray(content)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(damaged)
        try:
            assert is_as_written(path) is False, place
        except LogicError:
            continue  # the layout of the file itself


def test_a_damaged_file_is_named(make_block: Make, write_file: Make) -> None:
    path = write_file(make_block(3))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(FileReadError, match=r"events\.root is damaged: its bytes are not those written"):
        checked(str(path))


def test_files_of_other_programs_have_no_checksum(write_raw: Make) -> None:
    assert not checked(str(write_raw("raw.root", {"ints_numbers__CMS.obj": [[1, 2], []]})))


def test_pages_of_parquet_files_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "e.parquet"
    ParquetOutputModule(file_name=str(path)).open({}, Provenance()).close()
    assert checked(str(path))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FileReadError, match=r"e\.parquet cannot be read, the file is corrupt"):
        checked(str(path))


def test_files_that_are_far_away_are_not_checked() -> None:
    with pytest.raises(UnimplementedFeatureError, match=r"only files on a disk can be checked; copy it first"):
        checked("root://server//store/a.root")
