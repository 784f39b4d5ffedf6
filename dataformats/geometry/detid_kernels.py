"""Calorimeter DetIds one at a time, for use inside numba kernels. The readable twins are the functions of `detids`.

Every function judges any 32-bit number: what is no true cell gives -1 (or ieta 0), so kernels may index with the rest.
"""

import numpy as np

from dataformats.geometry.constants import EB_IETA, EB_IPHI, EE_SIZE, FINE_PHI_IETA, HB_IETA, HCAL_IPHI, HE_IETA
from dataformats.geometry.detids import EB, EE, EE_EXISTS, HB, HCAL, HCAL_MAX_DEPTH, HCAL_MIN_DEPTH, HCAL_NEW_FORMAT, HE
from dataformats.jit import kernel

_OWN_BITS = (1 << 25) - 1


@kernel
def eb_index(detid: int) -> int:
    """Hashed index 0..61199 of a barrel crystal (`detids.eb_hash`), -1 for any other id."""
    raw = np.int64(detid)
    ieta, iphi = (raw >> 9) & 0x7F, raw & 0x1FF
    if (raw >> 17) << 17 != EB or ieta < 1 or ieta > EB_IETA or iphi < 1 or iphi > EB_IPHI:
        return -1
    row = EB_IETA + ieta - 1 if (raw >> 16) & 1 else EB_IETA - ieta
    return int(row * EB_IPHI + iphi - 1)


@kernel
def ee_index(detid: int) -> int:
    """Index 0..19999 of an endcap crystal (`detids.ee_hash`), -1 for any other id."""
    raw = np.int64(detid)
    side, ix, iy = (raw >> 14) & 1, (raw >> 7) & 0x7F, raw & 0x7F
    if (raw >> 15) << 15 != EE or ix < 1 or ix > EE_SIZE or iy < 1 or iy > EE_SIZE or not EE_EXISTS[iy - 1, ix - 1]:
        return -1
    return int((side * EE_SIZE + iy - 1) * EE_SIZE + ix - 1)


@kernel
def hbhe_cell(detid: int) -> tuple[int, int, int]:
    """(ieta, iphi, depth) of an HB or HE cell of either packing; (0, 0, 0) for any other id."""
    raw = np.int64(detid)
    subdet, own = (raw >> 25) & 7, raw & _OWN_BITS
    if raw & HCAL_NEW_FORMAT:
        depth, side, ieta, iphi = (raw >> 20) & 0xF, (raw >> 19) & 1, (raw >> 10) & 0x1FF, raw & 0x3FF
    else:
        depth, side, ieta, iphi = own >> 14, (raw >> 13) & 1, (raw >> 7) & 0x3F, raw & 0x7F
    if (raw >> 28) << 28 != HCAL or (subdet != HB and subdet != HE) or ieta < 1 or ieta > HE_IETA:  # noqa: PLR1714
        return 0, 0, 0
    if iphi < 1 or iphi > HCAL_IPHI or (ieta > FINE_PHI_IETA and iphi % 2 == 0):
        return 0, 0, 0
    if depth < HCAL_MIN_DEPTH[subdet, ieta] or depth > HCAL_MAX_DEPTH[subdet, ieta]:
        return 0, 0, 0
    return int(ieta if side else -ieta), int(iphi), int(depth)


@kernel
def hbhe_subdet(ieta: int) -> int:
    """Subdetector in front of tower ieta: 1 (HB) up to |ieta| 16, else 2 (HE)."""
    return HB if abs(ieta) <= HB_IETA else HE
