"""Events that have numbers and nothing else."""

from collections.abc import Iterable
from typing import Any

import pytest

from e2efw.errors import ConfigurationError, ProductNotFoundError
from e2efw.framework.blocks import Block
from e2efw.framework.tags import ProductKey
from e2efw.io.empty_source import EmptySource


def _names(blocks: Iterable[Block]) -> list[str]:
    return [block.ids.name(position) for block in blocks for position in range(len(block))]


def _slow(events: int, run: int, lumi: int, event: int, per_run: int, per_lumi: int) -> list[str]:
    """One event after the other."""
    names, first_lumi, first_event, in_lumi, in_run = [], lumi, event, 0, 0
    for _ in range(events):
        if per_run and in_run == per_run:
            run, lumi, event, in_run, in_lumi = run + 1, first_lumi, first_event, 0, 0
        if per_lumi and in_lumi == per_lumi:
            lumi, in_lumi = lumi + 1, 0
        names.append(f"{run}:{lumi}:{event}")
        event, in_run, in_lumi = event + 1, in_run + 1, in_lumi + 1
    return names


@pytest.mark.parametrize("size", [1, 4, 100])
@pytest.mark.parametrize(("per_run", "per_lumi"), [(0, 0), (7, 0), (0, 3), (7, 3), (3, 7)])
def test_numbers_agree_with_the_slow_twin(size: int, per_run: int, per_lumi: int) -> None:
    source = EmptySource(
        first_run=5,
        first_luminosity_block=2,
        first_event=10,
        number_events_in_run=per_run,
        number_events_in_luminosity_block=per_lumi,
    )
    assert _names(source.open().blocks({}, size, 20)) == _slow(20, 5, 2, 10, per_run, per_lumi)


def test_skipped_events_keep_their_numbers() -> None:
    every = _names(EmptySource(number_events_in_run=4).open().blocks({}, 3, 10))
    assert _names(EmptySource(number_events_in_run=4, skip_events=6).open().blocks({}, 3, 4)) == every[6:]


def test_runs_may_begin_with_luminosity_blocks() -> None:
    parameters: Any = {"number_events_in_luminosity_block": 2}
    source = EmptySource(first_luminosity_block_for_each_run=("10:1", "20:3"), **parameters)
    assert _names(source.open().blocks({}, 10, 6)) == ["10:1:1", "10:1:2", "10:2:3", "10:2:4", "20:3:5", "20:3:6"]
    with pytest.raises(ConfigurationError, match="EmptySource: 'firstLuminosityBlockForEachRun' must ascend"):
        EmptySource(first_luminosity_block_for_each_run=("10:3", "20:1")).open()


def test_empty_events_hold_no_product() -> None:
    with pytest.raises(ProductNotFoundError, match="EmptySource: no product hits::X"):
        EmptySource().open().blocks({ProductKey("hits", "", "X"): None}, 10, 10)
