"""Endcaps of the ECAL picture in blocks of 2 x 2 pixels: fewer holes, the same energy."""

from typing import Literal, TypeAlias

import numpy as np

from dataformats.geometry.picture import COLUMNS, EB_FIRST_PIXEL, EEP_FIRST_ROW, ROWS
from frameproducers.entries import Entries
from frameproducers.kernels.resampling import BLOCKS, resample_endcaps
from frameproducers.layers import LayerRule, inputs_of

EEResampling: TypeAlias = Literal["none", "conserving", "legacy"]
"""What happens to the endcaps of the stitched ECAL picture.

- none: nothing; a bin that holds no crystal's centre is empty
- conserving: each pixel gets the mean of its 2 x 2 block; the blocks of the outermost rows (0 and 279), half of which
  would lie outside, are 1 x 2
- legacy: each pixel gets a sixteenth of its block's sum and the half blocks lose what would lie outside, as in the
  converters of the public trainings, which divided twice: a quarter of the energy is left
"""

_ECAL = {"eb_hits", "ee_hits"}
_PARTS = {"conserving": (4, 2), "legacy": (16, 16)}


def can_be_resampled(rule: LayerRule) -> bool:
    """True for energies of crystals on the stitched picture."""
    shape = rule.layer.rows, rule.layer.columns
    return inputs_of([rule.name]) == _ECAL and rule.fill == "sum" and shape == (ROWS, COLUMNS)


def resampled(entries: Entries, how: EEResampling) -> Entries:
    """The same layer with its endcaps resampled; the barrel stays as it is.

    Args:
        entries: of a layer that `can_be_resampled`.
        how: see `EEResampling`.
    """
    if how == "none":
        return entries
    offsets, cell, value = entries
    in_endcaps = np.count_nonzero((cell < EB_FIRST_PIXEL) | (cell >= EEP_FIRST_ROW * COLUMNS))
    room = cell.size + 3 * int(in_endcaps)
    out = Entries(np.empty_like(offsets), np.empty(room, np.int32), np.empty(room, np.float32))
    resample_endcaps(offsets, cell, value, *_PARTS[how], np.zeros(BLOCKS, np.float32), out.offsets, out.cell, out.value)
    filled = int(out.offsets[-1])
    return Entries(out.offsets, out.cell[:filled], out.value[:filled])
