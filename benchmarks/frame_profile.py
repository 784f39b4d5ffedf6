"""Where the time of pictures and windows goes: finding cells, merging entries, writing pixels."""

from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.inputs import Sample
from benchmarks.timing import timed
from dataformats.geometry.picture import COLUMNS, ROWS
from frameproducers.entries import merged, passes
from frameproducers.windows import View, draw


def print_profile(sample: Sample, channels: tuple[str, ...], repeats: int) -> None:
    """Microseconds per event of every way through the hits, and of drawing all of its channels from there.

    Args:
        sample: the events.
        channels: names of layers.
        repeats: rounds.
    """
    inputs, made = sample.inputs, sample.windows(channels)
    n_events = len(inputs.eb_hits)
    event = np.repeat(np.arange(n_events), np.diff(made.offsets))
    table = Table(title=f"Profile, us/event, {sample.title}", box=None, title_justify="left")
    for heading in ("made of", "channels", "finding cells", "merging", "finding cells and pictures", "and windows"):
        table.add_column(heading, justify="left" if heading in {"made of", "channels"} else "right")
    for projected, rules in passes(channels, inputs):
        names = tuple(rule.name for rule in rules)
        whole, window = View(names, (ROWS, COLUMNS)), View(names, (made.pixels.shape[2], made.pixels.shape[3]))
        corner = np.zeros(n_events, np.int64)
        top, left = window.corner(made.row.astype(np.int64), made.column.astype(np.int64))
        pictures = np.zeros((n_events, len(names), *whole.shape), np.float32)
        windows = np.zeros((event.size, len(names), *window.shape), np.float32)
        runs: dict[str, Callable[[], object]] = {
            "find": lambda names=names: list(passes(names, inputs)),  # type: ignore[misc]
            "merge": lambda projected=projected, rules=rules: merged(projected, rules),  # type: ignore[misc]
            "pictures": lambda view=whole, at=corner, out=pictures: draw(  # type: ignore[misc]
                view, inputs, np.arange(n_events), at, at, out
            ),
            "windows": lambda view=window, row=top, column=left, out=windows: draw(  # type: ignore[misc]
                view, inputs, event, row, column, out
            ),
        }
        times = timed(runs, repeats)
        each = [f"{1e6 * times[name].median / n_events:.1f}" for name in runs]
        table.add_row(", ".join(rules[0].source.value), ", ".join(names), *each)
    Console(width=130).print(table)
