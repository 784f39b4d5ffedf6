"""Shuffling: every row once, few groups at a time, the same for the same seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from e2efw.errors import LogicError
from taggers.training.order import Batches, row_order

SIZES = st.lists(st.integers(0, 30), max_size=12)


@given(SIZES, st.integers(0, 2**31), st.integers(0, 5), st.integers(1, 15))
def test_every_row_comes_once(sizes: list[int], seed: int, epoch: int, mix: int) -> None:
    order = row_order(np.array(sizes, np.int64), seed, epoch, mix)
    assert np.array_equal(np.sort(order), np.arange(sum(sizes)))


def test_without_a_seed_rows_come_as_they_are() -> None:
    assert np.array_equal(row_order(np.array([3, 0, 4]), None), np.arange(7))


def test_the_same_seed_and_epoch_give_the_same_order_and_others_do_not() -> None:
    sizes = np.full(10, 20)
    first = row_order(sizes, 7, 3)
    assert np.array_equal(first, row_order(sizes, 7, 3))
    assert not np.array_equal(first, row_order(sizes, 7, 4))
    assert not np.array_equal(first, row_order(sizes, 8, 3))


def test_rows_of_few_groups_are_mixed_at_a_time() -> None:
    groups = row_order(np.full(12, 50), 1, mix=3).reshape(4, 150) // 50
    assert all(np.unique(part).size == 3 for part in groups)
    assert all(np.any(np.diff(part) != 0) for part in groups)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), max_size=12), st.integers(0, 9), st.integers(1, 15))
def test_groups_of_all_kinds_are_dealt_out_evenly(groups: list[tuple[int, int]], seed: int, mix: int) -> None:
    sizes, kinds = np.array(groups, np.int64).reshape(-1, 2).T
    order = row_order(sizes, seed, mix=mix, kinds=kinds.astype(np.float64))
    assert np.array_equal(np.sort(order), np.arange(sizes.sum()))


def test_classes_in_files_of_their_own_are_met_in_every_part_of_an_epoch() -> None:
    sizes = np.array([4000, 4000, 4000, 4000, 4096, 400, 4096, 400, 4096, 400, 4096, 400])
    kinds = np.array([1.0] * 4 + [0.0] * 8)
    label = np.repeat(kinds, sizes)
    for epoch in range(20):
        seen = label[row_order(sizes, 1, epoch, mix=4, kinds=kinds)]
        assert all(0.3 < part.mean() < 0.65 for part in np.array_split(seen, 9))
    by_chance = label[row_order(sizes, 1, mix=4)]
    assert any(part.mean() in {0, 1} for part in np.array_split(by_chance, 9))


@given(SIZES, st.integers(1, 9), st.booleans(), st.integers(1, 4))
def test_processes_share_an_epoch_evenly(sizes: list[int], size: int, drop_last: bool, processes: int) -> None:
    sharing = [
        Batches(np.array(sizes, np.int64), size, seed=1, drop_last=drop_last, rank=rank, processes=processes)
        for rank in range(processes)
    ]
    found = [list(batches) for batches in sharing]
    assert [len(batches) for batches in found] == [len(batches) for batches in sharing]
    assert len({len(batches) for batches in found}) == 1
    rows = [row for batches in found for batch in batches for row in batch]
    assert len(set(rows)) == len(rows)
    if processes == 1 and not drop_last:
        assert sorted(rows) == list(range(sum(sizes)))
    if drop_last:
        assert all(len(batch) == size for batches in found for batch in batches)


def test_another_epoch_is_another_order() -> None:
    batches = Batches(np.array([40]), 8, seed=1)
    first = list(batches)
    assert list(batches) == first
    batches.set_epoch(1)
    assert list(batches) != first


def test_impossible_numbers_are_refused() -> None:
    with pytest.raises(LogicError, match="mix is 0"):
        row_order(np.array([3]), 1, mix=0)
    with pytest.raises(LogicError, match="at least one row, not 0"):
        Batches(np.array([3]), 0)
    with pytest.raises(LogicError, match="rank 2 is not one of 2 processes"):
        Batches(np.array([3]), 1, rank=2, processes=2)
