"""Options, preferences, references and pruning, as CMSSW's Config.py has them: C20 to C32."""

import logging
from typing import Any

import pytest

from e2efw import config as cms
from e2efw.config.conversion import converted
from e2efw.errors import UnimplementedFeatureError
from tests.e2efw.config.conformance.support import SwitchProducerTest


def test_c20_override() -> None:
    module = cms.EDProducer("P", cms.PSet(a=cms.int32(1)), b=cms.int32(2))
    assert not module.isModified()
    module.a = 7
    assert module.isModified()
    module.a = cms.int32(8)
    assert module.a == 8
    for wrong in ((cms.PSet(a=cms.int32(1)), cms.PSet(a=cms.int32(1))),):
        with pytest.raises(ValueError, match="'a' is set twice"):
            cms.EDProducer("P", *wrong)
    with pytest.raises(ValueError, match="'a' is set twice"):
        cms.EDProducer("P", cms.PSet(a=cms.int32(1)), a=cms.int32(2))


def test_c21_options() -> None:
    process = cms.Process("test")
    options = process.options
    assert (options.numberOfThreads, options.numberOfStreams, options.numberOfConcurrentRuns) == (1, 0, 1)
    assert options.accelerators == ["*"]
    assert options.fileMode == "FULLMERGE"
    assert options.eventSetup.numberOfConcurrentIOVs == 0
    assert options.sizeOfStackForThreadsInKB.value() is None
    options.numberOfThreads = 4
    options.eventSetup.forceNumberOfConcurrentIOVs.SomeRecord = 2
    options.TryToContinue = ["ProductNotFound"]
    assert process.options.numberOfThreads == 4
    process.options = cms.untracked.PSet()
    assert process.options.numberOfThreads == 1
    assert process.options.dumpPython() == cms.Process("test").options.dumpPython()
    process.options = {"numberOfThreads": 8}
    assert process.options.numberOfThreads == 8
    process.options = cms.untracked.PSet(wantSummary=cms.untracked.bool(True))
    assert process.options.wantSummary
    assert process.options.numberOfThreads == 1
    with pytest.raises(TypeError, match="'numberOfThreads' is a"):
        process.options.numberOfThreads = cms.untracked.int32(1)


def test_c22_max_events() -> None:
    process = cms.Process("test")
    assert process.maxEvents.input == -1
    assert process.maxEvents.output.value() is None
    process.maxEvents.input = 10
    process.maxEvents.output = 10
    assert (process.maxEvents.input, process.maxEvents.output) == (10, 10)
    process.maxEvents.output = cms.untracked.PSet(out=cms.untracked.int32(5))
    assert process.maxEvents.output.out == 5
    process.maxEvents = cms.untracked.PSet(input=cms.untracked.int32(3))
    assert process.maxEvents.input == 3
    assert process.maxEvents.output.value() is None
    process.maxLuminosityBlocks.input = 2
    assert process.maxLuminosityBlocks.input == 2


def test_c23_small_configuration() -> None:
    process = cms.Process("MyTest")
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring("file:reco.root"))
    process.maxEvents = cms.untracked.PSet(input=cms.untracked.int32(2))
    process.foo = cms.EDProducer("FooProd", src=cms.InputTag("x"))
    process.bar = cms.EDProducer("BarProd", src=cms.InputTag("foo"))
    process.foo.src = "a:b"
    assert process.foo.src == cms.InputTag("a", "b")
    process.out = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string("file:foos.root"))
    process.s = cms.Sequence(process.foo * process.bar)
    process.p = cms.Path(process.s)
    process.e = cms.EndPath(process.out)
    names: dict[str, Any] = {}
    exec(process.dumpPython(), names)
    assert names["process"].dumpPython() == process.dumpPython()


def test_c24_preferences() -> None:
    process = cms.Process("test")
    process.add_(cms.ESSource("Juicer"))
    process.add_(cms.ESProducer("AppleProd"))
    process.other, process.another = cms.ESProducer("Pear"), cms.ESProducer("Pear")
    process.prefer("Juicer")
    process.prefer("other")
    process.prefer("AppleProd", JuiceRecord=cms.vstring("Type/label"))
    text = process.dumpPython()
    for line in (
        'process.prefer("Juicer")',
        'process.prefer("other")',
        'process.prefer("AppleProd",\n    JuiceRecord = ',
    ):
        assert line in text
    names: dict[str, Any] = {}
    exec(text, names)
    assert names["process"].dumpPython() == text
    with pytest.raises(RuntimeError, match="no EventSetup module 'Nope'"):
        process.prefer("Nope")
    with pytest.raises(RuntimeError, match="several EventSetup modules are Pear: other, another"):
        process.prefer("Pear")
    with pytest.raises(TypeError, match="is wanted as text"):
        process.prefer(process.other)
    with pytest.raises(TypeError, match=r"takes a cms\.vstring"):
        process.prefer("other", R=cms.string("x"))


