"""Seeds are the hottest depth-1 tower of 7 x 7, and every refusal has its reason."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.candidates import Jets
from dataformats.frames import Seeds, SeedStatus
from dataformats.geometry.detids import pack_hcal, unpack_hcal
from dataformats.geometry.hcal import find_hcal, tower_direction
from dataformats.rechits import HBHERecHits
from frameproducers.entries import Inputs
from frameproducers.jet_seeds import jet_seeds
from frameproducers.kernels.seeds import (
    AXIS_CRYSTAL,
    AXIS_TOWER,
    GRID_SHAPE,
    HOTTEST_TOWER,
    aim,
    find_seeds,
    hottest_tower,
    set_depth_one,
)

Tower = tuple[int, int]


def depth_one(hits: HBHERecHits, event: int) -> dict[Tower, float]:
    mine = hits.take(slice(event, event + 1))
    _, ieta, iphi, depth = unpack_hcal(mine.flat("detid"))
    rows = zip(ieta.tolist(), iphi.tolist(), depth.tolist(), mine.flat("energy").tolist(), strict=True)
    return {(a, b): energy for a, b, d, energy in rows if d == 1}


def hottest(start: Tower, towers: dict[Tower, float]) -> Tower:
    """The readable twin."""
    best, best_energy = start, towers.get(start, 0.0)
    for ieta in range(start[0] - 3, start[0] + 4):
        for iphi in range(start[1] - 3, start[1] + 4):
            tower = ieta, (iphi - 1) % 72 + 1
            if abs(ieta) <= 28 and towers.get(tower, -np.inf) > best_energy:
                best, best_energy = tower, towers[tower]
    return best


def towers_of(*cells: tuple[int, int, float], depth: int = 1) -> HBHERecHits:
    """One event with the given (ieta, iphi, energy)."""
    ids = [pack_hcal(1 if abs(ieta) <= 16 else 2, ieta, iphi, depth) for ieta, iphi, _ in cells]
    return HBHERecHits.from_lists(detid=[ids], energy=[[e for *_, e in cells]], time=[[0.0 for _ in cells]])


def jet_at(ieta: int, iphi: int, pt: float = 500.0) -> Jets:
    eta, phi = (float(x) for x in tower_direction(ieta, iphi))
    return Jets.from_lists(pt=[[pt]], eta=[[eta]], phi=[[(phi + np.pi) % (2 * np.pi) - np.pi]], mass=[[0.0]])


def seed(jets: Jets, hits: HBHERecHits, max_eta: float = 5.0) -> tuple[int, int, int]:
    found = jet_seeds(jets, hits, min_pt=400.0, max_eta=max_eta, rows=(62, 217))
    assert isinstance(found, Seeds)
    return int(found.flat("row")[0]), int(found.flat("column")[0]), int(found.flat("status")[0])


@pytest.mark.parametrize("find", [find_seeds, find_seeds.py_func], ids=["compiled", "python"])
def test_random_jets_get_the_seeds_of_the_readable_twin(
    find: Callable[..., None], random_inputs: Callable[[int, int], Inputs], random_jets: Callable[[int, int], Jets]
) -> None:
    jets, hits = random_jets(1, 60), random_inputs(4, 60).hbhe_hits
    out: list[NDArray[np.int64]] = [np.full(jets.offsets[-1], 77) for _ in range(3)]
    grid = np.full(GRID_SHAPE, -np.inf, np.float32)
    kinematics = jets.flat("pt"), jets.flat("eta"), jets.flat("phi")
    cells = hits.offsets, hits.flat("detid"), hits.flat("energy")
    find(jets.offsets, kinematics, *cells, (200.0, 2.9), HOTTEST_TOWER, (62, 217), grid, *out)
    assert np.all(grid == -np.inf)
    expected = []
    for event in range(60):
        towers = depth_one(hits, event)
        for jet in range(jets.offsets[event], jets.offsets[event + 1]):
            pt, eta, phi = (float(column[jet]) for column in kinematics)
            ieta, iphi = hottest(find_hcal(eta, phi), towers)
            if pt < 200:
                expected.append((0, 0, SeedStatus.BELOW_PT))
            elif abs(eta) > 2.9:
                expected.append((0, 0, SeedStatus.OUTSIDE_ETA))
            elif abs(ieta) > 16:
                expected.append((0, 0, SeedStatus.NEAR_EDGE))
            else:
                row = 28 + ieta - 1 if ieta > 0 else 28 + ieta
                expected.append((5 * row + 2, 5 * ((iphi + 1) % 72) + 2, SeedStatus.OK))
    assert [tuple(found) for found in np.stack(out, axis=1).tolist()] == expected
    assert {status for *_, status in expected} == set(SeedStatus) - {SeedStatus.NO_HCAL_CELL, SeedStatus.NO_CRYSTAL}


@pytest.mark.parametrize(("tower", "centre"), [((16, 1), (217, 12)), ((-16, 71), (62, 2)), ((1, 36), (142, 187))])
def test_tower_centres_are_where_the_vectors_say(tower: Tower, centre: Tower) -> None:
    assert seed(jet_at(*tower), towers_of((*tower, 5.0))) == (*centre, SeedStatus.OK)


def test_a_jet_without_hits_is_seeded_where_it_points() -> None:
    assert seed(jet_at(3, 10), HBHERecHits.empty(1)) == (5 * 30 + 2, 5 * 11 + 2, SeedStatus.OK)


def test_of_equal_towers_the_start_wins_then_the_lowest_ieta_then_the_first_iphi() -> None:
    def tower(*cells: tuple[int, int, float]) -> tuple[int, int]:
        row, column, _ = seed(jet_at(8, 72), towers_of(*cells))
        return row // 5 - 27, (column // 5 - 2) % 72 + 1

    assert tower((8, 72, 3.0), (7, 72, 3.0)) == (8, 72)
    assert tower((9, 72, 3.0), (7, 3, 3.0)) == (7, 3)
    assert tower((9, 69, 3.0), (9, 3, 3.0)) == (9, 69)  # the scan begins at 69 and wraps
    assert tower((9, 2, 3.0), (9, 3, 2.0), (12, 72, 9.0), (8, 68, 9.0)) == (9, 2)


def test_only_depth_one_counts() -> None:
    assert seed(jet_at(3, 10), towers_of((4, 11, 50.0), depth=2))[:2] == (152, 57)
    assert seed(jet_at(3, 10), towers_of((4, 11, 0.5), depth=1))[:2] == (157, 62)


def test_the_row_at_zero_is_lost_not_renumbered() -> None:
    assert seed(jet_at(2, 10), towers_of((-1, 10, 5.0)))[0] == 5 * 27 + 2
    assert seed(jet_at(2, 10), towers_of((-2, 10, 5.0)))[0] == 5 * 29 + 2


@pytest.mark.parametrize("ieta", [17, -17, 20, 28])
def test_seeds_in_the_endcap_are_too_near_the_edge(ieta: int) -> None:
    assert seed(jet_at(ieta, 31), towers_of((ieta, 31, 5.0))) == (0, 0, SeedStatus.NEAR_EDGE)


def test_reasons_come_in_order_pt_eta_cell() -> None:
    hits = HBHERecHits.empty(1)
    assert seed(jet_at(29, 31, pt=399.0), hits)[2] == SeedStatus.BELOW_PT
    assert seed(jet_at(29, 31), hits, max_eta=1.37)[2] == SeedStatus.OUTSIDE_ETA
    beyond = Jets.from_lists(pt=[[500.0]], eta=[[3.1]], phi=[[0.0]], mass=[[0.0]])
    assert seed(beyond, hits)[2] == SeedStatus.NO_HCAL_CELL


@pytest.mark.parametrize("search", [hottest_tower, hottest_tower.py_func], ids=["compiled", "python"])
def test_a_negative_hit_at_the_start_yields_to_less_negative_ones(search: Callable[..., Tower]) -> None:
    grid = np.full(GRID_SHAPE, -np.inf, np.float32)
    grid[29 + 5, 9], grid[29 + 6, 9] = -2.0, -1.0
    assert search(5, 10, grid) == (6, 10)
    assert search(4, 10, grid) == (4, 10)


@pytest.mark.parametrize("search", [hottest_tower, hottest_tower.py_func], ids=["compiled", "python"])
def test_tower_29_is_never_searched(search: Callable[..., Tower]) -> None:
    grid = np.full(GRID_SHAPE, -np.inf, np.float32)
    grid[0, 30], grid[-1, 30], grid[1, 30] = 9.0, 9.0, 1.0
    assert search(27, 31, grid) == (27, 31)
    assert search(-27, 31, grid) == (-28, 31)


@pytest.mark.parametrize("put", [set_depth_one, set_depth_one.py_func], ids=["compiled", "python"])
def test_the_grid_is_clean_after_taking_hits_out(put: Callable[..., None]) -> None:
    hits = towers_of((-28, 71, 1.0), (1, 1, 2.0))
    grid = np.full(GRID_SHAPE, -np.inf, np.float32)
    put(0, 2, hits.flat("detid"), hits.flat("energy"), grid, False)
    assert (grid[1, 70], grid[30, 0]) == (1.0, 2.0)
    put(0, 2, hits.flat("detid"), hits.flat("energy"), grid, True)
    assert np.all(grid == -np.inf)


@pytest.mark.parametrize("look", [aim, aim.py_func], ids=["compiled", "python"])
def test_what_is_in_the_middle_depends_on_the_rule(look: Callable[..., tuple[int, int, int]]) -> None:
    grid = np.full(GRID_SHAPE, -np.inf, np.float32)
    grid[29 + 2, 1] = 5.0  # ieta 2, iphi 2
    eta, phi = 0.05, 0.05  # ieta 1, iphi 1; crystals ieta 3, iphi 13
    assert look(HOTTEST_TOWER, eta, phi, grid) == (5 * 29 + 2, 5 * 3 + 2, SeedStatus.OK)
    assert look(AXIS_TOWER, eta, phi, grid) == (5 * 28 + 2, 5 * 2 + 2, SeedStatus.OK)
    assert look(AXIS_CRYSTAL, eta, phi, grid) == (142, 12, SeedStatus.OK)
    assert look(AXIS_TOWER, 3.1, phi, grid)[2] == SeedStatus.NO_HCAL_CELL
    assert look(AXIS_CRYSTAL, 3.1, phi, grid)[2] == SeedStatus.NO_CRYSTAL
    assert look(AXIS_TOWER, -2.99, phi, grid)[0] == 2
    assert look(AXIS_CRYSTAL, -2.95, phi, grid)[0] == 0
