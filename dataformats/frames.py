"""Detector pictures: sparse over the whole detector, dense in windows around objects."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection, Columns, Events, Leaf, Product, joined_offsets, picked
from e2efw.errors import LogicError, nearest


@dataclass(frozen=True)
class Layer:
    """One channel of a picture at the granularity of its hits."""

    name: str
    rows: int
    columns: int
    unit: str


class SparseFrames(Collection):
    """Pictures of the whole detector: the cells that hold something, per event sorted by channel and cell.

    Args:
        layers: the channels; `channel` counts in this order.
        offsets: (events + 1,) boundaries of the entries.
        columns: `channel`, `cell` and `value` of every entry.
    """

    friendly_type = "e2eSparseFrames"
    channel = Leaf("obj.channel_", "uint8", doc="position of the layer in the description")
    cell = Leaf("obj.cell_", "uint32", doc="flat index row * columns + column in the layer's own shape")
    value = Leaf("obj.value_", "float32", doc="in the layer's unit; NaN where the input lacks it")

    def __init__(self, layers: Sequence[Layer], offsets: NDArray[np.int64], **columns: NDArray[Any]) -> None:
        super().__init__(offsets, **columns)
        self.layers = tuple(layers)
        _check_cells(self.layers, self.columns)

    @classmethod
    def restored(
        cls, offsets: NDArray[np.int64], columns: dict[str, NDArray[Any]], description: Mapping[str, Any]
    ) -> Self:
        """As for any collection, with the layers from the description."""
        product = super().restored(offsets, columns, description)
        product.layers = tuple(Layer(**layer) for layer in description["layers"])
        _check_cells(product.layers, columns)
        return product

    @property
    def description(self) -> dict[str, Any]:
        """Name, shape and unit of every layer."""
        return {"layers": [asdict(layer) for layer in self.layers]}

    @property
    def names(self) -> tuple[str, ...]:
        """Channel names in order."""
        return tuple(layer.name for layer in self.layers)

    def layer(self, name: str) -> tuple[int, Layer]:
        """Channel number and layer of that name.

        Raises:
            LogicError: there is no such channel; names the nearest.
        """
        if name not in self.names:
            raise LogicError(f"SparseFrames: no channel '{name}'. {nearest(name, self.names)}")
        number = self.names.index(name)
        return number, self.layers[number]

    def dense(self, name: str, shape: tuple[int, int] | None = None) -> NDArray[np.float32]:
        """One channel as full pictures.

        Args:
            name: channel name.
            shape: rows and columns wanted, a whole multiple of the layer's own; every cell is cut into equal pixels
                that
                share its value, so sums are conserved. None keeps the layer's shape.

        Returns:
            (events, rows, columns) float32.
        """
        number, layer = self.layer(name)
        chosen = self.flat("channel") == number
        event = np.repeat(np.arange(len(self)), self.counts)[chosen]
        cells = np.zeros((len(self), layer.rows * layer.columns), np.float32)
        cells[event, self.flat("cell")[chosen]] = self.flat("value")[chosen]
        picture = cells.reshape(len(self), layer.rows, layer.columns)
        return picture if shape is None else upsampled(picture, shape)


def _check_cells(layers: Sequence[Layer], columns: Columns) -> None:
    """A LogicError if a cell lies outside its layer."""
    sizes = np.array([layer.rows * layer.columns for layer in layers], dtype=np.int64)
    channel, cell = columns["channel"], columns["cell"]
    if channel.size and (int(channel.max()) >= sizes.size or bool(np.any(cell >= sizes[channel]))):
        raise LogicError("SparseFrames: a cell lies outside its layer.")


def upsampled(picture: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Cut every cell into equal pixels that share its value; the sum is conserved.

    Args:
        picture: (..., rows, columns).
        shape: wanted rows and columns, whole multiples of those of the picture.
    """
    rows, columns = picture.shape[-2:]
    down, across = shape[0] // rows, shape[1] // columns
    if (rows * down, columns * across) != shape:
        raise LogicError(
            f"A picture of {rows} x {columns} cells cannot be cut into {shape[0]} x {shape[1]} equal pixels."
        )
    return (np.repeat(np.repeat(picture, down, axis=-2), across, axis=-1) / np.float32(down * across)).astype(
        np.float32
    )


