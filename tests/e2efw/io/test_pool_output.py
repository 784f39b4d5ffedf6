"""Output files: chosen products, whole or not at all."""

import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot

from dataformats.frames import Layer, SparseFrames, Windows
from dataformats.tracks import Tracks, Vertices
from e2efw.errors import ConfigurationError, FileWriteError, LogicError
from e2efw.framework.blocks import Block, ProductInfo
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.chunks import part
from e2efw.io.event_writer import EventWriter
from e2efw.io.pool_output import PoolOutputModule

Make = Callable[..., Any]

TRACKS = ProductKey("tracks", "", "E2E")
VERTICES = ProductKey("vertices", "", "E2E")
FRAMES = ProductKey("frames", "", "E2E")


def _writer(block: Block, path: Path | str, **parameters: Any) -> EventWriter:
    content = {
        key: ProductInfo(product.friendly_type, product_class=type(product)) for key, product in block.products.items()
    }
    return PoolOutputModule(file_name=str(path), **parameters).open(content, Provenance())


def test_closing_tells_events_bytes_and_path(make_block: Make, tmp_path: Path) -> None:
    path = tmp_path / "out.root"
    writer = _writer(make_block(12), f"file:{path}")
    writer.write(make_block(12))
    assert writer.close() == f"12 events, {path.stat().st_size} bytes in {path}"
    writer.abort()
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.root"]


def test_nothing_appears_before_the_writer_closes(make_block: Make, tmp_path: Path) -> None:
    path = tmp_path / "out.root"
    path.write_text("older")
    writer = _writer(make_block(12), path, events_per_cluster=5)
    writer.write(make_block(12))
    assert path.read_text() == "older"
    writer.abort()
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.root"]
    assert path.read_text() == "older"


def test_aborting_leaves_nothing(make_block: Make, tmp_path: Path) -> None:
    writer = _writer(make_block(12), tmp_path / "out.root", events_per_cluster=5)
    writer.write(make_block(12))
    writer.abort()
    assert list(tmp_path.iterdir()) == []


def test_rules_choose_what_is_wanted(make_block: Make, tmp_path: Path) -> None:
    block = make_block(2)
    writer = _writer(block, tmp_path / "out.root", output_commands=("drop *", "keep recoTracks_*_*_*"))
    assert dict(writer.wanted) == {TRACKS: Tracks}
    writer.write(block)
    writer.close()
    with uproot.open(tmp_path / "out.root") as file:
        assert all("recoTracks" in name or "EventAuxiliary" in name for name in file["Events"].keys(recursive=False))


def test_products_that_live_between_modules_are_never_written(tmp_path: Path) -> None:
    content = {ProductKey("windows", "", "E2E"): ProductInfo("e2eWindows", persistent=False, product_class=Windows)}
    writer = PoolOutputModule(file_name=str(tmp_path / "out.root")).open(content, Provenance())
    assert not writer.wanted
    writer.abort()


def test_classes_that_files_cannot_hold_are_refused_when_opened(tmp_path: Path) -> None:
    content = {ProductKey("windows", "", "E2E"): ProductInfo("e2eWindows", product_class=Windows)}
    with pytest.raises(LogicError, match="Windows: cannot be written"):
        PoolOutputModule(file_name=str(tmp_path / "out.root")).open(content, Provenance())
    assert list(tmp_path.iterdir()) == []


def test_labels_with_underscores_are_refused_when_opened(tmp_path: Path) -> None:
    content = {ProductKey("my_tracks", "", "E2E"): ProductInfo("recoTracks", product_class=Tracks)}
    with pytest.raises(ConfigurationError, match="Product my_tracks::E2E of type 'recoTracks' cannot be written"):
        PoolOutputModule(file_name=str(tmp_path / "out.root")).open(content, Provenance())


def test_the_target_may_not_be_a_folder(make_block: Make, tmp_path: Path) -> None:
    with pytest.raises(FileWriteError, match="is a folder, not a file name") as caught:
        _writer(make_block(1), tmp_path)
    assert caught.value.exit_code == 8033


