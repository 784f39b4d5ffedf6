"""PSets: named parameters whose types stay."""

import pytest

from e2efw import config as cms


def block() -> cms.PSet:
    return cms.PSet(a=cms.int32(1), sub=cms.untracked.PSet(b=cms.untracked.string("x")))


def test_raw_value_keeps_the_type() -> None:
    pset = block()
    pset.a = 5
    assert repr(pset.a) == "cms.int32(5)"
    with pytest.raises(ValueError, match=r"cms\.PSet: parameter 'a': cms\.int32: 'x' is not an integer.*It was set in"):
        pset.a = "x"


def test_type_of_a_parameter_stays() -> None:
    pset = block()
    with pytest.raises(
        TypeError, match=r"'a' is a cms\.int32 \(.*test_pset\.py:\d+\) and cannot become cms\.uint32\(5\)"
    ):
        pset.a = cms.uint32(5)


def test_new_parameter_needs_a_type() -> None:
    pset = block()
    pset.new = cms.double(1.0)
    with pytest.raises(TypeError, match=r"no parameter 'aa' to take 5; .*aa = cms\.int32\(5\) .*Known: a, new, sub"):
        pset.aa = 5
    with pytest.raises(TypeError, match="no parameter 'raw' to take 5"):
        cms.PSet(raw=5)


def test_unknown_parameter_names_the_nearest() -> None:
    with pytest.raises(AttributeError, match="Did you mean 'sub'"):
        _ = block().sup


def test_positional_psets_are_merged_in() -> None:
    merged = cms.PSet(block(), c=cms.bool(True))
    assert merged.parameterNames_() == ["a", "sub", "c"]
    with pytest.raises(ValueError, match=r"5 is no cms\.PSet"):
        cms.PSet(5)


def test_name_set_twice_names_both_lines() -> None:
    with pytest.raises(ValueError, match=r"'a' is set twice: in .*test_pset\.py:\d+ and in .*test_pset\.py:\d+"):
        cms.PSet(block(), a=cms.int32(2))


def test_dict_merges_into_nested_pset() -> None:
    pset = block()
    pset.sub = {"b": "y", "c": cms.int32(1)}
    assert pset.sub.b == "y"
    assert pset.sub.c == 1
    assert not pset.sub.isTracked()


def test_wrapper_is_shared_by_reference() -> None:
    shared = cms.int32(1)
    one, two = cms.PSet(a=shared), cms.PSet(a=shared)
    one.a = 2
    assert two.a == 2


def test_chains_reach_nested_parameters() -> None:
    pset = block()
    assert pset.hasParameter(["sub", "b"])
    assert pset.getParameter(["sub", "b"]) == "x"
    assert pset.getParameter("a") == 1
    assert not pset.hasParameter(["sub", "z"])
    assert not pset.hasParameter(["a", "b"])


def test_parameters_are_handed_out_as_copies() -> None:
    pset = block()
    pset.parameters_()["a"].setValue(7)
    assert pset.a == 1


def test_clone_keeps_trackedness_member_by_member() -> None:
    cloned = block().clone(a=2, sub={"b": None, "c": cms.int32(3)})
    assert repr(cloned) == (
        "cms.PSet(\n    a = cms.int32(2),\n    sub = cms.untracked.PSet(\n        c = cms.int32(3)\n    )\n)"
    )


def test_removing_a_parameter_marks_the_change() -> None:
    pset = block()
    del pset.a
    assert pset.isModified()
    assert pset.parameterNames_() == ["sub"]
    with pytest.raises(AttributeError, match="no parameter 'a'"):
        del pset.a


def test_name_that_is_a_python_word_dumps_and_reads_back() -> None:
    pset = cms.PSet(**{"in": cms.int32(1), "a": cms.int32(2)})
    assert eval(repr(pset), {"cms": cms}) == pset


def test_many_parameters_dump_and_read_back() -> None:
    pset = cms.PSet(**{f"p{i}": cms.int32(i) for i in range(300)})
    assert eval(repr(pset), {"cms": cms}) == pset


def test_modified_flag_of_a_nested_change_shows_at_the_top() -> None:
    pset = cms.PSet(list=cms.VPSet(cms.PSet(a=cms.int32(1))))
    pset.list[0].a = 1
    assert not pset.isModified()
    pset.list[0].a = 2
    assert pset.isModified()
    pset.resetModified()
    assert not pset.isModified()
