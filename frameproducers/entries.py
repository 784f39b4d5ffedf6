"""What the layers of a block hold: one entry per occupied cell and event.

Every picture is made in two steps. A projection says for each hit where it goes and what it counts; `merge_cells` makes
one entry per cell of it. Whatever is wanted then, sparse frames, windows or whole pictures, is written from these
entries, so all of them agree bit for bit.
"""

import functools
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Events
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.errors import ProductNotFoundError
from frameproducers.kernels.cells import WORD, merge_cells
from frameproducers.kernels.projections import project_ecal, project_hcal, project_tracks
from frameproducers.layers import LAYERS, LayerRule, Projection

_TRACK_VALUES = 5


class Entries(NamedTuple):
    """Cells of one layer with their values.

    Args:
        offsets: (events + 1,) int64 boundaries.
        cell: (entries,) int32 flat index in the layer's shape.
        value: (entries,) float32 in the layer's unit.
    """

    offsets: NDArray[np.int64]
    cell: NDArray[np.int32]
    value: NDArray[np.float32]


class Projected(NamedTuple):
    """Cells of all layers of one projection, with one row of values per layer: shape (layers, entries)."""

    offsets: NDArray[np.int64]
    cell: NDArray[np.int32]
    values: NDArray[np.float32]


@dataclass(frozen=True)
class Inputs:
    """Everything the layers can be made of; None for what the input does not have."""

    eb_hits: EBRecHits
    ee_hits: EERecHits
    hbhe_hits: HBHERecHits
    tracks: Tracks | None = None
    vertices: Vertices | None = None

    def take(self, events: Events) -> Self:
        """The same for some events."""
        return type(self)(
            self.eb_hits.take(events),
            self.ee_hits.take(events),
            self.hbhe_hits.take(events),
            None if self.tracks is None else self.tracks.take(events),
            None if self.vertices is None else self.vertices.take(events),
        )


def layer_entries(names: Sequence[str], inputs: Inputs, *, legacy_direction: bool = False) -> dict[str, Entries]:
    """What the named layers hold, by name; cells ascend per event and none comes twice.

    Only the inputs that the layers are made of are looked at.

    Args:
        names: of `LAYERS`.
        inputs: hits, tracks and vertices of a block.
        legacy_direction: draw tracks at the direction of their momentum at the ECAL, not at the impact point.

    Raises:
        ProductNotFoundError: a layer is made of something the input does not have.
    """
    found: dict[str, Entries] = {}
    for projection in Projection:
        rules = [LAYERS[name] for name in names if LAYERS[name].projection is projection]
        if rules:
            _demand_inputs(rules[0], inputs)
            offsets, cell, values = merged(project(projection, inputs, legacy_direction=legacy_direction), rules)
            found |= {rule.name: Entries(offsets, cell, row) for rule, row in zip(rules, values, strict=True)}
            if any(rule.name.endswith("Sig") for rule in rules):
                _tell_missing_errors(inputs.tracks)
    return found


def project(projection: Projection, inputs: Inputs, *, legacy_direction: bool) -> Projected:
    """Cells and values of everything that counts, in the order of the input."""
    if projection is Projection.ECAL:
        eb, ee = inputs.eb_hits, inputs.ee_hits
        out = _room(len(eb), 1, eb.flat("energy").size + ee.flat("energy").size)
        barrel = eb.offsets, eb.flat("detid"), eb.flat("energy")
        project_ecal(*barrel, ee.offsets, ee.flat("detid"), ee.flat("energy"), out.offsets, out.cell, out.values[0])
    elif projection is Projection.HCAL:
        hits = inputs.hbhe_hits
        out = _room(len(hits), 1, 2 * hits.flat("energy").size)
        project_hcal(hits.offsets, hits.flat("detid"), hits.flat("energy"), out.offsets, out.cell, out.values[0])
    else:
        tracks = inputs.tracks
        assert tracks is not None, "checked by layer_entries"
        path = tuple(tracks.flat(name) for name in ("vx", "vy", "vz", "px", "py", "pz"))
        errors = tracks.flat("dxy_error"), tracks.flat("dz_error")
        vertex = first_vertices(inputs.vertices, len(tracks))
        out = _room(len(tracks), _TRACK_VALUES, path[0].size)
        kind = tracks.flat("charge"), tracks.flat("quality")
        project_tracks(tracks.offsets, path, *kind, errors, vertex, legacy_direction, out.offsets, out.cell, out.values)
    return out


def first_vertices(vertices: Vertices | None, n_events: int) -> NDArray[np.float64]:
    """The vertex that impact parameters refer to: the first of each event, (0, 0, 0) where there is none.

    Errors that the input does not have (or that belong to no vertex) count as 0: the error of the track stands alone.

    Returns:
        (events, 5): x, y, z in cm; x_error^2 + y_error^2 and z_error^2 in cm^2.
    """
    first = np.zeros((n_events, 5))
    if vertices is None:
        return first
    has = vertices.counts > 0
    x, y, z, *errors = (
        vertices.flat(name)[vertices.offsets[:-1][has]].astype(np.float64)
        for name in ("x", "y", "z", "x_error", "y_error", "z_error")
    )
    x_variance, y_variance, z_variance = (np.nan_to_num(error, nan=0.0) ** 2 for error in errors)
    first[has] = np.stack([x, y, z, x_variance + y_variance, z_variance], axis=1)
    return first


def merged(projected: Projected, rules: Sequence[LayerRule]) -> Projected:
    """One entry per cell and event, with a row of values per rule."""
    shape = rules[0].layer
    n_cells = shape.rows * shape.columns
    values = np.ascontiguousarray(projected.values[[rule.value for rule in rules]])
    mean = np.array([rule.fill == "mean" for rule in rules])
    out = _room(projected.offsets.size - 1, len(rules), int(projected.offsets[-1]))
    scratch = np.zeros((n_cells, len(rules)), np.float32), np.zeros(n_cells, np.int32)
    occupied = np.zeros(-(-n_cells // WORD), np.int64)
    merge_cells(projected.offsets, projected.cell, values, mean, *scratch, occupied, out.offsets, out.cell, out.values)
    filled = int(out.offsets[-1])
    return Projected(out.offsets, out.cell[:filled], out.values[:, :filled])


def _room(n_events: int, n_layers: int, n_entries: int) -> Projected:
    """Arrays for a kernel to fill."""
    return Projected(
        np.empty(n_events + 1, np.int64), np.empty(n_entries, np.int32), np.empty((n_layers, n_entries), np.float32)
    )


def _demand_inputs(rule: LayerRule, inputs: Inputs) -> None:
    for name in rule.projection.value:
        if getattr(inputs, name) is None:
            others = ", ".join(other.name for other in LAYERS.values() if name not in other.projection.value)
            raise ProductNotFoundError(
                f"layer '{rule.name}' is made of '{name}', which the input does not have; layers without: {others}."
            )


def _tell_missing_errors(tracks: Tracks | None) -> None:
    if tracks is not None and tracks.counts.any() and not {"dxy_error", "dz_error"} <= set(tracks.columns):
        warn_once(
            "the input has no errors of impact parameters: layers TracksD0Sig and TracksDzSig are NaN where tracks are"
        )


@functools.cache
def warn_once(text: str) -> None:
    """Log a warning the first time this process has reason to."""
    logging.getLogger("e2efw.frameproducers").warning(text)