def test_the_folder_must_exist(make_block: Make, tmp_path: Path) -> None:
    with pytest.raises(FileWriteError, match=r"cannot write .*: there is no folder .*nowhere\."):
        _writer(make_block(1), tmp_path / "nowhere" / "out.root")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_the_folder_must_be_writable(make_block: Make, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(FileWriteError, match="Permission denied"):
        _writer(make_block(1), tmp_path / "out.root")


def test_a_file_name_that_no_disk_takes_is_refused_when_opened(make_block: Make, tmp_path: Path) -> None:
    with pytest.raises(FileWriteError, match="File name too long"):
        _writer(make_block(1), tmp_path / ("x" * 250 + ".root"))


def test_an_input_is_not_overwritten(make_block: Make, write_file: Make, tmp_path: Path) -> None:
    path = write_file(make_block(2), "in.root")
    before = path.read_bytes()
    content = {TRACKS: ProductInfo("recoTracks", origin=str(path), product_class=Tracks)}
    with pytest.raises(FileWriteError, match="is also an input of this job"):
        PoolOutputModule(file_name=str(tmp_path / "." / "in.root")).open(content, Provenance())
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["in.root"]


def test_a_later_input_is_not_overwritten_either(
    make_block: Make, write_file: Make, read_file: Make, tmp_path: Path
) -> None:
    path = write_file(make_block(2), "in.root")
    (block,) = read_file(path, {TRACKS: Tracks})
    writer = _writer(block, path)
    with pytest.raises(FileWriteError, match="is also an input of this job"):
        writer.write(block)
    writer.abort()
    assert [entry.name for entry in tmp_path.iterdir()] == ["in.root"]


def test_a_full_disk_is_reported_and_leaves_nothing(make_block: Make, tmp_path: Path) -> None:
    block = make_block(3000)
    writer = _writer(block, tmp_path / "out.root", compression_level=0)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(FileWriteError, match=r"cannot write .*out\.root: File too large") as caught:
            writer.write(block)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    writer.abort()
    assert caught.value.exit_code == 8033
    assert list(tmp_path.iterdir()) == []


def test_events_that_a_filter_stopped_have_empty_lists(make_block: Make, write_file: Make, read_file: Make) -> None:
    block = make_block(6)
    tracks: Any = block.products[TRACKS]
    some = np.array([1, 4])
    block.products[TRACKS] = tracks.take(some)
    block.events[TRACKS] = some
    path = write_file(block, size=2)
    with uproot.open(path) as file:
        charges = file["Events"]["recoTracks_tracks__E2E.obj.charge_"].array()
    expected = [int(tracks.counts[event]) if event in some else 0 for event in range(6)]
    assert [len(event) for event in charges] == expected
    (read,) = read_file(path, {TRACKS: Tracks})
    assert read.events[TRACKS].tolist() == [1, 4]
    np.testing.assert_array_equal(read.products[TRACKS].flat("px"), tracks.take(some).flat("px"))


def test_a_product_nobody_made_is_in_no_event(make_block: Make, tmp_path: Path, read_file: Make) -> None:
    block = make_block(4)
    writer = _writer(block, tmp_path / "out.root")
    del block.products[TRACKS]
    writer.write(block)
    writer.close()
    (read,) = read_file(tmp_path / "out.root", {TRACKS: Tracks})
    assert len(read.products[TRACKS]) == 0
    assert read.events[TRACKS].size == 0


def _vertices(n_events: int, **columns: Any) -> Vertices:
    one = np.ones(n_events, np.float32)
    return Vertices(np.arange(n_events + 1), x=one, y=one, z=one, **columns)


def _with_vertices(block: Block, vertices: Vertices) -> Block:
    return Block(0, block.ids, {VERTICES: vertices})


def test_optional_floats_that_end_are_nan_from_there_on(make_block: Make, tmp_path: Path, read_file: Make) -> None:
    first = _with_vertices(make_block(2), _vertices(2, chi2=np.ones(2, np.float32)))
    second = _with_vertices(make_block(2), _vertices(2))
    writer = _writer(first, tmp_path / "out.root", events_per_cluster=2)
    writer.write(first)
    writer.write(second)
    writer.close()
    (read,) = read_file(tmp_path / "out.root", {VERTICES: Vertices}, duplicate_check_mode="noDuplicateCheck")
    assert np.isnan(read.products[VERTICES].flat("chi2")).tolist() == [False, False, True, True]


def test_leaves_that_begin_later_are_refused(make_block: Make, tmp_path: Path) -> None:
    first = _with_vertices(make_block(2), _vertices(2))
    writer = _writer(first, tmp_path / "out.root", events_per_cluster=2)
    writer.write(first)
    with pytest.raises(FileWriteError, match=r"recoVertexs_vertices__E2E has a leaf 'obj\.chi2_' that it did not have"):
        writer.write(_with_vertices(make_block(2), _vertices(2, chi2=np.ones(2, np.float32))))
    writer.abort()


def test_whole_numbers_that_end_are_refused(make_block: Make, tmp_path: Path) -> None:
    first = _with_vertices(make_block(2), _vertices(2, valid=np.ones(2, np.bool_)))
    writer = _writer(first, tmp_path / "out.root", events_per_cluster=2)
    writer.write(first)
    with pytest.raises(FileWriteError, match=r"lacks the leaf 'obj\.validity_' that it had"):
        writer.write(_with_vertices(make_block(2), _vertices(2)))
    writer.abort()
    assert list(tmp_path.iterdir()) == []


def test_frames_that_change_their_layers_are_refused(make_block: Make, tmp_path: Path) -> None:
    block = make_block(3)
    frames: Any = block.products[FRAMES]
    writer = _writer(block, tmp_path / "out.root")
    writer.write(block)
    other = (*frames.layers, Layer("BPIX1", 280, 360, "hits"))
    block.products[FRAMES] = SparseFrames(other, frames.offsets, **frames.columns)
    with pytest.raises(LogicError, match="e2eSparseFrames_frames__E2E was described as"):
        writer.write(block)
    writer.abort()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"output_commands": ("kepp *",)}, "'outputCommands': rule 'kepp \\*' starts with neither"),
        ({"compression_algorithm": "GZIP"}, "'compressionAlgorithm': 'GZIP' is not one of ZSTD"),
        ({"compression_level": 10}, "'compressionLevel': must be from 0 to 9"),
        ({"events_per_cluster": 0}, "'eventsPerCluster': must be larger than 0"),
        ({"file_name": "file:"}, "'fileName': must name a file"),
    ],
)
def test_illegal_parameters_are_refused_when_the_module_is_made(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        PoolOutputModule(**({"file_name": "out.root"} | parameters))


@pytest.mark.parametrize("algorithm", ["ZSTD", "LZMA", "ZLIB", "LZ4"])
def test_every_compression_can_be_read_back(
    make_block: Make, write_file: Make, read_file: Make, same_products: Make, algorithm: str
) -> None:
    block = make_block(20)
    path = write_file(block, compression_algorithm=algorithm, compression_level=9)
    with uproot.open(path) as file:
        assert type(file.file.compression).__name__ == algorithm
    (read,) = read_file(path, {key: type(product) for key, product in block.products.items()})
    same_products(read, part(block, 0, 20))
