"""Windows like those that a network will see, from files for trainings or from the packaged sample."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from e2efw.errors import LogicError
from taggers.backends import OpenModel
from taggers.card import COLUMN_OF_EXTRA
from taggers.checking import sample_windows

if TYPE_CHECKING:
    from taggers.bundle import Bundle
    from taggers.training.sources import RandomAccess


class Windows(NamedTuple):
    """Windows in memory.

    Args:
        pixels: (windows, channels, rows, columns) raw.
        extra: (windows,) row and column of their centres, by name.
        rows: (windows,) where each is in the files or in the sample, rising.
    """

    pixels: NDArray[np.float32]
    extra: dict[str, NDArray[Any]]
    rows: NDArray[np.int64]


def windows_for(model: OpenModel, files: Sequence[Path], most: int) -> Windows:
    """Windows with the channels of a network.

    Args:
        model: the network.
        files: of `e2efw export`; none for the packaged sample.
        most: windows at most, evenly spread over all there are.

    Raises:
        E2EFWError: the files or the sample have no such channels or windows.
    """
    if not files:
        frames = sample_windows(model)
        rows = evenly_spread(len(frames.pixels), most)
        chosen = frames.select(model.bundle.card.input.channels)[rows]
        return Windows(chosen, {"row": frames.row[rows], "column": frames.column[rows]}, rows)
    access = opened_windows([model.bundle], files)
    return windows_at(access, evenly_spread(len(access), most))


def opened_windows(bundles: Sequence["Bundle"], files: Sequence[Path]) -> "RandomAccess":
    """Files with windows for bundles, for `windows_at`: the channels of all, each once.

    Raises:
        E2EFWError: a file cannot be read, or has no such channels or windows.
        MissingDependencyError: pyarrow is not installed.
    """
    from taggers.training.sources import RandomAccess  # noqa: PLC0415 (pyarrow is optional, and slow to import)
    from taggers.training.window_files import WindowFiles  # noqa: PLC0415

    channels = tuple(dict.fromkeys(name for bundle in bundles for name in bundle.card.input.channels))
    access = RandomAccess(WindowFiles(*map(str, files)), channels, tuple(COLUMN_OF_EXTRA.values()))
    for card in (bundle.card for bundle in bundles):
        if access.shape[1:] != card.input.window:
            there, needed = (" x ".join(map(str, window)) for window in (access.shape[1:], card.input.window))
            raise LogicError(f"the files have windows of {there} pixels, model '{card.name}' reads {needed}.")
    return access


def windows_at(access: "RandomAccess", rows: NDArray[np.int64]) -> Windows:
    """Some windows of files.

    Args:
        access: see `opened_windows`.
        rows: (windows,) numbers of rows, rising.
    """
    pixels = np.empty((rows.size, *access.shape), np.float32)
    found = access.read(rows, pixels)
    return Windows(pixels, {name: found[column] for name, column in COLUMN_OF_EXTRA.items()}, rows)


def evenly_spread(n: int, most: int) -> NDArray[np.int64]:
    """Positions of at most so many of n, evenly spread."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.int64)) if n else np.empty(0, np.int64)
