"""CMS calorimeter DetIds: packing, unpacking, and which ids are true cells. All functions are elementwise.

Bits, from the top: 4 detector (ECAL 3, HCAL 4), 3 subdetector (EB, HB 1; EE, HE 2), 25 of the subdetector's own:

- EB: zside at 16, |ieta| at 9 (7 bits), iphi (9 bits)
- EE: zside at 14, ix at 7 (7 bits), iy (7 bits)
- HCAL since 2015: format mark at 24, depth at 20 (4 bits), zside at 19, |ieta| at 10 (9 bits), iphi (10 bits)
- HCAL before: depth at 14 (5 bits), zside at 13, |ieta| at 7 (6 bits), iphi (7 bits)

Source: CMSSW DetId, EBDetId, EEDetId, HcalDetId. An id is valid only if packing its fields gives the id back, so the
fields of a valid id may be used as indices.
"""

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dataformats.geometry.constants import EB_IETA, EB_IPHI, EE_SIZE, FINE_PHI_IETA, HB_IETA, HCAL_IPHI, HE_IETA
from e2efw.errors import EventCorruptionError

Ints = NDArray[np.int64]
Ids = NDArray[np.uint32]
Bools = NDArray[np.bool_]

EB: Final = (3 << 28) | (1 << 25)
"""Leading bits of a barrel crystal's id."""
EE: Final = (3 << 28) | (2 << 25)
"""Leading bits of an endcap crystal's id."""
HCAL: Final = 4 << 28
"""Leading bits of an HCAL id."""
HB: Final = 1
"""Subdetector number of the HCAL barrel."""
HE: Final = 2
"""Subdetector number of the HCAL endcaps."""
HCAL_NEW_FORMAT: Final = 1 << 24
"""Marks an HCAL id of the packing used since 2015."""
_EB_BITS: Final = 17
"""Bits of a barrel crystal's id behind the leading ones, all others are zero."""
_EE_BITS: Final = 15
"""The same of an endcap crystal's id."""

_QUADRANT_INNER = (11,) * 5 + (10, 10, 9, 8, 7, 5) + (0,) * 39
_QUADRANT_OUTER = (
    (50,) * 10
    + (47,) * 5
    + (45,) * 10
    + (42,) * 5
    + (37,) * 5
    + (35,) * 2
    + (30,) * 5
    + (25,) * 3
    + (15,) * 2
    + (10,) * 3
)


class EBId(NamedTuple):
    """A barrel crystal: ieta -85..-1, 1..85 and iphi 1..360."""

    ieta: Ints
    iphi: Ints


class EEId(NamedTuple):
    """An endcap crystal: ix and iy 1..100, zside -1 or 1."""

    ix: Ints
    iy: Ints
    zside: Ints


class HcalId(NamedTuple):
    """An HCAL cell: subdet 1 (HB) or 2 (HE), ieta -29..29 without 0, iphi 1..72, depth from 1."""

    subdet: Ints
    ieta: Ints
    iphi: Ints
    depth: Ints


