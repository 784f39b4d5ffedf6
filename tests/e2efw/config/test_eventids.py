"""Events, luminosity blocks and ranges of them."""

from typing import Any

import pytest

from e2efw import config as cms


@pytest.mark.parametrize(
    ("written", "numbers"),
    [((1, 2), (1, 0, 2)), ((1, 3, 2), (1, 3, 2)), (("1:2",), (1, 0, 2)), (("1:3:2",), (1, 3, 2))],
)
def test_event_has_run_lumi_and_event(written: tuple[Any, ...], numbers: tuple[int, ...]) -> None:
    event = cms.EventID(*written)
    assert (event.run(), event.luminosityBlock(), event.event()) == numbers
    assert eval(repr(event), {"cms": cms}) == event


@pytest.mark.parametrize("written", [(1,), (1, 2, 3, 4), ("1",), ("a:b",), (1.5, 2)])
def test_what_is_no_event_is_refused(written: tuple[Any, ...]) -> None:
    with pytest.raises(RuntimeError, match=r"cms\.EventID.*: wanted \(run, event\)"):
        cms.EventID(*written)


def test_luminosity_block_has_two_numbers() -> None:
    block = cms.LuminosityBlockID("1:2")
    assert (block.run(), block.luminosityBlock()) == (1, 2)
    assert repr(block) == "cms.LuminosityBlockID(1, 2)"


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ((1, 2, 3, 4), (1, 0, 2, 3, 0, 4)),
        ((1, 2, 3, 4, 5, 6), (1, 2, 3, 4, 5, 6)),
        (("1:2 - 3:4",), (1, 0, 2, 3, 0, 4)),
        (("1:2:3-4:5:6",), (1, 2, 3, 4, 5, 6)),
        (("1:2",), (1, 0, 2, 1, 0, 2)),
        (("1:MIN-3:MAX",), (1, 0, 1, 3, 0, 0)),
        (("1:0-3:4",), (1, 0, 1, 3, 0, 4)),
        (("5:9-MAX:4",), (5, 0, 9, 0, 0, 4)),
    ],
)
def test_range_of_events(written: tuple[Any, ...], numbers: tuple[int, ...]) -> None:
    found = cms.EventRange(*written)
    assert found.value() == numbers
    assert (found.start(), found.startLumi(), found.startSub()) == numbers[:3]
    assert (found.end(), found.endLumi(), found.endSub()) == numbers[3:]
    assert eval(repr(found), {"cms": cms}) == found


@pytest.mark.parametrize("written", [("1:2-3:4:5",), ("3:1-2:1",), ("1:5-1:4",), ("1:2-3:4-5:6",), (1, 2, 3)])
def test_range_out_of_order_or_uneven_is_refused(written: tuple[Any, ...]) -> None:
    with pytest.raises(RuntimeError, match=r"cms\.EventRange.*in order"):
        cms.EventRange(*written)


def test_range_of_luminosity_blocks() -> None:
    assert cms.LuminosityBlockRange("1:2-3:MAX").value() == (1, 2, 3, 0)
    assert cms.LuminosityBlockRange("1:2").endSub() == 2
    with pytest.raises(RuntimeError, match=r"cms\.LuminosityBlockRange\(1:2:3-1:2:4\)"):
        cms.LuminosityBlockRange("1:2:3-1:2:4")


def test_lists_keep_the_written_form() -> None:
    ranges = cms.VEventRange("1:2-3:4", cms.EventRange(1, 2, 3, 4))
    assert repr(ranges) == 'cms.VEventRange("1:2-3:4", cms.EventRange(1, 0, 2, 3, 0, 4))'
    assert ranges.parsed()[0] == ranges[1]
    with pytest.raises(RuntimeError, match=r"wanted 4 integers"):
        cms.VLuminosityBlockRange("1")
    with pytest.raises(TypeError, match=r"cms\.VEventID: 5 is not"):
        cms.VEventID(5)


def test_setting_takes_every_form() -> None:
    block = cms.LuminosityBlockID(1, 2)
    block.setValue("1:3")
    block.setValue((1, 3))
    assert block.value() == (1, 3)
    assert block.isModified()
