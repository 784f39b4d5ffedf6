"""Attaching, replacing and deleting; loading fragments; dumps and pickles."""

import copy
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest

from e2efw import config as cms
from e2efw.config.options import OPTIONS


@pytest.fixture
def process() -> cms.Process:
    process = cms.Process("TEST")
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring("a.root", "b.root"))
    process.a = cms.EDProducer("A", minEnergy=0.3, sub={"x": 1})
    process.f = cms.EDFilter("F", src=cms.InputTag("a", "", "HLT"))
    process.out = cms.OutputModule("PoolOutputModule")
    process.s = cms.Sequence(process.a)
    process.inner = cms.Sequence(process.f)
    process.outer = cms.Sequence(process.inner + process.s)
    process.p = cms.Path(~process.f + process.outer)
    process.early = cms.Path(process.a)
    process.e = cms.EndPath(process.out)
    process.add_(cms.Service("Timing", summaryOnly=cms.untracked.bool(True)))
    process.block = cms.PSet(y=cms.int32(1))
    process.blocks = cms.VPSet(cms.PSet(z=cms.int32(1)))
    return process


@pytest.mark.parametrize("name", ["", "E2E_1", "a-b", "\N{LATIN SMALL LETTER E WITH ACUTE}"])
def test_name_is_letters_and_digits(name: str) -> None:
    with pytest.raises(RuntimeError, match="is no name; use letters and digits only"):
        cms.Process(name)


def test_kinds_have_views_in_order(process: cms.Process) -> None:
    assert list(process.producers) == ["a"]
    assert list(process.paths) == ["p", "early"]
    assert list(process.psets) == ["options", "maxEvents", "maxLuminosityBlocks", "block"]
    assert process.pathNames() == "p early"
    assert list(process.modules_()) == ["a", "f", "out"]
    assert [path.label_() for path in process.schedule_()] == ["p", "early", "e"]
    assert process.services["Timing"].type_() == "Timing"
    assert process.PoolSource is process.source


def test_views_are_read_only(process: cms.Process) -> None:
    with pytest.raises(AttributeError, match=r"read-only; write process\.b = \.\.\."):
        process.producers["b"] = process.a
    with pytest.raises(AttributeError, match=r"read-only; write del process\.a"):
        del process.producers["a"]
    with pytest.raises(AttributeError, match=r"process\.producers is a read-only view"):
        setattr(process, "producers", cms.PSet())  # noqa: B010  checkers know that it is read-only


@pytest.mark.parametrize(
    ("label", "value", "error", "message"),
    [
        ("a", "text", TypeError, "a str is no part of a process"),
        ("a-b", cms.PSet(), ValueError, "'a-b' is no label"),
        ("src", cms.Source("S"), ValueError, "a Source must be called 'source'"),
        ("source", cms.EDProducer("S"), TypeError, r"a cms\.Source is wanted"),
        ("timing", cms.Service("Timing"), TypeError, "name of its plugin, 'Timing'"),
        ("load", cms.PSet(), ValueError, r"a method of cms\.Process"),
        ("x", cms.EDProducer("A") + cms.EDProducer("B"), TypeError, r"wrap it in cms\.Sequence"),
    ],
)
def test_attaching_has_rules(label: str, value: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=rf"{message}.*test_process\.py:\d+"):
        setattr(cms.Process("T"), label, value)


def test_only_services_are_added_without_label() -> None:
    with pytest.raises(TypeError, match=r"an EDProducer needs a label, .*add_ takes cms\.Service"):
        cms.Process("T").add_(cms.EDProducer("A"))


def test_unknown_label_names_the_nearest(process: cms.Process) -> None:
    with pytest.raises(AttributeError, match="Did you mean 'block'"):
        _ = process.blok
    with pytest.raises(KeyError, match="nothing is called 'blok'"):
        del process.blok


def test_one_object_has_one_label(process: cms.Process) -> None:
    with pytest.raises(ValueError, match=r"cannot also be called 'b' .*Remedies: clone it"):
        process.b = process.a
    process.a.setLabel(None)
    process.b = process.a


def test_path_takes_modules_of_this_process_only(process: cms.Process) -> None:
    with pytest.raises(RuntimeError, match=r"process\.q: an EDProducer .* is not part of process 'TEST'"):
        process.q = cms.Path(cms.EDProducer("X"))
    other = cms.Process("OTHER")
    other.x = cms.EDProducer("X")
    with pytest.raises(RuntimeError, match=r"EDProducer 'x' .* is not part of process 'TEST'"):
        process.q = cms.Path(other.x)


def test_replacing_a_module_replaces_it_on_every_path(process: cms.Process) -> None:
    old = process.f
    process.f = cms.EDFilter("G")
    assert process.p.flattened() == ["!f", "f", "a"]
    assert process.p.contains(process.f)
    assert not process.p.contains(old)
    assert not old.hasLabel_()
    assert list(process.sequences) == ["s", "inner", "outer"]


def test_replacing_a_sequence_reaches_those_that_hold_it(process: cms.Process) -> None:
    process.inner = cms.Sequence(process.a + process.a)
    assert process.p.flattened() == ["!f", "a", "a", "a"]


def test_what_is_no_module_cannot_take_a_place_on_a_path(process: cms.Process) -> None:
    with pytest.raises(ValueError, match=r"a PSet cannot take the place of EDProducer 'a' .*Sequence 's'"):
        process.a = cms.PSet()


