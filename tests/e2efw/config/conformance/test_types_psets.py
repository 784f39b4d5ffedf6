"""PSets and what is declared before it has a value: T13 to T18, T29 to T35."""

import math
import operator
from typing import Any

import pytest

from e2efw import config as cms
from e2efw.config.conversion import from_neutral, neutral, settled


def test_t13_pset() -> None:
    with pytest.raises(ValueError, match="'foo' is no"):
        cms.PSet("foo")
    with pytest.raises(TypeError, match="no parameter 'a' to take 1"):
        cms.PSet(a=1)
    block = cms.PSet(a=cms.PSet(b=cms.untracked.int32(1), c=cms.PSet(d=cms.int32(2))))
    assert block.a.c.d == 2
    assert block.getParameter(["a", "c", "d"]) == 2
    assert block.hasParameter(["a", "c"])
    assert not block.hasParameter(["a", "x", "d"])
    assert eval(repr(block), {"cms": cms}) == block


def test_t13_pset_clone() -> None:
    block = cms.PSet(a=cms.untracked.int32(1), sub=cms.untracked.PSet(x=cms.int32(1), y=cms.int32(2)))
    new = block.clone(a=7, sub={"x": None, "y": 5, "z": cms.untracked.int32(3)})
    assert not new.a.isTracked()
    assert not new.sub.isTracked()
    assert new.sub.parameterNames_() == ["y", "z"]
    assert (new.a, new.sub.y, block.sub.y) == (7, 5, 2)
    assert not block.clone(a=None).hasParameter("a")
    for wrong in ({"a": {"x": 1}}, {"a": "text"}):
        with pytest.raises(ValueError, match="parameter 'a'"):
            block.clone(**wrong)
    with pytest.raises(TypeError, match="no parameter 'nope'"):
        block.clone(nope=1)
    with pytest.raises(TypeError, match="a dict of changes"):
        block.clone(sub=3)


def test_t13_dict_merges_and_adds_typed() -> None:
    block = cms.PSet(sub=cms.PSet(a=cms.int32(1)))
    block.sub = {"a": 2, "b": cms.string("x")}
    assert (block.sub.a, block.sub.b) == (2, "x")
    with pytest.raises(TypeError, match="no parameter 'c'"):
        block.sub = {"c": 2}


def test_t14_required() -> None:
    block = cms.PSet(a=cms.required.int32, b=cms.required.untracked.vstring)
    assert repr(block.a) == "cms.required.int32"
    assert repr(block.b) == "cms.required.untracked.vstring"
    with pytest.raises(RuntimeError, match="required parameter 'a' has no value"):
        settled(block)
    block.a = 3
    block.b.setValue(["x"])
    assert repr(block) == "cms.PSet(\n    a = cms.int32(3),\n    b = cms.untracked.vstring('x')\n)"
    assert settled(block).a.value() == 3
    block.a = cms.int32(4)
    for wrong in (cms.uint32(5), cms.string("x")):
        with pytest.raises(TypeError, match=r"cms\.required\.int32 cannot become"):
            block.a = wrong
    with pytest.raises(AttributeError, match=r"no parameter type 'int23'.*Did you mean 'int32'"):
        _ = cms.required.int23


def test_t14_any_label() -> None:
    block = cms.PSet(allowAnyLabel_=cms.required.int32)
    block.a = 1
    block.b = cms.int32(2)
    assert block.parameterNames_() == ["a", "b"]
    with pytest.raises(ValueError, match="parameter 'c'"):
        block.c = "x"
    text = "cms.PSet(\n    allowAnyLabel_ = cms.required.int32,\n    a = cms.int32(1),\n    b = cms.int32(2)\n)"
    assert repr(block) == text
    assert repr(eval(text, {"cms": cms})) == text
    new = block.clone(d=4)
    assert new.d == 4
    with pytest.raises(AttributeError, match="allowAnyLabel_ is fixed"):
        block.clone(allowAnyLabel_=cms.required.string)
    untracked = cms.PSet(allowAnyLabel_=cms.required.untracked.int32, x=5)
    assert repr(untracked.x) == "cms.untracked.int32(5)"


