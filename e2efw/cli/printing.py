"""What the commands share when they print."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import typer


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
