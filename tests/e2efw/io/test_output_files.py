"""Files that split, names that collide, parameters without effect, and what a file says of itself."""

import logging
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot

from e2efw.errors import ConfigurationError, FileWriteError
from e2efw.framework.blocks import Block, EventIDs, ProductInfo
from e2efw.framework.provenance import ModuleRecord, ProcessRecord, ProductRecord, Provenance, branch_id
from e2efw.framework.tags import ProductKey
from e2efw.io.chunks import part
from e2efw.io.event_writer import EventWriter, numbered
from e2efw.io.output_parameters import Dataset
from e2efw.io.output_tables import LumiCounts
from e2efw.io.pool_output import PoolOutputModule

Make = Callable[..., Any]


def _writer(block: Block, path: Path, provenance: Provenance | None = None, **parameters: Any) -> EventWriter:
    content = {
        key: ProductInfo(product.friendly_type, product_class=type(product)) for key, product in block.products.items()
    }
    return PoolOutputModule(file_name=str(path), **parameters).open(content, provenance or Provenance())


def _from(block: Block, name: str) -> Block:
    ids = EventIDs(block.ids.run, block.ids.lumi, block.ids.event, name)
    return Block(block.number, ids, block.products, block.events)


def test_a_file_that_is_too_large_ends_with_its_input(make_block: Make, tmp_path: Path, read_file: Make) -> None:
    block = make_block(60)
    writer = _writer(block, tmp_path / "base.root", max_size=1, events_per_cluster=10)
    for number, name in enumerate(["a", "a", "b", "c"]):
        writer.write(_from(part(block, 15 * number, 15 * number + 15), name))
    assert not list(tmp_path.glob("base*"))
    files = ["base.root", "base001.root", "base002.root"]
    assert writer.close().endswith(", ".join(str(tmp_path / name) for name in files))
    writer.abort()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(files)
    events = [np.concatenate([b.ids.event for b in read_file(tmp_path / name)]) for name in files]
    assert [len(numbers) for numbers in events] == [30, 15, 15]
    np.testing.assert_array_equal(np.concatenate(events), block.ids.event)
    for name, lumis in zip(files, ([0, 1, 2], [3, 4], [4, 5]), strict=True):
        with uproot.open(tmp_path / name) as file:
            table = file["LuminosityBlocks"].arrays(library="np")
            assert table["LuminosityBlockAuxiliary.id_.luminosityBlock_"].tolist() == lumis
            assert table["IndexIntoFile.nEvents_"].sum() == file["Events"].num_entries


