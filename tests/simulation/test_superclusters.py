"""Superclusters: the pieces of one photon or electron together, neighbours left out."""

from collections.abc import Callable

import numpy as np
import pytest

from dataformats.clusters import CaloClusters, ClusterHits
from dataformats.geometry.detids import pack_eb
from dataformats.geometry.ecal_cells import cells_of
from dataformats.rechits import EBRecHits, EERecHits
from simulation.ecal_clusters import EcalClusterProducer
from simulation.ecal_hits import ecal_hits, energies_of
from simulation.places import direction
from simulation.superclusters import LOSSES, SuperClusterProducer, SuperClusterProducts, estimated_energy

Showers = Callable[..., EBRecHits]


def superclusters_of(eb: EBRecHits, ee: EERecHits | None = None, min_et: float = 10.0) -> SuperClusterProducts:
    ee = EERecHits.empty(len(eb)) if ee is None else ee
    return SuperClusterProducer(min_et=min_et).produce(*EcalClusterProducer().produce(eb, ee), eb, ee)


def test_radiation_beside_an_electron_in_phi_belongs_to_it(eb_showers: Showers) -> None:
    found = superclusters_of(eb_showers((20, 100, 30.0), (20, 107, 12.0), (20, 95, 9.0)))
    assert found.clusters.flat("raw_energy") == pytest.approx([51.0])
    assert found.clusters.flat("seed").tolist() == [int(pack_eb(20, 100))]
    assert found.hits.counts.tolist() == [27]


def test_showers_beside_in_eta_are_particles_of_their_own(eb_showers: Showers) -> None:
    found = superclusters_of(eb_showers((20, 100, 30.0), (25, 100, 14.0)))
    assert found.clusters.flat("raw_energy") == pytest.approx([30.0, 14.0])


def test_a_supercluster_may_lie_across_the_seam_of_phi(eb_showers: Showers) -> None:
    found = superclusters_of(eb_showers((20, 10, 30.0), (20, 14, 20.0)))
    seam = superclusters_of(eb_showers((20, 350, 30.0), (20, 354, 20.0)))  # phi = 180 degrees is iphi 190
    across = superclusters_of(eb_showers((20, 190, 30.0), (20, 194, 20.0)))
    for other in (seam, across):
        assert other.clusters.flat("raw_energy") == pytest.approx([50.0])
        assert other.clusters.flat("phi_width") == pytest.approx(found.clusters.flat("phi_width"), rel=1e-2)
    assert found.clusters.flat("phi_width") == pytest.approx([2.1 * 0.01745], rel=0.1)


def test_the_position_is_the_mean_of_the_clusters(eb_showers: Showers) -> None:
    eta, phi = direction(superclusters_of(eb_showers((20, 100, 30.0), (20, 106, 30.0))).clusters)
    ends = [direction(superclusters_of(eb_showers((20, iphi, 30.0))).clusters) for iphi in (100, 106)]
    assert phi == pytest.approx((ends[0][1] + ends[1][1]) / 2, abs=1e-3)
    assert eta == pytest.approx(ends[0][0], abs=3e-3)


def test_superclusters_below_the_threshold_are_none(eb_showers: Showers) -> None:
    assert superclusters_of(eb_showers((1, 100, 9.0))).clusters.counts.tolist() == [0]
    assert superclusters_of(eb_showers((1, 100, 9.0)), min_et=8.0).clusters.counts.tolist() == [1]
    assert superclusters_of(eb_showers((80, 100, 15.0))).clusters.counts.tolist() == [0]  # ET is 7 GeV


def test_energies_are_estimated_by_eta() -> None:
    eta = np.array([0.3, -1.0, 1.4, 1.5, -1.6, 1.9, 2.1, -2.9])
    seen, lost = LOSSES[:, 1:].T
    assert estimated_energy(np.full(8, 100.0), eta) == pytest.approx(100.0 / seen + lost)


def test_hits_stand_by_owner_and_add_up_to_the_raw_energy(random_showers: Callable[[int, int], EBRecHits]) -> None:
    eb = random_showers(7, 40)
    clusters, hits = superclusters_of(eb)
    event = np.repeat(np.arange(40), hits.counts)
    owner = clusters.offsets[event] + hits.flat("owner")
    assert np.all(np.diff(owner) >= 0)
    cell = cells_of(hits.flat("detid"))
    assert np.unique(np.stack([owner, cell]), axis=1).shape[1] == owner.size
    energy = hits.flat("fraction") * energies_of(ecal_hits(eb, EERecHits.empty(40)), event, cell)
    assert np.bincount(owner, energy) == pytest.approx(clusters.flat("raw_energy"), rel=1e-5)
    assert hits.flat("fraction").max() <= 1.0
    assert clusters.counts.sum() > 60


def test_superclusters_come_by_falling_transverse_energy(random_showers: Callable[[int, int], EBRecHits]) -> None:
    clusters = superclusters_of(random_showers(8, 30)).clusters
    et = clusters.flat("energy") / np.cosh(direction(clusters)[0])
    for first, last in zip(clusters.offsets[:-1], clusters.offsets[1:], strict=True):
        assert np.all(np.diff(et[first:last]) <= 0)
    assert et.min() >= 10.0


def test_other_events_of_the_block_do_not_matter(random_showers: Callable[[int, int], EBRecHits]) -> None:
    eb = random_showers(9, 20)
    whole = superclusters_of(eb)
    for i in range(20):
        one = superclusters_of(eb.take(slice(i, i + 1)))
        for mine, all_of_them in zip(one, whole, strict=True):
            part = all_of_them.take(slice(i, i + 1))
            assert all(np.array_equal(mine.flat(name), part.flat(name)) for name in mine.columns)


def test_endcaps_have_superclusters_of_their_own(ee_showers: Callable[..., EERecHits]) -> None:
    ee = ee_showers((80, 60, 120.0), zside=-1)
    clusters = superclusters_of(EBRecHits.empty(1), ee).clusters
    assert clusters.flat("raw_energy") == pytest.approx([120.0])
    assert clusters.flat("z")[0] < -310


def test_nothing_gives_nothing() -> None:
    found = SuperClusterProducer().produce(
        CaloClusters.empty(2), ClusterHits.empty(2), EBRecHits.empty(2), EERecHits.empty(2)
    )
    assert found.clusters.counts.tolist() == found.hits.counts.tolist() == [0, 0]
