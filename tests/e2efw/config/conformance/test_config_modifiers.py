"""Modifiers, fragments and accelerators, as CMSSW's Config.py has them: C33 to C36."""

import pickle
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from e2efw import config as cms
from e2efw.config.accelerators import ServicesOnly, UnavailableAcceleratorError
from e2efw.config.conversion import converted
from e2efw.config.modifiers import fresh_session
from tests.e2efw.config.conformance.support import (
    OtherAcceleratorTest,
    ProcessAcceleratorTest,
    ResolvingAcceleratorTest,
    SecondResolvingAcceleratorTest,
    SwitchProducerTest,
)


@pytest.fixture(autouse=True)
def _first_process() -> Iterator[None]:
    with fresh_session():
        yield


def chosen() -> cms.Modifier:
    modifier = cms.Modifier()
    cms.Process("test", modifier)
    return modifier


def module() -> cms.EDProducer:
    return cms.EDProducer(
        "P",
        a=cms.int32(1),
        sub=cms.PSet(x=cms.int32(1), y=cms.int32(2)),
        psets=cms.VPSet(cms.PSet(z=cms.int32(1)), cms.PSet(z=cms.int32(2))),
        v=cms.vint32(1, 2),
    )


def test_c33_function_and_keywords() -> None:
    modifier = chosen()
    one = module()
    assert modifier.toModify(one, a=2, new=cms.string("x")) is modifier
    modifier.toModify(one, sub={"x": 5, "y": None}).toModify(one, psets={1: {"z": 7}}, v={0: 9})

    def change(target: Any) -> None:
        target.a = 3

    modifier.toModify(one, change)
    assert (one.a, one.new, one.sub.x, one.psets[1].z, list(one.v)) == (3, "x", 5, 7, [9, 2])
    assert not one.sub.hasParameter("y")
    assert one.clone().a == 3
    modifier.toModify(one, new=None)
    assert not one.hasParameter("new")


def test_c33_what_is_not_chosen_does_nothing() -> None:
    modifier, one = cms.Modifier(), module()
    before = one.clone()
    modifier.toModify(one, a=2)
    assert one.a == before.a == 1
    assert not modifier.isChosen()
    assert cms.Process("test").isUsingModifier(modifier) is False


def test_c33_bad_calls_are_errors() -> None:
    modifier, one = chosen(), module()
    with pytest.raises(IndexError, match="no element 2"):
        modifier.toModify(one, v={2: 1})
    with pytest.raises(TypeError, match="integer positions"):
        modifier.toModify(one, v={"x": 1})
    for wrong in ({"nope": 1}, {"sub": {"nope": 1}}, {"nope": None}):
        with pytest.raises(KeyError, match="has no parameter 'nope'"):
            modifier.toModify(one, **wrong)
    for inert in (modifier, cms.Modifier()):
        with pytest.raises(TypeError, match="one function or keywords"):
            inert.toModify(one, lambda _: None, a=5)
        with pytest.raises(TypeError, match="one function or keywords"):
            inert.toModify(one)
        with pytest.raises(TypeError, match="one function or keywords"):
            inert.toModify(one, 5)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="both must be of one class"):
            inert.toReplaceWith(one, cms.EDFilter("F"))


def test_c33_process_modifiers_run_once_when_loaded() -> None:
    yes, no = cms.Modifier(), cms.Modifier()
    process = cms.Process("test", yes)
    calls: list[str] = []
    fragment = ModuleType("fragment")
    vars(fragment).update(
        a=cms.EDProducer("A", x=cms.int32(1)),
        _one=yes.makeProcessModifier(lambda p: calls.append(p.a.type_())),
        _two=no.makeProcessModifier(lambda _: calls.append("never")),
        _three=(~no).makeProcessModifier(lambda p: setattr(p.a, "x", 5)),
    )
    process.extend(fragment)
    process.extend(fragment)
    assert calls == ["A"]
    assert process.a.x == 5


