"""Limits of the cfg: events written, luminosity blocks, seconds."""

from collections.abc import Callable
from typing import Any

import pytest

from e2efw import config as cms
from e2efw.errors import ConfigurationError
from e2efw.framework.job import Job

MakeJob = Callable[..., Job]
Written = dict[str, dict[int, dict[str, Any]]]


def two_outputs(output: Any) -> Callable[[Any], None]:
    def build(process: Any) -> None:
        process.maxEvents.output = output
        process.even = cms.EDFilter("RulesDivisible")
        process.p = cms.Path(process.even)
        choice = cms.untracked.PSet(SelectEvents=cms.vstring("p"))
        process.all = cms.OutputModule("RulesOutput", name="all")
        process.some = cms.OutputModule("RulesOutput", name="some", SelectEvents=choice)
        process.e = cms.EndPath(process.all + process.some)

    return build


@pytest.mark.parametrize("per_block", [1, 3, 40])
@pytest.mark.parametrize("threads", [1, 3])
def test_the_job_ends_when_every_output_has_its_events(
    make_job: MakeJob, written: Written, per_block: int, threads: int
) -> None:
    job = make_job(two_outputs(cms.untracked.int32(4)), events=40, per_block=per_block, threads=threads)
    report = job.run()
    assert list(written["all"]) == [1, 2, 3, 4]
    assert list(written["some"]) == [2, 4, 6, 8]
    assert report.events == min(40, -(-8 // per_block) * per_block)


def test_an_output_without_limit_keeps_the_job_going(make_job: MakeJob, written: Written) -> None:
    limits = cms.untracked.PSet(all=cms.untracked.int32(-1), some=cms.untracked.int32(2))
    assert make_job(two_outputs(limits)).run().events == 10
    assert list(written["some"]) == [2, 4]
    assert len(written["all"]) == 10


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"some": 1}, "output module 'all' has no entry; all = cms.untracked.int32"),
        ({"some": 1, "al": 2, "all": 2}, r"'al' is no output module on a path. Did you mean 'all'\?"),
    ],
)
def test_every_output_and_nothing_else_has_a_limit(make_job: MakeJob, limits: dict[str, int], message: str) -> None:
    block = cms.untracked.PSet(**{name: cms.untracked.int32(limit) for name, limit in limits.items()})
    with pytest.raises(ConfigurationError, match=message):
        make_job(two_outputs(block)).run()


@pytest.mark.parametrize("per_block", [1, 2, 5, 100])
@pytest.mark.parametrize(("lumis", "events"), [(-1, 20), (0, 0), (1, 3), (2, 6), (4, 12), (100, 20)])
def test_luminosity_blocks_are_counted_however_blocks_are_cut(
    make_job: MakeJob, written: Written, per_block: int, lumis: int, events: int
) -> None:
    def build(process: Any) -> None:
        process.source.numberEventsInLuminosityBlock = cms.untracked.uint32(3)
        process.maxLuminosityBlocks = cms.untracked.PSet(input=cms.untracked.int32(lumis))
        process.out = cms.OutputModule("RulesOutput")
        process.e = cms.EndPath(process.out)

    assert make_job(build, events=20, per_block=per_block).run().events == events
    assert len(written["out"]) == events


def test_no_time_is_no_event(make_job: MakeJob) -> None:
    def build(process: Any) -> None:
        process.maxSecondsUntilRampdown = cms.untracked.PSet(input=cms.untracked.int32(0))
        process.p = cms.Path()

    assert make_job(build).run().events == 0


def test_options_of_cmssw_without_meaning_here_are_told_once(
    make_job: MakeJob, caplog: pytest.LogCaptureFixture
) -> None:
    def build(process: Any) -> None:
        process.options.numberOfConcurrentRuns = 2
        process.options.canDeleteEarly = ["x"]
        process.p = cms.Path()

    with caplog.at_level("INFO"):
        make_job(build)
    assert "process.options.canDeleteEarly" in caplog.text
    assert "has no effect: every product is dropped after its last reader" in caplog.text
    assert "process.options.numberOfConcurrentRuns" in caplog.text
