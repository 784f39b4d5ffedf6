"""Every check of the physics prints a table and draws a picture."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from benchmarks.physics.__main__ import CHECKS, table


@pytest.mark.parametrize("name", CHECKS)
def test_checks_have_a_table_and_a_picture(name: str, measured: Callable[[str], Any], tmp_path: Path) -> None:
    check = import_module(f"benchmarks.physics.{name}")
    rows = check.rows(measured(name))
    assert table(check.TITLE, rows).row_count == len(rows) >= 4
    assert not [row.what for row in rows if row.text == "nan"]
    figure = Figure(layout="constrained")
    check.draw(figure, measured(name))
    assert all(axis.has_data() and axis.get_xlabel() and axis.get_ylabel() for axis in figure.axes)
    figure.savefig(tmp_path / "picture.png")
