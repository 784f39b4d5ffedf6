"""What lists, PSets and modules share, as CMSSW's Mixins.py has it: M01 to M10."""

import pytest

from e2efw import config as cms
from e2efw.config import importing
from e2efw.config.importing import register_special_import, special_imports
from e2efw.config.parameter import Parameter


def test_m01_lists_are_made_from_many_things() -> None:
    for made in (
        cms.vint32(1, 2, 3),
        cms.vint32((1, 2, 3)),
        cms.vint32([1, 2, 3]),
        cms.vint32(i for i in (1, 2, 3)),
        cms.vint32(iter([1, 2, 3])),
    ):
        assert list(made) == [1, 2, 3]
    assert list(cms.vstring("abc")) == ["abc"]
    assert list(cms.vstring()) == []


def test_m02_long_lists_come_back_from_their_dump() -> None:
    numbers = cms.vint32(range(300))
    assert repr(numbers).startswith("cms.vint32(\n    (\n")
    assert eval(repr(numbers), {"cms": cms}) == numbers


def test_m03_block_of_parameters_is_a_parameter() -> None:
    block = cms.PSet(a=cms.int32(1))
    assert isinstance(block, Parameter)
    assert cms.EDProducer("P", block).a == 1


def test_m04_construction_from_blocks() -> None:
    one, two = cms.PSet(a=cms.int32(1)), cms.PSet(b=cms.int32(2))
    module = cms.EDProducer("P", one, two, c=cms.int32(3))
    assert module.parameterNames_() == ["a", "b", "c"]
    with pytest.raises(ValueError, match="'a' is set twice"):
        cms.EDProducer("P", one, cms.PSet(a=cms.int32(1)))
    with pytest.raises(ValueError, match="'a' is set twice"):
        cms.EDProducer("P", one, a=cms.int32(5))


def test_m05_copies() -> None:
    for module in (cms.EDProducer("P"), cms.EDProducer("P", a=cms.int32(1))):
        copied = module.copy()
        assert copied is not module
        assert repr(copied) == repr(module)


def test_m06_clone() -> None:
    module = cms.EDProducer("P", a=cms.int32(1), sub=cms.PSet(x=cms.int32(1), y=cms.int32(2)), v=cms.vint32(1))
    new = module.clone(a=2, b=cms.double(3.0), v=None, sub={"x": 9, "y": None, "z": cms.int32(1)})
    assert (new.a, new.b, new.sub.x) == (2, 3.0, 9)
    assert new.parameterNames_() == ["a", "sub", "b"]
    assert new.sub.parameterNames_() == ["x", "z"]
    assert module.clone(cms.PSet(a=cms.int32(5))).a == 5
    assert module.clone(cms.PSet(a=cms.int32(5)), a=6).a == 6
    with pytest.raises(ValueError, match="'a' is set twice"):
        module.clone(cms.PSet(a=cms.int32(5)), cms.PSet(a=cms.int32(6)))
    with pytest.raises(TypeError, match="no parameter 'nope'"):
        module.clone(nope=5)
    assert repr(module.clone()) == repr(module)


def test_m07_modified_flag_follows_the_value() -> None:
    module = cms.EDProducer("P", a=cms.int32(1), sub=cms.PSet(x=cms.int32(1)))
    module.a = 1
    module.sub.x = 1
    assert not module.isModified()
    module.sub.x = 2
    assert module.isModified()
    module.resetModified()
    assert not module.isModified()
    module.a = 2
    assert module.isModified()


def test_m08_many_parameters_come_back_from_their_dump() -> None:
    module = cms.EDProducer("P", **{f"p{i}": cms.int32(i) for i in range(300)})
    assert repr(eval(repr(module), {"cms": cms})) == repr(module)


def test_m09_special_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "_statements", {})
    one, two, three = (type(name, (), {"__module__": "pkg.mod"}) for name in ("One", "Two", "Three"))
    register_special_import(two, "import b")
    register_special_import(one, "import a")
    with pytest.raises(RuntimeError, match="One has a special import already"):
        register_special_import(one, "import c")
    assert special_imports([two, one, two]) == ["import a", "import b"]
    assert special_imports([three]) == ["from pkg.mod import Three"]


def test_m10_type_of_a_parameter_stays() -> None:
    module = cms.EDProducer("P", a=cms.int32(1), t=cms.InputTag("x"))
    for name, wrong in (("a", cms.uint32(1)), ("a", cms.string("x")), ("t", cms.string("x"))):
        with pytest.raises(TypeError, match="the type of a parameter stays"):
            setattr(module, name, wrong)
