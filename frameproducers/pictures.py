"""Dense pictures of the whole detector, all layers on the pixels of the stitched picture."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.picture import COLUMNS, ROWS
from e2efw.errors import LogicError
from frameproducers.entries import Inputs
from frameproducers.windows import View, draw


def pictures(
    names: Sequence[str], inputs: Inputs, *, legacy_direction: bool = False, out: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Every layer of every event; towers are cut into pixels that share their energy.

    Args:
        names: of `LAYERS`; the order of the channels.
        inputs: hits, tracks and vertices of a block.
        legacy_direction: as for `layer_entries`.
        out: (events, channels, 280, 360) contiguous memory to draw into, whatever it holds; None for fresh memory.

    Returns:
        (events, channels, 280, 360); `out` where it is given.

    Raises:
        LogicError: `out` does not fit.
    """
    n_events = len(inputs.eb_hits)
    shape = n_events, len(names), ROWS, COLUMNS
    if out is None:
        out = np.zeros(shape, np.float32)
    elif out.shape != shape or out.dtype != np.float32 or not out.flags.c_contiguous:
        raise LogicError(f"pictures: 'out' must be contiguous {shape} float32, not {out.shape} {out.dtype}.")
    else:
        out.view(np.uint8).fill(0)  # a memset; zeros of float32 take half as long again
    corner = np.zeros(n_events, np.int64)
    view = View(tuple(names), (ROWS, COLUMNS), legacy_direction=legacy_direction)
    draw(view, inputs, np.arange(n_events), corner, corner, out)
    return out
