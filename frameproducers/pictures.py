"""Dense pictures of the whole detector, all layers on the pixels of the stitched picture."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.picture import COLUMNS, ROWS
from frameproducers.entries import Inputs
from frameproducers.windows import View, draw


def pictures(names: Sequence[str], inputs: Inputs, *, legacy_direction: bool = False) -> NDArray[np.float32]:
    """Every layer of every event; towers are cut into pixels that share their energy.

    Args:
        names: of `LAYERS`; the order of the channels.
        inputs: hits, tracks and vertices of a block.
        legacy_direction: as for `layer_entries`.

    Returns:
        (events, channels, 280, 360).
    """
    n_events = len(inputs.eb_hits)
    out = np.zeros((n_events, len(names), ROWS, COLUMNS), np.float32)
    corner = np.zeros(n_events, np.int64)
    view = View(tuple(names), (ROWS, COLUMNS), legacy_direction=legacy_direction)
    draw(view, inputs, np.arange(n_events), corner, corner, out)
    return out
