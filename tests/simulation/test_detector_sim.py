"""The plugin of the detector: the same event wherever it stands, alone or among others."""

from collections.abc import Callable

import numpy as np
import pytest

from dataformats.collection import Collection
from dataformats.generator import GenParticles
from dataformats.geometry.detids import EE_EXISTS, eb_hash, unpack_eb, unpack_ee, valid_eb, valid_ee, valid_hbhe
from dataformats.geometry.tracker_ids import unpack_tracker, valid_tracker
from e2efw.errors import ConfigurationError, LogicError
from e2efw.framework.blocks import EventIDs
from simulation import detector_sim
from simulation.detector_sim import DetectorSimProducer, DetectorSimProducts

Crowd = Callable[[int, int], GenParticles]
IdsOf = Callable[..., EventIDs]


def same(one: Collection, other: Collection) -> bool:
    """Bit for bit."""
    return np.array_equal(one.offsets, other.offsets) and all(
        np.array_equal(column, other.columns[name]) for name, column in one.columns.items()
    )


@pytest.fixture(scope="module")
def whole(crowd: Crowd, ids_of: IdsOf) -> DetectorSimProducts:
    return DetectorSimProducer().produce(crowd(1, 60), None, ids_of(60))


@pytest.mark.parametrize("size", [1, 7, 50])
def test_events_do_not_depend_on_the_size_of_blocks(
    crowd: Crowd, ids_of: IdsOf, whole: DetectorSimProducts, size: int
) -> None:
    particles, ids = crowd(1, 60), ids_of(60)
    cuts = [slice(first, min(first + size, 60)) for first in range(0, 60, size)]
    parts = [DetectorSimProducer().produce(particles.take(cut), None, ids.take(cut)) for cut in cuts]
    for number, product in enumerate(whole):
        assert same(product, type(product).concatenate([part[number] for part in parts]))


def test_a_job_that_starts_later_sees_the_same_events(crowd: Crowd, ids_of: IdsOf, whole: DetectorSimProducts) -> None:
    later = DetectorSimProducer().produce(crowd(1, 60).take(slice(40, 60)), None, ids_of(20, first=41))
    for product, tail in zip(whole, later, strict=True):
        assert same(product.take(slice(40, 60)), tail)


def test_another_seed_or_number_gives_other_fluctuations_of_the_same_event(
    crowd: Crowd, ids_of: IdsOf, whole: DetectorSimProducts
) -> None:
    particles = crowd(1, 60)
    for other in (
        DetectorSimProducer(seed=2).produce(particles, None, ids_of(60)),
        DetectorSimProducer().produce(particles, None, ids_of(60, first=100)),
    ):
        assert not same(whole.ecal_hits_eb, other.ecal_hits_eb)
        energies = [
            product.flat("energy").sum(dtype=np.float64) for product in (whole.ecal_hits_eb, other.ecal_hits_eb)
        ]
        assert energies[0] == pytest.approx(energies[1], rel=0.15)


def test_hits_have_valid_ids_finite_numbers_and_ascend(whole: DetectorSimProducts) -> None:
    checks = (valid_eb, valid_ee, valid_hbhe, valid_tracker, valid_tracker)
    for product, valid in zip(whole, checks, strict=False):
        assert product.flat("detid").size > 500
        assert valid(product.flat("detid")).all()
    for product in whole:
        assert not type(product).faults(product.columns)
    place = eb_hash(*unpack_eb(whole.ecal_hits_eb.flat("detid")))
    inside = np.diff(np.repeat(np.arange(60), whole.ecal_hits_eb.counts)) == 0
    assert np.all(np.diff(place)[inside] > 0)
    ix, iy, _ = unpack_ee(whole.ecal_hits_ee.flat("detid"))
    assert EE_EXISTS[iy - 1, ix - 1].all()
    assert set(unpack_tracker(whole.tracker_hits_pixel.flat("detid")).subdet.tolist()) == {1, 2}
    assert set(unpack_tracker(whole.tracker_hits_strip.flat("detid")).subdet.tolist()) == {3, 4, 5, 6}


def test_pileup_adds_energy_and_takes_none(crowd: Crowd, ids_of: IdsOf, whole: DetectorSimProducts) -> None:
    crowded = DetectorSimProducer().produce(crowd(1, 60), crowd(2, 60), ids_of(60))
    calorimeters = ((left.ecal_hits_eb, left.ecal_hits_ee, left.hcal_hits) for left in (whole, crowded))
    for pair in zip(*calorimeters, strict=True):
        for event in range(60):
            mine, theirs = (
                dict(zip(hits.detid[event].tolist(), hits.energy[event].tolist(), strict=True)) for hits in pair
            )
            assert set(mine) <= set(theirs)
            assert all(theirs[cell] >= energy * (1 - 1e-6) for cell, energy in mine.items())
    for number in (3, 4, 5):
        for event in range(60):  # what the signal leaves in the tracker comes first, untouched
            mine, theirs = (hits.take(slice(event, event + 1)).columns for hits in (whole[number], crowded[number]))
            assert all(np.array_equal(column, theirs[name][: column.size]) for name, column in mine.items())


def test_an_empty_pileup_collection_changes_nothing(crowd: Crowd, ids_of: IdsOf, whole: DetectorSimProducts) -> None:
    other = DetectorSimProducer().produce(crowd(1, 60), GenParticles.empty(60), ids_of(60))
    assert all(same(one, two) for one, two in zip(whole, other, strict=True))


def test_rooms_that_are_too_small_are_doubled_with_the_same_result(
    crowd: Crowd, ids_of: IdsOf, whole: DetectorSimProducts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detector_sim, "CELLS_PER_PARTICLE", 2)
    monkeypatch.setattr(detector_sim, "HITS_PER_PARTICLE", 2)
    monkeypatch.setattr(detector_sim, "TRACKS_PER_PARTICLE", 1)
    again = DetectorSimProducer().produce(crowd(1, 60), None, ids_of(60))
    assert all(same(one, two) for one, two in zip(whole, again, strict=True))


def test_particles_that_leave_absurdly_much_are_an_error_and_not_cut(
    crowd: Crowd, ids_of: IdsOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detector_sim, "CELLS_PER_PARTICLE", 0)
    with pytest.raises(LogicError, match=r"DetectorSimProducer: \d+ particles leave more than 32 times"):
        DetectorSimProducer().produce(crowd(1, 60), None, ids_of(60))


def test_events_of_nothing_or_neutrinos_leave_nothing(ids_of: IdsOf) -> None:
    n = 4
    columns = {"pt": 50.0, "eta": 0.1, "phi": 0.1, "mass": 0.0, "status": 1, "vx": 0.0, "vy": 0.0, "vz": 0.0}
    neutrinos = GenParticles(
        np.array([0, 0, n, n]), pdg_id=np.array([12, -12, 14, 16]), **{k: np.full(n, v) for k, v in columns.items()}
    )
    for particles in (neutrinos, GenParticles.empty(3)):
        for product in DetectorSimProducer().produce(particles, None, ids_of(3)):
            assert product.offsets.tolist() == [0, 0, 0, 0]


def test_a_block_without_events_has_products_without_events(ids_of: IdsOf) -> None:
    assert all(len(product) == 0 for product in DetectorSimProducer().produce(GenParticles.empty(0), None, ids_of(0)))


def test_the_seed_is_positive() -> None:
    with pytest.raises(ConfigurationError, match=r"DetectorSimProducer: parameter 'seed'"):
        DetectorSimProducer(seed=0)
