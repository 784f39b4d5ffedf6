"""Crystals are read with the noise, zero suppression and selective readout of barrel and endcaps."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.generator import GenParticles
from dataformats.geometry.detids import EB_CELLS, EE_EXISTS, eb_hash, ee_hash, pack_eb, pack_ee, unpack_eb, unpack_ee
from dataformats.geometry.ecal_cells import positions
from dataformats.simulated import CaloSimHits
from e2efw.errors import ConfigurationError
from e2efw.framework.blocks import EventIDs
from simulation.detector_sim import DetectorSimProducer
from simulation.ecal_readout import EBRecHitProducer, EERecHitProducer, eb_channels, ee_channels

Crowd = Callable[[int, int], GenParticles]
IdsOf = Callable[..., EventIDs]


def one_crystal(detid: NDArray[np.uint32], energy: float, n_events: int, time: float = 0.0) -> CaloSimHits:
    """The same deposit in every event."""
    one = np.ones(n_events)
    return CaloSimHits(np.arange(n_events + 1), detid=one * detid, energy=one * energy, time=one * time)


def test_every_crystal_is_in_one_tower_of_five_by_five() -> None:
    barrel, endcaps = eb_channels(0.04, 0.16, 4.0), ee_channels(0.045, 0.145, 6.0)
    assert barrel.existing.size == 61200
    assert barrel.tower_cells.shape == (34 * 72, 25)
    assert endcaps.existing.size == 2 * 7324
    assert endcaps.tower_cells.shape[1] == 25
    for electronics in (barrel, endcaps):
        cells = electronics.tower_cells[electronics.tower_cells >= 0]
        assert np.array_equal(np.sort(cells), electronics.existing)
        tower, place = np.nonzero(electronics.tower_cells >= 0)
        assert np.array_equal(electronics.tower[electronics.tower_cells[tower, place]], tower)


def test_towers_beside_one_another_are_close_and_know_each_other() -> None:
    for electronics, first in ((eb_channels(0.04, 0.16, 4.0), 0), (ee_channels(0.045, 0.145, 6.0), EB_CELLS)):
        place = positions()[first + np.arange(electronics.noise.size)]
        centre = np.full((electronics.tower_cells.shape[0], 3), np.nan)
        for tower, cells in enumerate(electronics.tower_cells):
            if (cells >= 0).any():
                centre[tower] = place[cells[cells >= 0]].mean(axis=0)
        one, number = np.nonzero(electronics.tower_neighbours >= 0)
        other = electronics.tower_neighbours[one, number]
        pairs = set(zip(one.tolist(), other.tolist(), strict=True))
        assert pairs == {(b, a) for a, b in pairs}
        distance = np.linalg.norm(centre[one] - centre[other], axis=1)
        assert np.nanmax(distance) < 30.0  # cm; a tower is 11 to 15 wide


def test_noise_and_threshold_are_transverse_in_the_endcaps() -> None:
    electronics = ee_channels(0.045, 0.145, 6.0)
    there = electronics.existing
    assert electronics.noise[there] * electronics.to_transverse[there] == pytest.approx(0.045)
    assert electronics.threshold[there] * electronics.to_transverse[there] == pytest.approx(0.145)
    centre = positions()[EB_CELLS + there]
    sine = np.hypot(centre[:, 0], centre[:, 1]) / np.linalg.norm(centre, axis=1)
    assert electronics.to_transverse[there] == pytest.approx(sine)


@pytest.mark.parametrize("producer", [EBRecHitProducer(), EERecHitProducer()], ids=["barrel", "endcaps"])
def test_noise_alone_lifts_as_many_crystals_as_gauss_says(
    producer: EBRecHitProducer | EERecHitProducer, ids_of: IdsOf
) -> None:
    hits = producer.produce(CaloSimHits.empty(400), ids_of(400))
    n_crystals = 61200 if isinstance(producer, EBRecHitProducer) else 14648
    expected = 400 * n_crystals * 0.5 * math.erfc(producer.threshold / producer.noise / math.sqrt(2))
    assert hits.offsets[-1] == pytest.approx(expected, abs=4 * math.sqrt(expected))
    assert hits.counts.var() == pytest.approx(expected / 400, rel=0.35)  # a Poisson distribution


def test_hits_are_crystals_in_ascending_order(crowd: Crowd, ids_of: IdsOf) -> None:
    left = DetectorSimProducer().produce(crowd(3, 40), None, ids_of(40))
    eb = EBRecHitProducer().produce(left.ecal_hits_eb, ids_of(40))
    ee = EERecHitProducer().produce(left.ecal_hits_ee, ids_of(40))
    ix, iy, _ = unpack_ee(ee.flat("detid"))
    assert EE_EXISTS[iy - 1, ix - 1].all()
    for hits, place in ((eb, eb_hash(*unpack_eb(eb.flat("detid")))), (ee, ee_hash(*unpack_ee(ee.flat("detid"))))):
        assert np.all(np.diff(np.repeat(np.arange(40), hits.counts) * EB_CELLS + place) > 0)
        assert not type(hits).faults(hits.columns)


def test_a_hot_tower_of_the_barrel_is_read_with_all_around_it(ids_of: IdsOf) -> None:
    for ieta, iphi, energy, n_towers in ((3, 180, 4.3, 9), (1, 1, 4.3, 9), (85, 358, 11.0, 6), (-85, 3, 11.0, 6)):
        hits = EBRecHitProducer().produce(one_crystal(pack_eb(ieta, iphi), energy, 20), ids_of(20))
        found_ieta, found_iphi = unpack_eb(hits.flat("detid"))
        row = found_ieta + 85 - (found_ieta > 0)
        towers = row // 5 - (ieta + 85 - (ieta > 0)) // 5, (found_iphi - 1) // 5 - (iphi - 1) // 5
        around = (np.abs(towers[0]) <= 1) & (np.abs((towers[1] + 36) % 72 - 36) <= 1)
        assert np.count_nonzero(around) == 20 * 25 * n_towers
        assert np.any(hits.flat("energy")[around] < 0)
        assert np.all(hits.flat("energy")[~around] > 0.159)
    quiet = EBRecHitProducer().produce(one_crystal(pack_eb(85, 358), 8.0, 20), ids_of(20))  # transverse: 3.5 GeV
    assert quiet.offsets[-1] < 200


def test_a_hot_supercrystal_is_read_with_all_around_it(ids_of: IdsOf) -> None:
    for zside in (-1, 1):
        hits = EERecHitProducer().produce(one_crystal(pack_ee(30, 48, zside), 60.0, 20), ids_of(20))
        ix, iy, side = unpack_ee(hits.flat("detid"))
        around = (side == zside) & (np.abs((ix - 1) // 5 - 29 // 5) <= 1) & (np.abs((iy - 1) // 5 - 47 // 5) <= 1)
        assert np.count_nonzero(around) == 20 * 9 * 25
        assert np.any(hits.flat("energy")[around] < 0)


def test_energy_and_time_of_a_crystal_have_their_resolution(ids_of: IdsOf) -> None:
    n = 3000
    hits = EBRecHitProducer().produce(one_crystal(pack_eb(20, 7), 2.0, n, time=4.0), ids_of(n))
    mine = hits.flat("detid") == pack_eb(20, 7)
    assert np.count_nonzero(mine) == n
    assert hits.flat("energy")[mine].mean() == pytest.approx(2.0, abs=4 * 0.04 / math.sqrt(n))
    assert hits.flat("energy")[mine].std() == pytest.approx(0.04, rel=0.06)
    expected = math.hypot(35.0 * 0.04 / 2.0, 0.15)
    assert hits.flat("time")[mine].mean() == pytest.approx(4.0, abs=4 * expected / math.sqrt(n))
    assert hits.flat("time")[mine].std() == pytest.approx(expected, rel=0.06)


@pytest.mark.parametrize("producer", [EBRecHitProducer(), EERecHitProducer()], ids=["barrel", "endcaps"])
def test_events_are_read_alike_in_blocks_of_any_size(
    producer: EBRecHitProducer | EERecHitProducer, crowd: Crowd, ids_of: IdsOf
) -> None:
    left, ids = DetectorSimProducer().produce(crowd(4, 30), None, ids_of(30)), ids_of(30)
    hits = left.ecal_hits_eb if isinstance(producer, EBRecHitProducer) else left.ecal_hits_ee
    whole = producer.produce(hits, ids)
    cuts = [slice(first, min(first + 7, 30)) for first in range(0, 30, 7)]
    parts = [producer.produce(hits.take(cut), ids.take(cut)) for cut in cuts]
    again = type(whole).concatenate(parts)  # type: ignore[arg-type]
    assert np.array_equal(whole.offsets, again.offsets)
    assert all(np.array_equal(column, again.columns[name]) for name, column in whole.columns.items())


def test_parameters_must_make_sense() -> None:
    for wrong in ({"noise": 0.0}, {"threshold": -1.0}, {"interesting": 0.0}, {"seed": -3}):
        with pytest.raises(ConfigurationError, match=f"EBRecHitProducer: parameter '{next(iter(wrong))}'"):
            EBRecHitProducer(**wrong)
