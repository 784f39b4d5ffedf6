"""Modules on tasks, the status of paths, and how long products live."""

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from e2efw import config as cms
from e2efw.errors import ConfigurationError, ProductNotFoundError, ScheduleError
from e2efw.framework.blocks import Block
from e2efw.framework.job import Job
from e2efw.framework.observer import Observer
from e2efw.io.trigger_filter import TriggerResultsFilter

MakeJob = Callable[..., Job]
Written = dict[str, dict[int, dict[str, Any]]]


def on_task(process: Any, *labels: str) -> cms.Task:
    task = cms.Task(*(getattr(process, label) for label in labels))
    process.task = task
    return task


def test_a_module_on_a_task_runs_for_the_events_that_somebody_needs(make_job: MakeJob, looked: list[int]) -> None:
    def build(process: Any) -> None:
        process.number = cms.EDProducer("RulesNumber")
        process.unused = cms.EDProducer("RulesNumber")
        process.even = cms.EDFilter("RulesDivisible")
        process.look = cms.EDAnalyzer("RulesLook")
        process.p = cms.Path(process.even + process.look, on_task(process, "number", "unused"))

    report = make_job(build).run()
    assert looked == [2, 4, 6, 8, 10]
    assert report.modules["number"].events == 5
    assert "unused" not in report.modules


def test_what_only_an_output_keeps_is_made_for_the_events_it_writes(make_job: MakeJob, written: Written) -> None:
    def build(process: Any) -> None:
        process.number = cms.EDProducer("RulesNumber")
        process.sum = cms.EDProducer("RulesSum")
        process.third = cms.EDFilter("RulesDivisible", by=3)
        process.p = cms.Path(process.third)
        choice = cms.untracked.PSet(SelectEvents=cms.vstring("p"))
        process.out = cms.OutputModule("RulesOutput", keep=["sum"], SelectEvents=choice)
        process.e = cms.EndPath(process.out, on_task(process, "number", "sum"))

    report = make_job(build).run()
    assert written["out"] == {3: {"sum": 1003}, 6: {"sum": 1006}, 9: {"sum": 1009}}
    assert report.modules["number"].events == 3


def test_a_module_on_a_task_that_cannot_run_is_an_error_only_if_somebody_needs_it(make_job: MakeJob) -> None:
    def build(process: Any, *, needed: bool) -> None:
        process.number = cms.EDProducer("RulesNumber")
        process.lost = cms.EDProducer("RulesSum", first="nowhere")
        process.look = cms.EDAnalyzer("RulesLook", number="lost" if needed else "number")
        process.p = cms.Path(process.look, on_task(process, "number", "lost"))

    make_job(lambda process: build(process, needed=False)).run()
    with pytest.raises(ProductNotFoundError, match="RulesSum 'lost': no product 'nowhere'"):
        make_job(lambda process: build(process, needed=True)).run()


def test_a_circle_of_modules_on_tasks_is_spelled_out(make_job: MakeJob) -> None:
    def build(process: Any) -> None:
        process.a = cms.EDProducer("RulesSum", first="b")
        process.b = cms.EDProducer("RulesSum", first="a")
        process.look = cms.EDAnalyzer("RulesLook", number="a")
        process.p = cms.Path(process.look, on_task(process, "a", "b"))

    with pytest.raises(ScheduleError, match="'a' consumes 'b', 'b' consumes 'a'"):
        make_job(build).run()


def test_modules_on_no_path_and_no_task_are_told(make_job: MakeJob, caplog: pytest.LogCaptureFixture) -> None:
    def build(process: Any) -> None:
        process.idle = cms.EDAnalyzer("RulesLook", number="nowhere")
        process.p = cms.Path()

    with caplog.at_level(logging.INFO):
        assert make_job(build).run().counts.paths[0].total.passed == 10
    assert "modules on no path and no task, which never run: idle" in caplog.text


