"""Events in an RNTuple instead of a TTree."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot

from dataformats.tracks import Tracks
from e2efw.errors import FileWriteError
from e2efw.framework.blocks import Block, ProductInfo
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.chunks import joined, part
from e2efw.io.pool_output import PoolOutputModule
from e2efw.io.untyped import UntypedProduct

Make = Callable[..., Any]

KEY = ProductKey("odd", "", "E2E")


def _all(blocks: list[Block]) -> Block:
    whole = blocks[0]
    for block in blocks[1:]:
        whole = joined(whole, block)
    return whole


def _classes(block: Block) -> dict[ProductKey, Any]:
    return {key: type(product) for key, product in block.products.items()}


@pytest.mark.parametrize("size", [1, 7, 256])
def test_every_data_format_survives(
    make_block: Make, write_file: Make, read_file: Make, same_products: Make, size: int
) -> None:
    block = make_block(120)
    path = write_file(block, container="RNTuple", events_per_cluster=50)
    same_products(_all(read_file(path, _classes(block), size)), block)


def test_a_tree_and_an_rntuple_hold_the_same_under_the_same_names(
    make_block: Make, write_file: Make, read_file: Make, same_products: Make
) -> None:
    block = make_block(30)
    tree, ntuple = write_file(block, "tree.root"), write_file(block, "ntuple.root", container="RNTuple")
    same_products(_all(read_file(tree)), _all(read_file(ntuple)))
    with uproot.open(ntuple) as file:
        assert file.classnames()["Events;1"] == "ROOT::RNTuple"
        charges = file["Events"]["recoTracks_tracks__E2E.obj.charge_"].array()
        with uproot.open(tree) as other:
            assert charges.to_list() == other["Events"]["recoTracks_tracks__E2E.obj.charge_"].array().to_list()


def test_what_nobody_knows_is_copied_into_a_tree_and_back(
    make_block: Make, write_file: Make, read_file: Make, same_products: Make
) -> None:
    block = make_block(30)
    first = write_file(block, "first.root", container="RNTuple")
    second = write_file(_all(read_file(first)), "second.root", typed=False)
    third = write_file(_all(read_file(second)), "third.root", typed=False, container="RNTuple")
    same_products(_all(read_file(third, _classes(block))), block)
    assert third.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("algorithm", ["ZSTD", "LZMA", "ZLIB", "LZ4"])
def test_identical_jobs_write_identical_bytes(make_block: Make, write_file: Make, algorithm: str) -> None:
    block = make_block(60)
    how = {"container": "RNTuple", "compression_algorithm": algorithm, "events_per_cluster": 25}
    first = write_file(block, "first.root", **how)
    again = write_file(block, "a_longer_name.root", size=7, **how)
    assert first.read_bytes() == again.read_bytes()


def test_a_file_without_events_still_has_all_fields(make_block: Make, write_file: Make, read_file: Make) -> None:
    block = part(make_block(3), 0, 0)
    path = write_file(block, container="RNTuple")
    assert read_file(path, _classes(block)) == []
    with uproot.open(path) as file:
        assert file["Events"].num_entries == 0
        assert "recoTracks_tracks__E2E.obj.charge_" in file["Events"].keys()  # noqa: SIM118 (an RNTuple is no dict)


def test_lists_stand_as_high_as_they_can(tmp_path: Path, make_block: Make, read_file: Make) -> None:
    ragged = {"obj.x": np.arange(3.0), "obj.deep.y": np.arange(3), "list": np.arange(3, dtype=np.float32)}
    odd = UntypedProduct("odd", 2, np.array([0, 2, 3]), ragged, {"obj.deep.n": np.array([5, 6])}, {})
    path = _written(tmp_path / "odd.root", make_block(2), odd)
    with uproot.open(path) as file:
        fields = {name: file["Events"][name].typename for name in file["Events"].keys()}  # noqa: SIM118
        assert fields["odd_odd__E2E.obj.deep.y"] == "std::vector<std::int64_t>"
        assert fields["odd_odd__E2E.list"] == "std::vector<float>"
    (read,) = read_file(path)
    product = read.products[KEY]
    assert product.offsets.tolist() == [0, 2, 3]
    for name, column in {**ragged, "obj.deep.n": np.array([5, 6])}.items():
        np.testing.assert_array_equal(product.values(name), column)
        assert product.values(name).dtype == column.dtype


def test_a_leaf_cannot_be_a_record_as_well(tmp_path: Path, make_block: Make) -> None:
    odd = UntypedProduct("odd", 2, np.array([0, 2, 3]), {"obj": np.arange(3), "obj.x": np.arange(3)}, {}, {})
    with pytest.raises(FileWriteError, match=r"odd_odd__E2E: leaf 'obj\.x' is also a part of the path of another"):
        _written(tmp_path / "odd.root", make_block(2), odd)
    assert list(tmp_path.iterdir()) == []


def test_one_leaf_is_read_without_the_others(make_block: Make, write_file: Make, read_file: Make) -> None:
    path = write_file(make_block(30), container="RNTuple", events_per_cluster=10)
    blocks = read_file(path, {ProductKey("tracks", "", "E2E"): Tracks}, 7)
    assert [len(block) for block in blocks] == [7, 7, 7, 7, 2]


def _written(path: Path, block: Block, product: UntypedProduct) -> Path:
    module = PoolOutputModule(file_name=str(path), container="RNTuple")
    writer = module.open({KEY: ProductInfo("odd")}, Provenance())
    try:
        writer.write(Block(0, block.ids, {KEY: product}))
        writer.close()
    finally:
        writer.abort()
    return path
