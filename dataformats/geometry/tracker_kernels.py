"""Layers of the silicon tracker, numbered one after the other, and the layer of one DetId inside numba kernels.

The readable twin of `tracker_layer_of` is `tracker_ids.unpack_tracker`.
"""

from typing import Final

import numpy as np

from dataformats.geometry.tracker_ids import BPIX, FPIX, TEC, TIB, TID, TOB
from dataformats.jit import kernel

LAYERS_OF: Final = {"BPIX": 4, "FPIX": 3, "TIB": 4, "TOB": 6, "TID": 3, "TEC": 9}
"""Layers, disks or wheels of each part of the tracker; both sides of a disk count as one."""
TRACKER_LAYERS: Final = tuple(f"{part}{layer}" for part, last in LAYERS_OF.items() for layer in range(1, last + 1))
"""Names of the 29 layers, in the order of their numbers."""

SUBDETS: Final = {"BPIX": BPIX, "FPIX": FPIX, "TIB": TIB, "TOB": TOB, "TID": TID, "TEC": TEC}
"""Numbers of the parts in DetIds."""
_FIRST, _LAST, _SHIFT, _MASK, _SIDE = (np.zeros(8, np.int64) for _ in range(5))
for _part, _subdet in SUBDETS.items():
    _FIRST[_subdet], _LAST[_subdet] = TRACKER_LAYERS.index(f"{_part}1"), LAYERS_OF[_part]
for _subdet, _shift, _mask in ((TIB, 14, 0x7), (TOB, 14, 0x7), (TID, 11, 0x3), (TEC, 14, 0xF)):
    _SHIFT[_subdet], _MASK[_subdet] = _shift, _mask
for _subdet, _shift in ((FPIX, 23), (TID, 13), (TEC, 18)):
    _SIDE[_subdet] = _shift


@kernel
def tracker_layer_of(detid: int) -> int:
    """Number 0..28 of the layer (position in TRACKER_LAYERS) of any 32-bit number; -1 if it is no tracker id."""
    raw = np.int64(detid)
    subdet = (raw >> 25) & 7
    layer, last = (raw >> _SHIFT[subdet]) & _MASK[subdet], _LAST[subdet]
    if subdet == BPIX:
        layer = (raw >> 20) & 0xF
        if layer == 0:
            layer, last = (raw >> 16) & 0xF, last - 1
    elif subdet == FPIX:
        layer = (raw >> 18) & 0xF
        if layer == 0:
            layer, last = (raw >> 16) & 0x3, last - 1
    sided = (raw >> _SIDE[subdet]) & 3 if _SIDE[subdet] else 1
    if raw >> 28 != 1 or layer < 1 or layer > last or sided % 3 == 0:
        return -1
    return int(_FIRST[subdet] + layer - 1)