def test_a_filter_may_ask_whether_another_path_passed(make_job: MakeJob, looked: list[int]) -> None:
    def build(process: Any) -> None:
        process.number = cms.EDProducer("RulesNumber")
        process.even = cms.EDFilter("RulesDivisible")
        process.passed = cms.EDFilter("RulesPassed", path="later")
        process.look = cms.EDAnalyzer("RulesLook")
        process.first = cms.Path(process.passed + process.number + process.look)
        process.later = cms.Path(process.even)

    make_job(build).run()
    assert looked == [2, 4, 6, 8, 10]


def trigger_filter(process: Any, *conditions: str, **more: Any) -> None:
    process.number = cms.EDProducer("RulesNumber")
    process.even = cms.EDFilter("RulesDivisible")
    process.third = cms.EDFilter("RulesDivisible", by=3)
    process.pEven = cms.Path(process.number + process.even)
    process.pThird = cms.Path(process.third)
    process.choose = cms.EDFilter(TriggerResultsFilter.__name__, triggerConditions=list(conditions), **more)
    process.look = cms.EDAnalyzer("RulesLook")
    process.out = cms.OutputModule("RulesOutput")
    process.e = cms.EndPath(process.choose + process.look + process.out)


@pytest.mark.parametrize(
    ("conditions", "events"),
    [
        (["pEven"], [2, 4, 6, 8, 10]),
        (["p*"], [2, 3, 4, 6, 8, 9, 10]),
        (["pEven AND pThird"], [6]),
        (["pEven AND NOT pThird"], [2, 4, 8, 10]),
        (["NOT (pEven OR pThird)"], [1, 5, 7]),
        (["pThird", "pEven AND pThird"], [3, 6, 9]),
        (["NOT pEven AND pThird OR FALSE"], [3, 9]),
        (["TRUE"], list(range(1, 11))),
        ([], []),
    ],
)
def test_trigger_results_filter_counts_on_end_paths(
    make_job: MakeJob, written: Written, looked: list[int], conditions: list[str], events: list[int]
) -> None:
    make_job(lambda process: trigger_filter(process, *conditions)).run()
    assert looked == events
    assert list(written["out"]) == events


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("pOdd", r"TriggerResultsFilter 'choose': condition 'pOdd': 'pOdd' is no path\. .*Paths: pEven, pThird\."),
        ("pEven AND", "a name of a path is missing"),
        ("(pEven", r"a '\)' is missing"),
        ("pEven pThird", "'pThird' is one too many"),
        ("pEven & pThird", "names of paths, AND, OR, NOT and parentheses are wanted"),
    ],
)
def test_conditions_that_mean_nothing_are_refused(make_job: MakeJob, condition: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        make_job(lambda process: trigger_filter(process, condition)).run()


def test_trigger_results_are_not_known_on_a_path(make_job: MakeJob) -> None:
    def build(process: Any) -> None:
        trigger_filter(process, "TRUE")
        process.pEven += process.choose

    with pytest.raises(ScheduleError, match=r"'TriggerResults' waits for path 'pEven'"):
        make_job(build).run()


class _Watch(Observer):
    """What a block holds before each module."""

    def __init__(self) -> None:
        self.held: dict[str, set[str]] = {}

    def begin_module(self, label: str, block: Block, events: NDArray[np.int64]) -> None:
        self.held[label] = {key.label for key in block.products}


@pytest.mark.parametrize("threads", [1, 3])
def test_a_product_lives_until_its_last_reader_or_the_output_and_no_longer(make_job: MakeJob, threads: int) -> None:
    def build(process: Any) -> None:
        process.number = cms.EDProducer("RulesNumber")
        process.a = cms.EDProducer("RulesSum", first="number")
        process.b = cms.EDProducer("RulesSum", first="a")
        process.late = cms.EDProducer("RulesSum", first="b")
        process.look = cms.EDAnalyzer("RulesLook", number="b")
        process.p = cms.Path(process.b + process.look, on_task(process, "number", "a", "late"))
        process.out = cms.OutputModule("RulesOutput", keep=["late"])
        process.e = cms.EndPath(process.out)

    job = make_job(build, threads=threads)
    watch = _Watch()
    job.observers = {"watch": watch}
    job.run()
    assert watch.held == {
        "number": set(),
        "a": {"number"},
        "b": {"number", "a"},
        "look": {"b"},
        "late": {"b"},
        "out": {"late"},
    }
