"""Where the window of every jet is centred."""

from typing import Literal, TypeAlias

import numpy as np

from dataformats.candidates import Jets
from dataformats.frames import Seeds
from dataformats.rechits import HBHERecHits
from frameproducers.kernels.seeds import AXIS_CRYSTAL, AXIS_TOWER, GRID_SHAPE, HOTTEST_TOWER, find_seeds

JetRule: TypeAlias = Literal["hottestTower", "axisTower", "axisCrystal"]
"""What is in the middle: the hottest HCAL tower of 7 x 7 around the jet's direction at depth 1, or the tower or ECAL
pixel in that direction itself."""

_RULES = {"hottestTower": HOTTEST_TOWER, "axisTower": AXIS_TOWER, "axisCrystal": AXIS_CRYSTAL}


def jet_seeds(
    jets: Jets,
    hbhe_hits: HBHERecHits,
    *,
    min_pt: float,
    max_eta: float,
    rule: JetRule = "hottestTower",
    rows: tuple[int, int],
) -> Seeds:
    """The pixel in the middle of each jet's window, or why the jet has none.

    Args:
        jets: of a block.
        hbhe_hits: of the same events.
        min_pt: GeV; jets below have status BELOW_PT.
        max_eta: jets with a larger |eta| have status OUTSIDE_ETA.
        rule: what is in the middle.
        rows: first and last row of the stitched picture for a centre; others have status NEAR_EDGE.
    """
    n_jets = jets.flat("pt").size
    row, column, status = np.zeros(n_jets, np.uint16), np.zeros(n_jets, np.uint16), np.zeros(n_jets, np.uint8)
    find_seeds(
        jets.offsets,
        (jets.flat("pt"), jets.flat("eta"), jets.flat("phi")),
        hbhe_hits.offsets,
        hbhe_hits.flat("detid"),
        hbhe_hits.flat("energy"),
        (min_pt, max_eta),
        _RULES[rule],
        rows,
        np.full(GRID_SHAPE, -np.inf, np.float32),
        row,
        column,
        status,
    )
    return Seeds.restored(jets.offsets, {"row": row, "column": column, "status": status}, {})