def test_t14_templates() -> None:
    block = cms.PSet(sub=cms.required.PSetTemplate(a=cms.required.int32, b=cms.optional.string))
    expected = "cms.required.PSetTemplate(\n    a = cms.required.int32,\n    b = cms.optional.string\n)"
    assert repr(block.sub) == expected
    block.sub = {"a": 5}
    assert block.sub.a == 5
    assert settled(block).sub.parameterNames_() == ["a"]
    block.sub.b = "x"
    assert block.sub.b == "x"
    with pytest.raises(TypeError, match="no parameter 'c'"):
        block.sub = {"c": 5}
    wild = cms.PSet(allowAnyLabel_=cms.required.PSetTemplate(a=cms.required.int32))
    wild.first = {"a": 3}
    wild.second = cms.PSet(a=cms.int32(4))
    assert (wild.first.a, wild.second.a) == (3, 4)
    with pytest.raises(ValueError, match="parameter 'third'"):
        wild.third = 5


def test_t15_optional() -> None:
    block = cms.PSet(a=cms.optional.int32, v=cms.optional.untracked.vint32)
    assert not block.a
    assert block.a.value() is None
    assert not block.v
    assert len(block.v) == 0
    assert repr(block) == "cms.PSet(\n    a = cms.optional.int32,\n    v = cms.optional.untracked.vint32\n)"
    assert settled(block).parameterNames_() == []
    block.v = []
    assert not block.v
    assert settled(block).parameterNames_() == ["v"]
    block.v = [1, 2]
    assert list(block.v) == [1, 2]
    assert block.v[1] == 2
    block.a = 5
    assert block.a > 4
    with pytest.raises(TypeError, match="cannot become"):
        block.a = cms.double(3.0)
    assert block.isModified()


def test_t15_obsolete_has_no_effect() -> None:
    block = cms.PSet(a=cms.obsolete.untracked.bool)
    assert repr(block.a) == "cms.obsolete.untracked.bool"
    block.a = True
    assert settled(block).parameterNames_() == []


def test_t16_allowed() -> None:
    block = cms.PSet(a=cms.required.allowed(cms.int32, cms.string), b=cms.optional.allowed(cms.int32, cms.PSet))
    assert repr(block.a) == "cms.required.allowed(cms.int32, cms.string)"
    block.a = 1
    assert repr(block.a) == "cms.int32(1)"
    block.a = "x"
    assert repr(block.a) == "cms.string('x')"
    block.a = cms.int32(3)
    for wrong, error, message in (
        (1.5, RuntimeError, "fits none of them"),
        (cms.double(1.0), TypeError, "cannot become"),
    ):
        with pytest.raises(error, match=message):
            block.a = wrong
    with pytest.raises(RuntimeError, match="fits int32, double; say which"):
        cms.PSet(c=cms.required.allowed(cms.int32, cms.double)).c = 1
    assert repr(cms.required.untracked.allowed(cms.int32, cms.string, default=cms.int32(7))) == "cms.untracked.int32(7)"
    block.b = cms.PSet(x=cms.int32(1))
    block.b.x = 2
    block.b.setValue({"x": 3})
    assert block.b.x == 3
    with pytest.raises(TypeError, match="is no parameter type"):
        cms.required.allowed(int)  # type: ignore[arg-type]


def test_t17_vpset() -> None:
    psets = cms.VPSet(cms.PSet(a=cms.int32(1)), cms.PSet(a=cms.int32(2)))
    assert psets[1].a == 2
    for make in (lambda: cms.VPSet(3), lambda: psets.append(cms.int32(1))):
        with pytest.raises(TypeError, match=r"is not a cms\.PSet"):
            make()
    with pytest.raises(SyntaxError, match="not the keyword 'foo'"):
        cms.VPSet(foo=cms.PSet())


