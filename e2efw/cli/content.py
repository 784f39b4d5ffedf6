"""`e2efw content`: the products of a file."""

import re
from collections.abc import Sequence
from typing import Any

import typer

from e2efw.cli.printing import print_json, print_table
from e2efw.errors import CommandLineError, nearest
from e2efw.io.branches import StoredProduct
from e2efw.io.root_file import open_events


def print_content(file: str, patterns: Sequence[str], *, names_only: bool, everything: bool, as_json: bool) -> None:
    """List products.

    Args:
        patterns: regular expressions; a product is listed if one of them is found in its branch name or type.
        names_only: branch names, one a line.
        everything: names and leaves beside the rest.

    Raises:
        CommandLineError: a pattern is no regular expression, or none matches; names what there is.
    """
    wanted = [compiled(pattern) for pattern in patterns]
    with open_events(file) as events:
        stored = list(events.index.products.values())
        if as_json or everything:
            leaves = [{path: str(branch.typename) for path, branch in product.leaves.items()} for product in stored]
        else:
            leaves = [{} for _ in stored]
        n_events = events.n_events
    listed = [
        _row(product, inside)
        for product, inside in zip(stored, leaves, strict=True)
        if not wanted or any(pattern.search(str(product.name)) for pattern in wanted)
    ]
    if wanted and not listed:
        labels = {product.name.key.label for product in stored}
        raise CommandLineError(f"content: nothing in {file} matches. {nearest(patterns[0], labels, 'Labels')}")
    if as_json:
        print_json({"file": file, "events": n_events, "products": listed})
    elif names_only:
        for row in listed:
            typer.echo(row["branch"])
    else:
        _print(listed, everything=everything)


def compiled(pattern: str) -> re.Pattern[str]:
    """A regular expression that ignores case.

    Raises:
        CommandLineError: it is none; says why.
    """
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise CommandLineError(f"{pattern!r} is no regular expression: {error}.") from error


def _row(product: StoredProduct, leaves: dict[str, str]) -> dict[str, Any]:
    key = product.name.key
    return {
        "type": product.name.friendly_type,
        "module": key.label,
        "label": key.instance,
        "process": key.process,
        "branch": product.name.prefix,
        "leaves": leaves,
    }


def _print(rows: Sequence[dict[str, Any]], *, everything: bool) -> None:
    headings = ["Type", "Module", "Label", "Process", *(["Full Name"] if everything else [])]
    table: list[list[str]] = []
    for row in rows:
        name = [row["branch"]] if everything else []
        table.append([row["type"], f'"{row["module"]}"', f'"{row["label"]}"', f'"{row["process"]}"', *name])
    print_table(headings, table)
    if everything:
        for row in rows:
            typer.echo(f"\n{row['branch']}")
            print_table(("  leaf", "type"), [(f"  {path}", kind) for path, kind in row["leaves"].items()])