def test_c33_chains() -> None:
    one, two, three = cms.Modifier(), cms.Modifier(), cms.Modifier()
    inner = cms.ModifierChain(one, two)
    era = cms.ModifierChain(inner, three)
    without = era.copyAndExclude([two])
    process = cms.Process("test", without)
    assert (one.isChosen(), two.isChosen(), three.isChosen()) == (True, False, True)
    assert process.isUsingModifier(one)
    assert process.isUsingModifier(without)
    assert not process.isUsingModifier(era)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("second", [False, True])
def test_c33_conditions_combine(first: bool, second: bool) -> None:
    one, two = cms.Modifier(), cms.Modifier()
    cms.Process("test", *[modifier for modifier, wanted in ((one, first), (two, second)) if wanted])
    truths = {
        one & two: first and second,
        one | two: first or second,
        ~one: not first,
        one & ~two: first and not second,
        ~(one | two): not (first or second),
    }
    for condition, truth in truths.items():
        target = module()
        condition.toModify(target, a=7)
        assert (target.a == 7) is truth
        replaced = module()
        condition.toReplaceWith(replaced, module().clone(a=8))
        assert (replaced.a == 8) is truth


def test_c33_replacing_keeps_the_object() -> None:
    modifier = cms.Modifier()
    process = cms.Process("test", modifier)
    process.a, process.b = module(), cms.EDProducer("Q", q=cms.int32(1))
    process.t, process.s = cms.Task(process.a), cms.Sequence(process.a)
    process.p = cms.Path(process.s, process.t)
    modifier.toReplaceWith(process.a, cms.EDProducer("New", n=cms.int32(1)))
    assert (process.a.type_(), process.a.parameterNames_()) == ("New", ["n"])
    assert process.p.contains(process.a)
    modifier.toReplaceWith(process.s, cms.Sequence(process.a + process.b))
    modifier.toReplaceWith(process.t, cms.Task(process.b))
    assert process.p.flattened() == ["a", "b"]
    assert process.p.dumpPython() == "cms.Path(process.s, process.t)"
    with pytest.raises(TypeError, match="both must be of one class"):
        modifier.toReplaceWith(process.s, cms.Task())


def test_c33_aliases_and_switches_are_modified() -> None:
    modifier = chosen()
    alias = cms.EDAlias(a=cms.VPSet(cms.PSet(type=cms.string("X"))), b=cms.EDAlias.allProducts())
    modifier.toModify(alias, a={0: {"type": "Y"}}, b=None, c=cms.EDAlias.allProducts())
    assert alias.parameterNames_() == ["a", "c"]
    assert alias.a[0].type == "Y"
    modifier.toReplaceWith(alias, cms.EDAlias(d=cms.EDAlias.allProducts()))
    assert alias.parameterNames_() == ["d"]
    switch = SwitchProducerTest(test1=cms.EDProducer("Foo", a=cms.int32(1)), test2=cms.EDProducer("Bar"))
    modifier.toModify(switch, lambda found: setattr(found.test1, "a", 5))
    modifier.toModify(switch.test1, a=6)
    assert switch.test1.a == 6
    modifier.toReplaceWith(switch, SwitchProducerTest(test1=cms.EDProducer("Baz")))
    assert switch.parameterNames_() == ["test1"]


def test_c33_second_process_may_not_choose_more() -> None:
    one, two = cms.Modifier(), cms.Modifier()
    cms.Process("first", one)
    cms.Process("second", one)
    with pytest.raises(RuntimeError, match="was not chosen by the first process"):
        cms.Process("third", two)
    with pytest.raises(TypeError, match="is no Modifier"):
        cms.Process("fourth", cms.EDProducer("P"))


def test_c34_fragment() -> None:
    fragment = cms.ProcessFragment("FRAGMENT")
    fragment.a = module()
    fragment.s = cms.Sequence(fragment.a)
    process = cms.Process("test")
    process.options.numberOfThreads = 4
    process.maxEvents.input = 10
    before = process.options.dumpPython()
    source = ModuleType("source")
    vars(source)["fragment"] = fragment
    process.extend(source)
    assert process.s.flattened() == ["a"]
    assert process.options.dumpPython() == before
    assert process.maxEvents.input == 10
    other = cms.Process("other")
    other.b = module()
    other.options.numberOfThreads = 2
    process.extend(cms.ProcessFragment(other))
    assert process.b is other.b
    assert process.options.numberOfThreads == 4
    with pytest.raises(TypeError, match="takes a name or a"):
        cms.ProcessFragment(5)


