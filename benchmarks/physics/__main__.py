"""Draw pictures and print a table of what the simulation measures like.

    python -m benchmarks.physics [--events N] [--only energy --only jets] -o FOLDER

Every check makes its samples with the packaged job, simulate_cfg.py, on fixed seeds, measures, and draws one picture.
The tests in tests/simulation/test_physics_*.py measure with the same functions and state tolerances.
"""

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from benchmarks.physics.report import Row
from benchmarks.physics.samples import Samples
from frameproducers.display import display

CHECKS = ("masses", "energy", "showers", "separation", "jets", "tracks", "occupancy", "events", "helix")
"""Modules of this package, in the order of the report."""
USUAL_EVENTS = 600
"""Events of the smallest gun; other samples are larger or smaller in proportion."""


class Check(Protocol):
    """What a module of a check offers."""

    TITLE: str

    def measure(self, samples: Samples) -> Any:
        """Numbers, from samples that are made when they are asked for."""

    def rows(self, result: Any) -> list[Row]:
        """The table."""

    def draw(self, figure: Any, result: Any) -> None:
        """The picture."""


def table(title: str, rows: list[Row]) -> Table:
    """As it is printed."""
    printed = Table(title=title, box=None, title_justify="left")
    for heading in ("", "measured", "expected"):
        printed.add_column(heading, justify="right" if heading == "measured" else "left")
    for row in rows:
        printed.add_row(row.what, row.text, row.expected)
    return printed


def main() -> None:
    """Make, measure, print, draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.physics", description="Physics of the simulation.")
    parser.add_argument("--events", type=int, default=USUAL_EVENTS, help="events of the smallest gun; others follow")
    parser.add_argument("--only", action="append", choices=CHECKS, help="leave out the other checks")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="for pictures and samples")
    given = parser.parse_args()
    samples = Samples(given.output / "samples", given.events / USUAL_EVENTS)
    console = Console(width=130)
    for name in given.only or CHECKS:
        check = cast("Check", import_module(f"benchmarks.physics.{name}"))
        result = check.measure(samples)
        console.print(table(check.TITLE, check.rows(result)), "", sep="\n")
        figure = Figure(layout="constrained")
        check.draw(figure, result)
        figure.savefig(given.output / f"{name}.png", dpi=110)
    if not given.only:
        display(str(samples.get("ttbar", 500).files[0]), "0", given.output / "display.png", 2)


if __name__ == "__main__":
    main()
