"""The closing summary of a job: events, rate, time per module, what was dropped, what failed, what was written."""

from rich.console import Console
from rich.table import Table

from e2efw.framework.report import JobReport
from e2efw.services.trigger_report import time_report, trigger_report

FAILURES_SHOWN = 50


def print_summary(report: JobReport, console: Console) -> None:
    """Print the summary; with ``process.options.wantSummary`` the trigger and time reports come before it.

    Times are wall time summed over streams, so with several streams they can add up to more than the job took.
    """
    if report.want_summary:
        for line in [*trigger_report(report), "", *time_report(report), ""]:
            console.print(line, highlight=False, markup=False, soft_wrap=True)
    streams = f"{report.streams} stream{'s' if report.streams > 1 else ''}"
    console.print(
        f"{report.events} events in {report.seconds:.2f} s = {report.events_per_second:,.0f} events/s "
        f"({streams}; {report.start_up:.2f} s before the first event)",
        highlight=False,
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("module")
    table.add_column("type")
    for heading in ("events", "seconds", "ms/event"):
        table.add_column(heading, justify="right")
    for module in report.modules.values():
        per_event = f"{1e3 * module.seconds / module.events:.3f}" if module.events else "-"
        table.add_row(module.label, module.plugin, str(module.events), f"{module.seconds:.3f}", per_event)
    console.print(table, highlight=False)
    for line in [*report.notices, *_without_events(report), *_failed(report), *report.outputs]:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _without_events(report: JobReport) -> list[str]:
    """A job that did nothing went well, but is seldom what was meant."""
    if report.events or report.signal:
        return []
    return ["no event was processed: the input is empty, or what the source skips or chooses leaves none"]


def _failed(report: JobReport) -> list[str]:
    """The events that a module could not process."""
    failures = report.failures
    if not failures:
        return []
    events = len({(failure.file, failure.event) for failure in failures})
    lines = [f"{events} event{'s' if events > 1 else ''} with errors that did not end the job:"]
    lines += [f"  {failure} ({failure.action.value})" for failure in failures[:FAILURES_SHOWN]]
    if len(failures) > FAILURES_SHOWN:
        lines.append(f"  ... and {len(failures) - FAILURES_SHOWN} more errors")
    return lines
