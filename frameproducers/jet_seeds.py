"""Where the window of every jet is centred."""

import numpy as np

from dataformats.candidates import Jets
from dataformats.frames import Seeds
from dataformats.rechits import HBHERecHits
from frameproducers.kernels.seeds import GRID_SHAPE, find_seeds


def jet_seeds(jets: Jets, hbhe_hits: HBHERecHits, *, min_pt: float, max_eta: float) -> Seeds:
    """The pixel in the middle of the hottest HCAL tower near each jet, or why the jet has no window.

    Args:
        jets: of a block.
        hbhe_hits: of the same events.
        min_pt: GeV; jets below have status BELOW_PT.
        max_eta: jets with a larger |eta| have status OUTSIDE_ETA.
    """
    n_jets = jets.flat("pt").size
    row, column, status = np.zeros(n_jets, np.uint16), np.zeros(n_jets, np.uint16), np.zeros(n_jets, np.uint8)
    find_seeds(
        jets.offsets,
        (jets.flat("pt"), jets.flat("eta"), jets.flat("phi")),
        hbhe_hits.offsets,
        hbhe_hits.flat("detid"),
        hbhe_hits.flat("energy"),
        min_pt,
        max_eta,
        np.full(GRID_SHAPE, -np.inf, np.float32),
        row,
        column,
        status,
    )
    return Seeds.restored(jets.offsets, {"row": row, "column": column, "status": status}, {})
