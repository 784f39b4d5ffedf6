"""Full pictures as numpy, boost-histogram and fast-histogram make them, to measure beside ours.

They begin with what ours begins with. Crystals find their pixels in tables indexed by the last bits of their detid;
where tracks and tracker hits go is worked out by our projections, and their time counts.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import boost_histogram as bh
import fast_histogram
import numpy as np
from numpy.typing import NDArray

from dataformats.collection import Collection
from dataformats.frames import Windows
from dataformats.geometry.detids import EB, EE, ee_hash, unpack_eb, unpack_ee, unpack_hcal, valid_eb, valid_ee
from dataformats.geometry.picture import (
    COLUMNS,
    CRYSTALS_PER_TOWER,
    EE_PIXEL,
    HBHE_COLUMNS,
    HBHE_ROWS,
    ROWS,
    eb_pixel,
    hbhe_pixel,
)
from frameproducers.entries import Inputs, passes
from frameproducers.layers import LayerRule
from frameproducers.sources import Projected

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
_PIXELS: Final = (ROWS, COLUMNS)
_TOWERS: Final = (HBHE_ROWS, HBHE_COLUMNS)


class Points(NamedTuple):
    """What is filled in, sorted by event.

    Args:
        offsets: (events + 1,) boundaries.
        cell: (points,) flat cell of the event's picture.
        weight: (points,) float32.
    """

    offsets: Ints
    cell: Ints
    weight: Floats


Fill = Callable[[Floats, Ints, Floats], object]
"""Fills the points of an event into its picture (cells,), which is zero: picture, cell, weight."""
Peer = Callable[[tuple[int, int]], Fill]
"""Makes ready for pictures of that many rows and columns."""


def _table(first: int, bits: int, valid: Any, pixel: Callable[[Any], Any]) -> Ints:
    """The pixel of every detid that begins like the first, by its last bits; -1 where there is no crystal."""
    ids = first + np.arange(1 << bits)
    table = np.full(ids.size, -1)
    table[valid(ids)] = pixel(ids[valid(ids)])
    return table


def _eb_pixel(ids: Any) -> Any:
    place = eb_pixel(*unpack_eb(ids))
    return place.row * COLUMNS + place.column


_EB_BITS, _EE_BITS = 17, 15
_EB_TABLE = _table(EB, _EB_BITS, valid_eb, _eb_pixel)
_EE_TABLE = _table(EE, _EE_BITS, valid_ee, lambda ids: EE_PIXEL[ee_hash(*unpack_ee(ids))])


def histogrammed(names: Sequence[str], inputs: Inputs, peer: Peer) -> Floats:
    """(events, channels, 280, 360), as `pictures` draws them."""
    out = np.zeros((len(inputs.eb_hits), len(names), *_PIXELS), np.float32)
    if "ECAL" in names:
        _fill_events(out[:, names.index("ECAL")], _crystals(inputs), peer)
    if "HCAL" in names:
        towers = np.zeros((len(out), *_TOWERS), np.float32)
        _fill_events(towers, _tower_halves(inputs), peer)
        size = CRYSTALS_PER_TOWER
        cut = out[:, names.index("HCAL")].reshape(len(out), HBHE_ROWS, size, HBHE_COLUMNS, size)
        cut[...] = (towers / np.float32(size * size))[:, :, np.newaxis, :, np.newaxis]
    for projected, rules in passes([name for name in names if name not in {"ECAL", "HCAL"}], inputs):
        _fill_channels(projected, {rule: out[:, names.index(rule.name)] for rule in rules}, peer)
    return out


def cropped(full: Floats, places: Windows, rows: tuple[int, int]) -> Floats:
    """Windows (windows, channels, height, width) cut out of full pictures; zero outside these rows of the picture."""
    height, width = places.pixels.shape[2:]
    out = np.zeros((places.row.size, full.shape[1], height, width), np.float32)
    event = np.repeat(np.arange(len(places)), np.diff(places.offsets))
    for window in range(event.size):
        top, left = int(places.row[window]) - (height - 1) // 2, int(places.column[window]) - (width - 1) // 2
        first, last = max(top, rows[0]), min(top + height, rows[1])
        columns = np.arange(left, left + width) % COLUMNS
        out[window, :, first - top : last - top] = full[event[window], :, first:last][:, :, columns]
    return out


def _fill_events(pictures: Floats, points: Sequence[Points], peer: Peer) -> None:
    """Fill points, in one or several lists, into pictures (events, rows, columns), one event after the other."""
    fill = peer((pictures.shape[1], pictures.shape[2]))
    for event, picture in enumerate(pictures):
        mine = [slice(each.offsets[event], each.offsets[event + 1]) for each in points]
        cells = [each.cell[part] for each, part in zip(points, mine, strict=True)]
        weights = [each.weight[part] for each, part in zip(points, mine, strict=True)]
        cell, weight = (cells[0], weights[0]) if len(points) == 1 else (np.concatenate(cells), np.concatenate(weights))
        fill(picture.reshape(-1), cell, weight)


def _fill_channels(projected: Projected, pictures: Mapping[LayerRule, Floats], peer: Peer) -> None:
    """Fill channels of tracks or of tracker hits into pictures (events, 280, 360) each."""
    used = projected.cell >= 0
    cell, filled = projected.cell[used].astype(np.int64), np.concatenate([[0], np.cumsum(used)])
    ones, count = np.ones(cell.size, np.float32), None
    for rule, picture in pictures.items():
        n_events = len(picture)
        first = projected.pictures.index(rule.value) * n_events if projected.pictures else 0
        offsets = filled[projected.offsets[first : first + n_events + 1]]
        weight = ones if rule.fill == "count" else projected.values[rule.value][used]
        _fill_events(picture, [Points(offsets, cell, weight)], peer)
        if rule.fill == "mean":
            if count is None:
                count = np.zeros(picture.shape, np.float32)
                _fill_events(count, [Points(offsets, cell, ones)], peer)
            np.divide(picture, count, out=picture, where=count > 0)


def _chosen(hits: Collection, cell: Ints, weight: Floats, used: NDArray[np.bool_]) -> Points:
    return Points(np.concatenate([[0], np.cumsum(used)])[hits.offsets], cell[used], weight[used])


def _crystals(inputs: Inputs) -> list[Points]:
    found = []
    for hits, table in ((inputs.eb_hits, _EB_TABLE), (inputs.ee_hits, _EE_TABLE)):
        pixel, energy = table[hits.flat("detid") & np.uint32(table.size - 1)], hits.flat("energy")
        found.append(_chosen(hits, pixel, energy, (energy > 0) & (pixel >= 0)))
    return found


def _tower_halves(inputs: Inputs) -> list[Points]:
    """Hits of towers, then the second halves of those that are two cells wide."""
    hits = inputs.hbhe_hits
    _, ieta, iphi, _ = unpack_hcal(hits.flat("detid"))
    place, energy = hbhe_pixel(ieta, iphi), hits.flat("energy")
    share = np.where(place.split, energy / np.float32(2), energy)
    cell = place.row * HBHE_COLUMNS + place.column
    return [_chosen(hits, cell, share, energy > 0), _chosen(hits, cell + 1, share, (energy > 0) & place.split)]


def add_at(shape: tuple[int, int]) -> Fill:
    """`np.add.at`."""
    del shape
    return np.add.at


def bincount(shape: tuple[int, int]) -> Fill:
    """`np.bincount`."""

    def fill(picture: Floats, cell: Ints, weight: Floats) -> None:
        picture[:] = np.bincount(cell, weight, minlength=shape[0] * shape[1])

    return fill


def histogram2d(shape: tuple[int, int]) -> Fill:
    """`np.histogram2d`."""
    edges = [(0, shape[0]), (0, shape[1])]

    def fill(picture: Floats, cell: Ints, weight: Floats) -> None:
        row, column = np.divmod(cell, shape[1])
        picture[:] = np.histogram2d(row, column, bins=shape, range=edges, weights=weight)[0].reshape(-1)

    return fill


def boost_histogram(shape: tuple[int, int]) -> Fill:
    """A boost-histogram used again and again; one axis of whole numbers is faster than two."""
    axis = bh.axis.Integer(0, shape[0] * shape[1], underflow=False, overflow=False)
    cells = bh.Histogram(axis, storage=bh.storage.Double())

    def fill(picture: Floats, cell: Ints, weight: Floats) -> None:
        cells.reset()
        picture[:] = cells.fill(cell, weight=weight).view()

    return fill


def fast_histogram1d(shape: tuple[int, int]) -> Fill:
    """fast-histogram's histogram1d, which is faster here than its histogram2d."""
    size = shape[0] * shape[1]

    def fill(picture: Floats, cell: Ints, weight: Floats) -> None:
        picture[:] = fast_histogram.histogram1d(cell, bins=size, range=(0, size), weights=weight)

    return fill


PEERS: Final[dict[str, Peer]] = {
    "np.add.at": add_at,
    "np.bincount": bincount,
    "np.histogram2d": histogram2d,
    "boost-histogram": boost_histogram,
    "fast-histogram": fast_histogram1d,
}
"""By the name that tables give them."""
