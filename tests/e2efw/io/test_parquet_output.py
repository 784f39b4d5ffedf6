"""Events as Parquet files."""

import resource
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from e2efw.errors import ConfigurationError, FileOpenError, FileWriteError
from e2efw.framework.blocks import Block, ProductInfo
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.chunks import joined, part
from e2efw.io.parquet_output import ParquetOutputModule

Make = Callable[..., Any]


def _written(path: Path, block: Block, provenance: Provenance, size: int = 1000, **parameters: Any) -> Path:
    content = {
        key: ProductInfo(product.friendly_type, product_class=type(product)) for key, product in block.products.items()
    }
    writer = ParquetOutputModule(file_name=str(path), **parameters).open(content, provenance)
    try:
        for start in range(0, len(block), size):
            writer.write(part(block, start, min(start + size, len(block))))
        writer.close()
    finally:
        writer.abort()
    return path


def test_a_row_is_an_event_and_a_column_a_product(tmp_path: Path, make_block: Make, provenance: Provenance) -> None:
    block = make_block(12)
    table = pq.read_table(_written(tmp_path / "e.parquet", block, provenance))
    assert table.num_rows == 12
    tracks = block.products[ProductKey("tracks", "", "E2E")]
    rows = table["recoTracks_tracks__E2E"].to_pylist()
    assert [[track["charge_"] for track in row["obj"]] for row in rows] == tracks.charge.tolist()
    scores = table["float_score_value_E2E"].to_pylist()
    assert [row["present"] for row in scores] == [number % 3 == 0 for number in range(12)]
    assert [row["id_"]["event_"] for row in table["EventAuxiliary"].to_pylist()] == block.ids.event.tolist()


def test_the_metadata_tell_what_made_the_products(tmp_path: Path, make_block: Make, provenance: Provenance) -> None:
    path = _written(tmp_path / "e.parquet", make_block(3), provenance)
    metadata = pq.read_metadata(path).metadata
    stored = Provenance.from_json(metadata[b"E2EProvenance"].decode())
    assert stored.history_id == provenance.history_id
    frames = stored.product(ProductKey("frames", "", "E2E"))
    assert frames is not None
    assert [layer["name"] for layer in frames.description["layers"]] == ["ECAL", "HCAL"]


def test_rules_choose_what_is_written(tmp_path: Path, make_block: Make, provenance: Provenance) -> None:
    rules = ("drop *", "keep *_score_*_*")
    path = _written(tmp_path / "e.parquet", make_block(3), provenance, output_commands=rules)
    assert pq.read_schema(path).names == ["EventAuxiliary", "float_score_value_E2E"]


def test_identical_jobs_write_identical_bytes(tmp_path: Path, make_block: Make, provenance: Provenance) -> None:
    block = make_block(50)
    first = _written(tmp_path / "first.parquet", block, provenance, events_per_cluster=20)
    again = _written(tmp_path / "longer_name.parquet", block, provenance, size=7, events_per_cluster=20)
    assert first.read_bytes() == again.read_bytes()
    assert pq.read_metadata(first).num_row_groups == 3


def test_a_job_reads_back_what_was_written(
    tmp_path: Path,
    make_block: Make,
    write_file: Make,
    read_file: Make,
    same_products: Make,
    provenance: Provenance,
) -> None:
    block = make_block(50)
    root = write_file(block, events_per_cluster=20)
    classes = {key: type(product) for key, product in block.products.items()}
    (from_root,) = read_file(root, classes)
    parquet = _written(tmp_path / "e.parquet", from_root, provenance, events_per_cluster=20)
    blocks = read_file(parquet, classes, 7)
    assert [len(each) for each in blocks] == [7] * 7 + [1]
    same_products(reduce(joined, blocks), block)
    (again,) = read_file(parquet)
    assert write_file(again, "again.root", typed=False, events_per_cluster=20).read_bytes() == root.read_bytes()


def test_root_and_parquet_files_follow_one_another(
    tmp_path: Path, make_block: Make, write_file: Make, read_file: Make, provenance: Provenance
) -> None:
    block = make_block(5)
    files = [write_file(block), _written(tmp_path / "e.parquet", block, provenance)]
    blocks = read_file(files, {}, duplicate_check_mode="checkEachFile")
    assert [block.ids.file for block in blocks] == [str(path) for path in files]
    with pytest.raises(FileOpenError, match=r"nothing\.parquet does not exist. Did you mean 'e\.parquet'"):
        read_file([*files, tmp_path / "nothing.parquet"])


def test_no_event_is_a_table_without_rows(tmp_path: Path, make_block: Make, provenance: Provenance) -> None:
    path = _written(tmp_path / "e.parquet", part(make_block(3), 0, 0), provenance)
    table = pq.read_table(path)
    assert table.num_rows == 0
    assert "recoTracks_tracks__E2E" in table.column_names


def test_a_full_disk_leaves_nothing(tmp_path: Path, make_block: Make, provenance: Provenance) -> None:
    block = make_block(3000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(FileWriteError, match=r"ParquetOutputModule: cannot write .*e\.parquet: .*File too large"):
            _written(tmp_path / "e.parquet", block, provenance)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("level", [0, 23])
def test_levels_that_zstd_does_not_have_are_refused(level: int) -> None:
    with pytest.raises(ConfigurationError, match="'compressionLevel': must be from 1 to 22"):
        ParquetOutputModule(file_name="e.parquet", compression_level=level)
