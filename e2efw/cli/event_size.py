"""`e2efw event-size`: where the bytes of an event go."""

import typer

from e2efw.cli.printing import print_json, print_table
from e2efw.errors import FileReadError
from e2efw.io.product_sizes import product_sizes
from e2efw.io.root_file import open_events


def print_sizes(file: str, *, alphabetical: bool, leaves: bool, as_json: bool) -> None:
    """Print mean bytes per event.

    Args:
        alphabetical: by name; otherwise the largest on disk first.
        leaves: every leaf instead of every product.

    Raises:
        FileReadError: the file has no event.
    """
    with open_events(file) as events:
        n_events, sizes = events.n_events, product_sizes(events)
    if not n_events:
        raise FileReadError(f"event-size: {file} has no event to take the mean of.")
    rows = [
        (f"{size.name}.{path}" if path else f"{size.name}.", bytes_[0] / n_events, bytes_[1] / n_events)
        for size in sizes
        for path, bytes_ in (size.leaves if leaves else {"": (size.uncompressed, size.compressed)}).items()
    ]
    rows.sort(key=lambda row: row[0] if alphabetical else (-row[2], row[0]))
    if as_json:
        named = [{"name": name, "bytes": plain, "compressed": packed} for name, plain, packed in rows]
        print_json({"file": file, "events": n_events, "mean_bytes_per_event": named})
        return
    typer.echo(f"File {file} Events {n_events}")
    headings = ("Branch Name", "Average Uncompressed Size (Bytes/Event)", "Average Compressed Size (Bytes/Event)")
    print_table(headings, [(name, f"{plain:.1f}", f"{packed:.1f}") for name, plain, packed in rows], right=headings[1:])