class SeedStatus(IntEnum):
    """Why an object has or has no window.

    NO_HCAL_CELL and NO_CRYSTAL: there is nothing to centre it on, in the object's direction or, with energy, in its
    supercluster. NEAR_EDGE: the window would leave the picture.
    """

    OK = 0
    BELOW_PT = 1
    OUTSIDE_ETA = 2
    NO_HCAL_CELL = 3
    NEAR_EDGE = 4
    NO_CRYSTAL = 5


class Seeds(Collection):
    """Centre pixel of the window of every object, in step with the objects."""

    friendly_type = "e2eSeeds"
    row = Leaf(
        "obj.row_",
        "uint16",
        doc="row of the centre in the stitched 280 x 360 picture; means nothing unless status is 0",
    )
    column = Leaf("obj.column_", "uint16", doc="column of the centre; means nothing unless status is 0")
    status = Leaf("obj.status_", "uint8", doc="0 has a window; else why not, see SeedStatus")


class Windows(Product):
    """Dense pictures around objects, all windows of a block in one batch.

    Args:
        channels: names in the order of the second axis.
        offsets: (events + 1,) boundaries; windows of event i are offsets[i]:offsets[i + 1].
        owner: (windows,) int32, position of the object in its event.
        row: (windows,) int32, row of the centre in the stitched 280 x 360 picture, whatever the size of the pixels.
        column: (windows,) int32, column of the centre.
        pixels: (windows, channels, height, width) float32.
    """

    friendly_type = "e2eWindows"
    persistent: ClassVar[bool] = False

    def __init__(
        self,
        channels: Sequence[str],
        offsets: NDArray[np.int64],
        owner: NDArray[np.int32],
        row: NDArray[np.int32],
        column: NDArray[np.int32],
        pixels: NDArray[np.float32],
    ) -> None:
        n_windows = int(offsets[-1])
        if pixels.ndim != 4 or pixels.shape[:2] != (n_windows, len(channels)) or pixels.dtype != np.float32:
            raise LogicError(
                f"Windows: {n_windows} windows of {len(channels)} channels do not fit "
                f"pixels {pixels.shape} {pixels.dtype}."
            )
        if not owner.shape == row.shape == column.shape == (n_windows,):
            raise LogicError(
                f"Windows: owner {owner.shape}, row {row.shape}, column {column.shape} should be ({n_windows},)."
            )
        self.channels = tuple(channels)
        self.offsets = offsets
        self.owner = owner
        self.row = row
        self.column = column
        self.pixels = pixels

    def __len__(self) -> int:
        return self.offsets.size - 1

    @property
    def description(self) -> dict[str, Any]:
        """Channel names and window size."""
        return {"channels": list(self.channels), "window": list(self.pixels.shape[2:])}

    def select(self, names: Sequence[str]) -> NDArray[np.float32]:
        """Pixels of the named channels in that order; a view where no reordering is needed.

        Raises:
            LogicError: a channel is missing; names the nearest.
        """
        for name in names:
            if name not in self.channels:
                raise LogicError(f"Windows: no channel '{name}'. {nearest(name, self.channels)}")
        chosen = [self.channels.index(name) for name in names]
        first = chosen[0]
        if chosen == list(range(first, first + len(chosen))):
            return self.pixels[:, first : first + len(chosen)]
        return self.pixels[:, chosen]

    def take(self, events: Events) -> Self:
        """Views for a slice, copies for positions."""
        if isinstance(events, slice):
            start, stop, _ = events.indices(len(self))
            windows: Any = slice(int(self.offsets[start]), int(self.offsets[stop]))
            offsets = self.offsets[start : stop + 1] - self.offsets[start]
        else:
            offsets, windows = picked(self.offsets, events)
        return type(self)(
            self.channels, offsets, self.owner[windows], self.row[windows], self.column[windows], self.pixels[windows]
        )

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """Events of all parts, in order."""
        return cls(
            parts[0].channels,
            joined_offsets([part.offsets for part in parts]),
            np.concatenate([part.owner for part in parts]),
            np.concatenate([part.row for part in parts]),
            np.concatenate([part.column for part in parts]),
            np.concatenate([part.pixels for part in parts]),
        )