def _endcap_mask() -> Bools:
    """Which (iy - 1, ix - 1) hold a crystal: four mirrored quadrants, each column filled from inner to outer."""
    rows = np.arange(EE_SIZE // 2)[:, np.newaxis]
    quadrant = (rows >= np.array(_QUADRANT_INNER)) & (rows < np.array(_QUADRANT_OUTER))
    half = np.concatenate([quadrant[:, ::-1], quadrant], axis=1)
    return np.concatenate([half[::-1], half], axis=0)


def _depth_limits() -> tuple[Ints, Ints]:
    """Smallest and largest depth, shape (3, 30): by subdet and |ieta|; the largest is 0 where there is no cell."""
    low, high = np.ones((3, HE_IETA + 1), dtype=np.int64), np.zeros((3, HE_IETA + 1), dtype=np.int64)
    high[HB, 1 : HB_IETA + 1] = 4
    low[HE, HB_IETA] = 3
    high[HE, HB_IETA : HE_IETA + 1] = (4, 3, 5, *(6,) * 7, 7, 7, 7, 3)
    return low, high


EB_CELLS: Final = 2 * EB_IETA * EB_IPHI
"""Barrel crystals (61200)."""
EE_PLACES: Final = EE_SIZE * EE_SIZE
"""Places of either endcap, not all of which have a crystal."""
ECAL_CELLS: Final = EB_CELLS + 2 * EE_PLACES
"""Places in a table of the whole ECAL: barrel crystals by `eb_hash`, behind them endcap places by `ee_hash`, of which
5352 have no crystal."""

EE_EXISTS: Final[Bools] = _endcap_mask()
"""Shape (100, 100), [iy - 1, ix - 1]: is there a crystal? The same on both sides, 7324 each."""

HCAL_MIN_DEPTH, HCAL_MAX_DEPTH = _depth_limits()
"""Shape (3, 30), [subdet, |ieta|]: legal depths, from 2012 to Run 3."""


def raw_ids(detid: ArrayLike) -> Ints:
    """Whatever was read, as ids in 64 bits; what is no 32-bit unsigned integer (NaN, -1, 0.5) becomes the null id 0."""
    ids = np.asarray(detid)
    if ids.dtype == np.uint32:
        return ids.astype(np.int64)
    if ids.dtype.kind == "f":
        ids = np.where(np.isfinite(ids) & (ids == np.floor(ids)) & (ids >= 0) & (ids < 2.0**32), ids, 0)
    elif ids.dtype.kind in "iu":
        ids = np.where((ids >= 0) & (ids < 2**32), ids, 0)
    else:
        raise EventCorruptionError(
            f"detids: an array of {ids.dtype} holds no DetIds; an unsigned 32-bit integer is needed"
        )
    return ids.astype(np.int64)


def unpack_eb(detid: ArrayLike) -> EBId:
    """Fields of barrel ids; meaningful only where `valid_eb`."""
    ids = raw_ids(detid)
    return EBId(_signed((ids >> 9) & 0x7F, ids >> 16), ids & 0x1FF)


def unpack_ee(detid: ArrayLike) -> EEId:
    """Fields of endcap ids; meaningful only where `valid_ee`."""
    ids = raw_ids(detid)
    return EEId((ids >> 7) & 0x7F, ids & 0x7F, _signed(np.ones_like(ids), ids >> 14))


def unpack_hcal(detid: ArrayLike) -> HcalId:
    """Fields of HCAL ids of either packing; meaningful only where `valid_hbhe`."""
    ids = raw_ids(detid)
    new = (ids & HCAL_NEW_FORMAT) != 0
    ieta = np.where(new, _signed((ids >> 10) & 0x1FF, ids >> 19), _signed((ids >> 7) & 0x3F, ids >> 13))
    iphi = np.where(new, ids & 0x3FF, ids & 0x7F)
    depth = np.where(new, (ids >> 20) & 0xF, (ids >> 14) & 0x1F)
    return HcalId((ids >> 25) & 7, ieta, iphi, depth)


def pack_eb(ieta: ArrayLike, iphi: ArrayLike) -> Ids:
    """Ids of barrel crystals; raises EventCorruptionError for a crystal that does not exist."""
    ieta, iphi = np.broadcast_arrays(np.asarray(ieta, np.int64), np.asarray(iphi, np.int64))
    _demand(_eb_exists(ieta, iphi), "EB crystal (ieta, iphi)", ieta, iphi)
    return _eb_bits(ieta, iphi).astype(np.uint32)


def pack_ee(ix: ArrayLike, iy: ArrayLike, zside: ArrayLike) -> Ids:
    """Ids of endcap crystals; raises EventCorruptionError for a crystal that does not exist."""
    ix, iy, zside = np.broadcast_arrays(np.asarray(ix, np.int64), np.asarray(iy, np.int64), np.asarray(zside, np.int64))
    _demand(ee_exists(ix, iy) & (np.abs(zside) == 1), "EE crystal (ix, iy, zside)", ix, iy, zside)
    return _ee_bits(ix, iy, zside).astype(np.uint32)


def pack_hcal(subdet: ArrayLike, ieta: ArrayLike, iphi: ArrayLike, depth: ArrayLike, *, new_format: bool = True) -> Ids:
    """Ids of HB (subdet 1) and HE (2) cells; raises EventCorruptionError for a cell that does not exist."""
    fields = (np.asarray(field, np.int64) for field in (subdet, ieta, iphi, depth))
    subdet, ieta, iphi, depth = np.broadcast_arrays(*fields)
    _demand(_hbhe_exists(subdet, ieta, iphi, depth), "HCAL cell (subdet, ieta, iphi, depth)", subdet, ieta, iphi, depth)
    return _hcal_bits(subdet, ieta, iphi, depth, np.asarray(new_format)).astype(np.uint32)


def valid_eb(detid: ArrayLike) -> Bools:
    """True where an id is one of the 61200 barrel crystals."""
    return _looked_up(detid, EB, _eb_ids())


def valid_ee(detid: ArrayLike) -> Bools:
    """True where an id is one of the 14648 endcap crystals."""
    return _looked_up(detid, EE, _ee_ids())


def valid_hbhe(detid: ArrayLike) -> Bools:
    """True where an id, of either packing, is an HB or HE cell of any detector generation."""
    ids = raw_ids(detid)
    fields = unpack_hcal(ids)
    answer: Bools = _hbhe_exists(*fields) & (_hcal_bits(*fields, (ids & HCAL_NEW_FORMAT) != 0) == ids)
    return answer


def ee_exists(ix: ArrayLike, iy: ArrayLike) -> Bools:
    """True where an endcap has a crystal at (ix, iy); any integers may be asked."""
    ix, iy = np.asarray(ix, np.int64), np.asarray(iy, np.int64)
    inside = (ix >= 1) & (ix <= EE_SIZE) & (iy >= 1) & (iy <= EE_SIZE)
    answer: Bools = inside & EE_EXISTS[np.clip(iy, 1, EE_SIZE) - 1, np.clip(ix, 1, EE_SIZE) - 1]
    return answer


def eb_hash(ieta: ArrayLike, iphi: ArrayLike) -> Ints:
    """Barrel crystals as CMSSW's hashed index 0..61199: (eta row 0..169) * 360 + iphi - 1."""
    ieta = np.asarray(ieta, np.int64)
    return (ieta + EB_IETA - (ieta > 0)) * EB_IPHI + np.asarray(iphi, np.int64) - 1


def ee_hash(ix: ArrayLike, iy: ArrayLike, zside: ArrayLike) -> Ints:
    """Endcap places as an index 0..19999: (0 for EE-, 1 for EE+) * 10000 + (iy - 1) * 100 + ix - 1."""
    side = (np.asarray(zside, np.int64) > 0).astype(np.int64)
    return (side * EE_SIZE + np.asarray(iy, np.int64) - 1) * EE_SIZE + np.asarray(ix, np.int64) - 1


@cache
def _eb_ids() -> Bools:
    """Shape (131072,), by the bits behind the leading ones: is it a barrel crystal?"""
    ieta, iphi = unpack_eb(np.arange(1 << _EB_BITS))
    return _eb_exists(ieta, iphi)


@cache
def _ee_ids() -> Bools:
    """Shape (32768,), by the bits behind the leading ones: is it an endcap crystal?"""
    ix, iy, _ = unpack_ee(np.arange(1 << _EE_BITS))
    return ee_exists(ix, iy)


def _looked_up(detid: ArrayLike, head: int, table: Bools) -> Bools:
    """True where an id is `head` but for its last bits, and the table (2 to that power) says so of these.

    A file is judged hit by hit: this takes an eighth of the time of packing what was unpacked.
    """
    ids = np.asarray(detid)
    if ids.dtype != np.uint32:
        ids = raw_ids(ids)
    last = table.size - 1
    answer: Bools = ((ids | last) == (head | last)) & table[ids & last]
    return answer


def _signed(size: Ints, side: Ints) -> Ints:
    return np.where((side & 1) != 0, size, -size)


def _eb_exists(ieta: Ints, iphi: Ints) -> Bools:
    answer: Bools = (ieta != 0) & (np.abs(ieta) <= EB_IETA) & (iphi >= 1) & (iphi <= EB_IPHI)
    return answer


def _hbhe_exists(subdet: Ints, ieta: Ints, iphi: Ints, depth: Ints) -> Bools:
    size = np.abs(ieta)
    legal = ((subdet == HB) | (subdet == HE)) & (size >= 1) & (size <= HE_IETA) & (iphi >= 1) & (iphi <= HCAL_IPHI)
    legal &= (size <= FINE_PHI_IETA) | (iphi % 2 == 1)
    place = np.where(legal, subdet, 0), np.where(legal, size, 0)
    answer: Bools = legal & (depth >= HCAL_MIN_DEPTH[place]) & (depth <= HCAL_MAX_DEPTH[place])
    return answer


def _eb_bits(ieta: Ints, iphi: Ints) -> Ints:
    return EB | ((ieta > 0).astype(np.int64) << 16) | (np.abs(ieta) << 9) | iphi


def _ee_bits(ix: Ints, iy: Ints, zside: Ints) -> Ints:
    return EE | ((zside > 0).astype(np.int64) << 14) | (ix << 7) | iy


def _hcal_bits(subdet: Ints, ieta: Ints, iphi: Ints, depth: Ints, new: Bools) -> Ints:
    side, size, head = (ieta > 0).astype(np.int64), np.abs(ieta), HCAL | (subdet << 25)
    new_bits = HCAL_NEW_FORMAT | (depth << 20) | (side << 19) | (size << 10) | iphi
    return head | np.where(new, new_bits, (depth << 14) | (side << 13) | (size << 7) | iphi)


def _demand(exists: Bools, what: str, *fields: Ints) -> None:
    if not exists.all():
        worst = int(np.argmin(exists))
        cell = tuple(int(field.flat[worst]) for field in fields)
        raise EventCorruptionError(f"detids: no {what} is {cell}")
