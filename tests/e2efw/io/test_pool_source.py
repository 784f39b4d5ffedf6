"""What the source promises of its blocks, and what it refuses before the first event."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dataformats.candidates import Jets
from dataformats.frames import SparseFrames, Windows
from dataformats.rechits import EBRecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.errors import (
    ConfigurationError,
    E2EFWError,
    EventCorruptionError,
    FileReadError,
    LogicError,
    MismatchedInputFilesError,
    ProductNotFoundError,
)
from e2efw.framework.blocks import Block
from e2efw.framework.tags import ProductKey
from e2efw.io.pool_source import PoolSource
from e2efw.io.root_file import open_events

Make = Callable[..., Any]

HITS = ProductKey("reducedEcalRecHitsEB", "", "RECO")
_HITS = "EcalRecHitsSorted_reducedEcalRecHitsEB__RECO"
JETS = ProductKey("jets", "", "E2E")


def _hits(**changed: Any) -> dict[str, Any]:
    """Three events with two, one and no barrel hits, as another program wrote them."""
    columns = {
        "id_.id_": [[838861517, 838861518], [838861519], []],
        "energy_": [[1.0, 2.0], [3.0], []],
        "time_": [[0.0, 0.0], [0.0], []],
    } | {name.replace("detid", "id_.id_"): values for name, values in changed.items()}
    return {f"{_HITS}.obj.obj.{name}": values for name, values in columns.items() if values is not None}


def _numbers(blocks: list[Block]) -> list[int]:
    return [int(event) - 2**40 for block in blocks for event in block.ids.event]


@pytest.mark.parametrize(
    ("skip", "most", "expected"),
    [
        (0, -1, [*range(10), *range(10)]),
        (3, -1, [*range(3, 10), *range(10)]),
        (12, -1, list(range(2, 10))),
        (20, -1, []),
        (99, -1, []),
        (0, 0, []),
        (0, 4, [0, 1, 2, 3]),
        (8, 4, [8, 9, 0, 1]),
    ],
)
def test_skipping_and_stopping_count_over_all_files(
    make_block: Make, write_file: Make, read_file: Make, skip: int, most: int, expected: list[int]
) -> None:
    paths = [write_file(make_block(10), name) for name in ("a.root", "b.root")]
    blocks = read_file(paths, {JETS: Jets}, 4, most, skip_events=skip, duplicate_check_mode="checkEachFile")
    assert _numbers(blocks) == expected
    source = PoolSource(file_names=tuple(map(str, paths)), skip_events=skip).open()
    assert source.n_events == max(20 - skip, 0)


def test_blocks_do_not_span_files(make_block: Make, write_file: Make, read_file: Make) -> None:
    paths = [write_file(make_block(5), name) for name in ("a.root", "b.root")]
    assert [
        (len(block), block.number) for block in read_file(paths, {}, 4, duplicate_check_mode="noDuplicateCheck")
    ] == [(4, 0), (1, 1), (4, 2), (1, 3)]


def test_a_path_may_start_with_file(make_block: Make, write_file: Make) -> None:
    path = write_file(make_block(2))
    assert PoolSource(file_names=(f"file:{path}",)).open().n_events == 2


def test_content_names_types_and_the_file_they_are_from(make_block: Make, write_file: Make) -> None:
    path = write_file(make_block(2))
    info = PoolSource(file_names=(str(path),)).open().content[ProductKey("frames", "", "E2E")]
    assert info.friendly_type == "e2eSparseFrames"
    assert info.origin == str(path)
    assert info.description["layers"][1]["name"] == "HCAL"


def test_products_of_newer_processes_come_last(make_block: Make, write_file: Make) -> None:
    block = make_block(2)
    block.products = {
        ProductKey("jets", "", "E2E"): block.products[JETS],
        ProductKey("jets", "", "OLD"): block.products[JETS],
    }
    source = PoolSource(file_names=(str(write_file(block)),)).open()
    assert [key.process for key in source.content] == ["OLD", "E2E"]


def test_an_abandoned_iterator_leaves_no_thread(make_block: Make, write_file: Make) -> None:
    before = threading.active_count()
    source = PoolSource(file_names=(str(write_file(make_block(50), events_per_cluster=5)),)).open()
    blocks = source.blocks({JETS: Jets}, 1, -1)
    next(blocks)
    source.close()
    assert threading.active_count() == before
    assert next(blocks, None) is None


def test_a_later_file_may_lack_products_and_its_blocks_lack_them_too(
    make_block: Make, write_file: Make, read_file: Make, caplog: pytest.LogCaptureFixture
) -> None:
    full, poor = make_block(2), make_block(2)
    del poor.products[JETS]
    poor.ids.run[:] = 8
    paths = [write_file(full, "full.root"), write_file(poor, "poor.root")]
    first, second = read_file(paths, {JETS: Jets}, 10)
    assert JETS in first.products
    assert not second.products
    assert "poor.root lacks products of the first file: recoPFJets_jets__E2E" in caplog.text
    with pytest.raises(ProductNotFoundError, match=r"no product jets::E2E in event 8:0:\d+ of .*poor\.root"):
        second.get(JETS, np.arange(2))
    with pytest.raises(
        MismatchedInputFilesError, match=r"poor\.root: no product recoPFJets_jets__E2E, which"
    ) as caught:
        read_file(paths, {JETS: Jets}, 10, branches_must_match="strict")
    assert caught.value.exit_code == 8023
    with pytest.raises(MismatchedInputFilesError, match=r"full\.root: product recoPFJets_jets__E2E is not in .*poor"):
        read_file(paths[::-1], {})
    assert len(read_file(paths[::-1], {}, input_commands=("keep *", "drop *_jets_*_*"))) == 2


def test_the_first_file_must_hold_the_wanted_products(make_block: Make, write_file: Make) -> None:
    poor = make_block(2)
    del poor.products[JETS]
    source = PoolSource(file_names=(str(write_file(poor, "poor.root")),)).open()
    with pytest.raises(ProductNotFoundError, match=r"poor\.root: no product jets::E2E\. Did you mean") as caught:
        source.blocks({JETS: Jets}, 10, -1)
    assert caught.value.exit_code == 8006


def test_a_later_file_must_describe_its_frames_alike(make_block: Make, write_file: Make) -> None:
    key = ProductKey("frames", "", "E2E")
    first, second = make_block(2), make_block(2)
    frames: Any = second.products[key]
    second.products[key] = SparseFrames(
        frames.layers[:1],
        np.array([0, 1, 1]),
        channel=np.zeros(1, np.uint8),
        cell=np.zeros(1, np.uint32),
        value=np.ones(1, np.float32),
    )
    paths = [write_file(first, "first.root"), write_file(second, "second.root")]
    source = PoolSource(file_names=tuple(map(str, paths))).open()
    with pytest.raises(MismatchedInputFilesError, match=r"second\.root: product frames::E2E is described as"):
        list(source.blocks({key: SparseFrames}, 10, -1))


def test_frames_without_their_description_are_refused(write_raw: Make, read_file: Make) -> None:
    branches = {f"e2eSparseFrames_frames__E2E.obj.{name}_": [[1], [2]] for name in ("channel", "cell", "value")}
    with pytest.raises(
        FileReadError, match=r"provenance does not describe e2eSparseFrames_frames__E2E as SparseFrames"
    ):
        read_file(write_raw("bare.root", branches), {ProductKey("frames", "", "E2E"): SparseFrames})


def test_a_missing_leaf_is_named_with_those_present(write_raw: Make, read_file: Make) -> None:
    path = write_raw("raw.root", _hits(energy_=None, energi_=[[1.0, 2.0], [3.0], []]))
    message = (
        r"raw\.root: product .*EB__RECO has no leaf 'obj\.obj\.energy_', which EBRecHits\.energy needs\. "
        r"Did you mean 'obj\.obj\.energi_'"
    )
    with pytest.raises(FileReadError, match=message):
        read_file(path, {HITS: EBRecHits})


def test_missing_optional_floats_read_as_nan(write_raw: Make, read_file: Make) -> None:
    branches = {f"recoVertexs_vertices__P.obj.position_.fCoordinates.f{axis}": [[1.0], []] for axis in "XYZ"}
    (block,) = read_file(write_raw("raw.root", branches), {ProductKey("vertices", "", "P"): Vertices})
    vertices: Any = block.products[ProductKey("vertices", "", "P")]
    assert np.isnan(vertices.flat("chi2")).tolist() == [True]


def test_leaves_that_disagree_in_number_are_refused_with_the_event(write_raw: Make, read_file: Make) -> None:
    path = write_raw("raw.root", _hits(energy_=[[1.0, 2.0], [], []]))
    message = r"has 1 values of 'obj\.obj\.id_\.id_' but 0 of 'obj\.obj\.energy_' in event 1:1:2"
    with pytest.raises(FileReadError, match=message):
        read_file(path, {HITS: EBRecHits})


def test_a_scalar_where_a_list_is_due_is_refused(write_raw: Make, read_file: Make) -> None:
    path = write_raw("raw.root", _hits(energy_=np.ones(3)))
    with pytest.raises(FileReadError, match=r"'obj\.obj\.energy_' of .* has one value per event instead of a list"):
        read_file(path, {HITS: EBRecHits})


def test_classes_that_files_cannot_hold_are_refused(write_raw: Make, read_file: Make) -> None:
    with pytest.raises(LogicError, match="Windows: cannot be read from a file"):
        read_file(write_raw("raw.root", _hits()), {HITS: Windows})


def test_files_without_event_numbers_are_refused(write_raw: Make) -> None:
    path = write_raw("bare.root", {"pt": np.ones(2)} | {"EventAuxiliaryX": np.ones(2)})
    with pytest.raises(FileReadError, match="no EventAuxiliary"):
        PoolSource(file_names=(str(path),)).open()


def test_an_auxiliary_without_numbers_is_refused(write_raw: Make) -> None:
    path = write_raw("odd.root", {"EventAuxiliary": np.ones(2)})
    with pytest.raises(FileReadError, match="EventAuxiliary has no run_, so its events have no numbers"):
        PoolSource(file_names=(str(path),)).open()


def test_no_files_are_no_configuration() -> None:
    with pytest.raises(ConfigurationError, match="'fileNames': must name at least one file"):
        PoolSource(file_names=())
    with pytest.raises(ConfigurationError, match="'skipEvents': must not be negative"):
        PoolSource(file_names=("a.root",), skip_events=-1)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"energy_": [[1.0, np.nan], [3.0], []]}, "energy is NaN or infinite"),
        ({"energy_": [[1.0, np.inf], [3.0], []]}, "energy is NaN or infinite"),
        ({"energy_": [[1.0, 1e300], [3.0], []]}, "energy is NaN or infinite"),
        ({"detid": [[838861517, 7], [838861519], []]}, "detid is no EB crystal"),
        ({"detid": [[838861517, -5], [838861519], []]}, "detid does not fit uint32"),
        ({"detid": [[838861517, 2**40], [838861519], []]}, "detid does not fit uint32"),
        ({"detid": [[838861517.0, 838861518.5], [838861519.0], []]}, "detid does not fit uint32"),
    ],
)
def test_a_hit_that_cannot_be_true_is_dropped_alone_or_refused(
    write_raw: Make, read_file: Make, changed: dict[str, Any], reason: str
) -> None:
    path = write_raw("raw.root", _hits(**changed))
    source = PoolSource(file_names=(str(path),)).open()
    (block,) = source.blocks({HITS: EBRecHits}, 10, -1)
    hits: Any = block.products[HITS]
    assert hits.counts.tolist() == [1, 1, 0]
    assert hits.flat("energy").tolist() == [1.0, 3.0]
    assert source.report() == [
        f"PoolSource: dropped 1 objects of {_HITS} because {reason}; first in event 1:1:1 of {path}"
    ]
    with pytest.raises(EventCorruptionError, match=rf"{_HITS} {reason} in event 1:1:1 of {path}\.") as caught:
        read_file(path, {HITS: EBRecHits}, bad_hits="refuse")
    assert caught.value.exit_code == 8016


def test_dropped_hits_are_counted_once_and_by_their_first_reason(write_raw: Make) -> None:
    both = _hits(detid=[[-5, 838861518], [3], []], energy_=[[np.nan, 2.0], [np.nan], []])
    source = PoolSource(file_names=(str(write_raw("raw.root", both)),)).open()
    blocks = list(source.blocks({HITS: EBRecHits}, 1, -1))
    assert [len(block) for block in blocks] == [1, 1, 1]
    fit, nan = source.report()
    assert "dropped 1 objects" in fit
    assert "does not fit uint32" in fit
    assert "dropped 1 objects" in nan
    assert "energy is NaN" in nan
    assert "1:1:2" in nan


def test_errors_of_the_reading_thread_reach_the_job(write_raw: Make) -> None:
    path = write_raw("raw.root", _hits(energy_=[[1.0], [], []]))
    source = PoolSource(file_names=(str(path),)).open()
    with pytest.raises(E2EFWError, match="in event 1:1:1"):
        next(source.blocks({HITS: EBRecHits}, 10, -1))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("reader")]


def test_a_file_is_open_only_in_its_context(make_block: Make, write_file: Make) -> None:
    with open_events(str(write_file(make_block(2)))) as file:
        assert file.n_events == 2
    assert file.tree.file.closed


def test_faulty_tracks_go_and_their_neighbours_stay(make_block: Make, write_file: Make, read_file: Make) -> None:
    block = make_block(20)
    key = ProductKey("tracks", "", "E2E")
    tracks: Any = block.products[key]
    tracks.columns["px"][5] = tracks.columns["py"][5] = 0.0
    (read,) = read_file(write_file(block), {key: Tracks})
    kept: Any = read.products[key]
    expected = np.delete(tracks.flat("pz"), 5)
    np.testing.assert_array_equal(kept.flat("pz"), expected)
