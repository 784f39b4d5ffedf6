"""Arithmetic of sequences, tasks and walks through them, as CMSSW's SequenceTypes.py has them: S01 to S08."""

import operator
from typing import Any

import pytest

from e2efw import config as cms
from e2efw.config.visitors import ModuleNodeNotOnTaskVisitor, ModuleNodeOnTaskVisitor, ModuleNodeVisitor
from tests.e2efw.config.conformance.support import modules


def test_s01_operators_have_text_and_wire_form() -> None:
    """`&` and `|` exist upstream for leaves that no ordinary module is; here they are errors."""
    m1, m2, *_ = modules()
    assert cms.Path(~m1).dumpPython() == "cms.Path(~process.m1)"
    assert cms.Path(~m1 + cms.ignore(m2)).flattened() == ["!m1", "-m2"]
    for combine in (operator.and_, operator.or_):
        with pytest.raises(TypeError, match="unsupported operand"):
            combine(m1, m2)


def test_s02_dump_and_wire_form() -> None:
    m1, m2, m3, m4, m5 = modules()
    assert cms.Sequence(m1 * m2 * m3).dumpPython() == cms.Sequence(m1 + m2 + m3).dumpPython()
    path = cms.Path(cms.ignore(m1) + cms.wait(m2) + cms.wait(cms.ignore(m3)) + cms.ignore(cms.wait(m4)) + ~m5)
    assert path.flattened() == ["-m1", "|m2", "+m3", "+m4", "!m5"]
    assert path.dumpPython() == (
        "cms.Path(cms.ignore(process.m1)+cms.wait(process.m2)+cms.wait(cms.ignore(process.m3))"
        "+cms.wait(cms.ignore(process.m4))+~process.m5)"
    )
    t1, t2 = cms.Task(m3), cms.Task(m4)
    t1.setLabel("t1")
    assert cms.Sequence(m1, t2, t1).dumpPython() == "cms.Sequence(process.m1, cms.Task(process.m4), process.t1)"
    inner = cms.Sequence(m2, t1)
    assert cms.Path(m1 + inner).dumpPython() == "cms.Path(process.m1+cms.Sequence(process.m2, process.t1))"
    assert cms.Path(t1).dumpPython() == "cms.Path(process.t1)"
    assert cms.Sequence(m1 + cms.SequencePlaceholder("x")).dumpPython() == (
        'cms.Sequence(process.m1+cms.SequencePlaceholder("x"))'
    )
    assert cms.Task(m2, m1, cms.TaskPlaceholder("y")).dumpPython() == (
        'cms.Task(cms.TaskPlaceholder("y"), process.m1, process.m2)'
    )