def test_where_files_split_does_not_depend_on_the_size_of_blocks(make_block: Make, tmp_path: Path) -> None:
    block = make_block(40)
    for size in (1, 20):
        writer = _writer(block, tmp_path / f"size{size}x.root", max_size=1, events_per_cluster=10)
        for start in range(0, 40, size):
            writer.write(_from(part(block, start, start + size), "ab"[start // 20]))
        writer.close()
    for end in ("x.root", "x001.root"):
        assert (tmp_path / f"size1{end}").read_bytes() == (tmp_path / f"size20{end}").read_bytes()


def test_a_job_that_fails_leaves_none_of_its_files(make_block: Make, tmp_path: Path) -> None:
    block = make_block(10)
    writer = _writer(block, tmp_path / "base.root", max_size=0, events_per_cluster=10)
    writer.write(_from(block, "a"))
    writer.write(_from(block, "b"))
    writer.abort()
    assert not list(tmp_path.iterdir())


def test_further_files_are_numbered_before_the_suffix() -> None:
    names = [numbered(Path("dir/base.root"), number).name for number in (0, 1, 12)]
    assert names == ["base.root", "base001.root", "base012.root"]


def test_two_outputs_do_not_share_a_name(make_block: Make, tmp_path: Path) -> None:
    block = make_block(1)
    first = _writer(block, tmp_path / "out.root")
    with pytest.raises(FileWriteError, match=r"out\.root is also written by another output of this job") as caught:
        _writer(block, tmp_path / "." / "out.root")
    assert caught.value.exit_code == 8033
    first.abort()
    again = _writer(block, tmp_path / "out.root")
    again.close()
    _writer(block, tmp_path / "out.root").abort()


def test_settings_without_effect_are_told_in_one_line(
    make_block: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _writer(make_block(1), tmp_path / "a.root", basket_size=16384).abort()
    assert not caplog.records
    _writer(make_block(1), tmp_path / "b.root", basket_size=1, fast_cloning=False).abort()
    (record,) = caplog.records
    assert record.levelno == logging.INFO
    assert "basketSize has no effect here: every branch has one basket per eventsPerCluster" in record.message
    assert "fastCloning has no effect here" in record.message


def test_what_a_file_is_for_stands_in_its_provenance(tmp_path: Path) -> None:
    dataset = Dataset(data_tier="AODSIM", filter_name="")
    with uproot.open(_with_history(tmp_path / "a.root", dataset=dataset)) as file:
        one, two = Provenance.from_json(str(file["E2EProvenance"])).processes
    assert (one.dataset, two.dataset) == ({}, {"dataTier": "AODSIM"})
    with uproot.open(_with_history(tmp_path / "b.root")) as file:
        assert Provenance.from_json(str(file["E2EProvenance"])).processes[-1].dataset == {}


def _history() -> Provenance:
    """Two jobs: `a` read hits that nobody kept a record of, `b` read `a`."""
    hits, a, b = ProductKey("hits", "", "RECO"), ProductKey("a", "", "ONE"), ProductKey("b", "", "TWO")
    one = ProcessRecord(
        "ONE", "r", [ModuleRecord("a", "A", "EDProducer", {"x": 1})], [ProductRecord(a, "f", [hits], {})]
    )
    two = ProcessRecord("TWO", "r", [ModuleRecord("b", "B", "EDProducer", {})], [ProductRecord(b, "f", [a], {})], ["p"])
    return Provenance([one, two])


def _parents(path: Path) -> list[list[int]]:
    with uproot.open(path) as file:
        parents: list[list[int]] = file["Parentage"]["Description.parents_"].array().to_list()
        texts = Provenance.from_json(str(file["E2EProvenance"]))
        assert [bool(record.parents) for process in texts.processes for record in process.products] == [
            bool(row) for row in parents
        ]
        return parents


def _with_history(path: Path, **parameters: Any) -> Path:
    content = {ProductKey("hits", "", "RECO"): ProductInfo("EcalRecHitsSorted")}
    module = PoolOutputModule(file_name=str(path), output_commands=("drop *",), **parameters)
    module.open(content, _history()).close()
    return path


def test_trees_tell_parameters_and_parents(tmp_path: Path) -> None:
    path = _with_history(tmp_path / "out.root")
    history = _history()
    with uproot.open(path) as file:
        sets = file["ParameterSets"].arrays(library="np")
        ids, texts = sets["IdToParameterSetsBlobs.first"], sets["IdToParameterSetsBlobs.second"]
        assert dict(zip(ids, texts, strict=True)) == history.parameter_sets()
        parentage = file["Parentage"].arrays(library="np")
        assert parentage["Description.branchName_"].tolist() == ["f_a__ONE.", "f_b__TWO."]
        assert parentage["Description.branchID_"].tolist() == [branch_id("f_a__ONE."), branch_id("f_b__TWO.")]
        modules = [process.modules[0].parameter_set_id for process in history.processes]
        assert parentage["Description.parameterSetID_"].tolist() == modules
        meta = file["MetaData"].arrays(library="np")
        assert meta["ProcessHistory"].tolist() == ["ONE TWO"]
        assert meta["ProcessHistoryID"].tolist() == [history.history_id]
    assert _parents(path) == [[branch_id("EcalRecHitsSorted_hits__RECO.")], [branch_id("f_a__ONE.")]]


@pytest.mark.parametrize(
    ("drop", "remembered"),
    [("", [1, 1]), ("NONE", [1, 1]), ("DROPPED", [0, 0]), ("PRIOR", [0, 1]), ("ALL", [0, 0])],
)
def test_parents_may_be_forgotten(tmp_path: Path, drop: str, remembered: list[int]) -> None:
    path = _with_history(tmp_path / "out.root", drop_meta_data=drop)
    assert [len(row) for row in _parents(path)] == remembered


def test_words_that_mean_no_amount_of_parentage_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="'dropMetaData': 'SOME' is not one of , NONE, DROPPED, PRIOR, ALL"):
        PoolOutputModule(file_name="out.root", drop_meta_data="SOME")


def test_lumis_are_counted_in_the_order_they_come_chosen_or_not() -> None:
    lumis = LumiCounts()
    run, lumi = np.array([1, 1, 1, 2, 1], np.uint32), np.array([5, 5, 6, 5, 5], np.uint32)
    ids = EventIDs(run, lumi, np.arange(5, dtype=np.uint64), "a")
    lumis.add(ids, np.array([False, True, False, True, True]))
    assert lumis.counts == {(1, 5): [0, 2], (1, 6): [1, 0], (2, 5): [1, 1]}
    lumis.add(ids.take(slice(2, 3)), np.array([True]))
    assert lumis.counts[1, 6] == [3, 1]
    assert lumis.n_events == 4


def test_runs_are_counted(make_block: Make, write_file: Make) -> None:
    with uproot.open(write_file(make_block(25))) as file:
        runs = file["Runs"].arrays(library="np")
    assert runs["RunAuxiliary.id_.run_"].tolist() == [7]
    assert runs["IndexIntoFile.nEvents_"].tolist() == [25]


def test_lumis_without_chosen_events_are_told_too(make_block: Make, tmp_path: Path) -> None:
    block = make_block(25)
    writer = _writer(block, tmp_path / "out.root")
    writer.write(block.take(block.ids.lumi == 1, writer.wanted))
    writer.close()
    with uproot.open(tmp_path / "out.root") as file:
        table = file["LuminosityBlocks"].arrays(library="np")
        assert file["Events"].num_entries == 10
    assert table["LuminosityBlockAuxiliary.id_.luminosityBlock_"].tolist() == [0, 1, 2]
    assert table["IndexIntoFile.nEvents_"].tolist() == [0, 10, 0]


KILLED = """
import os, signal, sys
import numpy as np
from dataformats.results import EventFloat
from e2efw.framework.blocks import Block, EventIDs, ProductInfo
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.pool_output import PoolOutputModule

key = ProductKey("score", "", "E2E")
module = PoolOutputModule(file_name=sys.argv[1], events_per_cluster=10)
writer = module.open({key: ProductInfo("float", product_class=EventFloat)}, Provenance())
ones = np.ones(100, np.uint32)
ids = EventIDs(ones, ones, np.arange(100, dtype=np.uint64), "made")
writer.write(Block(0, ids, {key: EventFloat(value=ones.astype(np.float32))}))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_job_leaves_no_file_under_its_name(tmp_path: Path) -> None:
    path = tmp_path / "out.root"
    path.write_text("older")
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_text() == "older"
    (left,) = [entry.name for entry in tmp_path.iterdir() if entry != path]
    assert left.startswith(".out.root.")
