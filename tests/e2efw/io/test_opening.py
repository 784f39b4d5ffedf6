"""Files for people: e2efw.open."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

import e2efw
from dataformats.frames import SparseFrames
from dataformats.results import EventFloat
from e2efw.errors import FileOpenError, FileReadError, LogicError, ProductNotFoundError
from e2efw.framework.blocks import Block, ProductInfo
from e2efw.framework.provenance import ProcessRecord, Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.parquet_output import ParquetOutputModule
from e2efw.io.pool_output import PoolOutputModule
from e2efw.io.product_sizes import product_sizes
from e2efw.io.root_file import open_events

Make = Callable[..., Any]
FORMATS = ["tree.root", "ntuple.root", "events.parquet"]


@pytest.fixture(params=FORMATS)
def path(request: pytest.FixtureRequest, tmp_path: Path, make_block: Make, provenance: Provenance) -> Path:
    """The same events in every kind of file."""
    return _written(tmp_path / request.param, make_block(25), provenance)


def _written(path: Path, block: Block, provenance: Provenance) -> Path:
    module: Any = ParquetOutputModule if path.suffix == ".parquet" else PoolOutputModule
    how = {"container": "RNTuple"} if path.name == "ntuple.root" else {}
    content = {
        key: ProductInfo(product.friendly_type, product_class=type(product)) for key, product in block.products.items()
    }
    writer = module(file_name=str(path), events_per_cluster=10, **how).open(content, provenance)
    writer.write(block)
    writer.close()
    return path


def test_columns_have_the_names_they_have_in_modules(path: Path, make_block: Make) -> None:
    block = make_block(25)
    with e2efw.open(path) as events:
        assert len(events) == 25
        np.testing.assert_array_equal(events.ids.event, block.ids.event)
        assert list(events) == events.keys()
        for key, product in block.products.items():
            view = events[f"{product.friendly_type}_{key.label}_{key.instance}_{key.process}"]
            assert view.name.key == key
            for name in type(product).leaves:
                mine = product.values(name)
                there = getattr(view, name)[view.present]
                np.testing.assert_array_equal(ak.to_numpy(ak.flatten(there, None)), ak.to_numpy(ak.flatten(mine, None)))
                assert ak.type(there).content == ak.type(ak.Array(mine)).content


def test_sizes_of_products_are_known_for_every_kind_of_file(path: Path) -> None:
    with open_events(str(path)) as file:
        sizes = {size.name.key.label: size for size in product_sizes(file)}
    assert 0 < sizes["tracks"].compressed < path.stat().st_size
    assert sizes["tracks"].uncompressed > 10 * sizes["score"].uncompressed


def test_a_product_goes_by_label_instance_and_process(path: Path) -> None:
    events = e2efw.open(str(path))
    assert events["score:value"].name == events["score:value:E2E"].name == events["float_score_value_E2E"].name
    assert "tracks" in events
    assert "recoTracks_tracks__E2E" in events
    assert "trucks" not in events
    with pytest.raises(ProductNotFoundError, match=r"no product 'recoTrack_tracks__E2E'\. Did you mean 'recoTracks_tr"):
        events["recoTrack_tracks__E2E"]
    assert repr(events).startswith(f"<25 events of {path}: EcalRecHitsSorted_eBRecHits__E2E, ")
    events.close()


def test_the_newest_process_counts(tmp_path: Path, make_block: Make) -> None:
    block = make_block(2)
    keys = [ProductKey("score", "", process) for process in ("NEW", "OLD")]
    for number, key in enumerate(keys):
        block.products[key] = EventFloat(value=np.full(2, number, np.float32))
    history = Provenance([ProcessRecord("OLD", ""), ProcessRecord("NEW", "")])
    events = e2efw.open(_written(tmp_path / "two.root", block, history))
    assert events["score"].value.tolist() == [0, 0]
    assert events["score::OLD"].value.tolist() == [1, 1]
    assert [process.name for process in events.provenance.processes][:2] == ["OLD", "NEW"]


def test_frames_become_dense_with_one_call(path: Path, make_block: Make) -> None:
    frames = make_block(25).products[ProductKey("frames", "", "E2E")]
    stored = e2efw.open(path)["e2eSparseFrames_frames__E2E"]
    np.testing.assert_array_equal(stored.dense("ECAL"), frames.dense("ECAL"))
    some = stored.dense("HCAL", slice(3, 7), (112, 72))
    np.testing.assert_array_equal(some, frames.take(slice(3, 7)).dense("HCAL", (112, 72)))
    assert isinstance(stored.product(), SparseFrames)
    with pytest.raises(LogicError, match=r"no channel 'ECALE'\. Did you mean 'ECAL'"):
        stored.dense("ECALE")
    with pytest.raises(LogicError, match="recoTracks_tracks__E2E: only sparse frames can be made dense"):
        e2efw.open(path)["tracks"].dense("ECAL")


def test_all_columns_of_a_product_come_as_records(path: Path) -> None:
    events = e2efw.open(path)
    jets = events["jets"].arrays()
    assert jets.fields == events["jets"].fields
    assert jets.pt.tolist() == events["jets"].pt.tolist()
    assert events["score:value"].arrays().fields == ["value"]


def test_leaf_paths_work_as_well_and_wrong_names_teach(path: Path) -> None:
    tracks = e2efw.open(path)["tracks"]
    assert tracks["obj.charge_"].tolist() == tracks.charge.tolist()
    with pytest.raises(LogicError, match=r"recoTracks_tracks__E2E: no column 'chrge'\. Did you mean 'charge'"):
        tracks["chrge"]
    with pytest.raises(AttributeError, match=r"no column 'chrge'"):
        _ = tracks.chrge
    assert "charge" in repr(tracks)


def test_products_that_no_class_describes_have_leaf_paths(write_raw: Make) -> None:
    path = write_raw("raw.root", {"ints_numbers__CMS.obj": [[1, 2], [], [3]]})
    numbers = e2efw.open(path)["numbers"]
    assert numbers.fields == ["obj"]
    assert numbers["obj"].tolist() == [[1, 2], [], [3]]
    assert numbers.present.tolist() == [True] * 3
    with pytest.raises(LogicError, match="no class of this project is a 'ints'"):
        numbers.product()


def test_real_collisions_open_in_two_lines(real_files: list[Path]) -> None:
    events = e2efw.open(real_files[0])
    assert ak.all(events["reducedEcalRecHitsEB"].energy > -100)
    assert len(events["generalTracks"].charge) == len(events) == 25


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileOpenError, match=r"nothing\.root does not exist"):
        e2efw.open(tmp_path / "nothing.root")
    with pytest.raises(FileOpenError, match=r"nothing\.parquet does not exist"):
        e2efw.open(tmp_path / "nothing.parquet")
    (tmp_path / "odd.parquet").write_text("no table")
    with pytest.raises(FileReadError, match=r"odd\.parquet cannot be read"):
        e2efw.open(tmp_path / "odd.parquet")


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import e2efw, sys; print(sorted({'uproot', 'awkward', 'numpy', 'pyarrow'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
