"""Towers of HB and HE are read with noise, zero suppression and time."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from dataformats.generator import GenParticles
from dataformats.geometry.detids import pack_hcal, unpack_hcal, valid_hbhe
from dataformats.simulated import CaloSimHits
from e2efw.framework.blocks import EventIDs
from simulation.detector_sim import DetectorSimProducer
from simulation.hcal_readout import HBHERecHitProducer, hbhe_channels
from simulation.kernels.hcal_response import HCAL_CELLS, HCAL_DETID

Crowd = Callable[[int, int], GenParticles]
IdsOf = Callable[..., EventIDs]


def test_noise_alone_lifts_as_many_cells_as_gauss_says(ids_of: IdsOf) -> None:
    producer = HBHERecHitProducer()
    hits = producer.produce(CaloSimHits.empty(600), ids_of(600)).hbhereco
    n_cells = np.count_nonzero(HCAL_DETID)
    expected = 600 * n_cells * 0.5 * math.erfc(producer.threshold / producer.noise / math.sqrt(2))
    assert hits.offsets[-1] == pytest.approx(expected, abs=4 * math.sqrt(expected))
    assert hits.flat("energy").min() > producer.threshold - 2e-3
    assert valid_hbhe(hits.flat("detid")).all()


def test_hits_come_by_ieta_iphi_and_depth_and_keep_the_energy(crowd: Crowd, ids_of: IdsOf) -> None:
    left = DetectorSimProducer().produce(crowd(3, 40), None, ids_of(40)).hcal_hits
    hits = HBHERecHitProducer().produce(left, ids_of(40)).hbhereco
    fields = unpack_hcal(hits.flat("detid"))
    order = np.repeat(np.arange(40), hits.counts), fields.ieta, fields.iphi, fields.depth
    assert np.array_equal(np.lexsort(order[::-1]), np.arange(hits.offsets[-1]))
    true, seen = (
        {
            (event, detid): energy
            for event in range(40)
            for detid, energy in zip(product.detid[event].tolist(), product.energy[event].tolist(), strict=True)
        }
        for product in (left, hits)
    )
    true = {cell: energy for cell, energy in true.items() if energy > 1.0}
    off = [seen[cell] - energy for cell, energy in true.items() if cell in seen]
    assert len(off) >= 0.999 * len(true)
    assert np.mean(off) == pytest.approx(0.0, abs=4 * 0.15 / math.sqrt(len(off)))
    assert np.std(off) == pytest.approx(0.15, rel=0.2)


def test_times_are_those_of_the_particles(ids_of: IdsOf) -> None:
    n = 2000
    cell = pack_hcal(1, 5, 10, 1)
    one = np.ones(n)
    left = CaloSimHits(np.arange(n + 1), detid=one * cell, energy=one * 6.0, time=one * 3.0)
    hits = HBHERecHitProducer().produce(left, ids_of(n)).hbhereco
    times = hits.flat("time")[hits.flat("detid") == cell]
    expected = math.hypot(6.0 * 0.15 / 6.0, 1.0)
    assert times.mean() == pytest.approx(3.0, abs=4 * expected / math.sqrt(n))
    assert times.std() == pytest.approx(expected, rel=0.06)


def test_no_tower_is_read_whole() -> None:
    electronics = hbhe_channels(0.15, 0.45)
    assert electronics.interesting == math.inf
    assert electronics.noise.size == HCAL_CELLS
    assert np.array_equal(electronics.existing, np.flatnonzero(HCAL_DETID))


def test_events_are_read_alike_in_blocks_of_any_size(crowd: Crowd, ids_of: IdsOf) -> None:
    left, ids = DetectorSimProducer().produce(crowd(4, 20), None, ids_of(20)).hcal_hits, ids_of(20)
    whole = HBHERecHitProducer().produce(left, ids).hbhereco
    for first in range(0, 20, 6):
        cut = slice(first, min(first + 6, 20))
        part = HBHERecHitProducer().produce(left.take(cut), ids.take(cut)).hbhereco
        assert all(np.array_equal(column, whole.take(cut).columns[name]) for name, column in part.columns.items())
