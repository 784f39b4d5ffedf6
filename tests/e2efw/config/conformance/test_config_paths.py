"""Tasks, paths and schedules of a process, as CMSSW's Config.py has them: C11 to C19."""

from typing import Any

import pytest

from e2efw import config as cms


@pytest.fixture
def process() -> cms.Process:
    process = cms.Process("test")
    for label in "abcd":
        setattr(process, label, cms.EDProducer(label.upper()))
    process.f = cms.EDFilter("F")
    process.o, process.o2 = cms.OutputModule("O"), cms.OutputModule("O2")
    process.an = cms.EDAnalyzer("An")
    process.esp, process.ess = cms.ESProducer("ESP"), cms.ESSource("ESS")
    process.add_(cms.Service("Serv"))
    return process


@pytest.mark.parametrize("kind", [cms.Task, cms.ConditionalTask])
def test_c11_and_c12_allowed_kinds_and_order(process: cms.Process, kind: Any) -> None:
    task = kind(process.b, process.a, process.f, process.b)
    assert list(task) == [process.b, process.a, process.f]
    for wrong in (process.an, process.o, cms.int32(1), cms.Source("S")):
        with pytest.raises(RuntimeError, match="cannot hold"):
            kind(wrong)
        with pytest.raises(RuntimeError, match="cannot hold"):
            task.add(wrong)
    nested = kind(process.c, cms.Task(process.d), task)
    assert [module.label_() for module in nested] == ["c", "d", "b", "a", "f"]
    assert nested.moduleNames() == {"a", "b", "c", "d", "f"}
    assert nested.dumpPython() == f"cms.{kind.__name__}(process.a, process.b, process.c, process.d, process.f)"
    with pytest.raises(RuntimeError, match="would contain itself"):
        task.add(nested)


def test_c11_task_holds_event_setup_and_services(process: cms.Process) -> None:
    task = cms.Task(process.esp, process.ess, process.Serv)
    assert task.dumpPython() == "cms.Task(process.Serv, process.esp, process.ess)"
    process.t = task
    process.p = cms.Path(process.a)
    assert process.disabled_() == [process.esp, process.ess, process.Serv]
    process.p.associate(process.t)
    assert process.disabled_() == []
    with pytest.raises(RuntimeError, match="is not part of process"):
        process.t2 = cms.Task(cms.Service("NotAttached"))
    with pytest.raises(RuntimeError, match="is not part of process"):
        process.t2 = cms.Task(cms.EDProducer("NotAttached"))


def test_c11_replacing_and_nesting_in_a_process(process: cms.Process) -> None:
    process.zinner = cms.Task(process.a)
    process.outer = cms.Task(process.zinner, process.esp)
    process.p = cms.Path(process.c + process.d, process.outer)
    text = process.dumpPython()
    assert text.index("process.zinner =") < text.index("process.outer =")
    process.a = cms.EDProducer("New")
    process.esp = cms.ESProducer("NewESP")
    assert process.p.contains(process.a)
    assert process.p.contains(process.esp)
    copied = process.p.copy()
    copied.replace(process.a, process.b)
    assert copied.dumpPython() == "cms.Path(process.c+process.d, cms.Task(process.b, process.esp))"
    assert process.p.copyAndExclude([process.a, process.c]).dumpPython() == "cms.Path(process.d, cms.Task(process.esp))"
    assert process.p.dumpPython() == "cms.Path(process.c+process.d, process.outer)"
    process.e = cms.EndPath(process.an + process.o, process.outer)
    process.an, process.o = cms.EDAnalyzer("NewAn"), cms.OutputModule("NewO")
    assert process.e.dumpPython() == "cms.EndPath(process.an+process.o, process.outer)"
    assert process.e.contains(process.o)
    assert [module.label_() for module in process.unscheduled_()] == ["a"]


def test_c11_associating_refuses_what_is_no_task(process: cms.Process) -> None:
    path = cms.Path(process.a)
    with pytest.raises(TypeError, match="is no Task"):
        path.associate(process.b)
    task = cms.Task(process.b)
    path.associate(task, task)
    assert path.dumpPython() == "cms.Path(process.a, cms.Task(process.b))"
    with pytest.raises(TypeError, match=r"not 3: EDProducer 'a', EDProducer 'b', a Task; join them with '\+'"):
        cms.Path(process.a, process.b, task)


def test_c12_wire_form_of_conditional_tasks(process: cms.Process) -> None:
    process.ct = cms.ConditionalTask(process.d, process.c)
    process.p = cms.Path(process.b, process.ct)
    assert process.p.wire() == ["b", "#", "c", "d", "@"]
    assert process.p.flattened() == ["b"]
    with pytest.raises(RuntimeError, match="cannot hold"):
        cms.ConditionalTask(process.esp)


def test_c13_path(process: cms.Process) -> None:
    path = cms.Path(process.a)
    path *= process.b
    path += process.c
    assert str(path) == "a+b+c"
    assert str(cms.Path(process.a * process.b + process.c)) == "a+b+c"
    assert str(cms.Path(process.a + (process.b * process.c))) == "a+b+c"
    assert str(cms.Path(process.a + ~process.f)) == "a+~f"
    assert str(cms.Path(cms.ignore(process.f) + process.a)) == "cms.ignore(f)+a"
    assert str(cms.Path(cms.Sequence(process.a + cms.Sequence(process.b)) + process.c)) == "a+b+c"
    for wrong in (process.esp, process.ess, process.Serv):
        with pytest.raises(TypeError, match="cannot stand on a path"):
            cms.Path(wrong)
        with pytest.raises(TypeError, match="cannot stand on a path"):
            _ = process.a + wrong
    with pytest.raises(ValueError, match="cannot stand on a Path"):
        cms.Path(process.o)
    process.t2, process.t1 = cms.Task(process.b), cms.Task(process.c)
    process.ct = cms.ConditionalTask(process.d)
    path = cms.Path(process.a, process.t2, process.t1, process.t2, process.ct)
    assert path.dumpPython() == "cms.Path(process.a, process.ct, process.t1, process.t2)"


