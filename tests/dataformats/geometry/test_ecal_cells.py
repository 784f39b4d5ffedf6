"""Crystals know their neighbours: around phi, across ieta 0, not beyond the edges of barrel and endcaps."""

import numpy as np

from dataformats.geometry.detids import EB_CELLS, EE_EXISTS, eb_hash, ee_hash
from dataformats.geometry.ecal_cells import STEPS, cells_around, cells_of, detids, in_barrel, neighbours, positions


def around(cell: int) -> set[int]:
    return {int(other) for other in neighbours()[cell]} - {-1}


def barrel(*cells: tuple[int, int]) -> set[int]:
    return {int(eb_hash(*cell)) for cell in cells}


def test_phi_wraps_and_there_is_no_ieta_0() -> None:
    expected = barrel((-1, 360), (-1, 1), (-1, 2), (1, 360), (1, 2), (2, 360), (2, 1), (2, 2))
    assert around(int(eb_hash(1, 1))) == expected


def test_the_barrel_ends_without_neighbours_in_the_endcaps() -> None:
    assert around(int(eb_hash(85, 10))) == barrel((85, 9), (85, 11), (84, 9), (84, 10), (84, 11))
    table = neighbours()
    assert table[:EB_CELLS].max() < EB_CELLS
    endcap = table[EB_CELLS:]
    assert endcap[endcap >= 0].min() >= EB_CELLS


def test_only_crystals_that_exist_are_neighbours() -> None:
    exists = np.concatenate([np.ones(EB_CELLS, np.bool_), EE_EXISTS.ravel(), EE_EXISTS.ravel()])
    table = neighbours()
    assert exists[table[table >= 0]].all()
    assert np.all(table[~exists] == -1)


def test_neighbours_are_neighbours_of_each_other() -> None:
    cell, side = np.nonzero(neighbours() >= 0)
    pairs = set(zip(cell.tolist(), neighbours()[cell, side].tolist(), strict=True))
    assert pairs == {(b, a) for a, b in pairs}


def test_neighbours_are_close_and_those_that_share_a_side_come_first() -> None:
    table, place = neighbours(), positions()
    assert [abs(a) + abs(b) for a, b in STEPS] == [1, 1, 1, 1, 2, 2, 2, 2]
    cell, side = np.nonzero(table >= 0)
    distance = np.linalg.norm(place[cell] - place[table[cell, side]], axis=1)
    assert distance[(cell < EB_CELLS) & (side < 2)].max() < 3.0  # cm, around the barrel
    assert np.quantile(distance[(cell >= EB_CELLS) & (side < 4)], 0.9) < 3.8  # 2.9 within a supercrystal
    assert distance.max() < 7.5  # along z where the barrel ends, between the halves of an endcap


def test_places_around_agree_with_the_neighbours() -> None:
    rng = np.random.default_rng(1)
    cell = rng.integers(0, EB_CELLS, 500)
    three = cells_around(cell, 1)
    for number, (down, across) in enumerate(STEPS):
        assert np.array_equal(three[:, 1 + down, 1 + across], neighbours()[cell, number])
    iy, ix = np.nonzero(EE_EXISTS)
    endcap = EB_CELLS + ee_hash(ix + 1, iy + 1, 1)
    three, table = cells_around(endcap, 1), neighbours()[endcap]
    for number, (down, across) in enumerate(STEPS):
        here = table[:, number] >= 0
        assert np.array_equal(three[here, 1 + down, 1 + across], table[here, number])
    assert np.array_equal(cells_around(cell, 2)[:, 1:4, 1:4], cells_around(cell, 1))


def test_ids_are_those_of_their_cells_and_places_without_a_crystal_have_none() -> None:
    exists = np.concatenate([np.ones(EB_CELLS, np.bool_), EE_EXISTS.ravel(), EE_EXISTS.ravel()])
    assert np.array_equal(detids() != 0, exists)
    cell = np.flatnonzero(exists)
    assert np.array_equal(cells_of(detids()[cell]), cell)
    assert np.array_equal(in_barrel(cell), cell < 61200)