class Log:
    """Notes what a walk meets."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def enter(self, visitee: Any) -> None:
        self.lines.append(f"enter {self.name(visitee)}")

    def leave(self, visitee: Any) -> None:
        self.lines.append(f"leave {self.name(visitee)}")

    def name(self, visitee: Any) -> str:
        return visitee.label_() if hasattr(visitee, "hasLabel_") and visitee.hasLabel_() else type(visitee).__name__


def test_s04_walks_meet_content_then_tasks() -> None:
    m1, m2, m3, m4, m5 = modules()
    inner, outer = cms.Task(m2), cms.Task(m4)
    for label, group in (("inner", inner), ("outer", outer)):
        group.setLabel(label)
    sequence = cms.Sequence(m1 + ~m5, inner)
    sequence.setLabel("s")
    log = Log()
    path = cms.Path(sequence + m3, outer)
    path.visit(log)
    assert [line for line in log.lines if line.startswith("enter")] == [
        f"enter {name}" for name in ("s", "m1", "Veto", "m5", "inner", "m2", "m3", "outer", "m4")
    ]
    assert log.lines[4:7] == ["enter m5", "leave m5", "leave Veto"]
    assert log.lines[-1] == "leave outer"
    for visitor, found in (
        (ModuleNodeVisitor, [m1, m5, m2, m3, m4]),
        (ModuleNodeOnTaskVisitor, [m2, m4]),
        (ModuleNodeNotOnTaskVisitor, [m1, m5, m3]),
    ):
        met: list[Any] = []
        path.visit(visitor(met))
        assert met == found


def test_s05_placeholders_are_resolved_also_chained() -> None:
    m1, m2, *_ = modules()
    s1 = cms.Sequence(m1)
    s2 = cms.Sequence(cms.SequencePlaceholder("s1") + m2)
    s1.setLabel("s1")
    s2.setLabel("s2")
    path = cms.Path(cms.SequencePlaceholder("s2"))
    path.resolve({"s1": s1, "s2": s2})
    assert path.flattened() == ["m1", "m2"]
    assert path.dumpPython() == "cms.Path(process.s2)"
    with pytest.raises(RuntimeError, match=r"stands for nothing in this process.*Known: s1"):
        cms.Path(cms.SequencePlaceholder("nope")).resolve({"s1": s1})
    kept = cms.Path(cms.SequencePlaceholder("nope")).resolve({}, keepIfCannotResolve=True)
    assert kept.dumpPython() == 'cms.Path(cms.SequencePlaceholder("nope"))'
    with pytest.raises(RuntimeError, match="is not resolved"):
        kept.flattened()


def test_s06_replace() -> None:
    m1, m2, m3, m4, m5 = modules()
    path = cms.Path(m1 + ~m1 + cms.ignore(m1) + m2)
    assert path.replace(m1, m3)
    assert path.flattened() == ["m3", "!m3", "-m3", "m2"]
    assert not path.replace(m1, m3)
    assert path.replace(~m3, m4)
    assert path.flattened() == ["m3", "m4", "-m3", "m2"]
    placeholder = cms.SequencePlaceholder("x")
    held = cms.Sequence(m1 + placeholder)
    assert held.replace(placeholder, m2)
    assert held.flattened() == ["m1", "m2"]
    named = cms.Sequence(m1 + m2)
    named.setLabel("named")
    outer = cms.Path(named + m5)
    assert outer.replace(named, m3 + m4)
    assert outer.flattened() == ["m3", "m4", "m5"]


def test_s06_replace_on_tasks() -> None:
    m1, m2, m3, m4, _ = modules()
    t1, t2 = cms.Task(m1), cms.Task(m2)
    outer = cms.Task(t1, m3)
    path = cms.Path(cms.Sequence(m4, t2), outer)
    assert path.replace(m1, m3)
    assert path.moduleNames() == {"m2", "m3", "m4"}
    assert list(t1) == [m1]
    assert path.replace(t2, t1)
    assert path.moduleNames() == {"m1", "m3", "m4"}
    assert outer.replace(m1, m2)
    assert [module.label_() for module in outer] == ["m2", "m3"]
    assert not outer.replace(m1, m2)
    for one, other in ((m4, t1), (t1, m4)):
        with pytest.raises(TypeError, match="both must be Tasks, or neither"):
            path.replace(one, other)


def test_s07_replace_if_held_directly() -> None:
    m1, m2, m3, *_ = modules()
    named, task = cms.Sequence(m1), cms.Task(m1)
    named.setLabel("named")
    task.setLabel("task")
    path = cms.Path(m1 + ~m1 + named, task)
    assert path.replaceIfHeldDirectly(m1, m2)
    assert path.dumpPython() == "cms.Path(process.m2+~process.m2+process.named, process.task)"
    assert not path.replaceIfHeldDirectly(m1, m3)
    assert path.replaceIfHeldDirectly(named, m3)
    assert path.replaceIfHeldDirectly(task, cms.Task(m3))
    assert path.dumpPython() == "cms.Path(process.m2+~process.m2+process.m3, cms.Task(process.m3))"


def test_s08_index() -> None:
    m1, m2, m3, m4, _ = modules()
    sequence = cms.Sequence(m1 + ~m2 + cms.ignore(m3))
    assert [sequence.index(x) for x in (m1, ~m2, cms.ignore(m3))] == [0, 1, 2]
    with pytest.raises(ValueError, match="is no direct member"):
        sequence.index(m4)
