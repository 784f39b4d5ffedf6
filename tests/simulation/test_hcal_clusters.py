"""Clusters of towers: neighbours on an uneven grid, thresholds, depths, and no energy lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataformats.clusters import CaloClusters
from dataformats.geometry.detids import HB, HE, pack_hcal, unpack_hcal
from dataformats.geometry.hcal import tower_position
from dataformats.rechits import HBHERecHits
from e2efw.errors import EventCorruptionError
from simulation.hcal_clusters import HcalClusterProducer
from simulation.hcal_towers import SIDES, neighbours, tower_hits, tower_number, towers_exist

Cell = tuple[int, int, float]
"""ieta, iphi, GeV."""


def hits_of(*cells: Cell, depth: int = 1) -> HBHERecHits:
    """One event."""
    detid = [pack_hcal(HB if abs(ieta) <= 16 else HE, ieta, iphi, depth) for ieta, iphi, _ in cells]
    times = [float(number) for number in range(len(cells))]
    return HBHERecHits.from_lists(detid=[detid], energy=[[cell[2] for cell in cells]], time=[times])


def clusters_of(*cells: Cell, **parameters: float) -> CaloClusters:
    return HcalClusterProducer(**parameters).produce(hits_of(*cells)).clusters


def around(ieta: int, iphi: int) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """(ieta, iphi) of the neighbours with a common side and of those at the corners."""
    row = neighbours()[tower_number(np.array(ieta), np.array(iphi))]
    parts = [{(int(n) // 72 - 29, int(n) % 72 + 1) for n in part if n >= 0} for part in (row[:SIDES], row[SIDES:])]
    return parts[0], parts[1]


def test_a_barrel_tower_has_eight_neighbours() -> None:
    assert around(5, 10) == ({(5, 9), (5, 11), (4, 10), (6, 10)}, {(4, 9), (4, 11), (6, 9), (6, 11)})


def test_there_is_no_tower_between_ieta_1_and_minus_1_and_phi_goes_around() -> None:
    assert around(1, 1) == ({(1, 72), (1, 2), (-1, 1), (2, 1)}, {(-1, 72), (-1, 2), (2, 72), (2, 2)})
    assert around(-1, 72) == ({(-1, 71), (-1, 1), (1, 72), (-2, 72)}, {(1, 71), (1, 1), (-2, 71), (-2, 1)})


def test_towers_of_ten_degrees_touch_two_of_five() -> None:
    assert around(21, 1) == ({(21, 71), (21, 3), (20, 1), (20, 2), (22, 1)}, {(20, 72), (20, 3), (22, 71), (22, 3)})
    assert around(-20, 2) == ({(-20, 1), (-20, 3), (-19, 2), (-21, 1)}, {(-19, 1), (-19, 3), (-21, 3)})
    assert around(20, 1) == ({(20, 72), (20, 2), (19, 1), (21, 1)}, {(19, 72), (19, 2), (21, 71)})


def test_the_last_towers_have_no_neighbours_outside() -> None:
    assert around(29, 71) == ({(29, 69), (29, 1), (28, 71)}, {(28, 69), (28, 1)})


def test_neighbours_are_those_whose_rectangles_touch() -> None:
    """The readable twin: towers as rectangles in ieta steps and units of 5 degrees."""
    towers = [(ieta, iphi) for ieta in range(-29, 30) for iphi in range(1, 73)]
    towers = [(a, b) for a, b in towers if a and (abs(a) <= 20 or b % 2)]
    assert np.count_nonzero(towers_exist()) == len(towers) == 40 * 72 + 18 * 36

    def columns(tower: tuple[int, int]) -> set[int]:
        return {(tower[1] - 1 + step) % 72 for step in range(1 if abs(tower[0]) <= 20 else 2)}

    def ring(tower: tuple[int, int]) -> int:
        return tower[0] if tower[0] < 0 else tower[0] - 1

    for tower in towers[::7]:
        mine = columns(tower)
        near = {(column + step) % 72 for column in mine for step in (-1, 0, 1)}
        sides: set[tuple[int, int]] = set()
        corners: set[tuple[int, int]] = set()
        for other in towers:
            apart = abs(ring(tower) - ring(other))
            if other != tower and apart <= 1 and columns(other) & near:
                (sides if apart == 0 or columns(other) & mine else corners).add(other)
        assert around(*tower) == (sides, corners)


def test_the_relation_of_neighbours_is_symmetric() -> None:
    table = neighbours()
    pairs = {(tower, int(other)) for tower, row in enumerate(table) for other in row if other >= 0}
    assert pairs == {(other, tower) for tower, other in pairs}
    assert np.count_nonzero(table >= 0) == len(pairs)


def test_a_cluster_is_where_its_energy_is() -> None:
    found = clusters_of((3, 10, 10.0), (3, 11, 5.0), (4, 10, 1.0))
    assert found.flat("energy").tolist() == pytest.approx([16.0])
    place = [tower_position(*cell) for cell in ((3, 10), (3, 11), (4, 10))]
    expected = np.average(place, axis=0, weights=[10.0, 5.0, 1.0])
    assert [found.flat(name)[0] for name in "xyz"] == pytest.approx(expected)
    assert found.flat("time")[0] == pytest.approx((5.0 * 1 + 1.0 * 2) / 16.0)
    assert found.flat("seed")[0] == pack_hcal(HB, 3, 10, 1)


def test_two_maxima_share_what_lies_between() -> None:
    found = clusters_of((3, 10, 10.0), (3, 11, 2.0), (3, 12, 10.0))
    assert found.flat("energy") == pytest.approx([11.0, 11.0], rel=1e-5)


def test_a_maximum_at_a_corner_is_a_seed_too() -> None:
    assert clusters_of((3, 10, 10.0), (4, 11, 5.0)).counts.tolist() == [2]


def test_thresholds_decide_what_counts_and_what_seeds() -> None:
    assert clusters_of((3, 10, 0.7)).counts.tolist() == [0]
    assert clusters_of((18, 10, 1.0)).counts.tolist() == [0]
    assert clusters_of((18, 10, 1.2)).counts.tolist() == [1]
    assert clusters_of((3, 10, 5.0), (3, 11, 0.7)).flat("energy") == pytest.approx([5.0])
    assert clusters_of((3, 10, 0.7), threshold=0.5, hb_seed=0.6).counts.tolist() == [1]


@pytest.mark.parametrize(
    "pair",
    [((1, 5), (-1, 5)), ((7, 72), (7, 1)), ((20, 4), (21, 3)), ((-24, 71), (-24, 1)), ((16, 8), (17, 8))],
    ids=["ieta 0", "phi", "5 to 10 degrees", "phi in the endcap", "HB to HE"],
)
def test_clusters_cross_seams(pair: tuple[tuple[int, int], tuple[int, int]]) -> None:
    assert clusters_of((*pair[0], 10.0), (*pair[1], 4.0)).flat("energy") == pytest.approx([14.0])


def test_depths_of_a_tower_are_one_cell_hb_and_he_too() -> None:
    detids = [pack_hcal(HB, 16, 8, 1), pack_hcal(HB, 16, 8, 2), pack_hcal(HE, 16, 8, 3)]
    hits = HBHERecHits.from_lists(detid=[detids], energy=[[0.5, 0.6, 2.0]], time=[[0.0] * 3])
    clusters, cells = HcalClusterProducer().produce(hits)
    assert clusters.flat("energy") == pytest.approx([3.1])
    assert clusters.flat("seed")[0] == detids[2]
    assert sorted(cells.flat("detid").tolist()) == sorted(int(detid) for detid in detids)
    assert cells.flat("fraction").tolist() == [1.0, 1.0, 1.0]


def test_two_hits_in_one_cell_are_refused() -> None:
    with pytest.raises(EventCorruptionError, match="1 cells have two hits in one event"):
        clusters_of((3, 10, 2.0), (3, 10, 3.0))


def random_hits(seed: int, n_events: int) -> HBHERecHits:
    rng = np.random.default_rng(seed)
    ids = [
        pack_hcal(HB if abs(ieta) <= 16 else HE, ieta, iphi, depth)
        for ieta in range(-29, 30)
        for iphi in range(1, 73)
        for depth in (1, 2)
        if ieta and (abs(ieta) <= 20 or iphi % 2)
    ]
    picked = [rng.choice(ids, 400, replace=False).tolist() for _ in range(n_events)]
    energy = [rng.exponential(1.5, 400).tolist() for _ in range(n_events)]
    return HBHERecHits.from_lists(detid=picked, energy=energy, time=[[0.0] * 400] * n_events)


def test_cells_and_fractions_give_the_energy_of_each_cluster() -> None:
    hits = random_hits(1, 5)
    clusters, cells = HcalClusterProducer().produce(hits)
    for event in range(5):
        energy = dict(zip(hits.detid[event].tolist(), hits.energy[event].tolist(), strict=True))
        sums = np.zeros(clusters.counts[event])
        for owner, detid, fraction in zip(
            cells.owner[event].tolist(), cells.detid[event].tolist(), cells.fraction[event].tolist(), strict=True
        ):
            sums[owner] += fraction * energy[detid]
        assert sums == pytest.approx(np.asarray(clusters.energy[event]), rel=1e-4)
        assert np.all(np.diff(np.asarray(clusters.energy[event])) <= 0)
        assert np.all(np.diff(np.asarray(cells.owner[event])) >= 0)


def test_towers_above_threshold_beside_a_seed_are_wholly_shared_out() -> None:
    hits = random_hits(2, 5)
    _, cells = HcalClusterProducer().produce(hits)
    for event in range(5):
        total: dict[int, float] = {}
        for detid, fraction in zip(cells.detid[event].tolist(), cells.fraction[event].tolist(), strict=True):
            total[detid] = total.get(detid, 0.0) + fraction
        assert list(total.values()) == pytest.approx([1.0] * len(total), rel=1e-5)


def test_every_event_is_as_if_it_were_alone() -> None:
    hits = random_hits(3, 4)
    whole = HcalClusterProducer().produce(hits)
    parts = [HcalClusterProducer().produce(hits.take(slice(i, i + 1))) for i in range(4)]
    for name, column in whole.clusters.columns.items():
        assert np.array_equal(column, np.concatenate([part.clusters.columns[name] for part in parts]))
    for name, column in whole.hits.columns.items():
        assert np.array_equal(column, np.concatenate([part.hits.columns[name] for part in parts]))


@given(st.permutations(range(400)), st.integers(0, 35))
def test_the_order_of_hits_means_nothing_and_turning_cms_turns_the_clusters(order: list[int], turn: int) -> None:
    hits = random_hits(4, 1)
    subdet, ieta, iphi, depth = unpack_hcal(hits.flat("detid"))
    turned = pack_hcal(subdet, -ieta, (iphi - 1 + 2 * turn) % 72 + 1, depth)[order]
    moved = HBHERecHits(hits.offsets, detid=turned, energy=hits.flat("energy")[order], time=hits.flat("time")[order])
    before, after = (HcalClusterProducer().produce(h).clusters for h in (hits, moved))
    assert after.flat("energy") == pytest.approx(before.flat("energy"), rel=1e-5)
    assert after.flat("z") == pytest.approx(-before.flat("z"), rel=1e-4, abs=1e-3)
    phi_before, phi_after = (np.arctan2(c.flat("y"), c.flat("x")) for c in (before, after))
    assert np.exp(1j * (phi_before + 2 * turn * 2 * np.pi / 72)) == pytest.approx(np.exp(1j * phi_after), abs=1e-4)


def test_tower_times_are_means_over_their_depths() -> None:
    detids = [pack_hcal(HB, 4, 8, 1), pack_hcal(HB, 4, 8, 2)]
    hits = HBHERecHits.from_lists(detid=[detids], energy=[[3.0, 1.0]], time=[[2.0, 10.0]])
    towers = tower_hits(hits)
    assert towers.time.tolist() == [4.0]
    assert towers.towers.energy.tolist() == [4.0]