def test_c25_frozen_objects() -> None:
    process = cms.Process("test")
    process.free = cms.EDProducer("P", a=cms.int32(1))
    process.free.a = 2
    process.setStrict(True)
    process.frozen = cms.EDProducer("P", a=cms.int32(1))
    with pytest.raises(ValueError, match="frozen, since its process is strict"):
        process.frozen.a = 2
    new = process.frozen.clone(a=3, b=cms.int32(4))
    new.a = 5
    assert (new.a, new.b, process.frozen.a) == (5, 4, 1)


def test_c26_subprocess_and_looper_are_refused() -> None:
    for make in (lambda: cms.SubProcess(cms.Process("SUB")), lambda: cms.Looper("L")):
        with pytest.raises(UnimplementedFeatureError, match=r"cms\.(SubProcess|Looper)\(.*test_config_parameters\.py"):
            make()


def test_c27_references_to_psets() -> None:
    process = cms.Process("test")
    process.top = cms.PSet(a=cms.int32(1))
    process.chain = cms.PSet(refToPSet_=cms.string("top"))
    reference = cms.PSet(refToPSet_=cms.string("chain"))
    process.m = cms.EDProducer(
        "M",
        direct=cms.PSet(refToPSet_=cms.string("top")),
        nested=cms.PSet(x=cms.untracked.PSet(refToPSet_=cms.string("top"))),
        chained=reference,
        psets=cms.VPSet(cms.PSet(refToPSet_=cms.string("top")), cms.PSet(b=cms.int32(2))),
    )
    job = converted(process)
    assert job.m.direct.a == job.m.nested.x.a == job.m.chained.a == job.m.psets[0].a == 1
    assert not job.m.nested.x.isTracked()
    assert job.m.psets[1].b == 2
    assert process.m.direct.parameterNames_() == ["refToPSet_"]
    process.m.direct.refToPSet_ = "nope"
    with pytest.raises(RuntimeError, match=r"refToPSet_ = 'nope' names no PSet .*Known: chain"):
        converted(process)
    process.m.direct.refToPSet_ = "loop"
    process.loop = cms.PSet(refToPSet_=cms.string("loop"))
    with pytest.raises(RuntimeError, match="refToPSet_ = 'loop'"):
        converted(process)


def test_c28_switch_producer(caplog: pytest.LogCaptureFixture) -> None:
    process = cms.Process("test")
    with caplog.at_level(logging.WARNING, "e2efw.config"):
        process.sp = SwitchProducerTest(test1=cms.EDProducer("Foo"), test2=cms.EDProducer("Bar", a=cms.int32(1)))
    assert "SwitchProducer is gone from CMSSW" in caplog.text
    process.alias = SwitchProducerTest(test2=cms.EDAlias(sp=cms.EDAlias.allProducts()), test1=cms.EDProducer("Foo"))
    process.t, process.ct = cms.Task(process.sp), cms.ConditionalTask(process.sp)
    process.p = cms.Path(process.sp, process.t, process.ct)
    assert process.sp.test1.label_() == "sp@test1"
    assert list(process.switchProducers) == ["sp", "alias"]
    assert list(process.producers) == []
    job = converted(process)
    assert job.producers["sp"].type_() == "Bar"
    assert list(job.aliases) == ["alias"]
    assert job.p.flattened() == ["sp"]
    text = process.dumpPython()
    assert "@" not in text
    assert "from tests.e2efw.config.conformance.support import SwitchProducerTest" in text
    names: dict[str, Any] = {}
    exec(text, names)
    assert names["process"].dumpPython() == text


