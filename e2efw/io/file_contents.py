"""What an event file holds, known without keeping it open, and whether it can serve a job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dataformats.collection import Collection, EventRecord
from e2efw.errors import FileReadError, LogicError, ProductNotFoundError, nearest
from e2efw.framework.blocks import Wanted
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io import auxiliary
from e2efw.io.branches import BranchName
from e2efw.io.root_file import EventFile


@dataclass(frozen=True)
class FileContents:
    """What a file holds, known without keeping it open.

    Args:
        products: leaves of every product that has columns.
    """

    path: str
    n_events: int
    names: Mapping[ProductKey, BranchName]
    leaves: Mapping[ProductKey, frozenset[str]]
    provenance: Provenance

    @classmethod
    def of(cls, file: EventFile) -> "FileContents":
        """Take stock.

        Raises:
            FileReadError: the events have no run, lumi and event numbers that can be read.
        """
        wrong = auxiliary.complaint(file)
        if wrong is not None:
            raise FileReadError(f"File {file.path}: {wrong}.")
        names = {key: stored.name for key, stored in file.index.products.items()}
        leaves = {key: frozenset(stored.leaves) for key, stored in file.index.products.items()}
        return cls(file.path, file.n_events, names, leaves, file.provenance)

    def description(self, key: ProductKey) -> Mapping[str, Any]:
        """What an earlier job noted about a product; {} for files of CMS."""
        record = self.provenance.product(key)
        return {} if record is None else record.description

    def require(self, wanted: Wanted) -> None:
        """Check that every product can be read as its class.

        Raises:
            ProductNotFoundError: the file lacks a product; names the nearest.
            FileReadError: a product lacks a leaf.
            LogicError: the class is none that files can hold.
        """
        for key, cls in wanted.items():
            if key not in self.names:
                raise ProductNotFoundError(
                    f"File {self.path}: no product {key}. {nearest(str(key), map(str, self.names))}"
                )
            if cls is None:
                continue
            if not issubclass(cls, Collection | EventRecord):
                raise LogicError(
                    f"{cls.__name__}: cannot be read from a file: it is neither a Collection nor an EventRecord."
                )
            any_leaf = any(leaf.path in self.leaves[key] for leaf in cls.leaves.values())
            for leaf in cls.leaves.values():
                if not (leaf.optional and any_leaf) and leaf.path not in self.leaves[key]:
                    raise FileReadError(
                        f"File {self.path}: product {self.names[key]} has no leaf '{leaf.path}', which "
                        f"{cls.__name__}.{leaf.name} needs. "
                        f"{nearest(leaf.path, self.leaves[key], 'Leaves')}"
                    )
