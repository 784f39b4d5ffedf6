"""What a cfg leaves open is settled before the job, and what was open in the cfg stays so."""

import logging
from typing import Any

import pytest

from e2efw import config as cms
from e2efw.config.conversion import converted


@pytest.fixture
def process() -> cms.Process:
    process = cms.Process("T")
    process.a, process.b = cms.EDProducer("A", x=cms.optional.int32), cms.EDProducer("B", y=cms.required.int32)
    return process


def test_optional_parameters_vanish_and_required_ones_are_asked_for(process: cms.Process) -> None:
    with pytest.raises(RuntimeError, match=r"B 'b': required parameter 'y' has no value \(.*test_conversion\.py:\d+\)"):
        converted(process)
    process.b.y = 3
    job = converted(process)
    assert job.a.parameterNames_() == []
    assert job.b.y.value() == 3
    assert process.a.parameterNames_() == ["x"]
    assert job.a.origin_() == process.a.origin_()


def test_what_has_nothing_open_is_not_copied(process: cms.Process) -> None:
    process.b.y = 3
    process.c = cms.EDProducer("C", sub=cms.PSet(a=cms.int32(1)), psets=cms.VPSet(cms.PSet(b=cms.int32(1))))
    assert converted(process).c is process.c


def test_tolerant_modules_are_an_option(process: cms.Process) -> None:
    process.b.y = 3
    process.a.shouldTryToContinue()
    assert converted(process).options.modulesToCallForTryToContinue == ["a"]
    assert not process.options.modulesToCallForTryToContinue
    names: dict[str, Any] = {}
    exec(process.dumpPython(), names)
    assert names["process"].dumpPython() == process.dumpPython()


def test_services_on_tasks_that_nothing_uses_are_off(process: cms.Process) -> None:
    process.b.y = 3
    process.add_(cms.Service("On"))
    process.add_(cms.Service("Off"))
    process.t = cms.Task(process.Off)
    process.p = cms.Path(process.a)
    assert set(converted(process).services) == {"MessageLogger", "On"}
    process.p.associate(process.t)
    assert set(converted(process).services) == {"MessageLogger", "On", "Off"}


def test_conditional_task_says_once_that_it_is_gone_and_its_modules_are_not_on_demand(
    process: cms.Process, caplog: pytest.LogCaptureFixture
) -> None:
    process.b.y = 3
    process.p = cms.Path(process.a, cms.ConditionalTask(process.b, cms.Task(process.a)))
    process.q = cms.Path(process.a, cms.ConditionalTask(process.b))
    with caplog.at_level(logging.WARNING, "e2efw.config"):
        job = converted(process)
    assert job.unscheduled_() == []
    assert [module.label_() for module in job.p.conditional_()] == ["b", "a"]
    assert caplog.messages == [
        "cms.ConditionalTask is gone from CMSSW 16; write a cms.Task, whose modules run for every reader"
    ]
