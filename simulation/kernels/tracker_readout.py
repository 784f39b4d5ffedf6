"""Tracker crossings as hits with inefficiency and resolution, event by event."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.tracker_ids import BPIX, FPIX, TIB, TOB
from dataformats.geometry.tracker_kernels import LAYERS_OF, SUBDETS, tracker_layer_of
from dataformats.geometry.tracker_modules import layer_index, strip_centre_radius, strip_centre_z
from dataformats.jit import kernel
from simulation.kernels.flight import Ints
from simulation.random_numbers import Words, normal, start, uniform

RESOLUTION_ACROSS: Final = np.array([0.0, 0.0010, 0.0015, 0.0028, 0.0040, 0.0040, 0.0045])
"""Shape (7,) by subdetector: standard deviation around the beam, cm [CMS, JINST 9 (2014) P10009]."""
RESOLUTION_ALONG: Final = np.array([0.0, 0.0030, 0.0020, 0.0, 0.0, 0.0, 0.0])
"""Shape (7,): along the beam in BPIX, along the radius in FPIX; strips know only their middle."""
_SUBDET, _LAYER = np.array(
    [(SUBDETS[part], layer) for part, last in LAYERS_OF.items() for layer in range(1, last + 1)], np.int64
).T.copy()
"""Shape (29,) by number of the layer."""


@kernel
def measure_hits(
    offsets: Ints,
    detid: NDArray[np.uint32],
    position: NDArray[np.float32],
    keys: Words,
    efficiency: float,
    found: NDArray[np.bool_],
    measured: NDArray[np.float32],
) -> None:
    """Decide which crossings are seen, and where.

    Args:
        offsets: (events + 1,) boundaries.
        detid: (hits,) modules.
        position: (3, hits) true global positions, cm.
        keys: (events,) of random numbers.
        efficiency: of a layer.
        found: (hits,) to fill.
        measured: (3, hits) to fill.
    """
    state = np.empty(1, np.uint64)
    for event in range(keys.size):
        for i in range(offsets[event], offsets[event + 1]):
            start(state, keys[event], i - offsets[event])
            found[i] = uniform(state) < efficiency
            subdet, layer = subdet_and_layer(detid[i])
            x, y, z = position[0, i], position[1, i], position[2, i]
            radius = math.hypot(x, y)
            turn = RESOLUTION_ACROSS[subdet] * normal(state) / radius  # far below 1: no sine needed
            stretch = 1.0
            if subdet == BPIX:
                z += RESOLUTION_ALONG[subdet] * normal(state)
            elif subdet == FPIX:
                stretch = 1.0 + RESOLUTION_ALONG[subdet] * normal(state) / radius
            elif subdet in {TIB, TOB}:
                z = strip_centre_z(layer_index(subdet, layer), z)
            else:
                stretch = strip_centre_radius(radius) / radius
            measured[0, i], measured[1, i], measured[2, i] = stretch * (x - turn * y), stretch * (y + turn * x), z


@kernel
def subdet_and_layer(detid: int) -> tuple[int, int]:
    """Subdetector and layer of a module of the tracker; the readable twin is `tracker_ids.unpack_tracker`."""
    number = tracker_layer_of(detid)
    return int(_SUBDET[number]), int(_LAYER[number])
