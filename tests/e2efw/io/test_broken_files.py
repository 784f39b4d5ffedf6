"""Files that are missing, truncated, flipped or not event files: always a plain sentence, never a hang."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot

from dataformats.frames import SparseFrames
from dataformats.tracks import Tracks
from e2efw.errors import FileOpenError, FileReadError, ProductNotFoundError
from e2efw.framework.tags import ProductKey
from e2efw.io.pool_source import PoolSource

Make = Callable[..., Any]

TRACKS = ProductKey("tracks", "", "E2E")


def _open(*paths: Path) -> None:
    PoolSource(file_names=tuple(map(str, paths))).open()


def test_a_missing_file_is_named_with_the_nearest_in_its_folder(
    make_block: Make, write_file: Make, tmp_path: Path
) -> None:
    write_file(make_block(1), "sample.root")
    with pytest.raises(FileOpenError, match=r"sampel\.root does not exist\. Did you mean 'sample\.root'\?") as caught:
        _open(tmp_path / "sampel.root")
    assert caught.value.exit_code == 8020


def test_a_missing_folder_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileOpenError, match=r"There is no folder .*nowhere\."):
        _open(tmp_path / "nowhere" / "a.root")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileOpenError, match="cannot be opened: Is a directory"):
        _open(tmp_path)


def test_any_missing_file_of_the_list_is_found_before_the_first_event(
    make_block: Make, write_file: Make, tmp_path: Path
) -> None:
    with pytest.raises(FileOpenError, match=r"b\.root does not exist"):
        _open(write_file(make_block(1), "a.root"), tmp_path / "b.root")


def test_text_is_no_root_file(tmp_path: Path) -> None:
    path = tmp_path / "notes.root"
    path.write_text("these are my notes, and they are long enough")
    with pytest.raises(FileReadError, match="is not a ROOT file: it starts with b'thes'") as caught:
        _open(path)
    assert caught.value.exit_code == 8021


def test_a_file_without_events_tells_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "other.root"
    with uproot.recreate(path) as file:
        file.mktree("Jets", {"pt": np.dtype(np.float32)})
    with pytest.raises(FileReadError, match=r"no tree 'Events', so it is no event file\. It holds: Jets \(TTree\)\."):
        _open(path)


def test_events_that_are_no_tree_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.root"
    with uproot.recreate(path) as file:
        file["Events"] = "not a tree"
    with pytest.raises(FileReadError, match="'Events' is a TObjString; only a TTree or an RNTuple can be read"):
        _open(path)


def test_provenance_that_is_no_json_is_refused(tmp_path: Path, write_raw: Make) -> None:
    path = write_raw("raw.root", {"x": np.ones(2)})
    with uproot.update(path) as file:
        file["E2EProvenance"] = "{"
    with pytest.raises(FileReadError, match="its provenance 'E2EProvenance' is not understood"):
        _open(path)


def test_a_truncated_file_is_refused_wherever_it_ends(make_block: Make, write_file: Make, tmp_path: Path) -> None:
    whole = write_file(make_block(20)).read_bytes()
    path = tmp_path / "cut.root"
    for size in [0, 1, 3, 4, 11, 19, 20, 63, 100, 300, *range(1000, len(whole), len(whole) // 20), len(whole) - 1]:
        path.write_bytes(whole[:size])
        with pytest.raises(FileReadError, match="is truncated: it has"):
            _open(path)


def _basket(path: Path, branch: str) -> tuple[int, int]:
    """First byte and length of the second basket of a branch."""
    with uproot.open(path) as file:
        found = file["Events"][branch]
        return int(found.member("fBasketSeek")[1]), int(found.member("fBasketBytes")[1])


def test_a_flipped_byte_in_a_basket_is_reported_with_branch_and_events(
    make_block: Make, write_file: Make, read_file: Make
) -> None:
    path = write_file(make_block(200), events_per_cluster=100, compression_algorithm="ZLIB")
    branch = "recoTracks_tracks__E2E.obj.momentum_.fCoordinates.fX"
    seek, size = _basket(path, branch)
    content = bytearray(path.read_bytes())
    content[seek + size // 2] ^= 0xFF
    path.write_bytes(content)
    blocks = PoolSource(file_names=(str(path),), skip_events=100).open().blocks({TRACKS: Tracks}, 100, -1)
    with pytest.raises(
        FileReadError, match=rf"branch '{branch}', entries 100 to 199 cannot be read, the file is corrupt"
    ):
        next(blocks)


def test_numbers_that_no_producer_writes_are_damage(
    make_block: Make, write_file: Make, read_file: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LZMA has no checksum: what a flipped byte does to a cell arrives as another number."""
    block = make_block(30)
    key = ProductKey("frames", "", "E2E")
    block.products[key].columns["cell"][-1] = 1 << 20
    with monkeypatch.context() as patched:
        patched.setattr("dataformats.frames._check_cells", lambda *_: None)
        path = write_file(block)
    with pytest.raises(FileReadError, match=r"is damaged in one of the \d+ events from \S+ on: .*outside its layer"):
        read_file(path, {key: SparseFrames})


@pytest.mark.parametrize("algorithm", ["ZSTD", "LZ4", "ZLIB", "LZMA"])
def test_flipped_bytes_anywhere_end_in_a_read_error_or_not_at_all(
    make_block: Make, write_file: Make, read_file: Make, algorithm: str
) -> None:
    block = make_block(30)
    path = write_file(block, events_per_cluster=15, compression_algorithm=algorithm)
    whole = path.read_bytes()
    wanted = {key: type(product) for key, product in block.products.items()}
    random = np.random.default_rng(3)
    refused = 0
    for position in random.integers(0, len(whole), 25):
        content = bytearray(whole)
        content[position] ^= int(random.integers(1, 256))
        path.write_bytes(content)
        try:
            read_file(path, wanted)
        except (FileReadError, ProductNotFoundError):  # a flipped name is another product
            refused += 1
    assert refused > 0
