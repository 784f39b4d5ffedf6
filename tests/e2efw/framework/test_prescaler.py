"""One event in so many, the same ones for any blocks, streams and filters before it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from e2efw import config as cms
from e2efw.errors import ConfigurationError, LogicError
from e2efw.framework.blocks import EventIDs
from e2efw.framework.job import Job
from e2efw.framework.prescaler import Prescaler

MakeJob = Callable[..., Job]
Written = dict[str, dict[int, dict[str, Any]]]


def counted_one_by_one(events: int, factor: int, offset: int) -> list[int]:
    """CMSSW's way: a counter that every event increases."""
    return [event for count, event in enumerate(range(1, events + 1), start=1) if count % factor == offset]


@pytest.mark.parametrize(("factor", "offset"), [(1, 0), (2, 0), (3, 0), (3, 1), (5, 2), (4, 7)])
@pytest.mark.parametrize(("per_block", "threads"), [(1, 3), (4, 1), (100, 1)])
def test_the_same_events_pass_as_with_a_counter(
    make_job: MakeJob, written: Written, factor: int, offset: int, per_block: int, threads: int
) -> None:
    def build(process: Any) -> None:
        process.pre = cms.EDFilter("Prescaler", prescaleFactor=factor, prescaleOffset=offset)
        process.p = cms.Path(process.pre)
        choice = cms.untracked.PSet(SelectEvents=cms.vstring("p"))
        process.out = cms.OutputModule("RulesOutput", SelectEvents=choice)
        process.e = cms.EndPath(process.out)

    report = make_job(build, events=23, per_block=per_block, threads=threads).run()
    passed = counted_one_by_one(23, factor, offset)
    assert list(written["out"]) == passed
    assert report.counts.paths[0].total.passed == len(passed)


def test_earlier_filters_and_limits_of_luminosity_blocks_do_not_change_the_numbers(
    make_job: MakeJob, looked: list[int]
) -> None:
    def build(process: Any) -> None:
        process.preScaler = cms.EDFilter("Prescaler", prescaleFactor=3)
        process.number, process.even = cms.EDProducer("RulesNumber"), cms.EDFilter("RulesDivisible")
        process.look = cms.EDAnalyzer("RulesLook")
        process.p = cms.Path(process.even + process.preScaler + process.number + process.look)
        process.source.numberEventsInLuminosityBlock = cms.untracked.uint32(7)
        process.maxLuminosityBlocks.input = 2

    make_job(build, events=30, per_block=5).run()
    assert looked == [6, 12]


def test_parameters_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="'prescaleFactor': must be larger than 0"):
        Prescaler(prescale_factor=0)
    with pytest.raises(ConfigurationError, match="'prescaleOffset': must not be negative"):
        Prescaler(prescale_offset=-1)


def test_events_without_numbers_are_refused_and_with_them_need_no_job() -> None:
    ones = np.ones(4, np.uint32)
    ids = EventIDs(ones, ones, np.arange(4, dtype=np.uint64), "memory")
    with pytest.raises(LogicError, match="no number in a job"):
        Prescaler(prescale_factor=2).filter(ids)
    assert Prescaler(prescale_factor=2).filter(ids.counted(4).take(np.array([0, 3]))).tolist() == [False, True]
