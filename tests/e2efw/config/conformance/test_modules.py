"""Kinds of modules, as CMSSW's Modules.py has them: D01 to D07."""

import pickle
from typing import Any

import pytest

from e2efw import config as cms
from tests.e2efw.config.conformance.support import SwitchProducerTest


def test_d01_analyzer() -> None:
    module = cms.EDAnalyzer("Type", fred=cms.int32(1))
    assert module.fred == 1
    copied = module.copy()
    copied.fred = 2
    assert module.fred == 1
    module.foo = cms.required.int32
    with pytest.raises(TypeError, match="cannot become"):
        module.foo = cms.string("x")
    assert cms.EDAnalyzer("Type", type=cms.int32(5)).type == 5
    assert cms.EDAnalyzer("Type", cms.PSet(a=cms.int32(3))).a == 3


def test_d02_preference() -> None:
    prefer = cms.ESPrefer("Juicer")
    assert prefer.dumpPythonAs("juicer") == 'process.prefer("Juicer")'
    assert prefer.dumpPythonAs("juicer", prefix="") == 'juicer = cms.ESPrefer("Juicer")'
    labelled = cms.ESPrefer("Juicer", "some")
    assert labelled.dumpPythonAs("x") == 'process.prefer("some")'
    assert labelled.dumpPython() == 'cms.ESPrefer("Juicer", "some")'
    record = cms.ESPrefer("Juicer", "some", JuiceRecord=cms.vstring("Type/apple"))
    assert record.dumpPythonAs("x") == ("process.prefer(\"some\",\n    JuiceRecord = cms.vstring('Type/apple')\n)")
    with pytest.raises(TypeError, match=r"takes a cms\.vstring"):
        cms.ESPrefer("Juicer", JuiceRecord=cms.string("x"))


def test_d03_service() -> None:
    process = cms.Process("TEST")
    process.add_(cms.Service("Timing", a=cms.untracked.int32(1)))
    assert 'process.Timing = cms.Service("Timing",\n    a = cms.untracked.int32(1)\n)' in process.dumpPython()


def test_d04_sequence_of_modules() -> None:
    one, two = cms.EDProducer("One"), cms.EDProducer("Two")
    one.setLabel("one")
    two.setLabel("two")
    assert str(cms.Sequence(one + two)) == "one+two"
    assert cms.Sequence(one + two).dumpPython() == "cms.Sequence(process.one+process.two)"


@pytest.mark.parametrize(
    ("kind", "on_task", "leaf"),
    [
        (cms.EDProducer, True, True),
        (cms.EDFilter, True, True),
        (cms.EDAnalyzer, False, True),
        (cms.OutputModule, False, True),
        (cms.Source, False, False),
        (cms.Service, True, False),
        (cms.ESSource, True, False),
        (cms.ESProducer, True, False),
    ],
)
def test_d05_which_kinds_stand_where(kind: Any, on_task: bool, leaf: bool) -> None:
    module = kind("M")
    assert module._isTaskComponent() is on_task
    assert module.isLeaf() is leaf


WRONG = [
    cms.EDAnalyzer("M"),
    cms.EDFilter("M"),
    cms.OutputModule("M"),
    cms.Source("M"),
    cms.ESSource("M"),
    cms.ESProducer("M"),
    cms.Service("M"),
    cms.int32(1),
    SwitchProducerTest(test1=cms.EDProducer("M")),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: type(wrong).__name__)
def test_d06_switch_takes_producers_and_aliases_only(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"case 'test1' must be a cms\.EDProducer or cms\.EDAlias"):
        SwitchProducerTest(test1=wrong)


def test_d06_switch() -> None:
    with pytest.raises(ValueError, match="no case 'nope'"):
        SwitchProducerTest(nope=cms.EDProducer("M"))
    switch = SwitchProducerTest(test1=cms.EDProducer("Foo", a=cms.int32(1)), test2=cms.EDProducer("Bar"))
    switch.setLabel("sp")
    assert (switch.test1.label_(), switch.test2.label_()) == ("sp@test1", "sp@test2")
    assert switch.chosen_([]) == "test2"
    assert SwitchProducerTest(test1=cms.EDProducer("Foo")).chosen_([]) == "test1"
    with pytest.raises(RuntimeError, match="no case is possible"):
        SwitchProducerTest(test3=cms.EDProducer("Foo")).chosen_([])
    new = switch.clone(test1={"a": 4}, test2=cms.EDProducer("Xyzzy"), test3=cms.EDProducer("Fred"))
    assert (new.test1.a, new.test2.type_(), switch.test2.type_()) == (4, "Xyzzy", "Bar")
    assert new.parameterNames_() == ["test1", "test2", "test3"]
    assert switch.clone(test1=None).parameterNames_() == ["test2"]
    assert repr(switch) == (
        'SwitchProducerTest(\n    test1 = cms.EDProducer("Foo",\n        a = cms.int32(1)\n    ),\n'
        '    test2 = cms.EDProducer("Bar")\n)'
    )
    assert repr(eval(repr(switch), {"cms": cms, "SwitchProducerTest": SwitchProducerTest})) == repr(switch)
    assert repr(pickle.loads(pickle.dumps(switch))) == repr(switch)
    with pytest.raises(AttributeError, match="no case 'nope'"):
        _ = switch.nope


def test_d07_switch_with_aliases() -> None:
    alias = cms.EDAlias(foo=cms.EDAlias.allProducts())
    switch = SwitchProducerTest(test1=cms.EDProducer("Foo"), test2=alias)
    assert switch.cases_()["test2"] is alias
    new = switch.clone(test2={"foo": {0: {"type": "Bar"}}})
    assert new.test2.foo[0].type == "Bar"
    assert repr(pickle.loads(pickle.dumps(new))) == repr(new)
    assert eval(repr(new), {"cms": cms, "SwitchProducerTest": SwitchProducerTest}).test2.foo == new.test2.foo
