"""Validators, MassReplace and Utilities: V01, R01 to R04, U01 to U05."""

import logging
from typing import Any

import pytest

from e2efw import config as cms
from e2efw.config.massreplace import (
    MassSearchParamVisitor,
    massReplaceInputTag,
    massReplaceParameter,
    massSearchReplaceAnyInputTag,
    massSearchReplaceParam,
)
from e2efw.config.utilities import (
    cleanUnscheduled,
    convertToSingleModuleEndPaths,
    convertToUnscheduled,
    createTaskWithAllProducersAndFilters,
    ignoreAllFiltersOnPath,
)
from e2efw.config.visitors import EndPathValidator, FinalPathValidator, NodeNameVisitor, PathValidator


def test_v01_validators() -> None:
    process = cms.Process("T")
    process.a, process.f, process.o = cms.EDProducer("A"), cms.EDFilter("F"), cms.OutputModule("O")
    sequence = cms.Sequence(process.a + process.o)
    validator = PathValidator()
    validator.setLabel("p")
    with pytest.raises(ValueError, match="Path 'p': OutputModule 'o' belongs on an EndPath"):
        sequence.visit(validator)
    with pytest.raises(ValueError, match="has no label"):
        cms.EndPath(cms.EDFilter("X")).visit(EndPathValidator())
    cms.EndPath(process.f + process.o).visit(EndPathValidator())
    cms.Path(process.a + ~process.f).visit(PathValidator())
    with pytest.raises(ValueError, match="is no OutputModule"):
        sequence.visit(FinalPathValidator())
    names: set[str] = set()
    sequence.visit(NodeNameVisitor(names))
    assert names == {"a", "o"}


def tagged(**more: Any) -> cms.EDProducer:
    return cms.EDProducer(
        "P",
        src=cms.InputTag("a", "b"),
        other=cms.untracked.InputTag("a"),
        tags=cms.VInputTag("a:b", cms.InputTag("a", "b"), "c"),
        sub=cms.PSet(src=cms.untracked.InputTag("a", "b"), psets=cms.VPSet(cms.PSet(src=cms.InputTag("a", "b")))),
        maybe=cms.optional.InputTag,
        **more,
    )


def test_r01_tags_are_replaced_wherever_they_hide(capsys: pytest.CaptureFixture[str]) -> None:
    process = cms.Process("T")
    process.p = tagged()
    sequence = cms.Sequence(process.p)
    massSearchReplaceAnyInputTag(sequence, "a:b", cms.InputTag("new"), verbose=True)
    assert process.p.src == "new"
    assert process.p.other == "a"
    assert process.p.tags.value() == ["new", "new", "c"]
    assert repr(process.p.tags[0]) == "'new'"
    assert repr(process.p.sub.src) == 'cms.untracked.InputTag("new")'
    assert process.p.sub.psets[0].src == "new"
    assert process.p.maybe.value() is None
    assert "Replacing p.sub.psets[0].src: a:b -> new" in capsys.readouterr().out
    massSearchReplaceAnyInputTag(sequence, "new", "x", moduleLabelOnly=True)
    massSearchReplaceAnyInputTag(sequence, "a", "y", moduleLabelOnly=True, skipLabelTest=True)
    assert (process.p.src, process.p.other) == (cms.InputTag("x"), cms.InputTag("y"))


def test_r02_tags_of_a_whole_process() -> None:
    massReplaceInputTag(cms.Process("EMPTY"), "a:b", "new")
    process = cms.Process("T")
    for label in ("onPath", "onEndPath", "onTask", "onScheduleTask", "onSequence"):
        setattr(process, label, tagged())
    process.task = cms.Task(process.onTask)
    process.scheduleTask = cms.Task(process.onScheduleTask)
    process.alone = cms.Sequence(process.onSequence)
    process.path = cms.Path(process.onPath, process.task)
    process.end = cms.EndPath(process.onEndPath)
    process.schedule = cms.Schedule(process.path, process.end, tasks=[process.scheduleTask])
    assert massReplaceInputTag(process, "a:b", "new") is process
    changed = {label for label, module in process.producers.items() if module.src == "new"}
    assert changed == {"onPath", "onEndPath", "onTask", "onScheduleTask"}


