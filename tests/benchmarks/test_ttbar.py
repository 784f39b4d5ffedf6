from typing import Any

import pytest

from benchmarks.ttbar import numbers, rows
from python_cfg.samples import SIMULATED_TTBAR


def side(mae: float, inside: float | None) -> dict[str, Any]:
    """Of comparison.json."""
    claimed = {name: inside and {"value": inside, "error": 0.02} for name in ("inside", "widen")}
    return {"mae": {"value": mae, "error": 1.0}, **claimed}


def quantity(ratio: float, inside: float | None) -> dict[str, Any]:
    models = [side(100 * ratio, inside), side(100.0, None)]
    return {"objects": 9, "models": models, "mae_ratio": {"value": ratio, "error": 0.01}}


@pytest.mark.parametrize(
    ("name", "ratio", "inside", "missed"),
    [
        ("jet mass", 0.69, 0.64, ""),
        ("jet mass", 0.71, 0.68, "ratio missed"),
        ("m_ttbar", 0.79, 0.62, "coverage missed"),
        ("jet pt", 0.9, None, "ratio and coverage missed"),
        ("leading pt", 2.0, 0.7, ""),  # has no bar
    ],
)
def test_what_is_beyond_its_bar_is_said(name: str, ratio: float, inside: float | None, missed: str) -> None:
    (row,) = rows({"truth": True, "quantities": {name: quantity(ratio, inside)}})
    assert row[0] == name
    assert row[-1] == missed


def test_files_without_truth_are_no_measure() -> None:
    with pytest.raises(ValueError, match="no generated top quarks"):
        list(rows({"truth": False, "quantities": {}}))


def test_a_model_compared_with_itself_is_as_good() -> None:
    found = numbers([SIMULATED_TTBAR], "calorimetric_baseline", 1)
    assert {row[4] for row in rows(found)} == {"1.000 ± 0.000"}
    assert found["quantities"]["jet mass"]["objects"] >= 20
