"""Files of events for people: products as awkward arrays, read when they are asked for.

>>> events = e2efw.open("out.root")
>>> events["ak8PFJetsCHS"].pt
>>> events["detFrames"].dense("ECAL")
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection
from e2efw.errors import LogicError, ProductNotFoundError, nearest
from e2efw.framework.blocks import EventIDs
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import InputTag, ProductKey
from e2efw.io.auxiliary import event_ids
from e2efw.io.branches import BranchName, StoredProduct
from e2efw.io.classes import product_classes
from e2efw.io.columns import Column, is_numeric, read_column
from e2efw.io.root_file import EventFile, open_events


def open_file(path: str | Path) -> "OpenedEvents":
    """Open a ROOT file, with a TTree or an RNTuple, or a Parquet file of events.

    Raises:
        FileOpenError: there is no such file or it may not be read; names the nearest files.
        FileReadError: it is truncated, corrupt or holds no events.
        MissingDependencyError: it is a Parquet file and pyarrow is not installed.
    """
    stack = contextlib.ExitStack()
    return OpenedEvents(stack.enter_context(open_events(str(path))), stack)


class OpenedEvents:
    """An open file of events: a mapping from products to their columns.

    A product goes by its branch name, ``recoPFJets_ak8PFJetsCHS__RECO``, or as an InputTag: ``ak8PFJetsCHS``,
    ``reducedHcalRecHits:hbhereco`` or ``detFrames::MINE``; the newest process counts.

    Args:
        file: open.
        stack: closes it.
    """

    def __init__(self, file: EventFile, stack: contextlib.ExitStack) -> None:
        self._file = file
        self._stack = stack
        self._names = {str(stored.name): key for key, stored in file.index.products.items()}

    def __len__(self) -> int:
        """Number of events."""
        return self._file.n_events

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names or (isinstance(name, str) and bool(self._matching(name)))

    def __getitem__(self, name: str) -> "ProductColumns":
        """A product.

        Raises:
            ProductNotFoundError: there is none; names the nearest.
        """
        found = [self._names[name]] if name in self._names else self._matching(name)
        if not found:
            raise ProductNotFoundError(f"File {self._file.path}: no product '{name}'. {nearest(name, self._names)}")
        ages = {process.name: age for age, process in enumerate(self.provenance.processes)}
        newest = max(found, key=lambda key: ages.get(key.process, -1))
        return ProductColumns(self, self._file.index.products[newest])

    def keys(self) -> list[str]:
        """Branch names of all products."""
        return list(self._names)

    @property
    def path(self) -> str:
        """As given, without ``file:``."""
        return self._file.path

    @property
    def ids(self) -> EventIDs:
        """Run, luminosity block and number of every event.

        Raises:
            FileReadError: the file does not say.
        """
        return event_ids(self._file)

    @property
    def provenance(self) -> Provenance:
        """What made the products; empty for files of CMS."""
        return self._file.provenance

    def close(self) -> None:
        """Close the file; what was read stays."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{len(self)} events of {self._file.path}: {', '.join(self._names)}>"

    def _matching(self, name: str) -> list[ProductKey]:
        if name.count(":") > 2:
            return []
        tag = InputTag.parse(name)
        return [key for key in self._names.values() if tag.matches(key)]


class ProductColumns:
    """The columns of one product, as attributes where its class is known: ``jets.pt``, ``jets.eta``.

    A column is an awkward array, one entry per event: a list for objects, a number for what an event has once.

    Args:
        events: the file, which stays open as long as this lives.
        stored: the branches of the product.
    """

    def __init__(self, events: OpenedEvents, stored: StoredProduct) -> None:
        self._events = events
        self._stored = stored
        self._class = product_classes().get(stored.name.friendly_type)

    @property
    def name(self) -> BranchName:
        """The product's full name."""
        return self._stored.name

    @property
    def fields(self) -> list[str]:
        """What can be read: names of columns, or paths of leaves if the class of the product is not known."""
        return list(self._paths())

    @property
    def present(self) -> NDArray[np.bool_]:
        """(events,) False for events that lack the product: no filter passed them on."""
        if self._stored.present is None:
            return np.ones(len(self._events), np.bool_)
        return self._read(self._stored.present).values.astype(np.bool_)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except LogicError as error:
            raise AttributeError(str(error)) from error

    def __getitem__(self, name: str) -> Any:
        """A column by its name or its leaf path.

        Raises:
            LogicError: there is none, or it holds no numbers; names the nearest.
            FileReadError: the file is corrupt.
        """
        path = self._paths().get(name, name)
        if path not in self._stored.leaves:
            raise LogicError(
                f"{self.name}: no column '{name}'. {nearest(name, [*self._paths(), *self._stored.leaves])}"
            )
        return _array(self._read(self._stored.leaves[path]))

    def arrays(self) -> Any:
        """All columns as one awkward array of records."""
        return ak.zip({name: self[name] for name in self.fields}, depth_limit=None)

    def product(self) -> Any:
        """The product as modules get it, for all events: flat columns, boundaries, and whatever its class can do.

        Raises:
            LogicError: its class is not known.
        """
        if self._class is None:
            raise LogicError(f"{self.name}: no class of this project is a '{self.name.friendly_type}'.")
        columns = {name: self._read(self._stored.leaves[path]) for name, path in self._paths().items()}
        values = {name: column.values.astype(self._class.leaves[name].dtype) for name, column in columns.items()}
        offsets = next((column.offsets for column in columns.values()), None)
        if offsets is None or not issubclass(self._class, Collection):
            return self._class(**values)
        record = self._events.provenance.product(self.name.key)
        return self._class.restored(offsets, values, {} if record is None else record.description)

    def dense(self, layer: str, events: slice = slice(None), shape: tuple[int, int] | None = None) -> NDArray[Any]:
        """One layer of sparse frames as full pictures.

        Args:
            layer: its name, such as ``ECAL``.
            events: which events.
            shape: rows and columns, whole multiples of those of the layer; None keeps these.

        Returns:
            (events, rows, columns) float32.

        Raises:
            LogicError: the product is no picture, or has no such layer; names the nearest.
        """
        if self.name.friendly_type != "e2eSparseFrames":
            raise LogicError(f"{self.name}: only sparse frames can be made dense.")
        pictures: NDArray[Any] = self.product().take(events).dense(layer, shape)
        return pictures

    def __repr__(self) -> str:
        return f"<{self.name}: {', '.join(self.fields)}>"

    def _paths(self) -> dict[str, str]:
        """Leaf paths by the names of the columns."""
        if self._class is None:
            return {path: path for path, branch in self._stored.leaves.items() if is_numeric(branch)}
        return {name: leaf.path for name, leaf in self._class.leaves.items() if leaf.path in self._stored.leaves}

    def _read(self, branch: Any) -> Column:
        return read_column(branch, 0, len(self._events), self._events.path)


def _array(column: Column) -> Any:
    content = ak.contents.NumpyArray(column.values)
    if column.offsets is None:
        return ak.Array(content)
    return ak.Array(ak.contents.ListOffsetArray(ak.index.Index64(column.offsets), content))
