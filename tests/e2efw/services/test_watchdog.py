"""A job that stands still says who waits for whom."""

import logging
import threading
from pathlib import Path
from typing import Any, ClassVar

import pytest

from dataformats.results import EventFloat
from e2efw import config as cms
from e2efw.framework.blocks import EventIDs
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.modules import EDAnalyzer, EDProducer, InputTag, param
from e2efw.services.watchdog import Watching


class Heard(logging.Handler):
    """Lets a stalled module go on when the watchdog has spoken."""

    def __init__(self) -> None:
        super().__init__()
        self.spoken = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.spoken.set()


class WatchdogStalled(EDProducer):
    """Stands still until it is set free."""

    free: ClassVar[threading.Event]

    def produce(self, ids: EventIDs) -> EventFloat:
        assert self.free.wait(60)
        return EventFloat(value=ids.event.astype("f4"))


class WatchdogReader(EDAnalyzer):
    """Waits for the other."""

    number: InputTag = param("stalled", doc="what it reads")

    def analyze(self, number: EventFloat) -> None:
        """Nothing."""


@pytest.fixture
def heard() -> Any:
    handler = Heard()
    logging.getLogger("e2efw.Watchdog").addHandler(handler)
    yield handler.spoken
    logging.getLogger("e2efw.Watchdog").removeHandler(handler)


def test_a_stalled_module_is_named_with_who_waits_for_it(
    heard: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    WatchdogStalled.free = heard
    process: Any = cms.Process("STALLED")
    process.source = cms.Source("EmptySource")
    process.maxEvents.input = 5
    process.stalled = cms.EDProducer("WatchdogStalled")
    process.reader = cms.EDAnalyzer("WatchdogReader")
    process.p = cms.Path(process.stalled + process.reader)
    process.add_(cms.Service("Watchdog", seconds=cms.untracked.double(0.05)))
    Job(configure(process, Path())).run()
    line = next(line for line in caplog.text.splitlines() if "WatchdogStalled" in line)
    assert "stream_0: WatchdogStalled 'stalled' for " in line
    assert ", 5 events 1:1:1 to 1:1:5, at threading.py:" in line
    assert line.endswith("; 'reader' waits for it")


def test_silence_without_work_is_the_source_s(heard: threading.Event, caplog: pytest.LogCaptureFixture) -> None:
    watching = Watching(0.01)
    watching.begin_job(Job(configure(idle(), Path())).check())
    assert heard.wait(60)
    watching.close()
    assert "no stream has work: the job waits for the next block of its source" in caplog.text


def test_a_busy_job_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    process = idle()
    process.add_(cms.Service("Watchdog"))
    Job(configure(process, Path())).run()
    assert "nothing has finished" not in caplog.text


def idle() -> Any:
    """A job of two events and no module."""
    process: Any = cms.Process("IDLE")
    process.source = cms.Source("EmptySource")
    process.maxEvents.input = 2
    process.p = cms.Path()
    return process
