"""ConditionalTask: modules run on a path only for what another module on that path reads."""

from collections.abc import Callable
from typing import Any

import pytest

from e2efw import config as cms
from e2efw.errors import ProductNotFoundError, ScheduleError
from e2efw.framework.job import Job

MakeJob = Callable[..., Job]
Written = dict[str, dict[int, dict[str, Any]]]


def test_a_module_runs_just_before_its_first_reader_behind_earlier_filters(
    make_job: MakeJob, looked: list[int]
) -> None:
    def build(process: Any) -> None:
        process.number, process.even = cms.EDProducer("RulesNumber"), cms.EDFilter("RulesDivisible")
        process.sum = cms.EDProducer("RulesSum")
        process.unread = cms.EDProducer("RulesSum")
        process.look = cms.EDAnalyzer("RulesLook", number="sum")
        process.task = cms.Task(process.sum)
        process.p = cms.Path(
            process.even + process.look, cms.ConditionalTask(process.unread, process.number, process.task)
        )

    report = make_job(build).run()
    assert looked == [n + 1000 for n in (2, 4, 6, 8, 10)]
    assert {label: report.modules[label].events for label in ("number", "sum")} == {"number": 5, "sum": 5}
    assert "unread" not in report.modules


def test_the_modules_stand_on_the_path_in_reports(make_job: MakeJob) -> None:
    def build(process: Any) -> None:
        process.number, process.even = cms.EDProducer("RulesNumber"), cms.EDFilter("RulesDivisible")
        process.look = cms.EDAnalyzer("RulesLook")
        process.p = cms.Path(process.even + process.look, cms.ConditionalTask(process.number))

    assert make_job(build).check().paths["p"] == ["even", "number", "look"]


def test_readers_on_other_paths_and_outputs_do_not_count(make_job: MakeJob, written: Written) -> None:
    def build(process: Any, *, reader: bool) -> None:
        process.number, process.other = cms.EDProducer("RulesNumber"), cms.EDProducer("RulesNumber")
        process.look = cms.EDAnalyzer("RulesLook")
        process.p = cms.Path(process.other, cms.ConditionalTask(process.number))
        process.out = cms.OutputModule("RulesOutput", keep=["number", "other"])
        process.e = cms.EndPath(process.out)
        if reader:
            process.q = cms.Path(process.look)

    make_job(lambda process: build(process, reader=False), events=1).run()
    assert written["out"] == {1: {"other": 1}}
    message = "'number' is on a ConditionalTask, and no module on its path reads it"
    with pytest.raises(ProductNotFoundError, match=message):
        make_job(lambda process: build(process, reader=True)).check()


def test_each_path_runs_the_module_for_its_own_events_once(make_job: MakeJob, looked: list[int]) -> None:
    def build(process: Any) -> None:
        process.number, process.look = cms.EDProducer("RulesNumber"), cms.EDAnalyzer("RulesLook")
        process.two, process.three = cms.EDFilter("RulesDivisible"), cms.EDFilter("RulesDivisible", by=3)
        for label in ("two", "three"):
            setattr(process, f"p{label}", cms.Path(getattr(process, label) + process.look))
            getattr(process, f"p{label}").associate(cms.ConditionalTask(process.number))

    assert make_job(build).run().modules["number"].events == 7
    assert sorted(looked) == [2, 3, 4, 6, 8, 9, 10]


def test_the_decision_of_a_filter_on_it_counts_for_nothing_and_it_runs_for_readers_only(make_job: MakeJob) -> None:
    def build(process: Any) -> None:
        process.even, process.number = cms.EDFilter("RulesDivisible"), cms.EDProducer("RulesNumber")
        process.p = cms.Path(process.number, cms.ConditionalTask(process.even))

    report = make_job(build).run()
    assert "even" not in report.modules
    assert report.counts.paths[0].total.passed == 10


def test_a_module_that_is_also_on_a_task_runs_on_demand(make_job: MakeJob, written: Written) -> None:
    def build(process: Any) -> None:
        process.number, process.other = cms.EDProducer("RulesNumber"), cms.EDProducer("RulesNumber")
        process.p = cms.Path(process.other, cms.ConditionalTask(process.number), cms.Task(process.number))
        process.out = cms.OutputModule("RulesOutput", keep=["number"])
        process.e = cms.EndPath(process.out)

    make_job(build, events=1).run()
    assert written["out"] == {1: {"number": 1}}


def test_an_alias_makes_its_module_run(make_job: MakeJob, looked: list[int]) -> None:
    def build(process: Any) -> None:
        process.number, process.look = cms.EDProducer("RulesNumber"), cms.EDAnalyzer("RulesLook", number="alias")
        process.alias = cms.EDAlias(number=cms.EDAlias.allProducts())
        process.p = cms.Path(process.look, cms.ConditionalTask(process.number))

    make_job(build, events=2).run()
    assert looked == [1, 2]


def test_a_circle_among_them_is_found(make_job: MakeJob) -> None:
    def build(process: Any) -> None:
        process.one, process.two = cms.EDProducer("RulesSum", first="two"), cms.EDProducer("RulesSum", first="one")
        process.look = cms.EDAnalyzer("RulesLook", number="one")
        process.p = cms.Path(process.look, cms.ConditionalTask(process.one, process.two))

    with pytest.raises(ScheduleError, match="'two' consumes 'one'"):
        make_job(build).check()
