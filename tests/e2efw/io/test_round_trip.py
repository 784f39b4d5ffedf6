"""What is written is what is read, in blocks of any size."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot

from dataformats.candidates import Jets, Photons
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.framework.blocks import Block, Wanted
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.chunks import joined, part
from e2efw.io.pool_source import PoolSource
from e2efw.io.untyped import UntypedProduct

Same = Callable[[Block, Block], None]
Make = Callable[..., Any]

REAL: Wanted = {
    ProductKey("reducedEcalRecHitsEB", "", "RECO"): EBRecHits,
    ProductKey("reducedEcalRecHitsEE", "", "RECO"): EERecHits,
    ProductKey("reducedHcalRecHits", "hbhereco", "RECO"): HBHERecHits,
    ProductKey("generalTracks", "", "RECO"): Tracks,
    ProductKey("offlinePrimaryVertices", "", "RECO"): Vertices,
    ProductKey("ak4PFJetsCHS", "", "RECO"): Jets,
    ProductKey("gedPhotons", "", "RECO"): Photons,
}


def _classes(block: Block) -> Wanted:
    return {key: type(product) for key, product in block.products.items()}


def _all(blocks: list[Block]) -> Block:
    whole = blocks[0]
    for block in blocks[1:]:
        whole = joined(whole, block)
    return whole


@pytest.mark.parametrize("size", [1, 7, 256])
def test_every_data_format_survives_a_file(
    make_block: Make, write_file: Make, read_file: Make, same_products: Same, size: int
) -> None:
    block = make_block(300)
    path = write_file(block, events_per_cluster=100)
    blocks = read_file(path, _classes(block), size)
    assert [len(part) for part in blocks] == [size] * (300 // size) + ([300 % size] if 300 % size else [])
    assert [part.number for part in blocks] == list(range(len(blocks)))
    same_products(_all(blocks), block)


def test_each_block_holds_the_events_of_its_place(
    make_block: Make, write_file: Make, read_file: Make, same_products: Same
) -> None:
    block = make_block(50)
    blocks = read_file(write_file(block, events_per_cluster=9), _classes(block), 7)
    for number, read in enumerate(blocks):
        same_products(read, part(block, 7 * number, min(7 * number + 7, 50)))


def test_products_nobody_knows_are_copied_as_they_are(
    make_block: Make, write_file: Make, read_file: Make, same_products: Same
) -> None:
    block = make_block(40)
    first = write_file(block, "first.root")
    untyped = _all(read_file(first, size=16))
    assert all(isinstance(product, UntypedProduct) for product in untyped.products.values())
    second = write_file(untyped, "second.root", typed=False)
    same_products(_all(read_file(second, _classes(block))), block)


def test_the_files_baskets_do_not_depend_on_the_size_of_blocks(make_block: Make, write_file: Make) -> None:
    block = make_block(100)
    layouts = []
    for size in (1, 30, 100):
        with uproot.open(write_file(block, f"blocks{size}.root", size=size, events_per_cluster=40)) as file:
            layouts.append({branch.name: list(branch.entry_offsets) for branch in file["Events"].branches})
    assert layouts[0] == layouts[1] == layouts[2]
    assert layouts[0]["recoTracks_tracks__E2E.obj.charge_"] == [0, 40, 80, 100]


def test_written_files_have_cmssw_names_and_one_counter_per_product(make_block: Make, write_file: Make) -> None:
    with uproot.open(write_file(make_block(5))) as file:
        tree = file["Events"]
        assert tree["recoTracks_tracks__E2E.obj.charge_"].typename == "int8_t[]"
        assert tree["EventAuxiliary.id_.event_"].typename == "uint64_t"
        assert tree["float_score_value_E2E.obj"].typename == "float"
        counters = {branch.count_branch.name for branch in tree.branches if branch.count_branch is not None}
        assert "nrecoTracks_tracks__E2E." in counters
        assert len([name for name in counters if "recoTracks" in name]) == 1


def test_events_without_a_product_hold_nan_and_say_so(make_block: Make, write_file: Make) -> None:
    with uproot.open(write_file(make_block(4))) as file:
        present = file["Events"]["float_score_value_E2E.present"].array(library="np")
        value = file["Events"]["float_score_value_E2E.obj"].array(library="np")
    assert present.tolist() == [True, False, False, True]
    np.testing.assert_array_equal(np.isnan(value), ~present)


def test_a_file_without_events_still_has_all_branches(make_block: Make, write_file: Make, read_file: Make) -> None:
    block = part(make_block(3), 0, 0)
    path = write_file(block)
    assert read_file(path, _classes(block)) == []
    source = PoolSource(file_names=(str(path),)).open()
    assert source.n_events == 0
    assert source.content.keys() == block.products.keys()


def test_provenance_is_readable_text_with_the_shapes_of_frames(
    make_block: Make, write_file: Make, provenance: Provenance
) -> None:
    path = write_file(make_block(3))
    with uproot.open(path) as file:
        text = str(file["E2EProvenance"])
    stored = Provenance.from_json(text)
    frames = stored.product(ProductKey("frames", "", "E2E"))
    assert frames is not None
    assert [layer["name"] for layer in frames.description["layers"]] == ["ECAL", "HCAL"]
    assert stored.processes[0].modules == provenance.processes[0].modules
    assert PoolSource(file_names=(str(path),)).open().provenance == stored


@pytest.mark.parametrize("size", [1, 7, 256])
def test_real_collisions_survive_reading_writing_and_reading(
    real_files: list[Path], write_file: Make, read_file: Make, same_products: Same, size: int
) -> None:
    blocks = read_file(real_files[0], REAL, size)
    real = _all(blocks)
    assert len(real) == 25
    assert len(real.products) == 7
    same_products(_all(read_file(write_file(real), REAL, size)), real)


def test_real_collisions_of_several_files_come_in_order(real_files: list[Path], read_file: Make) -> None:
    blocks = read_file(real_files, REAL, 10)
    assert [len(block) for block in blocks] == [10, 10, 5] * 3
    assert [block.ids.file for block in blocks[::3]] == [str(path) for path in real_files]
