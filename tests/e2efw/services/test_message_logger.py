"""MessageLogger: thresholds, limits and the line per event."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2efw import config as cms
from e2efw.errors import ConfigurationError, FileWriteError
from e2efw.framework.blocks import Block, EventIDs
from e2efw.framework.observer import JobView
from e2efw.framework.report import JobReport
from e2efw.services.message_logger import MessageLogger, OpenMessageLogger

IO = logging.getLogger("e2efw.io")


def untracked(**parameters: object) -> Any:
    return cms.untracked.PSet(**parameters)


def block_of(first: int, n_events: int) -> Block:
    ones = np.ones(n_events, np.uint32)
    return Block(0, EventIDs(ones, ones, np.arange(first, first + n_events, dtype=np.uint64), "events.root"))


@pytest.fixture
def opened() -> Iterator[list[OpenMessageLogger]]:
    """Loggers to close after the test."""
    loggers: list[OpenMessageLogger] = []
    yield loggers
    for logger in loggers:
        logger.close()


def open_logger(opened: list[OpenMessageLogger], **parameters: object) -> OpenMessageLogger:
    logger = MessageLogger.from_cfg(cms.Service("MessageLogger", **parameters)).open()
    assert isinstance(logger, OpenMessageLogger)
    opened.append(logger)
    logger.begin_job(JobView("P", 1, 1, -1, {"frames": "DetFrameProducer"}, {}, {}, []))
    return logger


def test_the_line_of_an_event_comes_once_in_so_many(
    opened: list[OpenMessageLogger], capsys: pytest.CaptureFixture[str]
) -> None:
    every = untracked(reportEvery=cms.untracked.int32(10))
    logger = open_logger(opened, cerr=untracked(FwkReport=every))
    for first in (1, 8, 15):
        logger.begin_block(block_of(first, 7))
    lines = capsys.readouterr().err.splitlines()
    found = [re.match(r"Begin processing the (\d+\w\w) record. Run 1, Event (\d+), LumiSection 1", x) for x in lines]
    assert [match.groups() for match in found if match] == [("1st", "1"), ("11th", "11"), ("21st", "21")]


def test_limits_count_by_category_and_severity(
    opened: list[OpenMessageLogger], capsys: pytest.CaptureFixture[str]
) -> None:
    limits = {"INFO": untracked(limit=cms.untracked.int32(0)), "io": untracked(limit=cms.untracked.int32(2))}
    open_logger(opened, cerr=untracked(**limits))
    for number in range(4):
        IO.info("file %d", number)
    logging.getLogger("e2efw.framework").info("silent")
    printed = capsys.readouterr().err
    assert [line for line in printed.splitlines() if line.startswith("file")] == ["file 0", "file 1"]
    assert printed.startswith("%MSG-i io:  AfterSource")
    assert "silent" not in printed


def test_a_threshold_lets_only_what_is_worse_through(
    opened: list[OpenMessageLogger], capsys: pytest.CaptureFixture[str]
) -> None:
    logger = open_logger(opened, cerr=untracked(threshold=cms.untracked.string("WARNING")))
    IO.info("chatter")
    IO.warning("trouble")
    logger.begin_block(block_of(1, 3))
    printed = capsys.readouterr().err
    assert "trouble" in printed
    assert "chatter" not in printed
    assert "Begin processing" not in printed


def test_messages_name_the_module_and_can_be_suppressed_for_it(
    opened: list[OpenMessageLogger], capsys: pytest.CaptureFixture[str]
) -> None:
    logger = open_logger(opened, cerr=untracked(), suppressInfo=cms.untracked.vstring("frames"))
    events = np.arange(3)
    logger.begin_module("frames", block_of(5, 3), events)
    IO.info("suppressed")
    IO.warning("shown")
    logger.end_module("frames", block_of(5, 3), events, 0.1)
    IO.info("after")
    printed = capsys.readouterr().err
    assert "suppressed" not in printed
    assert re.search(r"%MSG-w io:  DetFrameProducer:frames .*  Run: 1 Event: 5-7\nshown\n%MSG", printed)
    assert "after" in printed


def test_files_get_messages_and_statistics(
    opened: list[OpenMessageLogger], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = untracked(job=untracked(enableStatistics=cms.untracked.bool(True), noTimeStamps=cms.untracked.bool(True)))
    logger = open_logger(opened, files=files)
    IO.warning("first")
    IO.warning("second")
    logger.end_job(JobReport())
    logger.close()
    written = (tmp_path / "job.log").read_text()
    assert "%MSG-w io:  AfterSource\nfirst\n%MSG\n" in written
    assert re.search(r"warning +io +2", written)
    IO.warning("after the job")
    assert "after the job" not in (tmp_path / "job.log").read_text()


def test_debug_messages_are_for_modules_that_debug(
    opened: list[OpenMessageLogger], capsys: pytest.CaptureFixture[str]
) -> None:
    debug = untracked(threshold=cms.untracked.string("DEBUG"))
    logger = open_logger(opened, cerr=debug, debugModules=cms.untracked.vstring("frames"))
    IO.debug("nobody")
    logger.begin_module("frames", block_of(1, 1), np.arange(1))
    IO.debug("somebody")
    printed = capsys.readouterr().err
    assert "somebody" in printed
    assert "nobody" not in printed


def test_counting_begins_anew_after_a_timespan(
    opened: list[OpenMessageLogger], capsys: pytest.CaptureFixture[str]
) -> None:
    rule = untracked(limit=cms.untracked.int32(1), timespan=cms.untracked.int32(5))
    logger = open_logger(opened, cerr=untracked(io=rule))
    for created in (100.0, 101.0, 110.0):
        record = IO.makeRecord(IO.name, logging.WARNING, "", 0, f"at {created}", (), None)
        record.created = created
        logger.sent(record)
    assert re.findall(r"at \d+", capsys.readouterr().err) == ["at 100", "at 110"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"cer": untracked()}, r"MessageLogger: no parameter 'cer' \(\S+:\d+\). Did you mean 'cerr'\?"),
        ({"cerr": untracked(threshold=cms.untracked.string("WARN"))}, "no threshold 'WARN' .* Did you mean 'WARNING'"),
        ({"cerr": untracked(treshold=cms.untracked.string("INFO"))}, "neither a parameter .* mean 'threshold'"),
        (
            {"cerr": untracked(FwkReport=untracked(reportEvry=cms.untracked.int32(1)))},
            "cerr.FwkReport: no parameter 'reportEvry' .* Did you mean 'reportEvery'",
        ),
        ({"cerr": cms.untracked.int32(1)}, "MessageLogger: cerr is a PSet"),
    ],
)
def test_what_does_not_exist_names_the_nearest(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        MessageLogger.from_cfg(cms.Service("MessageLogger", **parameters))


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    place = untracked(output=cms.untracked.string(str(tmp_path / "missing" / "job.log")))
    service = MessageLogger.from_cfg(cms.Service("MessageLogger", files=untracked(job=place)))
    with pytest.raises(FileWriteError, match=r"cannot write .*job.log"):
        service.open()
