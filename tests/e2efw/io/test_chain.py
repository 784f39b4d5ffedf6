"""Jobs in a chain: the output of one is the input of the next, and the last file tells all that happened."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot
from numpy.typing import NDArray

from dataformats.results import EventFloat
from e2efw import config as cms
from e2efw.framework.blocks import Block, ProductInfo
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.modules import EDFilter, EDProducer, InputTag, param
from e2efw.framework.provenance import Provenance
from e2efw.framework.tags import ProductKey
from e2efw.io.pool_output import PoolOutputModule


class ChainScaled(EDProducer):
    """A number times something."""

    number: InputTag = param("number", doc="the number")
    factor: float = param(2.0, doc="times what")
    comment: str = param("", doc="changes nothing", tracked=False)

    def produce(self, number: EventFloat) -> EventFloat:
        return EventFloat(value=(number.value * self.factor).astype(np.float32))


class ChainAbove(EDFilter):
    """Events with a large number."""

    number: InputTag = param("number", doc="the number")
    least: float = param(0.0, doc="smallest that passes")

    def filter(self, number: EventFloat) -> NDArray[np.bool_]:
        passed: NDArray[np.bool_] = number.value >= self.least
        return passed


@pytest.fixture
def start(tmp_path: Path, make_block: Callable[[int], Block]) -> Path:
    """Numbers that nobody kept a record of, as in a file of CMS."""
    key = ProductKey("number", "", "CMS")
    writer = PoolOutputModule(file_name=str(tmp_path / "cms.root")).open(
        {key: ProductInfo("float", product_class=EventFloat)}, Provenance()
    )
    writer.write(Block(0, make_block(20).ids, {key: EventFloat(value=np.arange(20, dtype=np.float32))}))
    writer.close()
    return tmp_path / "cms.root"


def _run(name: str, source: Path, number: str, *, comment: str = "", **output: Any) -> Path:
    """A job that scales a number, on a path behind a filter."""
    target = source.with_name(f"{name.lower()}{comment}.root")
    process = cms.Process(name)
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(str(source)))
    process.above = cms.EDFilter("ChainAbove", number=cms.InputTag("number"), least=cms.double(5))
    module = cms.EDProducer(
        "ChainScaled", number=cms.InputTag(number), factor=cms.double(3), comment=cms.untracked.string(comment)
    )
    setattr(process, f"scaled{name.capitalize()}", module)
    process.output = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(str(target)), **output)
    process.p = cms.Path(process.above + module)
    process.e = cms.EndPath(process.output)
    Job(configure(process, Path())).run()
    return target


@pytest.fixture
def last(start: Path) -> Path:
    """What three jobs made of it."""
    return _run("THREE", _run("TWO", _run("ONE", start, "number"), "scaledOne"), "scaledTwo")


def _history(path: Path) -> Provenance:
    with uproot.open(path) as file:
        return Provenance.from_json(str(file["E2EProvenance"]))


def test_the_history_of_three_jobs_is_complete(last: Path) -> None:
    history = _history(last)
    assert [process.name for process in history.processes] == ["ONE", "TWO", "THREE"]
    for process in history.processes:
        modules = {module.plugin: module for module in process.modules}
        assert set(modules) == {"ChainAbove", "ChainScaled"}
        assert modules["ChainScaled"].parameters["factor"] == 3
        assert (process.paths, process.end_paths) == (["p"], ["e"])
        assert process.trigger_paths == "<@trigger_paths=+z({p})>"


def test_every_number_leads_back_to_where_it_comes_from(last: Path) -> None:
    history = _history(last)
    key = ProductKey("scaledThree", "", "THREE")
    trail = [str(key)]
    while (record := history.product(key)) is not None and record.parents:
        (key,) = record.parents
        trail.append(str(key))
    assert trail == ["scaledThree::THREE", "scaledTwo::TWO", "scaledOne::ONE", "number::CMS"]


def test_the_same_trail_is_in_the_trees(last: Path) -> None:
    with uproot.open(last) as file:
        rows: list[Mapping[str, Any]] = file["Parentage"].arrays().to_list()
        sets = file["ParameterSets"].arrays(library="np")
        names = {name.rstrip(".") for name in file["Events"].keys(recursive=False)}
    texts = dict(zip(sets["IdToParameterSetsBlobs.first"], sets["IdToParameterSetsBlobs.second"], strict=True))
    by_id = {row["Description.branchID_"]: row for row in rows}
    (row,) = [row for row in rows if row["Description.branchName_"] == "float_scaledThree__THREE."]
    assert "factor=+D(3.0)" in texts[row["Description.parameterSetID_"]]
    assert "comment" not in texts[row["Description.parameterSetID_"]]
    (parent,) = row["Description.parents_"]
    assert by_id[parent]["Description.branchName_"] == "float_scaledTwo__TWO."
    assert {"float_scaledTwo__TWO.obj", "float_number__CMS.obj"} <= names


def test_the_numbers_are_those_of_the_three_jobs(last: Path) -> None:
    with uproot.open(last) as file:
        present = file["Events"]["float_scaledThree__THREE.present"].array(library="np")
        value = file["Events"]["float_scaledThree__THREE.obj"].array(library="np")
    assert present.tolist() == [number >= 5 for number in range(20)]
    np.testing.assert_array_equal(value[present], 27 * np.arange(5, 20))


def test_untracked_parameters_and_other_inputs_change_no_id(start: Path) -> None:
    first, second = (_history(_run("ONE", start, "number", comment=comment)) for comment in ("", "other"))
    assert first.history_id == second.history_id
    assert first.parameter_sets() == second.parameter_sets()


def test_two_outputs_of_one_job_with_one_name_stop_it_before_the_first_event(start: Path) -> None:
    process = cms.Process("ONE")
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(str(start)))
    name = cms.untracked.string(str(start.with_name("out.root")))
    process.first = cms.OutputModule("PoolOutputModule", fileName=name)
    process.second = cms.OutputModule("PoolOutputModule", fileName=name)
    process.e = cms.EndPath(process.first + process.second)
    with pytest.raises(OSError, match=r"out\.root is also written by another output of this job") as caught:
        Job(configure(process, Path())).run()
    assert "in module 'second' (PoolOutputModule)" in caught.value.__notes__[0]
    assert [path.name for path in start.parent.iterdir()] == ["cms.root"]


def test_several_outputs_of_one_job_hold_what_each_keeps(start: Path) -> None:
    process = cms.Process("ONE")
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(str(start)))
    process.scaled = cms.EDProducer("ChainScaled")
    for label, rule in {"all": "keep *", "new": "keep *_scaled_*_*"}.items():
        output = cms.OutputModule(
            "PoolOutputModule",
            fileName=cms.untracked.string(str(start.with_name(f"{label}.root"))),
            outputCommands=cms.untracked.vstring("drop *", rule),
        )
        setattr(process, label, output)
    process.p = cms.Path(process.scaled)
    process.e = cms.EndPath(process.all + process.new)
    Job(configure(process, Path())).run()
    branches = {}
    for label in ("all", "new"):
        with uproot.open(start.with_name(f"{label}.root")) as file:
            branches[label] = {name.split("_")[1] for name in file["Events"].keys() if name.startswith("float")}  # noqa: SIM118
    assert branches == {"all": {"number", "scaled"}, "new": {"scaled"}}
