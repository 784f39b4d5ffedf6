"""Selections by run, luminosity block and event number, against a twin that looks at one event after the other."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from e2efw.config.eventids import EventRange, LuminosityBlockRange
from e2efw.errors import ConfigurationError, NoSecondaryFilesError, UnimplementedFeatureError
from e2efw.framework.blocks import Block, EventIDs
from e2efw.io.event_selection import EventSelection
from e2efw.io.pool_source import PoolSource

Make = Callable[..., Any]


def _ids(triples: list[tuple[int, int, int]]) -> EventIDs:
    run, lumi, event = zip(*triples, strict=True)
    return EventIDs(np.array(run, np.uint32), np.array(lumi, np.uint32), np.array(event, np.uint64), "made")


def _slow(selection: EventSelection, run: int, lumi: int, event: int) -> bool:
    """CMSSW's rules for one event."""

    def in_lumis(ranges: Any) -> bool:
        return any((r.start(), r.startSub()) <= (run, lumi) <= (r.end(), r.endSub() or 2**32) for r in ranges)

    def in_events(ranges: Any) -> bool:
        with_lumi = (
            (r.start(), r.startLumi(), r.startSub())
            <= (run, lumi, event)
            <= (r.end(), r.endLumi(), r.endSub() or 2**64)
            for r in ranges
            if r.startLumi()
        )
        without = (
            (r.start(), r.startSub()) <= (run, event) <= (r.end(), r.endSub() or 2**64)
            for r in ranges
            if not r.startLumi()
        )
        return any(with_lumi) or any(without)

    if selection.first_lumi:
        early = (run, lumi, event) < (selection.first_run, selection.first_lumi, selection.first_event)
    else:
        early = (run, event) < (selection.first_run, selection.first_event)
    return (
        not early
        and (not selection.lumis_to_process or in_lumis(selection.lumis_to_process))
        and (not selection.events_to_process or in_events(selection.events_to_process))
        and not in_lumis(selection.lumis_to_skip)
        and not in_events(selection.events_to_skip)
    )


_small = st.integers(1, 4)
_lumi_ranges = st.lists(
    st.tuples(_small, _small, _small, st.integers(0, 4)).filter(lambda r: r[:2] <= (r[2], r[3] or 9)), max_size=3
).map(lambda found: [LuminosityBlockRange(*each) for each in found])
_event_ranges = st.lists(
    st.one_of(
        st.tuples(_small, _small, _small, st.integers(0, 4)).filter(lambda r: r[:2] <= (r[2], r[3] or 9)),
        st.tuples(_small, _small, _small, _small, _small, st.integers(0, 4)).filter(
            lambda r: r[:3] <= (*r[3:5], r[5] or 9)
        ),
    ),
    max_size=3,
).map(lambda found: [EventRange(*each) for each in found])


@given(
    events=st.lists(st.tuples(_small, _small, _small), min_size=1, max_size=30),
    first=st.tuples(_small, st.integers(0, 4), _small),
    lumis=st.tuples(_lumi_ranges, _lumi_ranges),
    ranges=st.tuples(_event_ranges, _event_ranges),
)
def test_any_selection_agrees_with_the_slow_twin(
    events: list[tuple[int, int, int]], first: tuple[int, int, int], lumis: Any, ranges: Any
) -> None:
    selection = EventSelection(*first, *lumis, *ranges)
    assert selection.chosen(_ids(events)).tolist() == [_slow(selection, *event) for event in events]


def test_numbers_of_any_size_keep_their_order() -> None:
    ids = _ids([(1, 1, 255), (1, 1, 256), (1, 2**31, 2**63), (2**32 - 1, 1, 2**64 - 1)])
    last = EventSelection(events_to_process=[EventRange(1, 256, 2**32 - 1, 0)])
    assert last.chosen(ids).tolist() == [False, True, True, True]


def _numbers(blocks: list[Block]) -> list[int]:
    return [int(event) - 2**40 for block in blocks for event in block.ids.event]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"first_event": 2**40 + 25, "first_run": 7}, [*range(25, 30)]),
        ({"first_luminosity_block": 2, "first_run": 7}, [*range(20, 30)]),
        ({"first_run": 8}, []),
        ({"lumis_to_process": ("7:1-7:1",)}, [*range(10, 20)]),
        ({"lumis_to_skip": ("7:1-7:MAX",)}, [*range(10)]),
        ({"events_to_process": (f"7:{2**40 + 3}", f"7:2:{2**40 + 21}")}, [3, 21]),
        ({"events_to_skip": (f"7:{2**40 + 2}-7:{2**40 + 27}",)}, [0, 1, 28, 29]),
        ({"lumis_to_process": ("7:1-7:2",), "skip_events": 8}, [*range(18, 30)]),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 100])
