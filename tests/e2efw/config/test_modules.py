"""Modules, clone, and raw values in constructors."""

from typing import Any

import pytest

from e2efw import config as cms


def module() -> cms.EDProducer:
    return cms.EDProducer(
        "P",
        a=cms.int32(1),
        v=cms.vint32(1, 2, 3),
        sub=cms.PSet(x=cms.double(1.0)),
        list=cms.VPSet(cms.PSet(y=cms.int32(1)), cms.PSet(y=cms.int32(2))),
    )


def test_module_has_a_plugin_and_parameters() -> None:
    assert module().type_() == "P"
    assert module().parameterNames_() == ["a", "v", "sub", "list"]
    with pytest.raises(TypeError, match="the name of the plugin comes first"):
        cms.EDProducer(cms.PSet())  # type: ignore[arg-type]


def test_type_is_a_legal_parameter_name() -> None:
    assert cms.EDAnalyzer("A", type=cms.string("t")).type == "t"


def test_dump_is_alphabetical() -> None:
    assert repr(cms.EDFilter("F", b=cms.bool(True), a=cms.untracked.int32(1))) == (
        'cms.EDFilter("F",\n    a = cms.untracked.int32(1),\n    b = cms.bool(True)\n)'
    )
    assert repr(cms.Service("Timing")) == 'cms.Service("Timing")'


@pytest.mark.parametrize(
    ("raw", "typed"),
    [
        (True, "cms.bool(True)"),
        (3, "cms.int32(3)"),
        (2**40, f"cms.int64({2**40})"),
        (0.3, "cms.double(0.3)"),
        ("a:b", "cms.string('a:b')"),
        ([1, 2], "cms.vint32(1, 2)"),
        ([1, 2**40], f"cms.vint64(1, {2**40})"),
        ([1, 2.5], "cms.vdouble(1, 2.5)"),
        ((True, False), "cms.vbool(True, False)"),
        (["a"], "cms.vstring('a')"),
        ([], "cms.vstring()"),
        ({"x": 1}, "cms.PSet(\n    x = cms.int32(1)\n)"),
    ],
)
def test_raw_value_in_a_constructor_gets_a_provisional_type(raw: object, typed: str) -> None:
    parameter = cms.EDProducer("P", p=raw).p
    assert repr(parameter) == typed
    assert parameter.isInferred()
    assert parameter.origin_().filename == __file__


@pytest.mark.parametrize("raw", [None, [1, "a"], [True, 1], object(), 2**80])
def test_raw_value_without_type_is_refused(raw: object) -> None:
    with pytest.raises(TypeError, match=r"P: no parameter 'p' to take .* a new parameter needs a type"):
        cms.EDProducer("P", p=raw)


def test_typed_value_is_not_inferred() -> None:
    assert not cms.EDProducer("P", p=cms.int32(1)).p.isInferred()


def test_inferred_parameter_takes_any_raw_value_later() -> None:
    producer = cms.EDProducer("P", p=1)
    producer.p = 0.5
    assert repr(producer.p) == "cms.double(0.5)"
    assert producer.p.isInferred()
    assert producer.isModified()


@pytest.mark.parametrize(
    ("raw", "kind", "typed"),
    [
        (1, cms.double, "cms.double(1)"),
        ("a:b", cms.InputTag, 'cms.InputTag("a","b")'),
        ("a", cms.vstring, "cms.vstring('a')"),
        (["a:b"], cms.VInputTag, 'cms.VInputTag("a:b")'),
        (1, cms.int32, "cms.int32(1)"),
    ],
)
def test_framework_retypes_inferred_parameters(raw: object, kind: Any, typed: str) -> None:
    producer = cms.EDProducer("P", p=raw)
    origin = producer.p.origin_()
    producer.retype_("p", kind)
    assert repr(producer.p) == typed
    assert not producer.p.isInferred()
    assert producer.p.origin_() == origin


def test_retyping_keeps_what_the_user_typed() -> None:
    with pytest.raises(TypeError, match=r"'a' is a cms\.int32 .*types stay"):
        module().retype_("a", cms.double)


def test_attribute_of_a_new_name_needs_a_type() -> None:
    with pytest.raises(TypeError, match="no parameter 'b' to take 5"):
        module().b = 5


def test_copy_is_deep() -> None:
    original = module()
    copied = original.copy()
    copied.sub.x = 2.0
    assert original.sub.x == 1.0


def test_clone_changes_removes_edits_and_adds() -> None:
    cloned = module().clone(a=3, v={1: 9}, sub={"x": 2.0, "z": cms.int32(1)}, list={1: {"y": 7}}, new=cms.bool(True))
    assert cloned.a == 3
    assert cloned.v == [1, 9, 3]
    assert (cloned.sub.x, cloned.sub.z) == (2.0, 1)
    assert [pset.y.value() for pset in cloned.list] == [1, 7]
    assert cloned.new == cms.bool(True)
    assert not module().clone(v=None).hasParameter("v")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"v": {3: 1}}, IndexError, "no element 3; the list has 3 elements"),
        ({"v": {"x": 1}}, TypeError, "edited by integer positions, not 'x'"),
        ({"a": {1: 1}}, ValueError, "is not an integer"),
        ({"b": 5}, TypeError, "no parameter 'b' to take 5"),
        ({"b": None}, TypeError, "no parameter 'b' to take None"),
        ({"sub": {"b": 5}}, TypeError, "no parameter 'b' to take 5"),
        ({"a": cms.uint32(5)}, TypeError, "cannot become"),
        ({"v": ["x"]}, TypeError, "is not an element"),
    ],
)
def test_clone_refuses_what_does_not_fit(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        module().clone(**change)


def test_blocks_of_a_clone_replace_and_keywords_come_last() -> None:
    cloned = module().clone(cms.PSet(a=cms.int32(5), c=cms.int32(6)), c=7)
    assert (cloned.a, cloned.c) == (5, 7)
    with pytest.raises(ValueError, match="'a' is set twice"):
        module().clone(cms.PSet(a=cms.int32(5)), cms.PSet(a=cms.int32(6)))


def test_clone_has_no_label_and_its_own_line() -> None:
    process = cms.Process("T")
    process.m = module()
    cloned = process.m.clone()
    assert not cloned.hasLabel_()
    assert cloned.origin_().line > process.m.origin_().line
    assert cloned.a.origin_() == process.m.a.origin_()


def test_message_of_a_labelled_module_names_it() -> None:
    process = cms.Process("T")
    process.m = module()
    with pytest.raises(ValueError, match="P 'm': parameter 'a'"):
        process.m.a = "x"