def pruned() -> cms.Process:
    process = cms.Process("test")
    for label in "abcdex":
        setattr(process, label, cms.EDProducer(label))
    process.block, process.blocks = cms.PSet(), cms.VPSet()
    process.inner = cms.Task(process.c)
    process.used, process.unused = cms.Task(process.b, process.inner), cms.Task(process.d)
    process.s, process.lonely = cms.Sequence(process.a), cms.Sequence(process.e)
    process.p, process.q = cms.Path(process.s, process.used), cms.Path(process.e)
    return process


def test_c29_prune() -> None:
    process = pruned()
    process.prune()
    assert set(process.producers) == {"a", "b", "c", "e"}
    assert set(process.tasks) == {"inner", "used"}
    assert list(process.sequences) == ["s"]
    assert list(process.paths) == ["p", "q"]
    assert "block" in process.psets
    assert not process.vpsets


def test_c29_prune_with_schedule(capsys: pytest.CaptureFixture[str]) -> None:
    process = pruned()
    process.schedule = cms.Schedule(process.p)
    process.prune(verbose=True)
    assert set(process.producers) == {"a", "b", "c"}
    assert list(process.paths) == ["p"]
    assert "prune: Path q" in capsys.readouterr().out


def test_c29_prune_resolves_placeholders() -> None:
    process = pruned()
    process.p += cms.SequencePlaceholder("lonely")
    process.prune()
    assert process.p.dumpPython() == "cms.Path(process.s+process.lonely, process.used)"
    process = pruned()
    process.p += cms.SequencePlaceholder("nope")
    with pytest.raises(RuntimeError, match="stands for nothing"):
        process.prune()
    process.prune(keepUnresolvedSequencePlaceholders=True)
    assert process.p.dumpPython() == 'cms.Path(process.s+cms.SequencePlaceholder("nope"), process.used)'


@pytest.mark.parametrize(
    ("kind", "placeholder"),
    [(cms.Task, cms.TaskPlaceholder), (cms.ConditionalTask, cms.ConditionalTaskPlaceholder)],
    ids=["c30", "c31"],
)
def test_c30_and_c31_task_placeholders(kind: Any, placeholder: Any) -> None:
    process = cms.Process("test")
    process.a = cms.EDProducer("A")
    process.t1 = kind(placeholder("t2"))
    process.t2 = kind(process.a)
    process.p = cms.Path(process.a, placeholder("t1"))
    name = kind.__name__
    text = process.dumpPython()
    assert f'process.t1 = cms.{name}(cms.{name}Placeholder("t2"))' in text
    assert text.index("process.t1 =") < text.index("process.t2 =")
    process.resolve()
    text = process.dumpPython()
    assert text.index("process.t2 =") < text.index("process.t1 =")
    assert f"process.t1 = cms.{name}(process.t2)" in text
    assert process.p.dumpPython() == "cms.Path(process.a, process.t1)"
    with pytest.raises(RuntimeError, match="cannot be EDProducer 'a'"):
        kind(placeholder("a")).resolve({"a": process.a})


def test_c32_delete() -> None:
    process = cms.Process("test")
    for label in "abc":
        setattr(process, label, cms.EDProducer(label))
    process.add_(cms.Service("Serv"))
    process.t = cms.Task(process.a, process.b, process.Serv)
    process.s = cms.Sequence(process.a + process.b + process.a, process.t)
    process.p1, process.p2 = cms.Path(process.a + process.s), cms.Path(process.c)
    process.e = cms.EndPath(process.a + process.c)
    process.schedule = cms.Schedule(process.p1, process.p2, process.e, tasks=[process.t])
    del process.a
    assert process.t.dumpPython() == "cms.Task(process.Serv, process.b)"
    assert process.s.dumpPython() == "cms.Sequence(process.b, process.t)"
    assert process.p1.dumpPython() == "cms.Path(process.s)"
    assert process.e.dumpPython() == "cms.EndPath(process.c)"
    del process.Serv
    assert process.t.dumpPython() == "cms.Task(process.b)"
    del process.s
    assert process.p1.dumpPython() == "cms.Path(cms.Sequence(process.b, process.t))"
    del process.t
    assert process.p1.dumpPython() == "cms.Path(cms.Sequence(process.b, cms.Task(process.b)))"
    del process.p1
    del process.e
    assert process.schedule.dumpPython() == "cms.Schedule(*[ process.p2 ], tasks=[cms.Task(process.b)])"
    with pytest.raises(KeyError, match="nothing is called 'p1'"):
        del process.p1