def test_t18_alias() -> None:
    alias = cms.EDAlias(a=cms.VPSet(cms.PSet(type=cms.string("Foo"))), b=cms.VPSet(cms.PSet(type=cms.string("Bar"))))
    assert alias.parameterNames_() == ["a", "b"]
    new = alias.clone(a={0: {"type": "Baz"}}, b=None, c=cms.EDAlias.allProducts())
    assert new.parameterNames_() == ["a", "c"]
    assert new.a[0].type == "Baz"
    assert new.c[0].type == "*"
    del alias.a
    assert alias.parameterNames_() == ["b"]
    assert eval(repr(alias), {"cms": cms}).b == alias.b
    with pytest.raises(TypeError, match=r"'a' must be a cms\.VPSet"):
        cms.EDAlias(a=cms.string("x"))


def every_type() -> cms.PSet:
    return cms.PSet(
        i=cms.int32(-1),
        u=cms.untracked.uint32(2**32 - 1),
        l=cms.int64(2**60),
        x=cms.uint64(2**63),
        d=cms.double(0.5),
        b=cms.bool(True),
        s=cms.string("x"),
        f=cms.FileInPath("x"),
        vi=cms.vint32(1, 2),
        vd=cms.untracked.vdouble(1.5),
        vb=cms.vbool(True, False),
        vs=cms.vstring("a", ""),
        t=cms.InputTag("a", "b", "c"),
        vt=cms.VInputTag("a", "b:c"),
        et=cms.ESInputTag("a:b"),
        vet=cms.VESInputTag("a:b"),
        e=cms.EventID(1, 2, 3),
        lb=cms.LuminosityBlockID(1, 2),
        er=cms.EventRange("1:2-3:4"),
        lr=cms.LuminosityBlockRange("1:2-3:4"),
        ve=cms.VEventID("1:2"),
        ver=cms.VEventRange("1:2-3:4"),
        p=cms.untracked.PSet(a=cms.int32(1)),
        ss=cms.SecSource("S", a=cms.int32(1)),
    )


def test_t29_every_type_survives_the_neutral_form() -> None:
    back = from_neutral(neutral(every_type()))
    assert repr(back) == repr(every_type())


def test_t30_vpset_survives_the_neutral_form() -> None:
    block = cms.PSet(
        ps=cms.VPSet(every_type(), cms.PSet()), ups=cms.untracked.VPSet(cms.PSet(a=cms.untracked.int32(1)))
    )
    assert repr(from_neutral(neutral(block))) == repr(block)


def test_t31_numbers_of_all_types_compare() -> None:
    for one in (cms.int32(5), cms.uint32(5), cms.int64(5), cms.double(5.0)):
        assert 4.9 < one < 5.1
        assert one == cms.double(5) == 5
        assert one <= cms.uint64(5) <= one
        assert cms.int32(4) < one
        assert one != 6


def test_t32_strings_compare() -> None:
    assert cms.string("a") < "b"
    assert cms.string("a") < cms.string("b")
    assert cms.string("a") < "b"


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_t33_numbers_and_strings_do_not_compare(compare: Any) -> None:
    for one, other in ((cms.int32(1), "1"), (cms.string("1"), 1), (cms.string("1"), cms.double(1))):
        with pytest.raises(TypeError, match="not supported between"):
            compare(one, other)
        assert one != other


def test_t34_infinity_compares() -> None:
    assert cms.double(math.inf) > 1e300
    assert cms.double(-math.inf) < cms.int32(-5)
    assert cms.double(math.inf) == cms.double(math.inf)


def test_t35_nan_is_never_equal_or_ordered() -> None:
    nan = cms.double(math.nan)
    for compare in (operator.eq, operator.lt, operator.le, operator.gt, operator.ge):
        assert not compare(nan, 5)
        assert not compare(nan, cms.double(math.nan))