def test_deleting_a_module_empties_its_places(process: cms.Process) -> None:
    del process.f
    assert process.p.flattened() == ["a"]
    assert process.inner.flattened() == []
    del process.e
    assert not process.endpaths


def test_deleting_a_sequence_leaves_its_content(process: cms.Process) -> None:
    del process.outer
    assert process.p.dumpPython() == "cms.Path(~process.f+process.inner+process.s)"


def test_options_are_there_from_the_start() -> None:
    process = cms.Process("T")
    assert {option.name for option in OPTIONS} < set(process.options.parameterNames_())
    assert process.options.eventsPerBlock == 256
    assert process.maxEvents.input == -1
    assert not process.options.isTracked()


def test_options_merge_over_defaults() -> None:
    process = cms.Process("T")
    process.options.numberOfThreads = 8
    process.options = {"wantSummary": True}
    assert (process.options.numberOfThreads, process.options.wantSummary) == (1, cms.bool(True))
    process.options = cms.untracked.PSet()
    assert not process.options.wantSummary
    process.maxEvents = cms.untracked.PSet(input=cms.untracked.int32(10))
    assert process.maxEvents.input == 10


def test_wrong_option_type_is_refused() -> None:
    process = cms.Process("T")
    with pytest.raises(TypeError, match=r"process\.options: parameter 'numberOfThreads' is a cms\.untracked\.uint32"):
        process.options.numberOfThreads = cms.untracked.int32(4)
    with pytest.raises(TypeError, match=r"process\.maxEvents: a cms\.untracked\.PSet or a dict is wanted, not 5"):
        process.maxEvents = 5


def test_dump_makes_the_same_process_again(process: cms.Process) -> None:
    text = process.dumpPython()
    names: dict[str, Any] = {}
    exec(text, names)
    assert names["process"].dumpPython() == text
    assert names["process"].p.flattened() == process.p.flattened()


def test_dump_puts_kinds_in_order(process: cms.Process) -> None:
    lines = [line.split(" = ")[0] for line in process.dumpPython().splitlines() if line.startswith("process")]
    labels = "source block maxEvents maxLuminosityBlocks options blocks a f out Timing inner s outer p early e"
    assert lines == ["process", *(f"process.{label}" for label in labels.split())]


def test_dump_of_a_small_process_is_this() -> None:
    process = cms.Process("T")
    process.a = cms.EDProducer("A", src="x")
    process.p = cms.Path(process.a)
    steering = "".join(
        f"process.{name} = {getattr(process, name).dumpPython()}\n\n"
        for name in ("maxEvents", "maxLuminosityBlocks", "options")
    )
    assert (
        process.dumpPython()
        == f"""from e2efw import config as cms

process = cms.Process("T")

{steering}process.a = cms.EDProducer("A",
    src = cms.string('x')
)

process.p = cms.Path(process.a)
"""
    )


def test_process_survives_pickling_and_copying(process: cms.Process) -> None:
    for twin in (pickle.loads(pickle.dumps(process)), copy.deepcopy(process)):
        assert twin.dumpPython() == process.dumpPython()
        assert twin.a.minEnergy.isInferred()
        assert twin.p.contains(twin.a)


@pytest.fixture
def fragments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    (tmp_path / "pkg").mkdir()
    return tmp_path


HEAD = "from e2efw import config as cms\n"


def test_load_attaches_what_a_fragment_defines(fragments: Path) -> None:
    text = "_hidden = cms.EDProducer('H')\nouter = cms.Sequence()\np = cms.Path()\n"
    text += "b = cms.EDProducer('B')\ntimer = cms.Service('Timing')\n"
    wiring = "inner = cms.Sequence(b)\nouter += inner\np += outer\n"
    (fragments / "pkg" / "one_cff.py").write_text(HEAD + text + wiring)
    process = cms.Process("T")
    process.load("pkg/one_cff")
    assert process.p.flattened() == ["b"]
    assert list(process.sequences) == ["inner", "outer"]
    assert list(process.services) == ["MessageLogger", "Timing"]
    assert not hasattr(process, "hidden")
    assert process.b.origin_().filename == str(fragments / "pkg" / "one_cff.py")
    process.load("pkg.one_cff")
    second = cms.Process("SECOND")
    second.load("pkg.one_cff")
    assert second.p.flattened() == ["b"]


def test_fragment_may_not_replace_what_is_in_use(fragments: Path) -> None:
    (fragments / "two_cfi.py").write_text(HEAD + "a = cms.EDProducer('Other')\n")
    process = cms.Process("T")
    process.a = cms.EDProducer("A")
    process.p = cms.Path(process.a)
    message = (
        r"two_cfi\.py would replace 'a' of .*test_process\.py:\d+ by that of .*two_cfi\.py:2, .*Path 'p' of process 'T'"
    )
    with pytest.raises(ValueError, match=message):
        process.load("two_cfi")
    del process.p
    process.load("two_cfi")
    assert process.a.type_() == "Other"


def test_object_under_two_names_is_refused(fragments: Path) -> None:
    (fragments / "three_cfi.py").write_text(HEAD + "a = cms.EDProducer('A')\nb = a\n")
    with pytest.raises(ValueError, match=r"'a' .* cannot also be called 'b'"):
        cms.Process("T").load("three_cfi")


def test_missing_fragment_is_named(fragments: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"process\.load: no Python module 'pkg/nothing_cff'"):
        cms.Process("T").load("pkg/nothing_cff")
    (fragments / "four_cff.py").write_text("import no_such_library\n")
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'no_such_library'"):
        cms.Process("T").load("four_cff")
