"""The closing summary of a job: events, rate, time per module, what was dropped, what was written."""

from rich.console import Console
from rich.table import Table

from e2efw.framework.report import JobReport


def print_summary(report: JobReport, console: Console) -> None:
    """Print the summary.

    Times are wall time summed over streams, so with several streams they can add up to more than the job took.
    """
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
    for line in [*report.notices, *report.outputs]:
        console.print(line, highlight=False, soft_wrap=True)
