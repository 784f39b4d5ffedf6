"""Products as columns: valid by construction, views where possible, the same answer however events are cut."""

import awkward as ak
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataformats.candidates import Jets
from dataformats.collection import Collection, Leaf
from dataformats.results import EventFloat
from e2efw.errors import LogicError


class Things(Collection):
    """A small data format with an optional leaf."""

    friendly_type = "things"
    size = Leaf("obj.size_", "float32", unit="cm", finite=True)
    count = Leaf("obj.count_", "uint8", optional=True)
    width = Leaf("obj.width_", "float32", unit="cm", optional=True)


def some_things() -> Things:
    return Things(np.array([0, 2, 2, 5]), size=np.arange(5.0), count=np.arange(5))


def test_attributes_are_ragged_and_flat_columns_are_views_of_the_same_memory() -> None:
    things = some_things()
    assert ak.to_list(things.size) == [[0, 1], [], [2, 3, 4]]
    assert things.flat("size") is things.flat("size")
    assert things.flat("size").dtype == np.float32
    assert len(things) == 3


def test_a_slice_of_events_copies_nothing() -> None:
    things = some_things()
    assert np.shares_memory(things.take(slice(1, 3)).flat("size"), things.flat("size"))
    assert ak.to_list(things.take(slice(1, 3)).size) == [[], [2, 3, 4]]


def test_events_can_be_picked_by_position() -> None:
    assert ak.to_list(some_things().take(np.array([0, 2])).size) == [[0, 1], [2, 3, 4]]


@given(st.lists(st.integers(0, 4), max_size=12), st.data())
def test_cutting_and_joining_changes_nothing(counts: list[int], data: st.DataObject) -> None:
    things = Things(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), size=np.arange(float(sum(counts))))
    cut = data.draw(st.integers(0, len(counts)))
    joined = Things.concatenate([things.take(slice(0, cut)), things.take(np.arange(cut, len(counts)))])
    assert np.array_equal(joined.offsets, things.offsets)
    assert np.array_equal(joined.flat("size"), things.flat("size"))


def test_a_missing_optional_float_column_is_nan_and_a_missing_integer_column_is_an_error() -> None:
    things = Things(np.array([0, 2]), size=np.ones(2))
    assert np.isnan(things.flat("width")).all()
    with pytest.raises(LogicError, match=r"Things: the input has no 'obj.count_'"):
        things.flat("count")


def test_an_unknown_column_names_the_nearest() -> None:
    with pytest.raises(LogicError, match=r"no column 'siz'. Did you mean 'size'\?"):
        Things(np.array([0]), siz=np.ones(0))
    with pytest.raises(LogicError, match=r"no column 'sizes'"):
        some_things().flat("sizes")


def test_a_missing_column_is_an_error() -> None:
    with pytest.raises(LogicError, match="column 'size' is missing; given: count"):
        Things(np.array([0, 1]), count=np.ones(1))


@pytest.mark.parametrize("offsets", [[], [1, 2], [0, 2, 1]])
def test_offsets_start_at_zero_and_never_fall(offsets: list[int]) -> None:
    with pytest.raises(LogicError, match="offsets must start at 0 and never fall"):
        Things(np.array(offsets, dtype=np.int64), size=np.ones(2))


def test_columns_and_offsets_must_fit() -> None:
    with pytest.raises(LogicError, match=r"column 'size' has shape \(3,\), the offsets end at 2"):
        Things(np.array([0, 2]), size=np.ones(3))


def test_a_product_with_nan_cannot_be_built() -> None:
    with pytest.raises(LogicError, match="Jets: pt is NaN or infinite in 1 of 2 objects, first at 1"):
        Jets.from_lists(pt=[[1.0, float("nan")]], eta=[[0.0, 0.0]], phi=[[0.0, 0.0]], mass=[[0.0, 0.0]])


def test_an_event_record_holds_one_value_per_event() -> None:
    record = EventFloat(value=np.array([1.0, 2.0, 3.0]))
    assert len(record) == 3
    assert record.take(np.array([2])).value.tolist() == [3.0]
    assert EventFloat.concatenate([record, record]).value.tolist() == [1, 2, 3, 1, 2, 3]
    with pytest.raises(LogicError, match="one-dimensional and equally long"):
        EventFloat(value=np.ones((2, 2)))


def test_an_empty_collection_has_events_and_no_objects() -> None:
    empty = Things.empty(3)
    assert len(empty) == 3
    assert ak.to_list(empty.size) == [[], [], []]
