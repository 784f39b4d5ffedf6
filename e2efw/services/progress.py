"""Progress of a job: a bar on a terminal, one line per thousand events elsewhere."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from e2efw.framework.report import JobReport

EVENTS_PER_LINE = 1000


class JobProgress:
    """Shows how far a job is; a context manager whose instance is called after every block.

    Args:
        console: where to print.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._lines = 0

    def __enter__(self) -> Self:
        """Show the bar if there is a terminal to show it on."""
        if self._console.is_terminal:
            rate = TextColumn("{task.fields[rate]:,.0f} events/s")
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                rate,
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, report: JobReport, total: int) -> None:
        """Show what is done so far.

        Args:
            report: counts up to now.
            total: events expected, -1 if nobody knows.
        """
        known = total if total >= 0 else None
        if self._bar is not None:
            if self._task is None:
                self._task = self._bar.add_task("events", total=known, rate=0.0)
            self._bar.update(self._task, completed=report.events, total=known, rate=report.events_per_second)
            return
        lines = report.events // EVENTS_PER_LINE
        if lines > self._lines:
            self._lines = lines
            of_total = "" if known is None else f" of {known}"
            rate_now = f"{report.events_per_second:,.0f} events/s"
            self._console.print(f"{report.events}{of_total} events, {rate_now}", highlight=False)
