"""Arithmetic of paths, and surgery on them."""

import pytest

from e2efw import config as cms


@pytest.fixture
def process() -> cms.Process:
    process = cms.Process("T")
    for label in "abcd":
        setattr(process, label, cms.EDProducer(label.upper()))
    process.f = cms.EDFilter("F")
    process.out = cms.OutputModule("O")
    return process


def test_plus_and_times_are_the_same_and_flat(process: cms.Process) -> None:
    process.p = cms.Path(process.a + (process.b * process.c) + process.d)
    assert process.p.flattened() == ["a", "b", "c", "d"]
    assert str(process.p) == "a+b+c+d"


def test_adding_in_place_extends(process: cms.Process) -> None:
    process.p = cms.Path()
    process.p += process.a
    process.p *= ~process.f
    assert process.p.flattened() == ["a", "!f"]


def test_wire_list_marks_veto_and_ignore(process: cms.Process) -> None:
    process.s = cms.Sequence(cms.ignore(process.f) + process.a)
    process.p = cms.Path(~process.f + process.s)
    assert process.p.flattened() == ["!f", "-f", "a"]
    assert process.p.dumpPython() == "cms.Path(~process.f+process.s)"
    assert process.s.dumpPython() == "cms.Sequence(cms.ignore(process.f)+process.a)"


def test_operators_refuse_sequences_and_other_things(process: cms.Process) -> None:
    process.s = cms.Sequence(process.a)
    with pytest.raises(RuntimeError, match="~x: x must be one module, not Sequence 's'"):
        _ = ~process.s
    with pytest.raises(RuntimeError, match=r"cms\.ignore\(x\): x must be one module, not an? int"):
        cms.ignore(5)
    with pytest.raises(RuntimeError, match="must be one module"):
        _ = ~(process.a + process.b)


def test_only_modules_and_sequences_stand_on_paths(process: cms.Process) -> None:
    with pytest.raises(TypeError, match="None cannot stand on a path"):
        _ = process.a * None
    with pytest.raises(TypeError, match="a Service cannot stand on a path"):
        _ = process.a + cms.Service("S")
    with pytest.raises(TypeError, match="a PSet cannot stand on a path"):
        cms.Path(cms.PSet())


def test_constructor_hints_at_the_forgotten_plus(process: cms.Process) -> None:
    with pytest.raises(
        TypeError, match=r"takes one argument, not 2: EDProducer 'a', EDProducer 'b'; join them with '\+'"
    ):
        cms.Path(process.a, process.b)


def test_attributes_of_sequences_cannot_be_set(process: cms.Process) -> None:
    process.s = cms.Sequence(process.a)
    with pytest.raises(AttributeError, match="'x' cannot be set here"):
        process.s.x = 5


def test_path_refuses_outputs_wherever_they_hide(process: cms.Process) -> None:
    with pytest.raises(ValueError, match=r"OutputModule 'out' .*cannot stand on a Path; put it on a cms\.EndPath"):
        cms.Path(process.a + process.out)
    process.s = cms.Sequence(process.a)
    process.p = cms.Path(process.s)
    process.s += process.out
    with pytest.raises(ValueError, match="cannot stand on a Path"):
        process.p.flattened()
    process.e = cms.EndPath(process.out)
    assert process.e.flattened() == ["out"]


def test_sequence_cannot_contain_itself(process: cms.Process) -> None:
    process.s = cms.Sequence(process.a)
    process.t = cms.Sequence(process.s)
    with pytest.raises(RuntimeError, match=r"cms\.Sequence 's' would contain itself"):
        process.s += process.t


def test_names_and_contents_reach_nested_sequences(process: cms.Process) -> None:
    process.s = cms.Sequence(process.a)
    process.p = cms.Path(~process.f + process.s)
    assert process.p.moduleNames() == {"a", "f"}
    assert process.p.contains(process.a)
    assert process.p.contains(process.f)
    assert process.p.contains(process.s)
    assert not process.p.contains(process.b)


def test_replace_reaches_operators_and_all_occurrences(process: cms.Process) -> None:
    process.g = cms.EDFilter("G")
    process.p = cms.Path(~process.f + process.a + cms.ignore(process.f) + process.f)
    assert process.p.replace(process.f, process.g)
    assert process.p.flattened() == ["!g", "a", "-g", "g"]
    assert not process.p.replace(process.f, process.g)


def test_editing_a_nested_sequence_inlines_it_and_leaves_it_alone(process: cms.Process) -> None:
    process.s = cms.Sequence(process.a + process.b)
    process.p = cms.Path(process.s + process.c)
    process.p.replace(process.a, process.d)
    assert process.p.dumpPython() == "cms.Path(process.d+process.b+process.c)"
    assert process.s.flattened() == ["a", "b"]


def test_remove_takes_the_first_only(process: cms.Process) -> None:
    process.p = cms.Path(process.a + process.b + process.a + ~process.f)
    assert process.p.remove(process.a)
    assert process.p.flattened() == ["b", "a", "!f"]
    assert process.p.remove(process.f)
    assert process.p.flattened() == ["b", "a"]
    assert not process.p.remove(process.f)


def test_index_and_insert_count_direct_members(process: cms.Process) -> None:
    process.s = cms.Sequence(process.a + process.b)
    process.p = cms.Path(process.s + process.c)
    assert process.p.index(process.c) == 1
    process.p.insert(1, process.d + ~process.f)
    assert process.p.flattened() == ["a", "b", "d", "!f", "c"]
    with pytest.raises(ValueError, match="EDProducer 'a' is no direct member"):
        process.p.index(process.a)


def test_copy_is_independent(process: cms.Process) -> None:
    path = cms.Path(process.a)
    copied = path.copy()
    copied += process.b
    assert path.flattened() == ["a"]


def test_copy_without_some_leaves_the_original(process: cms.Process) -> None:
    process.s = cms.Sequence(process.a + process.b)
    path = cms.Path(process.s + ~process.f + process.f + process.c)
    assert path.copyAndExclude([process.a, ~process.f]).flattened() == ["b", "f", "c"]
    assert path.copyAndExclude([process.s, process.f]).flattened() == ["c"]
    assert path.flattened() == ["a", "b", "!f", "f", "c"]


def test_empty_sequences_vanish_from_the_dump(process: cms.Process) -> None:
    process.s = cms.Sequence()
    process.p = cms.Path(process.a + process.s + process.b)
    assert process.p.dumpPython() == "cms.Path(process.a+process.b)"


def test_module_without_label_has_no_place_in_the_flat_form() -> None:
    with pytest.raises(RuntimeError, match=r"no label; assign it to the process first \(.*test_sequences\.py:\d+\)"):
        cms.Path(cms.EDProducer("P")).flattened()