def test_events_that_are_left_out_leave_blocks_full_and_products_with_their_events(
    make_block: Make, write_file: Make, read_file: Make, same_products: Make, parameters: Any, expected: Any, size: int
) -> None:
    block = make_block(30)
    classes = {key: type(product) for key, product in block.products.items()}
    path = write_file(block, events_per_cluster=8)
    blocks = read_file(path, classes, size, **parameters)
    assert _numbers(blocks) == expected
    assert all(len(each) == size for each in blocks[:-1])
    kept = [each for each in read_file(path, classes, 1) if int(each.ids.event[0]) - 2**40 in expected]
    for each, alone in zip(read_file(path, classes, 1, **parameters), kept, strict=True):
        same_products(each, alone)


def test_events_sorted_within_their_file_bring_their_products(
    make_block: Make, write_file: Make, read_file: Make, same_products: Make
) -> None:
    block = make_block(30)
    classes = {key: type(product) for key, product in block.products.items()}
    order = np.random.default_rng(1).permutation(30)
    block.ids.event[:] = block.ids.event[order]
    block.ids.lumi[:] = block.ids.lumi[order]
    path = write_file(block, events_per_cluster=8)
    assert _numbers(read_file(path, {}, 100)) == order.tolist()
    (read,) = read_file(path, classes, 100, no_event_sort=False)
    assert _numbers([read]) == list(range(30))
    for each, number in zip(read_file(path, classes, 1, no_event_sort=False), np.argsort(order), strict=True):
        (alone,) = read_file(path, classes, 1, 1, skip_events=int(number))
        same_products(each, alone)


def test_far_apart_events_are_read_alone(make_block: Make, write_file: Make, read_file: Make) -> None:
    path = write_file(make_block(4000), events_per_cluster=4000)
    wanted = (f"7:{2**40 + 3}", f"7:{2**40 + 3900}", f"7:{2**40 + 3901}")
    (block,) = read_file(path, events_to_process=wanted)
    (plain,) = read_file(path, size=4000)
    assert _numbers([block]) == [3, 3900, 3901]
    for key, product in block.products.items():
        if key not in plain.events:
            expected = plain.products[key].take(np.array([3, 3900, 3901]))
            for name, column in getattr(product, "ragged", {}).items():
                np.testing.assert_array_equal(column, expected.values(name))


def test_faulty_objects_of_skipped_events_are_not_looked_at(write_raw: Make, read_file: Make) -> None:
    from dataformats.tracks import Vertices  # noqa: PLC0415
    from e2efw.framework.tags import ProductKey  # noqa: PLC0415

    branches = {
        f"recoVertexs_vertices__P.obj.position_.fCoordinates.f{axis}": [[1.0], [np.nan], [2.0]] for axis in "XYZ"
    }
    path = write_raw("raw.root", branches)
    key = ProductKey("vertices", "", "P")
    (block,) = read_file(path, {key: Vertices}, events_to_skip=("1:2",), bad_hits="refuse")
    assert block.products[key].flat("x").tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"processing_mode": "Runs"}, UnimplementedFeatureError, "'processingMode' cannot be changed"),
        ({"need_secondary_file_names": True}, NoSecondaryFilesError, "'secondaryFileNames' names no file"),
        ({"override_catalog": "x.xml"}, UnimplementedFeatureError, "'overrideCatalog'"),
        ({"input_commands": ("keep",)}, ConfigurationError, "rule 'keep' is too short"),
        ({"set_run_number": 3, "set_run_number_for_each_lumi": (1,)}, ConfigurationError, "both set the run number"),
    ],
)
def test_what_cannot_be_is_refused_with_the_parameter(parameters: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        PoolSource(file_names=("a.root",), **parameters)


def test_parameters_that_have_no_effect_are_named_once(
    make_block: Make, write_file: Make, caplog: pytest.LogCaptureFixture
) -> None:
    path = str(write_file(make_block(1)))
    PoolSource(file_names=(path,), cache_size=20, tree_max_virtual_size=5).open()
    assert [record.getMessage() for record in caplog.records] == [
        "PoolSource: parameters without effect here: cacheSize, treeMaxVirtualSize"
    ]
