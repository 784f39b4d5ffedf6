"""A dump makes the process again whose dump it is: shipped cfgs, and random processes."""

import importlib
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from e2efw import config as cms
from e2efw.config.loader import load_process, packaged_cfgs


def again(text: str) -> str:
    names: dict[str, Any] = {}
    exec(text, names)
    return str(names["process"].dumpPython())


@pytest.mark.parametrize("cfg", sorted(packaged_cfgs()))
def test_shipped_cfgs_come_back(cfg: str) -> None:
    text = load_process(cfg).dumpPython()
    assert again(text) == text


NAMES = st.from_regex(r"[a-z][a-zA-Z0-9]{0,8}", fullmatch=True).filter(lambda name: name not in {"x", "copy"})
TEXTS = st.text(max_size=12)
PARAMETERS = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(cms.int32),
    st.integers(0, 2**64 - 1).map(cms.uint64),
    st.floats().map(cms.double),
    st.booleans().map(cms.bool),
    TEXTS.map(cms.string),
    st.lists(st.integers(-5, 5), max_size=12).map(cms.vint32),
    st.lists(TEXTS, max_size=3).map(cms.vstring),
    st.lists(st.floats(), max_size=300).map(cms.vdouble),
    st.from_regex(r"[a-z]{1,5}(:[a-z]{0,5}){0,2}", fullmatch=True).map(cms.InputTag),
    st.just(cms.optional.untracked.allowed(cms.int32, cms.string)),
    st.just(cms.required.int32),
)
BLOCKS = st.recursive(
    st.dictionaries(NAMES, PARAMETERS, max_size=4).map(lambda found: cms.PSet(**found)),
    lambda inner: st.one_of(
        st.dictionaries(NAMES, inner, max_size=2).map(lambda found: cms.PSet(**found)),
        st.dictionaries(NAMES, st.lists(inner, max_size=2).map(cms.VPSet), max_size=2).map(lambda x: cms.PSet(**x)),
    ),
    max_leaves=4,
)
STEPS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["plain", "veto", "ignore", "wait"])), max_size=6)


def node(module: Any, form: str) -> Any:
    if form == "veto":
        return ~module
    return {"ignore": cms.ignore, "wait": cms.wait}.get(form, lambda found: found)(module)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from([cms.EDProducer, cms.EDFilter]), BLOCKS), min_size=1, max_size=5),
    st.lists(st.tuples(st.sampled_from(["s", "t", "p", "e"]), STEPS), max_size=6),
    st.booleans(),
)
def test_random_processes_come_back(modules: Any, groups: Any, scheduled: bool) -> None:
    process = cms.Process("RANDOM")
    for number, (kind, block) in enumerate(modules):
        setattr(process, f"m{number}", kind("Plugin", block.clone()))
    held: list[Any] = list(process.modules_().values())
    sequences: list[Any] = [*held]
    tasks: list[Any] = []
    for number, (kind, steps) in enumerate(groups):
        if kind == "t":
            group: Any = cms.Task(*(held[i % len(held)] for i, _ in steps), *tasks[:1])
            tasks.insert(0, group)
        else:
            made = {"s": cms.Sequence, "p": cms.Path, "e": cms.EndPath}[kind]
            group = made(*tasks[:1])
            for i, form in steps:
                item = sequences[i % len(sequences)]
                group += item if isinstance(item, cms.Sequence) else node(item, form)
            if kind == "s":
                sequences.append(group)
        if number % 2 or kind in "pe":  # the others stay without label
            setattr(process, f"{kind}{number}", group)
    if scheduled:
        process.schedule = cms.Schedule(*reversed(process.schedule_()), tasks=tasks[:1])
    text = process.dumpPython()
    assert again(text) == text
    assert pickle.loads(pickle.dumps(process)).dumpPython() == text


def process_of_all_kinds() -> cms.Process:
    process = cms.Process("ALL")
    process.source = cms.Source("S")
    process.block, process.blocks = cms.PSet(a=cms.int32(1)), cms.VPSet(cms.PSet())
    process.a, process.f, process.o = cms.EDProducer("A", x=cms.int32(1)), cms.EDFilter("F"), cms.OutputModule("O")
    process.add_(cms.Service("Timing"))
    process.esp = cms.ESProducer("ESP")
    process.prefer("esp")
    process.t = cms.Task(process.a, process.esp, process.Timing)
    process.u = cms.Task(process.t)
    process.s = cms.Sequence(~process.f, process.u)
    process.p, process.e, process.z = cms.Path(process.s), cms.EndPath(process.o), cms.FinalPath(process.o)
    process.alias = cms.EDAlias(a=cms.EDAlias.allProducts())
    process.MessageLogger.cerr.FwkReport.reportEvery = 100
    process.options.numberOfThreads = 3
    process.schedule = cms.Schedule(process.p, process.e, process.z, tasks=[process.t])
    return process


def test_process_of_all_kinds_comes_back() -> None:
    text = process_of_all_kinds().dumpPython()
    assert again(text) == text
    assert pickle.loads(pickle.dumps(process_of_all_kinds())).dumpPython() == text


@pytest.mark.parametrize("folders", [False, True])
def test_split_files_make_the_same_process(folders: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = process_of_all_kinds()
    files = process.splitPython(folders)
    assert ("modules/a_cfi" if folders else "a_cfi") in files
    for name, text in files.items():
        file = tmp_path / f"{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    importlib.invalidate_caches()
    assert load_process(tmp_path / "cfg.py").dumpPython() == process.dumpPython()
