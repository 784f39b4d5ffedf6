"""Progress while a job runs, and the summary when it ends."""

import io

import pytest
from rich.console import Console

from e2efw.framework.report import JobReport, ModuleTime
from e2efw.services.progress import JobProgress
from e2efw.services.summary import print_summary


def report(events: int) -> JobReport:
    times = {"source": ModuleTime("source", "PoolSource", events, 0.5), "late": ModuleTime("late", "Never", 0, 0.0)}
    notices, outputs = ["PoolSource: dropped 3 hits"], ["2500 events, 17 bytes in out.root"]
    return JobReport(events, 2, 2.0, 0.25, times, notices=notices, outputs=outputs)


def test_without_a_terminal_there_is_one_line_per_thousand_events() -> None:
    printed = io.StringIO()
    with JobProgress(Console(file=printed)) as progress:
        for events in range(0, 2600, 100):
            progress(report(events), 2500)
    assert printed.getvalue().splitlines() == [
        "1000 of 2500 events, 500 events/s",
        "2000 of 2500 events, 1,000 events/s",
    ]


def test_on_a_terminal_there_is_a_bar_that_goes_away() -> None:
    printed = io.StringIO()
    with JobProgress(Console(file=printed, force_terminal=True, width=100)) as progress:
        progress(report(1250), 2500)
        progress(report(2500), 2500)
    assert "2500/2500" in printed.getvalue()
    assert "1,250 events/s" in printed.getvalue()


@pytest.mark.parametrize(
    "line",
    [
        "2500 events in 2.00 s = 1,250 events/s (2 streams; 0.25 s before the first event)",
        "source  PoolSource    2500    0.500     0.200",
        "late    Never            0    0.000         -",
        "PoolSource: dropped 3 hits",
        "2500 events, 17 bytes in out.root",
    ],
)
def test_the_summary_tells_events_times_notices_and_outputs(line: str) -> None:
    printed = io.StringIO()
    print_summary(report(2500), Console(file=printed, width=120))
    assert line in [printed_line.rstrip() for printed_line in printed.getvalue().splitlines()]
