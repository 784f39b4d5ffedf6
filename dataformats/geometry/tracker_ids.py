"""CMS tracker DetIds: subdetector, layer and side, and all fields of both pixel generations, elementwise.

Bits, from the top: 4 detector (tracker 1), 3 subdetector, 25 of the subdetector's own. The pixel detector was replaced
in 2017; the new packing puts layers and disks where the old one has zeros, so an id tells its generation.
Source: CMSSW TrackerTopology parameters, PXBDetId, PXFDetId.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dataformats.geometry.detids import Bools, Ids, Ints, raw_ids
from e2efw.errors import EventCorruptionError

BPIX: Final = 1
FPIX: Final = 2
TIB: Final = 3
TID: Final = 4
TOB: Final = 5
TEC: Final = 6

_LAYER_BITS = {TIB: (14, 0x7), TID: (11, 0x3), TOB: (14, 0x7), TEC: (14, 0xF)}
_SIDE_BITS = {FPIX: 23, TID: 13, TEC: 18}
_LAYERS = {BPIX: (3, 4), FPIX: (2, 3), TIB: (4, 4), TID: (3, 3), TOB: (6, 6), TEC: (9, 9)}


class TrackerId(NamedTuple):
    """A tracker module: subdet 1..6 (BPIX, FPIX, ... TEC), layer, disk or wheel from 1, side -1, 1, 0 in barrels."""

    subdet: Ints
    layer: Ints
    side: Ints


class BarrelPixelId(NamedTuple):
    """A barrel pixel module: phase 0 (until 2016) or 1, layer from 1, ladder, module along z."""

    phase: Ints
    layer: Ints
    ladder: Ints
    module: Ints


class EndcapPixelId(NamedTuple):
    """An endcap pixel module: phase 0 or 1, side -1 or 1, disk from 1, blade, panel, module."""

    phase: Ints
    side: Ints
    disk: Ints
    blade: Ints
    panel: Ints
    module: Ints


def unpack_tracker(detid: ArrayLike) -> TrackerId:
    """Subdetector, layer and side; meaningful only where `valid_tracker`."""
    ids = raw_ids(detid)
    subdet = (ids >> 25) & 7
    layer = np.where(subdet == BPIX, unpack_bpix(ids).layer, np.where(subdet == FPIX, unpack_fpix(ids).disk, 0))
    side = np.zeros_like(ids)
    for number, (shift, mask) in _LAYER_BITS.items():
        layer = np.where(subdet == number, (ids >> shift) & mask, layer)
    for number, shift in _SIDE_BITS.items():
        side = np.where(subdet == number, _side(ids >> shift), side)
    return TrackerId(subdet, layer, side)


def unpack_bpix(detid: ArrayLike) -> BarrelPixelId:
    """Fields of barrel pixel ids of either generation."""
    ids = raw_ids(detid)
    new = ((ids >> 20) & 0xF) != 0
    layer = np.where(new, ids >> 20, ids >> 16) & 0xF
    ladder = np.where(new, ids >> 12, ids >> 8) & 0xFF
    module = (ids >> 2) & np.where(new, 0x3FF, 0x3F)
    return BarrelPixelId(new.astype(np.int64), layer, ladder, module)


def unpack_fpix(detid: ArrayLike) -> EndcapPixelId:
    """Fields of endcap pixel ids of either generation."""
    ids = raw_ids(detid)
    new = ((ids >> 18) & 0xF) != 0
    disk = np.where(new, (ids >> 18) & 0xF, (ids >> 16) & 0x3)
    blade = np.where(new, ids >> 12, ids >> 10) & 0x3F
    panel = np.where(new, ids >> 10, ids >> 8) & 0x3
    module = (ids >> 2) & np.where(new, 0xFF, 0x3F)
    return EndcapPixelId(new.astype(np.int64), _side(ids >> 23), disk, blade, panel, module)


def pack_bpix(phase: ArrayLike, layer: ArrayLike, ladder: ArrayLike, module: ArrayLike) -> Ids:
    """Ids of barrel pixel modules; raises EventCorruptionError for a layer that does not exist."""
    phase, layer, ladder, module = (np.asarray(field, np.int64) for field in (phase, layer, ladder, module))
    head = (1 << 28) | (BPIX << 25) | (module << 2)
    ids = head | np.where(phase == 1, (layer << 20) | (ladder << 12), (layer << 16) | (ladder << 8))
    return _checked(ids, layer, np.where(phase == 1, 4, 3), "BPIX layer")


def pack_fpix(
    phase: ArrayLike, side: ArrayLike, disk: ArrayLike, blade: ArrayLike, panel: ArrayLike, module: ArrayLike
) -> Ids:
    """Ids of endcap pixel modules; raises EventCorruptionError for a disk that does not exist."""
    phase, side, disk = (np.asarray(field, np.int64) for field in (phase, side, disk))
    blade, panel, module = (np.asarray(field, np.int64) for field in (blade, panel, module))
    head = (1 << 28) | (FPIX << 25) | (np.where(side > 0, 2, 1) << 23) | (module << 2)
    new = (disk << 18) | (blade << 12) | (panel << 10)
    ids = head | np.where(phase == 1, new, (disk << 16) | (blade << 10) | (panel << 8))
    return _checked(ids, disk, np.where(phase == 1, 3, 2), "FPIX disk")


def valid_tracker(detid: ArrayLike) -> Bools:
    """True where an id is of the tracker and its layer and side exist; ladders and modules are not judged."""
    ids = raw_ids(detid)
    subdet, layer, side = unpack_tracker(ids)
    new = np.where(subdet == BPIX, unpack_bpix(ids).phase, unpack_fpix(ids).phase) == 1
    last = np.zeros_like(ids)
    for number, (old_layers, new_layers) in _LAYERS.items():
        last = np.where(subdet == number, np.where(new, new_layers, old_layers), last)
    sided = np.isin(subdet, list(_SIDE_BITS))
    valid: Bools = (ids >> 28 == 1) & (layer >= 1) & (layer <= last) & (~sided | (side != 0))
    return valid


def _side(bits: Ints) -> Ints:
    """Two bits: 1 is -z, 2 is +z; anything else is no side and gives 0."""
    return np.where(bits & 3 == 1, -1, np.where(bits & 3 == 2, 1, 0))


def _checked(ids: Ints, layer: Ints, last: Ints, what: str) -> Ids:
    if not np.all((layer >= 1) & (layer <= last)):
        raise EventCorruptionError(f"tracker_ids: {what} must be 1 to {int(np.min(last))}, not {layer.tolist()}")
    return ids.astype(np.uint32)
