"""Records under labels: two of one class side by side, and what ESInputTags choose; EventSetup in provenance."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dataformats.results import EventFloat
from e2efw import config as cms
from e2efw.errors import ConfigurationError
from e2efw.framework.blocks import EventIDs
from e2efw.framework.eventsetup import ESProducer, ESSource, LumiID, Record
from e2efw.framework.job import Job
from e2efw.framework.modules import EDProducer, ESInputTag, param
from e2efw.io.root_file import open_events

MakeJob = Callable[..., Job]
Written = dict[str, dict[int, dict[str, Any]]]


class LabelledGain(Record):
    """A number."""

    value: float


class LabelledGainSource(ESSource):
    """The number from the beginning."""

    value: float = param(1.0, doc="the number")

    def records(self, find_file: Callable[[str], Path]) -> Mapping[LumiID, LabelledGain]:
        return {LumiID(1, 1): LabelledGain(value=self.value)}


class LabelledSumProducer(ESProducer):
    """Two gains summed, under a label of its own."""

    ecal: ESInputTag = param(":ecal", doc="one gain")
    hcal: ESInputTag = param(":hcal", doc="another")

    def produce(self, ecal: LabelledGain, hcal: LabelledGain) -> LabelledGain:
        return LabelledGain(value=ecal.value + hcal.value)


class LabelledReader(EDProducer):
    """A gain by its tag, plus 100 times the one without label."""

    gain: ESInputTag = param("", doc="which gain")

    def produce(self, ids: EventIDs, gain: LabelledGain, plain: LabelledGain) -> EventFloat:
        return EventFloat(value=np.full(len(ids), gain.value + 100 * plain.value, np.float32))


def reading(tag: str, **more: Any) -> Callable[[Any], None]:
    def build(process: Any) -> None:
        process.plain = cms.ESSource("LabelledGainSource")
        process.ecal = cms.ESSource("LabelledGainSource", value=2.0, appendToDataLabel="ecal")
        process.hcal = cms.ESSource("LabelledGainSource", value=3.0, appendToDataLabel="hcal")
        process.sum = cms.ESProducer("LabelledSumProducer", appendToDataLabel="sum")
        for label, module in more.items():
            setattr(process, label, module)
        process.reader = cms.EDProducer("LabelledReader", gain=cms.ESInputTag(tag))
        process.out = cms.OutputModule("RulesOutput", keep=["reader"])
        process.p, process.e = cms.Path(process.reader), cms.EndPath(process.out)

    return build


@pytest.mark.parametrize(
    ("tag", "gain"), [("", 1), (":", 1), (":ecal", 2), (":hcal", 3), ("hcal:hcal", 3), ("plain:", 1), (":sum", 5)]
)
def test_the_tag_chooses_among_records_of_one_class(make_job: MakeJob, written: Written, tag: str, gain: int) -> None:
    make_job(reading(tag), events=1).run()
    assert written["out"] == {1: {"reader": 100 + gain}}


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        (":hcla", r"'reader': no ESSource or ESProducer delivers LabelledGain:hcla\. Did you mean 'LabelledGain:hcal'"),
        ("ecal:hcal", r"'reader': LabelledGain:hcal comes from 'hcal', not from 'ecal' \(ESInputTag 'ecal:hcal'\)"),
    ],
)
def test_a_tag_that_nothing_fits_is_an_error(make_job: MakeJob, tag: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        make_job(reading(tag)).check()


def test_two_under_one_label_need_a_preference(make_job: MakeJob, written: Written) -> None:
    second = cms.ESSource("LabelledGainSource", value=7.0, appendToDataLabel="hcal")
    message = r"LabelledGain:hcal is delivered by hcal, second; process.prefer\('hcal'\) decides"
    with pytest.raises(ConfigurationError, match=message):
        make_job(reading(":hcal", second=second)).check()
    make_job(reading(":hcal", second=second, es_prefer_second=cms.ESPrefer("LabelledGainSource", "second"))).run()
    assert written["out"][1] == {"reader": 107}


@pytest.mark.parametrize(("restriction", "decides"), [("LabelledGain/hcal", True), ("LabelledGain/ecal", False)])
def test_a_preference_may_be_for_one_label(make_job: MakeJob, restriction: str, decides: bool) -> None:
    second = cms.ESSource("LabelledGainSource", value=7.0, appendToDataLabel="hcal")
    prefer = cms.ESPrefer("LabelledGainSource", "second", LabelledGain=cms.vstring(restriction))
    job = make_job(reading(":hcal", second=second, es_prefer_second=prefer), events=1)
    if decides:
        job.run()
    else:
        with pytest.raises(ConfigurationError, match=r"LabelledGain:hcal is delivered by hcal, second"):
            job.run()


def test_a_record_that_needs_itself_is_named_with_its_label(make_job: MakeJob) -> None:
    circle = cms.ESProducer("LabelledSumProducer", ecal=cms.ESInputTag(":circle"), appendToDataLabel="circle")
    with pytest.raises(
        ConfigurationError, match="records need each other: LabelledGain:circle needs LabelledGain:circle"
    ):
        make_job(reading(":circle", circle=circle)).check()


def test_modules_of_the_eventsetup_are_in_the_provenance(
    make_job: MakeJob, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    target = tmp_path / "out.root"

    def build(process: Any) -> None:
        reading(":hcal")(process)
        process.GlobalTag = cms.ESSource(
            "PoolDBESSource",
            globaltag=cms.string("MY_TAG"),
            toGet=cms.VPSet(cms.PSet(record=cms.string("R"), silent=cms.untracked.bool(True))),
            connect=cms.untracked.string("nowhere"),
        )
        process.field = cms.ESProducer("UniformMagneticFieldESProducer", ZFieldInTesla=cms.double(3.8))
        process.file = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(str(target)))
        process.e += process.file

    with caplog.at_level(logging.WARNING, "e2efw"):
        make_job(build, events=1).run()
    with open_events(str(target)) as file:
        modules = {module.label: module for module in file.provenance.processes[0].modules}
    assert modules["GlobalTag"].parameters == {"globaltag": "MY_TAG", "toGet": [{"record": "R"}]}
    assert (modules["GlobalTag"].kind, modules["GlobalTag"].types["globaltag"]) == ("ESSource", "string")
    assert modules["field"].parameters == {"ZFieldInTesla": 3.8}
    assert modules["hcal"].parameters == {"value": 3.0, "appendToDataLabel": "hcal"}
    assert modules["reader"].parameters == {"gain": ":hcal"}
    told, without_plugin = caplog.messages
    assert told == "GlobalTag MY_TAG is kept in the provenance and has no effect: no conditions are read"
    assert "Here: field (UniformMagneticFieldESProducer, " in without_plugin