def test_c14_final_path(process: cms.Process) -> None:
    final = cms.FinalPath(process.o)
    final += process.o2
    assert str(final) == "o+o2"
    assert str(cms.FinalPath(process.o * process.o2)) == "o+o2"
    for make in (lambda: cms.FinalPath(process.o, cms.Task()), lambda: final.associate(cms.Task(process.a))):
        with pytest.raises(TypeError, match="takes no Task"):
            make()
    for wrong in (process.f, process.a):
        with pytest.raises(RuntimeError, match="holds OutputModules only"):
            cms.FinalPath(wrong)
    process.fin = final
    text = process.fin.dumpPython()
    process.o = cms.OutputModule("Other")
    assert process.fin.dumpPython() == text == "cms.FinalPath(process.o+process.o2)"
    assert process.fin.contains(process.o)
    assert list(process.finalpaths) == ["fin"]
    process.p = cms.Path(process.a)
    process.schedule = cms.Schedule(process.fin, process.p)
    assert process.schedule_() == [process.p, process.fin]


def test_c15_path_prints_alike_before_and_after_attaching(process: cms.Process) -> None:
    sequence = cms.Sequence(process.a + process.b)
    path = cms.Path(sequence)
    before = str(path)
    process.s = sequence
    process.path = path
    assert str(process.path) == before == str(process.path.copy()) == "a+b"


def test_c16_contains(process: cms.Process) -> None:
    inner = cms.Sequence(process.a, cms.Task(process.b, cms.Task(process.c)))
    process.p = cms.Path(inner + ~process.f, cms.ConditionalTask(process.d))
    process.e = cms.EndPath(process.o)
    schedule = cms.Schedule(process.p, process.e, tasks=[cms.Task(process.esp)])
    for module in (process.a, process.b, process.c, process.d, process.f, inner):
        assert process.p.contains(module)
        assert schedule.contains(module)
    assert not process.p.contains(process.o)
    assert process.e.contains(process.o)
    assert schedule.contains(process.o)
    assert schedule.contains(process.esp)
    assert not schedule.contains(process.an)
    assert cms.Task(process.a).contains(process.a)
    assert cms.ConditionalTask(cms.Task(process.a)).contains(process.a)


def test_c17_schedule(process: cms.Process) -> None:
    process.t1, process.t2 = cms.Task(process.c), cms.Task(process.d)
    process.p1, process.p2 = cms.Path(process.a), cms.Path(cms.Sequence(process.b + process.f))
    process.p3 = cms.Path(process.c)
    schedule = cms.Schedule(process.p1, process.p2, tasks=[process.t2, process.t1, process.t2])
    assert schedule[0] is process.p1
    assert (schedule.index(process.p2), len(schedule)) == (1, 2)
    assert schedule.moduleNames() == {"a", "b", "f", "c", "d"}
    assert schedule.tasks_() == [process.t2, process.t1]
    assert cms.Schedule(tasks=process.t1).tasks_() == [process.t1]
    copied = schedule.copy()
    copied.append(process.p3)
    assert len(schedule) == 2
    assert copied.remove(process.p1)
    assert [path.label_() for path in copied] == ["p2", "p3"]
    process.schedule = schedule
    process.prune()
    assert set(process.producers) == {"a", "b", "c", "d"}
    assert list(process.paths) == ["p1", "p2"]
    assert not process.outputModules
    assert process.p2.dumpPython() == "cms.Path(process.b+process.f)"


def test_c17_schedule_refuses(process: cms.Process) -> None:
    process.p = cms.Path(process.a)
    with pytest.raises(RuntimeError, match=r"path number 1, a Path .* is not part of process"):
        process.schedule = cms.Schedule(process.p, cms.Path(process.b))
    with pytest.raises(TypeError, match="takes Path, EndPath and FinalPath"):
        cms.Schedule(cms.Sequence(process.a))
    several: list[dict[str, Any]] = [{"paths": []}, {"tasks": 5}, {"tasks": [process.a]}]
    for wrong in several:
        with pytest.raises(RuntimeError, match=r"cms\.Schedule"):
            cms.Schedule(**wrong)


def test_c18_without_schedule(process: cms.Process) -> None:
    assert process.schedule is None
    process.z, process.e, process.y = cms.Path(process.a), cms.EndPath(process.o), cms.Path(process.b)
    assert list(process.paths) == ["z", "y"]
    assert [path.label_() for path in process.schedule_()] == ["z", "y", "e"]
    process.prune()
    assert set(process.producers) == {"a", "b"}
    assert list(process.paths) == ["z", "y"]
    process.schedule = cms.Schedule(process.y)
    assert process.schedule_() == [process.y]
    process.schedule = None
    assert len(process.schedule_()) == 3


def test_c19_block_and_keywords() -> None:
    module = cms.EDAnalyzer("M", cms.PSet(a=cms.int32(1)), b=cms.int32(2))
    assert (module.a, module.b) == (1, 2)