def test_r03_named_parameter_of_the_top_level() -> None:
    module = cms.EDProducer("P", a=cms.int32(1), sub=cms.PSet(a=cms.int32(1)))
    module.setLabel("m")
    sequence = cms.Sequence(module)
    massSearchReplaceParam(sequence, "a", cms.int32(1), 5)
    assert (module.a, module.sub.a) == (5, 1)
    massSearchReplaceParam(sequence, "a", 1, 7)
    assert module.a == 5
    visitor = MassSearchParamVisitor("a", 5)
    sequence.visit(visitor)
    assert visitor.modules() == [module]


def test_r04_named_parameter_of_a_whole_process() -> None:
    massReplaceParameter(cms.Process("EMPTY"), "a", 1, 2)
    process = cms.Process("T")
    for label in ("onPath", "onTask", "alone"):
        setattr(process, label, cms.EDProducer("P", a=cms.int32(1)))
    process.path = cms.Path(process.onPath, cms.Task(process.onTask))
    process.s = cms.Sequence(process.alone)
    massReplaceParameter(process, "a", 1, 2)
    assert [module.a.value() for module in process.producers.values()] == [2, 2, 1]
    massReplaceParameter(process, "a", None, 3)
    assert process.onTask.a == 3


@pytest.fixture
def process() -> cms.Process:
    process = cms.Process("T")
    process.f1, process.f2, process.f3, process.f4 = (cms.EDFilter(f"F{i}") for i in range(1, 5))
    process.a, process.o1, process.o2 = cms.EDProducer("A"), cms.OutputModule("O"), cms.OutputModule("O")
    return process


def test_u01_filters_of_a_path_are_ignored(process: cms.Process) -> None:
    process.s = cms.Sequence(process.f3, cms.Task(process.f4))
    process.p = cms.Path(
        process.f1 + cms.ignore(process.f2) + ~process.f2 + process.a + process.s, cms.Task(process.f1)
    )
    ignoreAllFiltersOnPath(process.p)
    assert process.p.flattened() == ["-f1", "-f2", "!f2", "a", "-f3"]
    assert {module.label_() for module in process.p.unscheduled_()} == {"f1", "f4"}
    assert process.s.flattened() == ["f3"]


def test_u02_task_of_all_producers_and_filters(process: cms.Process) -> None:
    process.t = createTaskWithAllProducersAndFilters(process)
    assert process.t.moduleNames() == {"a", "f1", "f2", "f3", "f4"}


def test_u03_end_paths_of_one_module_each(process: cms.Process) -> None:
    process.t = cms.Task(process.a)
    process.p = cms.Path(process.f1)
    process.both = cms.EndPath(process.o1 + process.o2, process.t)
    process.single = cms.EndPath(process.o1)
    process.schedule = cms.Schedule(process.p, process.both, process.single)
    convertToSingleModuleEndPaths(process)
    assert list(process.endpaths) == ["single", "o1_endpath", "o2_endpath"]
    assert process.o1_endpath.dumpPython() == "cms.EndPath(process.o1, process.t)"
    assert [path.label_() for path in process.schedule] == ["p", "o1_endpath", "o2_endpath", "single"]


@pytest.mark.parametrize("convert", [convertToUnscheduled, cleanUnscheduled])
@pytest.mark.parametrize("scheduled", [False, True])
def test_u04_and_u05_former_conversions_change_nothing(
    process: cms.Process, convert: Any, scheduled: bool, caplog: pytest.LogCaptureFixture
) -> None:
    process.p = cms.Path(process.a + process.f1)
    if scheduled:
        process.schedule = cms.Schedule(process.p)
    before = process.dumpPython()
    with caplog.at_level(logging.WARNING, "e2efw.config"):
        assert convert(process) is process
    assert process.dumpPython() == before
    assert "has no effect" in caplog.text
