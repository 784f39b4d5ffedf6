"""Events that stand twice in the input."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from e2efw.io.pool_source import PoolSource

Make = Callable[..., Any]


def _events(blocks: Any) -> list[int]:
    return [int(event) for block in blocks for event in block.ids.event]


def _file(write_raw: Make, name: str, events: list[int], real: bool | None = None) -> Any:
    size = len(events)
    columns = {
        "id_.run_": np.ones(size, np.uint32),
        "id_.luminosityBlock_": np.ones(size, np.uint32),
        "id_.event_": np.array(events, np.uint64),
    } | ({} if real is None else {"isRealData_": np.full(size, real)})
    return write_raw(name, {f"EventAuxiliary.{leaf}": values for leaf, values in columns.items()})


@pytest.mark.parametrize(
    ("mode", "real", "expected"),
    [
        ("checkAllFilesOpened", None, [5, 1, 2, 7]),
        ("checkEachFile", None, [5, 1, 2, 2, 7, 1]),
        ("checkEachRealDataFile", None, [5, 1, 5, 2, 2, 7, 1, 7]),
        ("checkEachRealDataFile", False, [5, 1, 5, 2, 2, 7, 1, 7]),
        ("checkEachRealDataFile", True, [5, 1, 2, 2, 7, 1]),
        ("noDuplicateCheck", None, [5, 1, 5, 2, 2, 7, 1, 7]),
    ],
)
def test_each_mode_skips_what_it_says(write_raw: Make, read_file: Make, mode: str, real: Any, expected: Any) -> None:
    paths = [_file(write_raw, "a.root", [5, 1, 5, 2], real), _file(write_raw, "b.root", [2, 7, 1, 7], real)]
    assert _events(read_file(paths, {}, duplicate_check_mode=mode)) == expected


def test_repeated_events_are_named_and_counted(write_raw: Make, caplog: pytest.LogCaptureFixture) -> None:
    path = _file(write_raw, "a.root", [5, 1, 5, 1])
    source = PoolSource(file_names=(str(path),)).open()
    assert len(list(source.blocks({}, 10, -1))) == 1
    assert f"DuplicateEvent: event 1:1:5 and 1 more of {path} stood before" in caplog.text
    (line,) = source.report()
    assert line.startswith(f"PoolSource: skipped 2 events of {path} because")


def test_skipped_and_wanted_events_are_counted_without_repeated_ones(write_raw: Make, read_file: Make) -> None:
    path = _file(write_raw, "a.root", [1, 1, 2, 2, 3, 3, 4])
    assert _events(read_file(path, {}, 10, 2, skip_events=1)) == [2, 3]


def test_a_second_pass_starts_afresh(write_raw: Make) -> None:
    source = PoolSource(file_names=(str(_file(write_raw, "a.root", [1, 2])),)).open()
    assert _events(source.blocks({}, 10, -1)) == _events(source.blocks({}, 10, -1)) == [1, 2]
