"""The process as CMSSW's Config.py has it, attaching and loading: C01 to C10."""

from types import ModuleType
from typing import Any

import pytest

from e2efw import config as cms
from e2efw.config.secsource import SecSource


def fragment(**names: Any) -> ModuleType:
    """A Python module that defines these."""
    module = ModuleType("fragment")
    vars(module).update(names)
    return module


def ends(process: cms.Process) -> str:
    """The dump behind the PSets that every process has."""
    text = process.dumpPython()
    return text[text.index("process.options") :].partition("\n\n")[2]


def test_c01_parameterizable() -> None:
    shared = cms.int32(1)
    module = cms.EDProducer(
        "P", x=shared, u=cms.untracked.double(1.0), v=cms.untracked(cms.int32(2)), sub=cms.PSet(y=cms.int32(3))
    )
    assert sorted(module.parameterNames_()) == ["sub", "u", "v", "x"]
    module.x = 10
    assert repr(module.x) == "cms.int32(10)"
    assert shared == 10
    shared.setValue(11)
    assert module.x == 11
    assert not module.u.isTracked()
    assert not module.v.isTracked()
    module.sub.y = 4
    assert module.sub.y == 4
    with pytest.raises(TypeError, match="a new parameter needs a type"):
        module.new = 5


def test_c02_copy_is_deep() -> None:
    module = cms.EDProducer("P", a=cms.int32(1), sub=cms.PSet(b=cms.int32(2)))
    copied = module.copy()
    copied.a = 7
    copied.sub.b = 8
    assert (module.a, module.sub.b) == (1, 2)


def test_c03_every_kind_lands_in_its_view() -> None:
    process = cms.Process("TEST")
    process.a = cms.EDAnalyzer("A")
    process.p = cms.EDProducer("P")
    process.f = cms.EDFilter("F")
    process.o = cms.OutputModule("O")
    process.e = cms.EDAlias(p=cms.EDAlias.allProducts())
    process.source = cms.Source("S")
    process.add_(cms.Service("Serv"))
    process.add_(cms.ESSource("ESS"))
    process.esp = cms.ESProducer("ESP")
    process.block = cms.PSet()
    process.blocks = cms.VPSet()
    views = {
        "analyzers": "a",
        "producers": "p",
        "filters": "f",
        "outputModules": "o",
        "aliases": "e",
        "es_sources": "ESS",
        "es_producers": "esp",
        "vpsets": "blocks",
    }
    for view, label in views.items():
        assert list(getattr(process, view)) == [label]
    assert "Serv" in process.services
    assert "block" in process.psets
    for label, value, error in (
        ("x", "a text", TypeError),
        ("wrong", cms.Service("Serv2"), TypeError),
        ("src", cms.Source("S"), ValueError),
        ("sch", cms.Schedule(), ValueError),
        ("a-b", cms.EDProducer("P"), ValueError),
    ):
        with pytest.raises(error, match=r"process|label"):
            setattr(process, label, value)
    with pytest.raises(TypeError, match="needs a label"):
        process.add_(cms.EDProducer("P"))
    assert process.looper is None


def test_c04_extend() -> None:
    process = cms.Process("TEST")
    module = cms.EDProducer("A")
    inner = cms.Sequence(module)
    outer = cms.Sequence(inner)
    process.extend(fragment(a=module, inner=inner, outer=outer, timer=cms.Service("Timing"), _hidden=module))
    assert set(process.services) == {"MessageLogger", "Timing"}
    assert (process.inner.label_(), process.outer.dumpPython()) == ("inner", "cms.Sequence(process.inner)")
    with pytest.raises(ValueError, match=r"cannot also be called 'b'.*Remedies"):
        process.extend(fragment(a=module, b=module))
    process.a.setLabel(None)
    process.b = module
    process.b.setLabel("b")


@pytest.mark.parametrize("kind", [cms.Task, cms.ConditionalTask, cms.Sequence])
def test_c04_loading_does_not_replace_what_is_in_use(kind: Any) -> None:
    process = cms.Process("TEST")
    process.a = cms.EDProducer("A")
    process.group = kind(process.a)
    with pytest.raises(ValueError, match=r"would replace 'a' of .*test_config_basics\.py:\d+ by that of"):
        process.extend(fragment(a=cms.EDProducer("Other")))
    process.extend(fragment(a=process.a))
    process.a = cms.EDProducer("Other")
    assert process.group.contains(process.a)


@pytest.mark.parametrize("kind", [cms.Task, cms.ConditionalTask, cms.Sequence])
def test_c04_alias_never_takes_the_place_of_a_used_module(kind: Any) -> None:
    process = cms.Process("TEST")
    process.a, process.b = cms.EDProducer("A"), cms.EDProducer("B")
    process.group = kind(process.a)
    alias = cms.EDAlias(b=cms.EDAlias.allProducts())
    with pytest.raises(ValueError, match="cannot take the place of EDProducer 'a'"):
        process.a = alias
    with pytest.raises(ValueError, match="would replace 'a'"):
        process.extend(fragment(a=alias))


def test_c05_dump_of_a_new_process() -> None:
    text = cms.Process("test").dumpPython()
    names = ("maxEvents", "maxLuminosityBlocks", "options")
    fresh = cms.Process("test")
    expected = "".join(f"process.{name} = {getattr(fresh, name).dumpPython()}\n\n" for name in names)
    head = 'from e2efw import config as cms\n\nprocess = cms.Process("test")\n\n'
    assert text == head + expected.removesuffix("\n")


