"""TrigReport and TimeReport: the very lines that scripts read."""

import io

from rich.console import Console

from e2efw.framework.counts import Counts, PathCounts, TriggerCounts
from e2efw.framework.failures import Action, EventFailure
from e2efw.framework.report import JobReport, ModuleTime
from e2efw.services.summary import FAILURES_SHOWN, print_summary
from e2efw.services.trigger_report import time_report, trigger_report

PATH = PathCounts(
    "p", "Path", ["a", "cut"], Counts(10, 10, 6, 3, 1, 0.5), [Counts(10, 0, 9, 0, 1, 0.4), Counts(9, 0, 6, 3, 0, 0.1)]
)
END = PathCounts("e", "EndPath", ["out"], Counts(10, 10, 10, 0, 0), [Counts(10, 0, 10)])


def report() -> JobReport:
    modules = {"a": Counts(10, 10, 9, 0, 1, 0.4), "cut": Counts(9, 9, 6, 3, 0, 0.1)}
    times = {label: ModuleTime(label, "X") for label in ("source", "a", "cut")}
    times["out"] = ModuleTime("out", "PoolOutputModule", 10, 0.2)
    return JobReport(
        events=10,
        seconds=2.0,
        cpu_seconds=3.0,
        threads=2,
        modules=times,
        files={"out": ["out.root"]},
        counts=TriggerCounts(10, 6, 1.5, [PATH, END], modules),
        want_summary=True,
    )


def test_the_trigger_report_has_the_columns_of_cmsrun() -> None:
    assert "\n".join(trigger_report(report())) == (
        """\
TrigReport ---------- Event  Summary ------------
TrigReport Events total = 10 passed = 6 failed = 4

TrigReport ---------- Path   Summary ------------
TrigReport  Trig Bit#   Executed     Passed     Failed      Error Name
TrigReport     1    0         10          6          3          1 p

TrigReport -------End-Path   Summary ------------
TrigReport  Trig Bit#   Executed     Passed     Failed      Error Name
TrigReport     0    0         10         10          0          0 e

TrigReport ---------- Modules in Path: p ------------
TrigReport  Trig Bit#    Visited     Passed     Failed      Error Name
TrigReport     1    0         10          9          0          1 a
TrigReport     1    0          9          6          3          0 cut

TrigReport ------ Modules in End-Path: e ------------
TrigReport  Trig Bit#    Visited     Passed     Failed      Error Name
TrigReport     0    0         10         10          0          0 out

TrigReport ---------- Module Summary ------------
TrigReport    Visited   Executed     Passed     Failed      Error Name
TrigReport         10         10         10          0          0 TriggerResults
TrigReport         10         10          9          0          1 a
TrigReport          9          9          6          3          0 cut
TrigReport         10         10         10          0          0 out"""
    )


def test_the_time_report_has_the_columns_of_cmsrun() -> None:
    assert "\n".join(time_report(report())) == (
        """\
TimeReport ---------- Event  Summary ---[sec]----
TimeReport       event loop CPU/event = 0.300000
TimeReport      event loop Real/event = 0.200000
TimeReport     sum Streams Real/event = 0.150000
TimeReport efficiency CPU/Real/thread = 0.750000

TimeReport ---------- Path   Summary ---[Real sec]----
TimeReport  per event     per exec  Name
TimeReport   0.050000     0.050000  p
TimeReport  per event     per exec  Name

TimeReport -------End-Path   Summary ---[Real sec]----
TimeReport  per event     per exec  Name
TimeReport   0.020000     0.020000  e
TimeReport  per event     per exec  Name

TimeReport ---------- Modules in Path: p ---[Real sec]----
TimeReport  per event    per visit  Name
TimeReport   0.040000     0.040000  a
TimeReport   0.010000     0.011111  cut
TimeReport  per event    per visit  Name

TimeReport ------ Modules in End-Path: e ---[Real sec]----
TimeReport  per event    per visit  Name
TimeReport   0.020000     0.020000  out
TimeReport  per event    per visit  Name

TimeReport ---------- Module Summary ---[Real sec]----
TimeReport  per event     per exec    per visit  Name
TimeReport   0.000000     0.000000     0.000000  TriggerResults
TimeReport   0.040000     0.040000     0.040000  a
TimeReport   0.010000     0.011111     0.011111  cut
TimeReport   0.020000     0.020000     0.020000  out
TimeReport  per event     per exec    per visit  Name

T---Report end!"""
    )


def printed(told: JobReport) -> list[str]:
    out = io.StringIO()
    print_summary(told, Console(file=out, width=300))
    return out.getvalue().splitlines()


def test_the_summary_has_the_reports_only_if_they_are_wanted() -> None:
    told = report()
    assert "TrigReport Events total = 10 passed = 6 failed = 4" in printed(told)
    assert "T---Report end!" in printed(told)
    told.want_summary = False
    assert not any("Report" in line for line in printed(told))


def test_the_summary_lists_events_that_failed() -> None:
    told = report()
    told.failures = [
        EventFailure(f"1:1:{n}", "in.root", "bad", "EventCorruption", "no [hits]", Action.TRY_TO_CONTINUE)
        for n in range(FAILURES_SHOWN + 2)
    ]
    lines = printed(told)
    assert f"{FAILURES_SHOWN + 2} events with errors that did not end the job:" in lines
    assert "  1:1:0 of in.root: module 'bad': EventCorruption: no [hits] (TryToContinue)" in lines
    assert "  ... and 2 more errors" in lines
