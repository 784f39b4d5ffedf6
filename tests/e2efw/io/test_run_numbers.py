"""New run numbers for simulated events."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from e2efw.errors import ConfigurationError

Make = Callable[..., Any]

LUMIS = [1, 1, 2, 2, 3]


def _file(write_raw: Make, name: str = "a.root", run: int = 5, first: int = 1, **more: Any) -> Any:
    columns = {
        "id_.run_": np.full(5, run, np.uint32),
        "id_.luminosityBlock_": np.array(LUMIS, np.uint32),
        "id_.event_": np.arange(first, first + 5, dtype=np.uint64),
    } | more
    return write_raw(name, {f"EventAuxiliary.{leaf}": values for leaf, values in columns.items()})


def _runs(blocks: Any) -> list[int]:
    return [int(run) for block in blocks for run in block.ids.run]


@pytest.mark.parametrize("size", [1, 2, 10])
def test_runs_are_set_by_file_by_order_or_by_luminosity_block(write_raw: Make, read_file: Make, size: int) -> None:
    paths = [_file(write_raw), _file(write_raw, "b.root", 6, 6)]
    assert _runs(read_file(paths, {}, size, set_run_number=100)) == [100] * 10
    numbers = (11, 12, 12, 13, 14, 15)
    expected = [11, 11, 12, 12, 12, 13, 13, 14, 14, 15]
    assert _runs(read_file(paths, {}, size, set_run_number_for_each_lumi=numbers)) == expected
    firsts = ("20:1", "30:2")
    expected = [20, 20, 30, 30, 30] * 2
    assert _runs(read_file(paths, {}, size, first_luminosity_block_for_each_run=firsts)) == expected


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"set_run_number_for_each_lumi": (1, 2)},
            "has 2 run numbers, but event 5:3:5 of .* is in one luminosity block",
        ),
        ({"first_luminosity_block_for_each_run": ("9:2",)}, "begins with luminosity block 2, but event 5:1:1"),
        ({"first_luminosity_block_for_each_run": ("9:2", "9:3")}, "must ascend in run and luminosity block"),
        ({"set_run_number_for_each_lumi": (0,)}, "has a run number 0"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(write_raw: Make, read_file: Make, parameters: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read_file(_file(write_raw), {}, **parameters)


def test_real_data_keeps_its_runs(write_raw: Make, read_file: Make) -> None:
    path = _file(write_raw, isRealData_=np.ones(5, np.bool_))
    with pytest.raises(ConfigurationError, match=r"'setRunNumber' is for simulated events, but .*a\.root holds real"):
        read_file(path, {}, set_run_number=7)
