"""The tracker module at a point of a layer, one at a time, for use inside numba kernels.

Subdetector, layer, side and ring of the id are true; ladder, blade, petal and module count equal steps around and along
the layer, so they tell modules apart but are not those of the real detector.
"""

import math
from typing import Final

import numpy as np

from dataformats.geometry.constants import TWO_PI
from dataformats.geometry.tracker_ids import BPIX, FPIX, TIB, TID
from dataformats.geometry.tracker_layers import (
    CYLINDER_ALONG,
    CYLINDER_AROUND,
    CYLINDER_HALF_LENGTH,
    CYLINDERS,
    DISKS,
    RINGS,
    STEREO_LAYERS,
    STEREO_RINGS,
)
from dataformats.jit import kernel

PLAIN: Final = 0
"""Two lowest bits of the id of a single module."""
STEREO: Final = 1
"""Of the tilted one of a pair."""
R_PHI: Final = 2
"""Of the straight one of a pair."""

_TRACKER = 1 << 28
_CYLINDER_SUBDET = np.array([layer.subdet for layer in CYLINDERS])
_CYLINDER_LAYER = np.array([layer.layer for layer in CYLINDERS])
_DISK_SUBDET = np.array([disk.subdet for disk in DISKS])
_DISK_LAYER = np.array([disk.layer for disk in DISKS])
_INDEX = np.full((7, 10), -1)
_INDEX[[layer.subdet for layer in (*CYLINDERS, *DISKS)], [layer.layer for layer in (*CYLINDERS, *DISKS)]] = np.arange(
    29
)
_RING_OUTER = np.array([ring.outer for ring in RINGS])
_RING_CENTRE = np.array([ring.centre for ring in RINGS])
_RING_IS_STEREO = np.array([False, *(number in STEREO_RINGS for number in range(1, len(RINGS) + 1))])
_BLADES, _MODULES_IN_RING, _PETALS, _MODULES_IN_PETAL = 56, 12, 16, 7


@kernel
def _step(phi: float, steps: int) -> int:
    """Which of equal steps around the beam an azimuth is in, from 0."""
    return min(int((phi % TWO_PI) / TWO_PI * steps), steps - 1)


@kernel
def ring_of(radius: float) -> int:
    """Ring of TID or TEC at a radius in cm, from 1."""
    return min(int(np.searchsorted(_RING_OUTER, radius)) + 1, _RING_OUTER.size)


@kernel
def cylinder_is_stereo(index: int) -> bool:
    """True if cylinder number `index` has pairs of modules."""
    return bool(_CYLINDER_SUBDET[index] > FPIX and _CYLINDER_LAYER[index] <= STEREO_LAYERS)


@kernel
def disk_is_stereo(index: int, radius: float) -> bool:
    """True if disk number `index` has pairs of modules at a radius in cm."""
    return bool(_DISK_SUBDET[index] > FPIX and _RING_IS_STEREO[ring_of(radius)])


@kernel
def cylinder_module(index: int, phi: float, z: float, pair: int) -> int:
    """DetId of the module of a barrel layer at a point.

    Args:
        index: of `tracker_layers.CYLINDERS`.
        phi: azimuth, rad.
        z: cm, within the layer.
        pair: PLAIN, STEREO or R_PHI.
    """
    subdet, layer = _CYLINDER_SUBDET[index], _CYLINDER_LAYER[index]
    around, along = _step(phi, CYLINDER_AROUND[index]) + 1, CYLINDER_ALONG[index]
    place = min(int((z / CYLINDER_HALF_LENGTH[index] + 1.0) / 2.0 * along), along - 1)
    head = _TRACKER | (subdet << 25)
    if subdet == BPIX:
        return int(head | (layer << 20) | (around << 12) | ((place + 1) << 2))
    half = along // 2
    side, place = (2, place - half) if place >= half else (1, half - 1 - place)
    head |= (layer << 14) | (side << 12)
    if subdet == TIB:
        return int(head | ((place // 3 + 1) << 10) | (around << 4) | ((place % 3 + 1) << 2) | pair)
    return int(head | (around << 5) | ((place + 1) << 2) | pair)


@kernel
def disk_module(index: int, phi: float, x: float, y: float, z: float, pair: int) -> int:
    """DetId of the module of an endcap layer at a point.

    Args:
        index: of `tracker_layers.DISKS`.
        phi: azimuth, rad.
        x, y, z: of the point, cm.
        pair: PLAIN, STEREO or R_PHI.
    """
    subdet, layer = _DISK_SUBDET[index], _DISK_LAYER[index]
    side = 2 if z > 0 else 1
    head = _TRACKER | (subdet << 25)
    if subdet == FPIX:
        return int(head | (side << 23) | (layer << 18) | ((_step(phi, _BLADES) + 1) << 12) | (1 << 10) | (1 << 2))
    ring = ring_of(math.hypot(x, y))
    if subdet == TID:
        return int(
            head
            | (side << 13)
            | (layer << 11)
            | (min(ring, 3) << 9)
            | ((_step(phi, _MODULES_IN_RING) + 1) << 2)
            | (1 << 7)
            | pair
        )
    place = _step(phi, _PETALS * _MODULES_IN_PETAL)
    petal = place // _MODULES_IN_PETAL
    front = petal % 2 + 1
    return int(
        head
        | (side << 18)
        | (layer << 14)
        | (front << 12)
        | ((petal // 2 + 1) << 8)
        | (ring << 5)
        | ((place % _MODULES_IN_PETAL + 1) << 2)
        | pair
    )


@kernel
def strip_centre_z(index: int, z: float) -> float:
    """Z in cm of the middle of the strips at z of a barrel layer; strips lie along the beam, one module each."""
    along, half_length = CYLINDER_ALONG[index], CYLINDER_HALF_LENGTH[index]
    place = min(max(int((z / half_length + 1.0) / 2.0 * along), 0), along - 1)
    return float(((place + 0.5) / along * 2.0 - 1.0) * half_length)


@kernel
def strip_centre_radius(radius: float) -> float:
    """Radius in cm of the middle of the strips at a radius of a disk; strips point at the beam, one ring each."""
    return float(_RING_CENTRE[ring_of(radius) - 1])


@kernel
def layer_index(subdet: int, layer: int) -> int:
    """Place of a layer among `tracker_layers.CYLINDERS`, then `DISKS`; -1 if there is none."""
    if not (0 <= subdet < _INDEX.shape[0] and 0 <= layer < _INDEX.shape[1]):
        return -1
    return int(_INDEX[subdet, layer])
