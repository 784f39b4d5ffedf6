"""What errors of single events cost: the job, the event, or nothing."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from e2efw import config as cms
from e2efw.errors import ConfigurationError, EventCorruptionError
from e2efw.framework.failures import Action
from e2efw.framework.job import Job

MakeJob = Callable[..., Job]
Written = dict[str, dict[int, dict[str, Any]]]


def cfg(bad: list[int], error: str = "corrupt", /, **options: list[str]) -> Callable[[Any], None]:
    """A module that fails for some events, one that reads it, one that does not; two paths and an output."""

    def build(process: Any) -> None:
        for name, value in options.items():
            setattr(process.options, name, value)
        process.number = cms.EDProducer("RulesNumber", bad=bad, error=error)
        process.other = cms.EDProducer("RulesNumber")
        process.sum = cms.EDProducer("RulesSum")
        process.p = cms.Path(process.number + process.sum)
        process.q = cms.Path(process.other)
        process.out = cms.OutputModule("RulesOutput", keep=["number", "sum", "other"])
        process.broken = cms.OutputModule(
            "RulesOutput",
            name="broken",
            SelectEvents=cms.untracked.PSet(SelectEvents=cms.vstring("exception@p")),
        )
        process.e = cms.EndPath(process.out + process.broken)

    return build


@pytest.mark.parametrize("per_block", [1, 3, 10])
def test_by_default_the_job_ends_and_names_the_single_event(make_job: MakeJob, per_block: int) -> None:
    with pytest.raises(EventCorruptionError, match="a bad event") as caught:
        make_job(cfg([6, 9]), per_block=per_block).run()
    assert caught.value.__notes__ == ["in module 'number' (RulesNumber), event 1:1:6 of empty events"]


@pytest.mark.parametrize("kind", ["corrupt", "value"])
@pytest.mark.parametrize("per_block", [1, 4, 10])
def test_one_bad_event_costs_that_event(make_job: MakeJob, written: Written, per_block: int, kind: str) -> None:
    report = make_job(cfg([6, 9], kind, TryToContinue=["EventCorruption", "StdException"]), per_block=per_block).run()
    assert [failure.event for failure in report.failures] == ["1:1:6", "1:1:9"]
    assert {(failure.module, failure.action) for failure in report.failures} == {("number", Action.TRY_TO_CONTINUE)}
    assert [events for events in written["out"] if "sum" not in written["out"][events]] == [6, 9]
    assert all("other" in products for products in written["out"].values())
    assert list(written["broken"]) == [6, 9]
    counts = {path.name: path.total for path in report.counts.paths}
    assert (counts["p"].passed, counts["p"].failed, counts["p"].error) == (8, 0, 2)
    assert (counts["q"].passed, counts["q"].error) == (10, 0)


def test_a_class_of_python_names_errors_too(make_job: MakeJob) -> None:
    assert len(make_job(cfg([6], "value", TryToContinue=["ValueError"])).run().failures) == 1


def test_an_ignored_error_lets_the_event_pass_without_its_products(
    make_job: MakeJob, written: Written, summed: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    report = make_job(cfg([6], IgnoreCompletely=["EventCorruption"])).run()
    assert 6 not in summed
    assert written["out"][6].keys() == {"other"}
    assert written["broken"] == {}
    assert report.counts.paths[0].total.passed == 10
    assert "1:1:6 of empty events: module 'number': EventCorruption: a bad event; the event passes" in caplog.text


def test_a_tolerant_module_ends_no_path(make_job: MakeJob, written: Written) -> None:
    listed = {"TryToContinue": ["EventCorruption"], "modulesToCallForTryToContinue": ["number"]}
    report = make_job(cfg([6], "corrupt", **listed)).run()
    assert report.counts.paths[0].total.passed == 10
    assert "sum" not in written["out"][6]


def test_a_module_may_be_marked_tolerant_where_it_is_made(make_job: MakeJob) -> None:
    def build(process: Any) -> None:
        cfg([6], TryToContinue=["EventCorruption"])(process)
        process.number.shouldTryToContinue()

    assert make_job(build).run().counts.paths[0].total.passed == 10


def test_an_error_of_a_tolerant_module_that_no_list_names_ends_the_job(make_job: MakeJob) -> None:
    listed = {"TryToContinue": ["EventCorruption"], "modulesToCallForTryToContinue": ["number"]}
    with pytest.raises(MemoryError, match="a bad event"):
        make_job(cfg([6], "memory", **listed)).run()


def test_a_tolerant_module_that_does_not_exist_is_told_of(make_job: MakeJob, caplog: pytest.LogCaptureFixture) -> None:
    make_job(cfg([], modulesToCallForTryToContinue=["numbre"]))
    told = "modulesToCallForTryToContinue: 'numbre' is no module. Did you mean 'number'?"
    assert told in caplog.text


def test_a_tolerant_module_runs_without_what_it_can_do_without(make_job: MakeJob, written: Written) -> None:
    def build(process: Any) -> None:
        cfg([6], TryToContinue=["EventCorruption"])(process)
        process.sum = cms.EDProducer("RulesSum", first="other", second="number")
        process.p.remove(process.number)
        process.p.insert(0, process.other)
        process.q += cms.wait(process.number)

    make_job(build).run()
    assert "sum" not in written["out"][6]

    def tolerant(process: Any) -> None:
        build(process)
        process.options.modulesToCallForTryToContinue = ["sum"]

    make_job(tolerant).run()
    assert written["out"][6]["sum"] == 1006


@pytest.mark.parametrize("options", [{}, {"TryToContinue": ["BadAlloc"]}])
def test_events_that_fail_only_together_end_the_job_with_that_said(
    make_job: MakeJob, options: dict[str, list[str]]
) -> None:
    with pytest.raises(MemoryError, match="too many") as caught:
        make_job(cfg([], "together", **options), per_block=2).run()
    where, why = caught.value.__notes__
    assert where == "in module 'number' (RulesNumber), events 1:1:1 to 1:1:2 of empty events"
    assert why.startswith("no single event is to blame: the module fails on these 2 events together")
    assert why.endswith("a smaller process.options.eventsPerBlock needs less memory")


def test_a_category_in_two_lists_is_refused(make_job: MakeJob) -> None:
    with pytest.raises(ConfigurationError, match="category 'X' stands in Rethrow and TryToContinue"):
        make_job(cfg([], TryToContinue=["X"], Rethrow=["X"]))


def test_the_report_does_not_depend_on_blocks_and_streams(make_job: MakeJob) -> None:
    reports = [
        make_job(cfg([2, 6, 9], TryToContinue=["EventCorruption"]), per_block=per_block, threads=threads).run()
        for per_block, threads in ((1, 1), (3, 2), (10, 1), (2, 4))
    ]
    assert all(report.failures == reports[0].failures for report in reports)


def test_filters_on_end_paths_are_ignored_with_one_warning(
    make_job: MakeJob, written: Written, caplog: pytest.LogCaptureFixture
) -> None:
    def build(process: Any) -> None:
        process.even = cms.EDFilter("RulesDivisible")
        process.out = cms.OutputModule("RulesOutput")
        process.e = cms.EndPath(process.even + process.out)

    with caplog.at_level(logging.WARNING):
        make_job(build).run()
    assert caplog.text.count("FilterOnEndPath: the decision of RulesDivisible 'even' on EndPath 'e' is ignored") == 1
    assert len(written["out"]) == 10
