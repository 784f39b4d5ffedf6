"""What a file of events holds, for people and job reports: runs, luminosity blocks, events, products, bytes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from e2efw.errors import FileReadError
from e2efw.framework.blocks import EventIDs
from e2efw.io import auxiliary
from e2efw.io.branches import BranchName
from e2efw.io.remote import is_remote
from e2efw.io.root_file import EventFile, open_events

Lumis = dict[int, dict[int, int]]
"""Events by run and luminosity block."""


@dataclass(frozen=True)
class Inventory:
    """A file as a whole.

    Args:
        n_bytes: size of the file; -1 if it is far away.
        ids: who the events are, in the order of the file.
        products: its products, in the order of the tree.
        real_data: a detector saw them.
    """

    path: str
    n_bytes: int
    ids: EventIDs
    products: list[BranchName]
    real_data: bool

    @classmethod
    def of(cls, name: str) -> Self:
        """Look into a file, ROOT or Parquet.

        Raises:
            FileOpenError: there is no such file; names the nearest.
            FileReadError: it is truncated, corrupt or holds no events with numbers.
            MissingDependencyError: it is a Parquet file and pyarrow is not installed.
        """
        with open_events(name) as file:
            return cls.of_open(file)

    @classmethod
    def of_open(cls, file: EventFile) -> Self:
        """Look into an open file; errors are those of `of`."""
        wrong = auxiliary.complaint(file)
        if wrong is not None:
            raise FileReadError(f"File {file.path}: {wrong}.")
        size = -1 if is_remote(file.path) else Path(file.path).stat().st_size
        products = [stored.name for stored in file.index.products.values()]
        return cls(file.path, size, auxiliary.event_ids(file), products, auxiliary.real_data(file))

    @property
    def lumis(self) -> Lumis:
        """Events by run and luminosity block, sorted."""
        return count_lumis(self.ids)


def count_lumis(ids: EventIDs) -> Lumis:
    """Events by run and luminosity block, sorted."""
    pairs, counts = np.unique(np.stack([ids.run, ids.lumi], axis=1), axis=0, return_counts=True)
    lumis: Lumis = {}
    for (run, lumi), count in zip(pairs.tolist(), counts.tolist(), strict=True):
        lumis.setdefault(run, {})[lumi] = count
    return lumis
