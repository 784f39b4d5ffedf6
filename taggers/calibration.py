"""Windows like those that a network will see, from files for trainings or from the packaged sample."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import LogicError
from taggers.backends import OpenModel
from taggers.checking import sample_windows

_COLUMNS = {"row": "seed_row", "column": "seed_column"}


def windows_for(
    model: OpenModel, files: Sequence[Path], most: int
) -> tuple[NDArray[np.float32], dict[str, NDArray[Any]]]:
    """Windows with the channels of a network, and row and column of their centres.

    Args:
        model: the network.
        files: of `e2efw export`; none for the packaged sample.
        most: windows at most, evenly spread over all there are.

    Raises:
        E2EFWError: the files or the sample have no such channels or windows.
    """
    wanted = model.bundle.card.input
    if not files:
        frames = sample_windows(model)
        rows = _spread(len(frames.pixels), most)
        return frames.select(wanted.channels)[rows], {"row": frames.row[rows], "column": frames.column[rows]}
    from taggers.training.sources import RandomAccess  # noqa: PLC0415 (pyarrow is optional, and slow to import)
    from taggers.training.window_files import WindowFiles  # noqa: PLC0415

    access = RandomAccess(WindowFiles(*map(str, files)), wanted.channels, tuple(_COLUMNS.values()))
    if access.shape[1:] != wanted.window:
        there, needed = (" x ".join(map(str, window)) for window in (access.shape[1:], wanted.window))
        raise LogicError(f"the files have windows of {there} pixels, model '{model.bundle.card.name}' reads {needed}.")
    rows = _spread(len(access), most)
    pixels = np.empty((rows.size, *access.shape), np.float32)
    found = access.read(rows, pixels)
    return pixels, {name: found[column] for name, column in _COLUMNS.items()}


def _spread(n: int, most: int) -> NDArray[np.int64]:
    """Positions of at most so many of n, evenly spread."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.int64)) if n else np.empty(0, np.int64)