def test_c05_dump_of_paths_and_tasks() -> None:
    process = cms.Process("test")
    process.a, process.b, process.c, process.d = (cms.EDAnalyzer(name) for name in "abcd")
    process.e = cms.EDProducer("e")
    process.t2 = cms.Task(process.e)
    process.t1 = cms.Task(process.t2)
    process.ct = cms.ConditionalTask(process.e)
    process.z = cms.Sequence(process.a + cms.Sequence(process.b + process.c))
    process.y = cms.Sequence(process.z + process.d + cms.Sequence())
    process.empty = cms.Sequence()
    process.p = cms.Path(process.y + process.z + process.a + process.a + process.empty, process.t1, process.ct)
    process.end = cms.EndPath(process.d)
    process.schedule = cms.Schedule(process.end, process.p, tasks=[process.t2, process.t1])
    lines = [line for line in ends(process).splitlines() if "= cms.ED" not in line and line]
    assert lines == [
        "process.t2 = cms.Task(process.e)",
        "process.t1 = cms.Task(process.t2)",
        "process.ct = cms.ConditionalTask(process.e)",
        "process.empty = cms.Sequence()",
        "process.z = cms.Sequence(process.a+process.b+process.c)",  # upstream: in parentheses, which do not come back
        "process.y = cms.Sequence(process.z+process.d)",
        "process.p = cms.Path(process.y+process.z+process.a+process.a, process.ct, process.t1)",
        "process.end = cms.EndPath(process.d)",
        "process.schedule = cms.Schedule(*[ process.end, process.p ], tasks=[process.t1, process.t2])",
    ]


@pytest.mark.parametrize(
    ("tasks", "text"), [((), "cms.Schedule()"), (("t",), "cms.Schedule(tasks=[process.t])")], ids=["empty", "tasks"]
)
def test_c05_dump_of_schedules_without_paths(tasks: tuple[str, ...], text: str) -> None:
    process = cms.Process("test")
    process.t = cms.Task()
    process.schedule = cms.Schedule(tasks=[getattr(process, name) for name in tasks])
    assert ends(process).endswith(f"process.schedule = {text}\n")


def test_c06_secondary_source_dumps_inside_its_module() -> None:
    process = cms.Process("test")
    process.mix = cms.EDProducer("Mixing", input=SecSource("MySecSource", nEvents=cms.int32(3)))
    assert 'input = cms.SecSource("MySecSource",\n        nEvents = cms.int32(3)\n    )' in process.dumpPython()


def test_c07_global_replace() -> None:
    process = cms.Process("test")
    for label in "abcd":
        setattr(process, label, cms.EDProducer(label.upper()))
    process.o = cms.EDAnalyzer("O")
    process.t1 = cms.Task(process.a)
    process.ct = cms.ConditionalTask(process.a)
    process.s = cms.Sequence(process.a + process.b)
    process.p = cms.Path(process.c + process.s + cms.Sequence(process.a), cms.Task(process.a), process.ct)
    process.e = cms.EndPath(process.o + process.a)
    process.t2 = cms.Task(process.a, process.b)
    process.schedule = cms.Schedule(process.p, process.e, tasks=[process.t2])
    old = process.a
    process.globalReplace("a", cms.EDProducer("New"))
    for group in (process.s, process.p, process.e, process.t1, process.t2, process.ct, process.schedule):
        assert group.contains(process.a)
        assert not group.contains(old)
    before = process.schedule.dumpPython()
    for label, new in (
        ("p", cms.Path(process.b)),
        ("e", cms.EndPath(process.o)),
        ("t2", cms.Task(process.c)),
    ):
        process.globalReplace(label, new)
        assert process.schedule.contains(new)
    assert process.schedule.dumpPython() == before
    with pytest.raises(LookupError, match="process has no 'nope'"):
        process.globalReplace("nope", cms.EDProducer("New"))


def test_c08_sequence() -> None:
    process = cms.Process("test")
    process.a, process.b = cms.EDAnalyzer("A"), cms.EDAnalyzer("B")
    process.s = cms.Sequence(process.a + process.b)
    assert str(process.s) == "a+b"
    assert process.s.label_() == "s"
    with pytest.raises(RuntimeError, match="is not part of process 'test'"):
        process.s2 = cms.Sequence(cms.EDAnalyzer("C"))


def test_c09_sequence_has_one_label() -> None:
    process = cms.Process("test")
    process.a = cms.EDAnalyzer("A")
    process.s = cms.Sequence(process.a)
    with pytest.raises(ValueError, match="cannot also be called 't'"):
        process.t = process.s


def test_c10_service_knows_whether_it_is_in_a_process() -> None:
    process = cms.Process("test")
    one, two = cms.Service("MyService"), cms.Service("MyService")
    assert not one.isInProcess_()
    process.MyService = one
    assert one.isInProcess_()
    process.MyService = two
    assert not one.isInProcess_()
    assert two.isInProcess_()
    del process.MyService
    assert not two.isInProcess_()
    process.add_(one)
    assert one.isInProcess_()
    assert not one.copy().isInProcess_()
