"""Tracker hits to cells of the pictures, one picture per tracker layer.

Hits come out sorted by picture, then event, so that every picture of every event is a group of its own: group
picture * events + event. Several collections may fill the same groups, one call after the other.
"""

import math

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.helix import eta_of
from dataformats.geometry.tracker_kernels import tracker_layer_of
from dataformats.jit import kernel
from frameproducers.kernels.placements import cell_of


@kernel
def count_hits(
    offsets: NDArray[np.int64], detid: NDArray[np.uint32], picture_of: NDArray[np.int64], counts: NDArray[np.int64]
) -> None:
    """Add the hits of every picture and event.

    Args:
        offsets: (events + 1,) boundaries of the hits.
        detid: (hits,).
        picture_of: (29,) number of the picture that a tracker layer is drawn in, -1 for none.
        counts: (pictures * events,) added to.
    """
    events = offsets.size - 1
    for event in range(events):
        for i in range(offsets[event], offsets[event + 1]):
            layer = tracker_layer_of(detid[i])
            if layer >= 0 and picture_of[layer] >= 0:
                counts[picture_of[layer] * events + event] += 1


@kernel
def project_hits(
    offsets: NDArray[np.int64],
    detid: NDArray[np.uint32],
    position: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
    centre: NDArray[np.float64],
    picture_of: NDArray[np.int64],
    fineness: int,
    cursor: NDArray[np.int64],
    out_cell: NDArray[np.int32],
) -> None:
    """Hits to the cell in whose direction they are, seen from the first vertex or from the centre of CMS.

    Args:
        offsets: (events + 1,) boundaries of the hits.
        detid: (hits,).
        position: three (hits,) arrays x, y, z, cm.
        centre: (events, 3 or more) x, y, z that hits are seen from, cm.
        picture_of: (29,) as for `count_hits`.
        fineness: as for `cell_of`.
        cursor: (pictures * events,) next free place of each group; moved on.
        out_cell: (all hits that count,); -1 for hits without a place.
    """
    events = offsets.size - 1
    for event in range(events):
        for i in range(offsets[event], offsets[event + 1]):
            layer = tracker_layer_of(detid[i])
            if layer < 0 or picture_of[layer] < 0:
                continue
            x, y = np.float64(position[0][i]) - centre[event, 0], np.float64(position[1][i]) - centre[event, 1]
            z = np.float64(position[2][i]) - centre[event, 2]
            group = picture_of[layer] * events + event
            out_cell[cursor[group]] = cell_of(eta_of(x, y, z), math.atan2(y, x), fineness)
            cursor[group] += 1
