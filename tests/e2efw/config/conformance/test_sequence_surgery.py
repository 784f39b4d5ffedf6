"""Surgery on sequences and tasks, as CMSSW's SequenceTypes.py has it: S09 to S16."""

import pytest

from e2efw import config as cms
from tests.e2efw.config.conformance.support import modules


def test_s09_insert() -> None:
    m1, m2, m3, m4, _ = modules()
    sequence = cms.Sequence(m1 + ~m2)
    sequence.insert(0, m3)
    sequence.insert(2, cms.ignore(m4))
    assert sequence.dumpPython() == "cms.Sequence(process.m3+process.m1+cms.ignore(process.m4)+~process.m2)"
    empty = cms.Sequence()
    empty.insert(0, m1)
    assert empty.dumpPython() == "cms.Sequence(process.m1)"


def test_s10_expand_and_clone() -> None:
    m1, m2, m3, m4, m5 = modules()
    inner, inner_task = cms.Sequence(m1 + ~m2), cms.Task(m3)
    inner.setLabel("inner")
    inner_task.setLabel("inner_task")
    outer = cms.Sequence(inner + cms.ignore(m4), cms.Task(inner_task, m5))
    flat = outer.expandAndClone()
    assert flat.dumpPython() == (
        "cms.Sequence(process.m1+~process.m2+cms.ignore(process.m4), cms.Task(process.m3, process.m5))"
    )
    assert outer.flattened() == flat.flattened()


def test_s11_adding_in_place() -> None:
    m1, m2, m3, m4, _ = modules()
    path = cms.Path()
    path += m1
    path *= ~m2
    path += cms.ignore(m3) * m4
    assert path.dumpPython() == "cms.Path(process.m1+~process.m2+cms.ignore(process.m3)+process.m4)"
    sequence = cms.Sequence()
    sequence *= m1
    sequence += cms.Sequence()
    assert sequence.dumpPython() == "cms.Sequence(process.m1)"


def test_s12_remove() -> None:
    m1, m2, m3, m4, _ = modules()
    inner = cms.Sequence(m1 + ~m2)
    inner.setLabel("inner")
    path = cms.Path(inner + m3 + m1, cms.Task(m4), cms.Task(m4, m2))
    assert path.remove(m2)
    assert (
        path.dumpPython()
        == "cms.Path(process.m1+process.m3+process.m1, cms.Task(process.m2, process.m4), cms.Task(process.m4))"
    )
    assert path.remove(m2)
    assert path.remove(m4)
    assert path.remove(m4)
    assert path.dumpPython() == "cms.Path(process.m1+process.m3+process.m1)"
    assert inner.flattened() == ["m1", "!m2"]
    assert [path.remove(m1), path.remove(m1), path.remove(m1)] == [True, True, False]
    assert path.remove(m3)
    assert path.dumpPython() == "cms.Path()"


def test_s13_copy_and_exclude() -> None:
    m1, m2, m3, m4, m5 = modules()
    inner, placeholder = cms.Sequence(m2 + m3), cms.SequencePlaceholder("x")
    inner.setLabel("inner")
    path = cms.Path(m1 + inner + ~m4 + m4 + placeholder, cms.Task(m5, cms.Task(m1)))
    before = path.dumpPython()
    for excluded, left in (
        ([m1], 'inner+~process.m4+process.m4+cms.SequencePlaceholder("x"), cms.Task(process.m5)'),
        ([m2], 'm1+process.m3+~process.m4+process.m4+cms.SequencePlaceholder("x"), cms.Task(process.m1, process.m5)'),
        ([inner], 'm1+~process.m4+process.m4+cms.SequencePlaceholder("x"), cms.Task(process.m1, process.m5)'),
        ([~m4], 'm1+process.inner+process.m4+cms.SequencePlaceholder("x"), cms.Task(process.m1, process.m5)'),
        ([m4, placeholder], "m1+process.inner, cms.Task(process.m1, process.m5)"),
        ([m1, m5, placeholder, m4], "inner"),
    ):
        assert path.copyAndExclude(excluded).dumpPython() == f"cms.Path(process.{left})"
    assert path.dumpPython() == before


def test_s14_attributes_and_none_are_refused() -> None:
    m1, *_ = modules()
    for group in (cms.Sequence(m1), cms.Path(m1), cms.Task(m1)):
        with pytest.raises(AttributeError, match="'foo' cannot be set here"):
            group.foo = 1
    with pytest.raises(TypeError, match="None cannot stand on a path"):
        _ = m1 * None


def test_s15_copies_are_independent() -> None:
    m1, m2, *_ = modules()
    path, task = cms.Path(m1, cms.Task(m1)), cms.Task(m1)
    other_path, other_task = path.copy(), task.copy()
    other_path += m2
    other_path.associate(cms.Task(m2))
    other_task.add(m2)
    assert path.dumpPython() == "cms.Path(process.m1, cms.Task(process.m1))"
    assert task.dumpPython() == "cms.Task(process.m1)"
    assert other_task.dumpPython() == "cms.Task(process.m1, process.m2)"


def test_s16_wire_form_of_a_path_opens_sequences() -> None:
    m1, m2, m3, m4, _ = modules()
    path = cms.Path(cms.Sequence(m1 + cms.Sequence(~m2)) + cms.ignore(m3), cms.Task(m4))
    assert path.flattened() == ["m1", "!m2", "-m3"]
    assert path.wire() == ["m1", "!m2", "-m3"]
