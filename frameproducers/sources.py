"""Where everything goes that layers are made of: one function per source, one pass per view and kind of cells."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Jets, PFCandidates
from dataformats.collection import Events
from dataformats.geometry.constants import (
    ECAL_BARREL_ETA,
    ECAL_PLANE,
    ECAL_RADIUS,
    HCAL_BARREL_ETA,
    HCAL_PLANE,
    HCAL_RADIUS,
)
from dataformats.geometry.detids import ECAL_CELLS
from dataformats.geometry.overlap import crystals_of_towers, tower_of_crystals
from dataformats.geometry.tracker_kernels import TRACKER_LAYERS
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.trackerhits import TrackerRecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.errors import ProductNotFoundError
from frameproducers.energy_parts import project_energy_parts
from frameproducers.grids import Cells
from frameproducers.kernels.projections import project_crystals, project_ecal, project_hcal, share_towers
from frameproducers.kernels.projections_hits import count_hits, project_hits
from frameproducers.kernels.projections_jets import JET_TRACK_VALUES, project_jet_tracks
from frameproducers.kernels.projections_tracks import (
    TRACK_VALUE_GROUPS,
    TRACK_VALUES,
    mark_tracks,
    project_particles,
    project_tracks,
)
from frameproducers.layers import ENERGY_PARTS, LayerRule, Pass, Source

_SURFACES: Final = {
    "ECAL": (ECAL_RADIUS, ECAL_PLANE, ECAL_BARREL_ETA),
    "HCAL": (HCAL_RADIUS, HCAL_PLANE, HCAL_BARREL_ETA),
    "own": (0.0, 0.0, 0.0),
}
Places: TypeAlias = tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
"""Boundaries per event, and x, y and z, cm."""
_EVERY_PLACE: Final = np.arange(ECAL_CELLS, dtype=np.int32)


@dataclass(frozen=True)
class Inputs:
    """Everything the layers can be made of; None for what the input does not have."""

    eb_hits: EBRecHits
    ee_hits: EERecHits
    hbhe_hits: HBHERecHits
    tracks: Tracks | None = None
    vertices: Vertices | None = None
    pixel_hits: TrackerRecHits | None = None
    strip_hits: TrackerRecHits | None = None
    stereo_hits: TrackerRecHits | None = None
    pf_candidates: PFCandidates | None = None
    tagged_jets: Jets | None = None

    def take(self, events: Events) -> Self:
        """The same for some events."""
        products = {one.name: getattr(self, one.name) for one in fields(self)}
        present = {name: product for name, product in products.items() if product is not None}
        taken: dict[str, Any] = {name: product.take(events) for name, product in present.items()}
        return replace(self, **taken)


@dataclass(frozen=True)
class Projected:
    """Where the entries of one pass go, and what they count.

    Args:
        offsets: (groups + 1,) boundaries; a group is an event, or a picture and an event for tracker hits.
        cell: (entries,) int32, negative for entries that do not count.
        values: (entries,) float32 each, by name.
        marks: (entries,) uint8 that tell some entries from others; None where nothing asks for them.
        pictures: names of the pictures that the groups belong to, in order; () if every group is an event.
    """

    offsets: NDArray[np.int64]
    cell: NDArray[np.int32]
    values: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    marks: NDArray[np.uint8] | None = None
    pictures: tuple[str, ...] = ()


class _Options(NamedTuple):
    """What a pass may depend on beside the hits."""

    way: Pass
    rules: Sequence[LayerRule]
    legacy_direction: bool


def project(way: Pass, rules: Sequence[LayerRule], inputs: Inputs, *, legacy_direction: bool = False) -> Projected:
    """Cells and values of everything that counts, in the order of the input.

    Args:
        way: the pass that the layers share.
        rules: the layers wanted of it.
        inputs: of a block, with all that the layers are made of.
        legacy_direction: as for `layer_entries`.
    """
    return _BY_SOURCE[way.source](inputs, _Options(way, rules, legacy_direction))


def _ecal(inputs: Inputs, options: _Options) -> Projected:
    eb, ee = inputs.eb_hits, inputs.ee_hits
    if options.way.view == ENERGY_PARTS:
        return Projected(*project_energy_parts(eb, ee))
    barrel = eb.offsets, eb.flat("detid"), eb.flat("energy")
    endcaps = ee.offsets, ee.flat("detid"), ee.flat("energy")
    size = barrel[1].size + endcaps[1].size
    offsets, cell, values = np.empty(len(eb) + 1, np.int64), np.empty(size, np.int32), np.empty((2, size), np.float32)
    if options.way.cells is Cells.PIXELS:
        project_ecal(*barrel, *endcaps, offsets, cell, values[0])
    else:
        table = tower_of_crystals() if options.way.cells is Cells.TOWERS else _EVERY_PLACE
        project_crystals(*barrel, eb.flat("time"), *endcaps, ee.flat("time"), table, offsets, cell, values)
    return Projected(offsets, cell, {"energy": values[0], "time": values[1]})


def _hcal(inputs: Inputs, options: _Options) -> Projected:
    hits = inputs.hbhe_hits
    towers = options.way.cells is Cells.TOWERS
    size = hits.flat("energy").size * (2 if towers else crystals_of_towers().most)
    offsets, cell, energy = np.empty(len(hits) + 1, np.int64), np.empty(size, np.int32), np.empty(size, np.float32)
    columns, out = (hits.offsets, hits.flat("detid"), hits.flat("energy")), (offsets, cell, energy)
    if towers:
        project_hcal(*columns, *out)
    else:
        shared = crystals_of_towers()
        share_towers(*columns, shared.offsets, shared.crystals, *out)
    return Projected(offsets, cell, {"energy": energy})


def _tracks(inputs: Inputs, options: _Options) -> Projected:
    tracks = inputs.tracks
    assert tracks is not None, "checked by layer_entries"
    path = _path(tracks)
    size = path[0].size
    kind = tracks.flat("charge"), tracks.flat("quality")
    errors = tracks.flat("dxy_error"), tracks.flat("dz_error")
    surface, fineness, legacy = _SURFACES[options.way.view], int(options.way.cells), options.legacy_direction
    deepest = max((TRACK_VALUES.index(rule.value) for rule in options.rules if rule.value), default=0)
    n_values = next(n for n in TRACK_VALUE_GROUPS if n > deepest)
    cell, values = np.empty(size, np.int32), np.empty((n_values, size), np.float32)
    marks = np.zeros(size if any(rule.marks for rule in options.rules) else 0, np.uint8)
    vertices = _vertices(inputs)
    project_tracks(tracks.offsets, path, *kind, errors, *vertices, surface, fineness, legacy, (cell, marks), values)
    return Projected(tracks.offsets, cell, dict(zip(TRACK_VALUES, values, strict=False)), marks)


def _tracks_in_jets(inputs: Inputs, options: _Options) -> Projected:
    tracks, jets = inputs.tracks, inputs.tagged_jets
    assert tracks is not None, "checked by layer_entries"
    assert jets is not None, "checked by layer_entries"
    path, axes = _path(tracks), (jets.offsets, jets.flat("eta"), jets.flat("phi"))
    kind, errors = (tracks.flat("charge"), tracks.flat("quality")), (tracks.flat("dxy_error"), tracks.flat("dz_error"))
    first, _ = _vertices(inputs)
    surface, fineness, legacy = _SURFACES[options.way.view], int(options.way.cells), options.legacy_direction
    cell = np.empty(path[0].size, np.int32)
    values = np.empty((len(JET_TRACK_VALUES), cell.size), np.float32)
    project_jet_tracks(tracks.offsets, path, kind, errors, first, axes, surface, fineness, legacy, cell, values)
    return Projected(tracks.offsets, cell, dict(zip(JET_TRACK_VALUES, values, strict=True)))


def _particles(inputs: Inputs, options: _Options) -> Projected:
    particles = inputs.pf_candidates
    assert particles is not None, "checked by layer_entries"
    for column in ("ecal_eta", "ecal_phi"):
        _demand_column(particles, column, options.rules[0].name)
    size = particles.flat("pt").size
    cell, values, marks = np.empty(size, np.int32), np.empty((2, size), np.float32), np.empty(size, np.uint8)
    at_ecal = particles.flat("ecal_eta"), particles.flat("ecal_phi")
    kind = particles.flat("charge"), particles.flat("pdg_id")
    project_particles(*at_ecal, particles.flat("pt"), *kind, int(options.way.cells), cell, values, marks)
    if options.way.source is Source.PARTICLES_OF_VERTEX:
        _demand_column(particles, "track", options.rules[0].name)
        marks |= _marks_of_particles(particles, inputs)
    return Projected(particles.offsets, cell, {"pt": values[0], "qpt": values[1]}, marks)


def _marks_of_particles(particles: PFCandidates, inputs: Inputs) -> NDArray[np.uint8]:
    """Marks of the track of every particle, 0 for those whose track the input does not have."""
    tracks = inputs.tracks
    assert tracks is not None, "checked by layer_entries"
    marks = np.zeros(int(tracks.offsets[-1]) + 1, np.uint8)
    mark_tracks(tracks.offsets, _path(tracks), *_vertices(inputs), marks)
    event = np.repeat(np.arange(len(particles)), particles.counts)
    place = tracks.offsets[event] + particles.flat("track")
    return marks[np.where(place < tracks.offsets[event + 1], place, -1)]


def _hits(inputs: Inputs, options: _Options) -> Projected:
    collections = [getattr(inputs, name) for name in options.way.source.value]
    pictures = tuple(dict.fromkeys(rule.value for rule in options.rules))
    picture_of = np.array([pictures.index(name) if name in pictures else -1 for name in TRACKER_LAYERS])
    n_events = len(collections[0])
    counts = np.zeros(len(pictures) * n_events, np.int64)
    for hits in collections:
        count_hits(hits.offsets, hits.flat("detid"), picture_of, counts)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    cell, cursor = np.empty(int(offsets[-1]), np.int32), offsets[:-1].copy()
    centre = first_vertices(inputs.vertices if options.way.view == "atPV" else None, n_events)
    for hits in collections:
        position = hits.flat("x"), hits.flat("y"), hits.flat("z")
        project_hits(
            hits.offsets, hits.flat("detid"), position, centre, picture_of, int(options.way.cells), cursor, cell
        )
    return Projected(offsets, cell, pictures=pictures)


_BY_SOURCE: Final[dict[Source, Callable[[Inputs, _Options], Projected]]] = {
    Source.ECAL: _ecal,
    Source.HCAL: _hcal,
    Source.TRACKS: _tracks,
    Source.PIXELS: _hits,
    Source.STRIPS: _hits,
    Source.TRACKS_IN_JETS: _tracks_in_jets,
    Source.PARTICLES: _particles,
    Source.PARTICLES_OF_VERTEX: _particles,
}


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


def _vertices(inputs: Inputs) -> tuple[NDArray[np.float64], Places]:
    """The first vertices, and boundaries and places of all."""
    n_events = len(inputs.eb_hits)
    vertices = inputs.vertices if inputs.vertices is not None else Vertices.empty(n_events)
    places = vertices.offsets, vertices.flat("x"), vertices.flat("y"), vertices.flat("z")
    return first_vertices(vertices, n_events), places


def _path(tracks: Tracks) -> tuple[NDArray[np.float32], ...]:
    return tuple(tracks.flat(name) for name in ("vx", "vy", "vz", "px", "py", "pz"))


def _demand_column(product: Any, column: str, layer: str) -> None:
    if column not in product.columns:
        raise ProductNotFoundError(
            f"layer '{layer}' is made of column '{column}' of {type(product).__name__}, which the input does not have; "
            f"it has: {', '.join(product.columns)}."
        )
