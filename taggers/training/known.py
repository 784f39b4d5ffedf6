"""Which rows are within limits, and what is known of their targets."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from taggers.training.recipe_parts import Limits, Target


def inside(columns: Mapping[str, NDArray[Any]], limits: Limits, n_rows: int) -> NDArray[np.bool_]:
    """(rows,) True for those within all limits.

    Args:
        columns: (rows,) by name; those that have limits at least.
        limits: see `recipe_parts.Limits`.
        n_rows: rows there are.
    """
    keep = np.ones(n_rows, np.bool_)
    for name, (low, high) in limits.items():
        column = columns[name]
        keep &= (column >= (-np.inf if low is None else low)) & (column < (np.inf if high is None else high))
    return keep


def truth_of(targets: Sequence[Target], columns: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    """(rows, targets) in their units; NaN where a row is not there for a target.

    Args:
        targets: one or more.
        columns: (rows,) by name, see `Target`.
    """
    known = []
    for target in targets:
        values = columns[target.column].astype(np.float64)
        known.append(np.where(inside(columns, target.where, values.size), values, np.nan))
    return np.stack(known, axis=1)
