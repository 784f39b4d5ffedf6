"""Clusters of crystals: where showers are, with all their energy."""

from collections.abc import Callable

import numpy as np
import pytest

from dataformats.clusters import CaloClusters
from dataformats.geometry.crystals import eb_position
from dataformats.geometry.detids import pack_eb, pack_ee, unpack_eb
from dataformats.rechits import EBRecHits, EERecHits
from simulation.ecal_clusters import EcalClusterProducer
from simulation.places import direction

Showers = Callable[..., EBRecHits]
NO_EE = EERecHits.empty(1)


def clusters_of(eb: EBRecHits, ee: EERecHits | None = None) -> CaloClusters:
    return EcalClusterProducer().produce(eb, EERecHits.empty(len(eb)) if ee is None else ee).clusters


def turned(eb: EBRecHits, iphi_step: int = 0, side: int = 1) -> EBRecHits:
    """The same hits elsewhere: some crystals further around, or mirrored."""
    ieta, iphi = unpack_eb(eb.flat("detid"))
    columns = {**eb.columns, "detid": pack_eb(side * ieta, (iphi - 1 + iphi_step) % 360 + 1)}
    return EBRecHits(eb.offsets, **columns)


def test_a_shower_is_one_cluster_where_it_hit(eb_showers: Showers) -> None:
    found = EcalClusterProducer().produce(eb_showers((10, 100, 50.0)), NO_EE)
    assert found.clusters.flat("energy") == pytest.approx([50.0])
    assert found.clusters.flat("seed").tolist() == [int(pack_eb(10, 100))]
    place = eb_position(10, 100)
    assert direction(found.clusters)[0] == pytest.approx([float(place.eta)], abs=2e-3)
    assert direction(found.clusters)[1] == pytest.approx([float(place.phi)], abs=2e-3)
    assert found.hits.counts.tolist() == [9]
    assert found.hits.flat("fraction").tolist() == [1.0] * 9


def test_crystals_below_the_threshold_do_not_count(eb_of: Showers) -> None:
    found = clusters_of(eb_of({(10, 100): 1.0, (10, 101): 0.079, (11, 100): 0.081, (40, 40): 0.22, (-40, 40): -3.0}))
    assert found.flat("energy") == pytest.approx([1.081])


def test_endcap_seeds_need_energy_and_transverse_energy(ee_of: Callable[..., EERecHits]) -> None:
    ee = ee_of({(95, 50): 0.59, (50, 90): 0.61, (62, 50): 1.2, (50, 39): 1.8})  # sin(theta) is 0.1 close to the beam
    found = clusters_of(EBRecHits.empty(1), ee)
    assert found.flat("seed").tolist() == [int(pack_ee(50, 39, 1)), int(pack_ee(50, 90, 1))]
    assert EcalClusterProducer(ee_seed_et=0.1).produce(EBRecHits.empty(1), ee).clusters.counts.tolist() == [3]


def test_a_shower_at_the_seam_of_phi_and_at_eta_0_is_whole(eb_showers: Showers) -> None:
    assert clusters_of(eb_showers((1, 1, 20.0))).flat("energy") == pytest.approx([20.0])
    assert clusters_of(eb_showers((-1, 360, 20.0))).flat("energy") == pytest.approx([20.0])


def test_showers_that_overlap_keep_their_energies(eb_showers: Showers) -> None:
    found = clusters_of(eb_showers((30, 100, 40.0), (30, 102, 20.0)))
    assert found.flat("energy").sum() == pytest.approx(60.0)
    assert found.flat("energy") == pytest.approx([40.0, 20.0], rel=0.1)


def test_barrel_and_endcap_do_not_share_a_cluster(eb_showers: Showers, ee_showers: Callable[..., EERecHits]) -> None:
    found = clusters_of(eb_showers((80, 1, 20.0)), ee_showers((95, 55, 30.0)))
    assert found.flat("energy") == pytest.approx([30.0, 20.0])


def test_energy_above_the_threshold_is_conserved(random_showers: Callable[[int, int], EBRecHits]) -> None:
    eb = random_showers(1, 40)
    found = EcalClusterProducer(eb_seed=0.0).produce(eb, EERecHits.empty(40))
    energy = np.where(eb.flat("energy") > 0.08, eb.flat("energy"), 0.0)
    event = np.repeat(np.arange(40), eb.counts)
    sums = np.bincount(np.repeat(np.arange(40), found.clusters.counts), found.clusters.flat("energy"), 40)
    assert sums == pytest.approx(np.bincount(event, energy, 40), rel=1e-5)
    per_crystal = np.zeros(40 * 2**18)
    cluster_event = np.repeat(np.arange(40), found.hits.counts)
    np.add.at(
        per_crystal, cluster_event * 2**18 + (found.hits.flat("detid") & (2**18 - 1)), found.hits.flat("fraction")
    )
    assert per_crystal[per_crystal > 0] == pytest.approx(1.0, abs=1e-6)


def test_the_answer_does_not_depend_on_the_order_of_hits_or_on_other_events(
    random_showers: Callable[[int, int], EBRecHits],
) -> None:
    eb = random_showers(2, 20)
    whole = clusters_of(eb)
    parts = [eb.take(slice(i, i + 1)) for i in range(20)]
    rng = np.random.default_rng(2)
    for i, part in enumerate(parts):
        mixed = rng.permutation(part.flat("energy").size)
        mine = clusters_of(EBRecHits(part.offsets, **{name: column[mixed] for name, column in part.columns.items()}))
        for name in mine.columns:
            assert np.array_equal(mine.flat(name), whole.take(slice(i, i + 1)).flat(name))


def test_turned_hits_give_turned_clusters(random_showers: Callable[[int, int], EBRecHits]) -> None:
    eb = random_showers(3, 20)
    found, other = clusters_of(eb), clusters_of(turned(eb, 20 * 17))  # 17 supermodules: across the seam for many
    assert np.array_equal(found.counts, other.counts)
    assert found.flat("energy") == pytest.approx(other.flat("energy"), rel=1e-5)
    assert found.flat("z") == pytest.approx(other.flat("z"), abs=1e-3)
    step = (direction(other)[1] - direction(found)[1]) % (2 * np.pi)
    assert step == pytest.approx(np.radians(340), abs=1e-5)


def test_mirrored_hits_give_mirrored_clusters(random_showers: Callable[[int, int], EBRecHits]) -> None:
    eb = random_showers(4, 20)
    found, other = clusters_of(eb), clusters_of(turned(eb, side=-1))
    assert np.array_equal(found.counts, other.counts)
    assert found.flat("energy") == pytest.approx(other.flat("energy"), rel=2e-2)  # crystals are not quite mirrored
    assert direction(found)[0] == pytest.approx(-direction(other)[0], abs=5e-3)


def test_clusters_ascend_by_falling_energy(random_showers: Callable[[int, int], EBRecHits]) -> None:
    found = clusters_of(random_showers(5, 30))
    assert all(list(event) == sorted(event, reverse=True) for event in found.energy.to_list())
