"""Hits of barrel and endcaps in one row, by crystal, and the energies in crystals."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.detids import EB_CELLS, ECAL_CELLS, Ints, eb_hash, ee_hash, unpack_eb, unpack_ee
from dataformats.rechits import EBRecHits, EERecHits
from simulation.clustering import CellHits, cell_hits


class EcalHits(NamedTuple):
    """Hits of barrel and endcaps together.

    Args:
        cells: number of the crystal and energy of each, by event and cell; crystals count as in `ecal_cells`.
        detid: (hits,) of each.
        time: (hits,) ns.
    """

    cells: CellHits
    detid: NDArray[np.uint32]
    time: NDArray[np.float64]


def energies_of(hits: EcalHits, event: Ints, cell: Ints) -> NDArray[np.float64]:
    """Energies in crystals of events, of any shape, GeV; 0 without a hit, also where the cell is -1."""
    cells = hits.cells
    if not cells.cell.size:
        return np.zeros(cell.shape)
    known = np.repeat(np.arange(cells.offsets.size - 1), np.diff(cells.offsets)) * ECAL_CELLS + cells.cell
    wanted = event * ECAL_CELLS + cell
    place = np.minimum(np.searchsorted(known, wanted), known.size - 1)
    return np.where((known[place] == wanted) & (cell >= 0), cells.energy[place], 0.0)


def ecal_hits(eb_hits: EBRecHits, ee_hits: EERecHits) -> EcalHits:
    """Hits of a block in one row.

    Raises:
        EventCorruptionError: an event has two hits in one crystal.
    """
    cell = np.concatenate(
        [eb_hash(*unpack_eb(eb_hits.flat("detid"))), EB_CELLS + ee_hash(*unpack_ee(ee_hits.flat("detid")))]
    )
    event = np.concatenate([np.repeat(np.arange(len(hits)), hits.counts) for hits in (eb_hits, ee_hits)])
    detid, energy, time = (
        np.concatenate([eb_hits.flat(name), ee_hits.flat(name)]) for name in ("detid", "energy", "time")
    )
    cells = cell_hits(event, cell, energy, len(eb_hits), "hits of the ECAL")
    return EcalHits(cells, detid[cells.order], time[cells.order].astype(np.float64))
