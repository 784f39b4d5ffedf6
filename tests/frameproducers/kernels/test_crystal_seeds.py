"""The hottest crystal of a supercluster or near a direction, compiled and as plain Python, against a readable twin."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dataformats.frames import SeedStatus
from dataformats.geometry.crystals import eb_position
from dataformats.geometry.detids import pack_eb
from dataformats.geometry.ecal import find_crystals
from frameproducers.kernels.crystal_seeds import (
    N_CRYSTALS,
    add_hits,
    find_crystal_seeds,
    hottest_near,
    hottest_of_hits,
)

Crystal = tuple[int, int]
both = pytest.mark.parametrize("find", [find_crystal_seeds, find_crystal_seeds.py_func], ids=["compiled", "python"])


class Event(NamedTuple):
    """Hits by (row, column) of the barrel, in GeV; objects at crystals, with pt and the crystals of their clusters."""

    hits: dict[Crystal, float]
    objects: list[tuple[Crystal, float, list[Crystal]]]


def detids(crystals: list[Crystal]) -> NDArray[np.uint32]:
    rows, columns = np.array(crystals, np.int64).reshape(-1, 2).T
    ids: NDArray[np.uint32] = pack_eb(np.where(rows >= 85, rows - 84, rows - 85), columns + 1)
    return ids


def directions(crystals: list[Crystal]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    rows, columns = np.array(crystals, np.int64).reshape(-1, 2).T
    place = eb_position(np.where(rows >= 85, rows - 84, rows - 85), columns + 1)
    return place.eta.astype(np.float32), place.phi.astype(np.float32)


def found(
    find: Callable[..., None], events: list[Event], reach: int, rows: tuple[int, int]
) -> list[tuple[int, int, int]]:
    """(row, column, status) of every object."""
    objects = [one for event in events for one in event.objects]
    eta, phi = directions([at for at, *_ in objects])
    pt = np.array([pt for _, pt, _ in objects], np.float32)
    owner = np.concatenate([[0], *(np.arange(len(event.objects)) for event in events)])[1:].astype(np.int64)
    members = [(i, one) for event in events for i, (*_, mine) in enumerate(event.objects) for one in mine]
    n_members = [sum(len(mine) for *_, mine in event.objects) for event in events]
    hits = [item for event in events for item in event.hits.items()]
    crystals = np.zeros(N_CRYSTALS, np.float32)
    out = [np.full(len(objects), 77) for _ in range(3)]
    find(
        offsets([len(event.objects) for event in events]),
        (pt, eta, phi),
        owner,
        (offsets(n_members), np.array([i for i, _ in members], np.int32), detids([one for _, one in members])),
        (offsets([len(event.hits) for event in events]), detids([at for at, _ in hits]), energies(hits)),
        (10.0, 1.4),
        reach,
        rows,
        crystals,
        *out,
    )
    assert not crystals.any()
    return [tuple(one) for one in np.stack(out, axis=1).tolist()]


def energies(hits: list[tuple[Crystal, float]]) -> NDArray[np.float32]:
    return np.array([energy for _, energy in hits], np.float32)


def offsets(counts: list[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def expected(event: Event, reach: int, rows: tuple[int, int]) -> list[tuple[int, int, int]]:
    """The readable twin."""
    result: list[tuple[int, int, int]] = []
    for at, pt, mine in event.objects:
        eta, phi = directions([at])
        near = [
            (row, column % 360)
            for row in range(max(at[0] - reach, 0), min(at[0] + reach, 169) + 1)
            for column in range(at[1] - reach, at[1] + reach + 1)
        ]
        candidates = [one for one in (mine if reach < 0 else near) if event.hits.get(one, 0.0) > 0.0]
        row, column = max(candidates, key=lambda one: event.hits[one], default=(0, 0))
        if pt < 10:
            result.append((0, 0, SeedStatus.BELOW_PT))
        elif abs(float(eta[0])) > 1.4:
            result.append((0, 0, SeedStatus.OUTSIDE_ETA))
        elif not candidates:
            result.append((0, 0, SeedStatus.NO_CRYSTAL))
        elif not rows[0] <= row + 55 <= rows[1]:
            result.append((0, 0, SeedStatus.NEAR_EDGE))
        else:
            result.append((row + 55, column, SeedStatus.OK))
        assert int(find_crystals(eta[0], phi[0]).cell) == at[0] * 360 + at[1]
    return result


_near_a_corner = st.tuples(st.integers(0, 20) | st.integers(80, 90), st.integers(0, 6) | st.integers(355, 359))
_hits = st.dictionaries(_near_a_corner, st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0, 3.0]), max_size=25)
_objects = st.lists(
    st.tuples(_near_a_corner, st.sampled_from([9.5, 10.0, 50.0]), st.lists(_near_a_corner, max_size=6)), max_size=4
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.builds(Event, _hits, _objects), max_size=3), st.sampled_from([-1, 0, 3, 8]))
def test_any_objects_have_the_seeds_of_the_readable_twin(events: list[Event], reach: int) -> None:
    for rows in ((55, 224), (70, 208)):
        twin = [one for event in events for one in expected(event, reach, rows)]
        assert found(find_crystal_seeds, events, reach, rows) == twin


@both
@pytest.mark.parametrize("reach", [-1, 8])
def test_compiled_and_plain_python_agree(find: Callable[..., None], reach: int) -> None:
    rng = np.random.default_rng(4)
    places = [(int(row), int(column) % 360) for row, column in rng.integers((0, 340), (170, 380), (300, 2))]
    events = [
        Event(
            {places[i]: float(rng.normal(1, 2)) for i in rng.integers(0, 300, 120)},
            [
                (places[i], float(rng.uniform(5, 50)), [places[j] for j in rng.integers(0, 300, 5)])
                for i in rng.integers(0, 300, 6)
            ],
        )
        for _ in range(12)
    ]
    twin = [one for event in events for one in expected(event, reach, (70, 208))]
    assert found(find, events, reach, (70, 208)) == twin
    assert {status for *_, status in twin} >= set(SeedStatus) - {SeedStatus.NO_HCAL_CELL, SeedStatus.NO_CRYSTAL}


@pytest.mark.parametrize("near", [hottest_near, hottest_near.py_func], ids=["compiled", "python"])
def test_directions_outside_the_barrel_have_no_crystal(near: Callable[..., int]) -> None:
    crystals = np.ones(N_CRYSTALS, np.float32)
    assert near(1.6, 0.0, 8, crystals) == near(np.nan, 0.0, 8, crystals) == -1
    assert near(-1.47, 0.0, 0, crystals) == 10


@pytest.mark.parametrize("hottest", [hottest_of_hits, hottest_of_hits.py_func], ids=["compiled", "python"])
@pytest.mark.parametrize("add", [add_hits, add_hits.py_func], ids=["compiled", "python"])
def test_hits_of_one_crystal_add_up_and_detids_of_no_crystal_are_left_out(
    add: Callable[..., None], hottest: Callable[..., int]
) -> None:
    good = detids([(3, 7), (3, 8), (3, 7)])
    ids, energy = np.append(good, np.uint32(123)), np.array([2.0, 3.0, 2.0, 99.0], np.float32)
    crystals = np.zeros(N_CRYSTALS, np.float32)
    add(0, 4, ids, energy, crystals, False)
    assert crystals.sum() == 7.0
    assert hottest(0, 4, ids, crystals) == 3 * 360 + 7
    assert hottest(2, 2, ids, crystals) == -1
    add(0, 4, ids, energy, crystals, True)
    assert not crystals.any()
