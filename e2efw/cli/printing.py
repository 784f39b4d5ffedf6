"""What the commands share when they print."""

import json
import logging
from collections.abc import Iterable, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.text import Text


def print_json(data: Any) -> None:
    """JSON with one blank of indentation."""
    typer.echo(json.dumps(data, indent=1))


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()) -> None:
    """A table without lines that is as wide as it needs to be, so that it can be cut and searched.

    Args:
        right: headings of the columns that are aligned to the right.
    """
    cells = [list(headings), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    to_the_right = [heading in right for heading in headings]
    for row in cells:
        padded = [
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, to_the_right, strict=True)
        ]
        typer.echo("  ".join(padded).rstrip())


class _Terminal(logging.Handler):
    """Severity, then the message; each line ends where it ends."""

    def __init__(self) -> None:
        super().__init__()
        self._console = Console(stderr=True, soft_wrap=True, highlight=False)

    def emit(self, record: logging.LogRecord) -> None:
        """Part of the logging protocol."""
        severity = Text(f"{record.levelname:<8} ", style=f"logging.level.{record.levelname.lower()}")
        self._console.print(severity + self.format(record), soft_wrap=True)


def log_to_terminal() -> None:
    """Messages go to standard error, as long as no MessageLogger says otherwise."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[_Terminal()])
