"""What the layers of a block hold: one entry per occupied cell and event.

Every picture is made in two steps. A projection says for each hit where it goes and what it counts; `merge_cells` makes
one entry per cell of it, from which sparse frames, windows or whole pictures are written. Where a pixel is no more than
the sum of its entries, dense pictures add them up themselves, in the same order, so all agree bit for bit.
"""

import functools
import logging
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.tracks import Tracks
from e2efw.errors import ProductNotFoundError
from frameproducers.kernels.cells import COUNT, MEAN, SUM, WORD, cut_out, keep_leaders, merge_cells
from frameproducers.layers import DEFAULT_LAYERS, LAYERS, LayerRule, Pass, Source
from frameproducers.sources import Inputs, Projected, project

__all__ = ["Entries", "Inputs", "can_be_added", "layer_entries", "merged", "passes", "unmerged", "warn_once"]

_FILLS: Final = {"sum": SUM, "mean": MEAN, "count": COUNT, "leading": SUM}
_WEIGHTS: Final = {Source.TRACKS: "pt", Source.ECAL: "energy"}
"""What makes one entry of a cell the leading one."""


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
    for projected, rules in passes(names, inputs, legacy_direction=legacy_direction):
        found |= merged(projected, rules)
    return found


def passes(
    names: Sequence[str], inputs: Inputs, *, legacy_direction: bool = False
) -> Iterator[tuple[Projected, list[LayerRule]]]:
    """Every way through the hits that the named layers need, with the layers that share it; arguments as above."""
    ways: dict[Pass, list[LayerRule]] = {}
    for name in names:
        ways.setdefault(LAYERS[name].way, []).append(LAYERS[name])
    for way, rules in ways.items():
        _demand_inputs(rules[0], inputs)
        if way.source in {Source.TRACKS, Source.TRACKS_IN_JETS} and any(rule.value.endswith("sig") for rule in rules):
            _tell_missing_errors(inputs.tracks)
        yield project(way, rules, inputs, legacy_direction=legacy_direction), rules


def can_be_added(rule: LayerRule) -> bool:
    """True if the layer is the sum of its entries as they are, on all cells of its kind: no need to merge them."""
    whole = rule.grid.rows * rule.grid.columns == rule.grid.cells.number
    return rule.fill in {"sum", "count"} and whole and not rule.negative


def unmerged(projected: Projected, rule: LayerRule) -> Entries:
    """The entries of a layer that `can_be_added`, as they come: in any order, several to a cell, negative where lost.

    Counts have no values, `value` is empty: each entry is one.
    """
    cell = _chosen(projected, rule)
    value = projected.values[rule.value] if rule.fill == "sum" else np.empty(0, np.float32)
    if not projected.pictures:
        return Entries(projected.offsets, cell, value)
    return Entries(_bounds(projected.offsets, projected, rule), cell, value)


def merged(projected: Projected, rules: Sequence[LayerRule]) -> dict[str, Entries]:
    """One entry per cell and event, for layers of one pass."""
    alike: dict[tuple[int, bool], list[LayerRule]] = {}
    for rule in rules:
        alike.setdefault((rule.marks, rule.fill == "leading"), []).append(rule)
    found: dict[str, Entries] = {}
    for group in alike.values():
        found |= _merged_alike(projected, group)
    return found


def _merged_alike(projected: Projected, rules: Sequence[LayerRule]) -> dict[str, Entries]:
    """`merged` for layers to which the same entries count: with equal marks, either all leading or none."""
    n_cells, n_groups, n_entries = rules[0].grid.cells.number, projected.offsets.size - 1, int(projected.offsets[-1])
    cell = _chosen(projected, rules[0])
    fill = np.array([_FILLS[rule.fill] for rule in rules if not projected.pictures] or [COUNT], np.int8)
    values = np.zeros((fill.size, n_entries), np.float32)
    for row, rule in zip(values, rules, strict=False):
        if rule.value in projected.values:
            copied = np.negative if rule.negative else np.positive  # exact, also of what was never filled
            copied(projected.values[rule.value][:n_entries], out=row)
    scratch = np.zeros((n_cells, fill.size), np.float32), np.zeros(n_cells, np.int32)
    n_words = -(-n_cells // WORD)
    occupied, words = np.zeros(n_words, np.int64), np.zeros(-(-n_words // WORD), np.int64)
    offsets, place = np.empty(n_groups + 1, np.int64), np.empty(n_entries, np.int32)
    out = np.empty((fill.size, n_entries), np.float32)
    merge_cells(projected.offsets, cell, values, fill, *scratch, occupied, words, offsets, place, out)
    if not projected.pictures:
        return {rule.name: _cut(rule, Entries(offsets, place, row)) for rule, row in zip(rules, out, strict=True)}
    found = {}
    for rule in rules:
        bounds = _bounds(offsets, projected, rule)
        mine = slice(int(bounds[0]), int(bounds[-1]))
        found[rule.name] = Entries(bounds - bounds[0], place[mine], out[0, mine])
    return found


def _bounds(offsets: NDArray[np.int64], projected: Projected, rule: LayerRule) -> NDArray[np.int64]:
    """The boundaries of the events of a layer's picture, among those of all pictures."""
    n_events = (offsets.size - 1) // len(projected.pictures)
    first = projected.pictures.index(rule.value) * n_events
    return offsets[first : first + n_events + 1]


def _chosen(projected: Projected, rule: LayerRule) -> NDArray[np.int32]:
    """The cells of the entries that count to a layer, -1 for all others."""
    cell = projected.cell
    if rule.marks and projected.marks is not None:
        cell = np.where(projected.marks & rule.marks == rule.marks, cell, np.int32(-1))
    if rule.fill != "leading":
        return cell
    leaders = np.empty_like(cell)
    weight = projected.values[_WEIGHTS[rule.source]]
    keep_leaders(projected.offsets, cell, weight, np.full(rule.grid.cells.number, -1), leaders)
    return leaders


def _cut(rule: LayerRule, entries: Entries) -> Entries:
    """The part of the cells that belongs to a layer's picture."""
    size, first = int(entries.offsets[-1]), rule.grid.first_cell
    n_cells = rule.grid.rows * rule.grid.columns
    if n_cells == rule.grid.cells.number:
        return Entries(entries.offsets, entries.cell[:size], entries.value[:size])
    out = Entries(np.empty_like(entries.offsets), np.empty(size, np.int32), np.empty(size, np.float32))
    cut_out(*entries, first, first + n_cells, *out)
    filled = int(out.offsets[-1])
    return Entries(out.offsets, out.cell[:filled], out.value[:filled])


def _demand_inputs(rule: LayerRule, inputs: Inputs) -> None:
    for name in rule.source.value:
        if getattr(inputs, name) is None:
            others = ", ".join(other for other in DEFAULT_LAYERS if name not in LAYERS[other].source.value)
            raise ProductNotFoundError(
                f"layer '{rule.name}' is made of '{name}', which the input does not have; layers without: {others}."
            )


def _tell_missing_errors(tracks: Tracks | None) -> None:
    if tracks is not None and tracks.counts.any() and not {"dxy_error", "dz_error"} <= set(tracks.columns):
        warn_once("the input has no errors of impact parameters: layers of significances are NaN where tracks are")


@functools.cache
def warn_once(text: str) -> None:
    """Log a warning the first time this process has reason to."""
    logging.getLogger("e2efw.frameproducers").warning(text)
