"""Some rows of files, as if there were no others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from taggers.training.sources import Group, Source


class SelectedRows:
    """A source with some of the rows of another; groups without any are passed over.

    Args:
        source: the files.
        rows: (selected,) numbers over all groups, rising.
    """

    def __init__(self, source: Source, rows: NDArray[np.int64]) -> None:
        self.source = source
        self.rows = rows
        starts = np.concatenate([[0], np.cumsum(source.group_sizes)])
        bounds = np.searchsorted(rows, starts)
        self._groups = [
            (group, rows[first:last] - starts[group])
            for group, (first, last) in enumerate(pairwise(bounds))
            if last > first
        ]

    @property
    def names(self) -> tuple[str, ...]:
        """Channels, in the order of the file."""
        return self.source.names

    @property
    def window(self) -> tuple[int, int]:
        """Rows and columns of pixels."""
        return self.source.window

    @property
    def group_sizes(self) -> NDArray[np.int64]:
        """(groups,) selected rows of each."""
        return np.array([inside.size for _, inside in self._groups], dtype=np.int64)

    def check_scalars(self, names: Sequence[str]) -> None:
        """A LogicError if a column does not exist."""
        self.source.check_scalars(names)

    def path_of(self, group: int) -> Path:
        """File of a group."""
        return self.source.path_of(self._groups[group][0])

    def columns(self, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """(rows,) columns of the selected rows, by name."""
        return {name: column[self.rows] for name, column in self.source.columns(names).items()}

    def load(self, group: int, scalars: Sequence[str]) -> "SelectedGroup":
        """Read a group with the named scalar columns."""
        number, inside = self._groups[group]
        loaded = self.source.load(number, scalars)
        return SelectedGroup(loaded, inside, {name: loaded.scalars[name][inside] for name in scalars})


@dataclass(frozen=True)
class SelectedGroup:
    """Some rows in memory.

    Args:
        group: all of them.
        inside: (rows,) which are meant.
        scalars: (rows,) columns by name.
    """

    group: Group
    inside: NDArray[np.int64]
    scalars: Mapping[str, NDArray[Any]]

    def fill(
        self,
        rows: NDArray[np.int64],
        targets: NDArray[np.int64],
        places: NDArray[np.int64],
        out: NDArray[np.float32],
    ) -> None:
        """Draw the windows of some rows; see `sources.Group`."""
        self.group.fill(self.inside[rows], targets, places, out)
