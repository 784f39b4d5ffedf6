"""The range that the objects of a training had: of others its network says nonsense, and jobs warn of them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from taggers.training.selected import SelectedRows
from taggers.training.window_files import WindowFiles

_COLUMNS: Final = ("pt", "eta")
"""What decides how windows look; phi has no end, and the mass is often what is asked for."""
_TAIL: Final = 0.005
"""Part of the rows on either side of the central range."""
_BEYOND: Final = 0.5
"""How far outside the central range a value may be and still count, in widths of that range."""


def range_of(rows: SelectedRows) -> dict[str, list[float]]:
    """Lowest and highest pt (GeV) and eta of rows of `e2efw export`; of other files, whose units nobody knows, none."""
    if not isinstance(rows.source, WindowFiles):
        return {}
    return {name: range_without_strays(column.astype(np.float64)) for name, column in rows.columns(_COLUMNS).items()}


def range_without_strays(values: NDArray[np.float64]) -> list[float]:
    """Lowest and highest value (rows,) of those that are no further from the central 99 % than half its width.

    A few strays do not count so, and a spectrum that ends somewhere is known up to its end.
    """
    low, high = np.quantile(values, (_TAIL, 1 - _TAIL))
    margin = _BEYOND * (high - low)
    near = values[(values >= low - margin) & (values <= high + margin)]
    return [float(near.min()), float(near.max())]
