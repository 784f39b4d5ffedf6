"""Hits of barrel and endcaps are one row of crystals, none of which comes twice in an event."""

import numpy as np
import pytest

from dataformats.geometry.detids import ECAL_CELLS, pack_eb, pack_ee
from dataformats.geometry.ecal_cells import cells_of, in_barrel
from dataformats.rechits import EBRecHits, EERecHits
from e2efw.errors import EventCorruptionError
from simulation.ecal_hits import ecal_hits, energies_of


def test_hits_of_both_are_one_row_of_cells_with_their_energies() -> None:
    eb = EBRecHits.from_lists(detid=[[pack_eb(5, 7)], [pack_eb(-5, 7)]], energy=[[1.0], [2.0]], time=[[0.1], [0.2]])
    ee = EERecHits.from_lists(detid=[[pack_ee(20, 50, -1)], []], energy=[[3.0], []], time=[[0.3], []])
    hits = ecal_hits(eb, ee)
    assert hits.cells.offsets.tolist() == [0, 2, 3]
    assert np.array_equal(cells_of(hits.detid), hits.cells.cell)
    assert in_barrel(hits.cells.cell).tolist() == [True, False, True]
    assert hits.time == pytest.approx([0.1, 0.3, 0.2])
    event, cell = np.array([0, 0, 1, 1]), np.array([hits.cells.cell[1], -1, hits.cells.cell[1], hits.cells.cell[2]])
    assert energies_of(hits, event, cell).tolist() == [3.0, 0.0, 0.0, 2.0]
    nothing = ecal_hits(EBRecHits.empty(1), EERecHits.empty(1))
    assert energies_of(nothing, np.zeros(1, np.int64), np.array([ECAL_CELLS - 1])).tolist() == [0.0]


def test_two_hits_of_a_crystal_in_an_event_are_refused() -> None:
    crystal = pack_eb(5, 7)
    eb = EBRecHits.from_lists(detid=[[crystal, crystal]], energy=[[1.0, 1.0]], time=[[0.0, 0.0]])
    with pytest.raises(EventCorruptionError, match="hits of the ECAL"):
        ecal_hits(eb, EERecHits.empty(1))