def test_c35_accelerators_touch_services_only() -> None:
    process = cms.Process("test")
    process.a = cms.EDProducer("A")
    process.add_(cms.Service("Serv", x=cms.untracked.int32(1)))
    seen = ServicesOnly(process)
    seen.Serv.x = 2
    seen.add_(cms.Service("Other"))
    seen.Third = cms.Service("Third")
    del seen.Other
    assert process.Serv.x == 2
    assert {"Serv", "Third"} < set(process.services)
    assert "Other" not in process.services
    for wrong in (
        lambda: seen.a,
        lambda: setattr(seen, "b", cms.EDProducer("B")),
        lambda: seen.add_(cms.ESSource("E")),
        lambda: delattr(seen, "a"),
    ):
        with pytest.raises(TypeError, match="may touch Services only"):
            wrong()


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize(
    ("patterns", "enabled", "found"),
    [
        (["*"], ["test-one", "test-two"], ["cpu", "test-one", "test-two"]),
        (["*"], [], ["cpu"]),
        (["test-*"], ["test-one"], ["test-one"]),
        (["test-two", "cpu"], ["test-one", "test-two"], ["cpu", "test-two"]),
        (["c?u"], ["test-one"], ["cpu"]),
    ],
)
def test_c36_selection(patterns: list[str], enabled: list[str], found: list[str]) -> None:
    process = cms.Process("test")
    process.add_(ProcessAcceleratorTest(enabled))
    process.sp = SwitchProducerTest(host=cms.EDProducer("Host"), test1=cms.EDProducer("Cpu"))
    process.options.accelerators = patterns
    job = converted(process)
    assert job.AcceleratorService.found == found
    assert job.sp.type_() == ("Host" if "test-one" in found else "Cpu")
    assert "AcceleratorService" not in process.services


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize(
    ("patterns", "error", "message"),
    [
        (["*", "cpu"], ValueError, "'\\*' stands alone"),
        (["nope"], ValueError, "'nope' fits no accelerator"),
        (["test-one"], UnavailableAcceleratorError, "none of test-one is on this host; it has cpu, test-two"),
    ],
)
def test_c36_bad_selections(patterns: list[str], error: type[Exception], message: str) -> None:
    process = cms.Process("test")
    process.add_(ProcessAcceleratorTest(["test-two"]))
    process.options.accelerators = patterns
    with pytest.raises(error, match=message):
        converted(process)


def test_c36_several_accelerators_and_variants() -> None:
    process = cms.Process("test")
    process.add_(ProcessAcceleratorTest())
    process.add_(OtherAcceleratorTest())
    process.options.accelerators = ["other", "test-two"]
    assert converted(process).AcceleratorService.found == ["other", "test-two"]
    process.add_(ResolvingAcceleratorTest())
    process.options.accelerators = ["test-two"]
    process.a = cms.EDProducer("A@alpaka")
    process.b = cms.EDProducer("B@alpaka", alpaka=cms.untracked.PSet(backend=cms.untracked.string("test-two")))
    job = converted(process)
    assert (job.a.alpaka.backend, job.b.alpaka.backend) == ("test-two", "test-two")
    assert not process.a.hasParameter("alpaka")
    process.b.alpaka.backend = "test-one"
    with pytest.raises(UnavailableAcceleratorError, match="backend 'test-one' is not on this host"):
        converted(process)
    process.add_(SecondResolvingAcceleratorTest())
    with pytest.raises(RuntimeError, match="at most one accelerator may choose variants"):
        converted(process)


@pytest.mark.usefixtures("no_gpu")
def test_c36_the_host_decides_after_pickling() -> None:
    process = cms.Process("test")
    process.add_(ProcessAcceleratorTest(["test-one"]))
    back = pickle.loads(pickle.dumps(process))
    back.ProcessAcceleratorTest._enabled = ["test-two"]
    assert converted(back).AcceleratorService.found == ["cpu", "test-two"]
    text = process.dumpPython()
    names: dict[str, Any] = {}
    exec(text, names)
    assert names["process"].dumpPython() == text
