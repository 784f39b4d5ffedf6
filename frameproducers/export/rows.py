"""Rows of the table: objects with their windows as cells, labels and scalars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Candidates, MissingMomentum
from dataformats.collection import Collection, joined_offsets
from dataformats.frames import Seeds, SeedStatus, SparseFrames
from dataformats.geometry.picture import COLUMNS
from dataformats.tracks import Vertices
from dataformats.truth import TruthLabels
from dataformats.window_table import WindowTable
from e2efw.errors import LogicError
from e2efw.framework.blocks import EventIDs
from frameproducers.export.shown import Cells, shown
from frameproducers.kernels.sparse_windows import crop_cells
from frameproducers.windows import View

Column = NDArray[Any]
SEED_COLUMNS = ("seed_row", "seed_column")
LABEL_COLUMNS = tuple(name for name in TruthLabels.leaves if name != "valid")


@dataclass(frozen=True)
class Rows:
    """Objects, one after the other.

    Args:
        scalars: (rows,) columns by name.
        offsets: (rows + 1,) boundaries of the cells.
        cells: channel, cell and value of every cell, by name.
    """

    scalars: Mapping[str, Column]
    offsets: NDArray[np.int64]
    cells: Mapping[str, Column]

    def __len__(self) -> int:
        return self.offsets.size - 1

    def cut(self, n_rows: int) -> tuple[Self, Self]:
        """The first rows, and the others."""
        return self._part(slice(0, n_rows)), self._part(slice(n_rows, len(self)))

    def _part(self, rows: slice) -> Self:
        first, last = self.offsets[rows.start], self.offsets[rows.stop]
        return type(self)(
            {name: column[rows] for name, column in self.scalars.items()},
            self.offsets[rows.start : rows.stop + 1] - first,
            {name: column[first:last] for name, column in self.cells.items()},
        )

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """All rows, in order."""
        return cls(
            {name: np.concatenate([part.scalars[name] for part in parts]) for name in parts[0].scalars},
            joined_offsets([part.offsets for part in parts]),
            {name: np.concatenate([part.cells[name] for part in parts]) for name in parts[0].cells},
        )


@dataclass(frozen=True)
class Tagged:
    """The products of a block that rows are made of, for the same events.

    Args:
        objects: what the windows are around.
        seeds: in step with the objects.
        truth: in step with the objects.
        vertices: None to leave out their number.
        met: missing momentum, None to leave it out.
    """

    frames: SparseFrames
    objects: Candidates
    seeds: Seeds
    truth: TruthLabels
    vertices: Vertices | None
    met: MissingMomentum | None

    def check_steps(self) -> None:
        """A LogicError if seeds or labels are those of other objects."""
        for name, product in (("seeds", self.seeds), ("truth", self.truth)):
            if not np.array_equal(product.offsets, self.objects.offsets):
                raise LogicError(
                    f"ParquetFrameOutput: '{name}' belongs to other objects: it counts {int(product.offsets[-1])} in a "
                    f"block where 'objects' counts {int(self.objects.offsets[-1])}."
                )


def made_rows(table: WindowTable, view: View, ids: EventIDs, found: Tagged, kept: NDArray[np.bool_]) -> Rows:
    """Rows of the objects that are kept.

    Args:
        table: channels and windows.
        view: what the windows show.
        ids: of the events.
        found: products of these events.
        kept: (objects,) which objects become rows; those without a window have no cell.
    """
    position = np.flatnonzero(kept)
    event = np.repeat(np.arange(len(ids)), found.objects.counts)[position]
    scalars: dict[str, Column] = {
        "run": ids.run[event],
        "lumi": ids.lumi[event],
        "event": ids.event[event],
        "object": (position - found.objects.offsets[event]).astype(np.int32),
    }
    scalars |= {name: found.objects.flat(name)[position] for name in ("pt", "eta", "phi", "mass")}
    scalars |= {f"seed_{name}": found.seeds.flat(name)[position] for name in ("row", "column", "status")}
    scalars |= {name: found.truth.flat(name)[position] for name in TruthLabels.leaves}
    scalars |= {name: column[event] for name, column in _of_events(found).items()}
    return Rows(scalars, *cropped(table, shown(found.frames, view), event, scalars))


def _of_events(found: Tagged) -> dict[str, Column]:
    """(events,) columns that all objects of an event share."""
    columns: dict[str, Column] = {}
    if found.vertices is not None:
        real = np.concatenate([[0], np.cumsum(~found.vertices.fake)])
        columns["n_vertices"] = np.diff(real[found.vertices.offsets]).astype(np.int32)
    if found.met is not None:
        columns |= {f"met_{name}": _first(found.met, name) for name in ("pt", "phi", "sum_et")}
    return columns


def _first(product: Collection, name: str) -> NDArray[np.float32]:
    """(events,) value of the first object, NaN without one."""
    out = np.full(len(product), np.nan, np.float32)
    has = product.counts > 0
    out[has] = product.flat(name)[product.offsets[:-1][has]]
    return out


def cropped(
    table: WindowTable, pictures: Cells, event: NDArray[np.int64], scalars: Mapping[str, Column]
) -> tuple[NDArray[np.int64], dict[str, Column]]:
    """The cells of every window.

    Args:
        table: channels and windows.
        pictures: of the events.
        event: (rows,) the event of each object.
        scalars: with the seeds of the objects.

    Returns:
        (rows + 1,) boundaries, and channel, cell and value by name.
    """
    seeded = np.flatnonzero(scalars["seed_status"] == SeedStatus.OK)
    first = table.first_pixels(*(scalars[name][seeded] for name in SEED_COLUMNS))
    offsets = np.zeros(seeded.size + 1, np.int64)
    room = int(np.diff(pictures.offsets)[event[seeded]].sum())
    out = np.empty(room, np.uint8), np.empty(room, np.uint32), np.empty(room, np.float32)
    sizes = np.array([layer.cell_size for layer in table.layers])
    crop_cells(
        pictures.offsets,
        pictures[1:],
        sizes,
        COLUMNS * table.granularity // sizes,
        np.array([layer.columns for layer in table.layers]),
        (event[seeded], *first),
        table.window,
        offsets,
        out,
    )
    counts = np.zeros(event.size, np.int64)
    counts[seeded] = np.diff(offsets)
    channel, cell, value = (column[: offsets[-1]].copy() for column in out)
    cells = {"channel": channel, "cell": cell.astype(table.cell_type), "value": value}
    return np.concatenate([[0], np.cumsum(counts)]), cells
