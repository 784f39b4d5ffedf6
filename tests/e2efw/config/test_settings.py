"""``--set``."""

import pytest

from e2efw import config as cms
from e2efw.config.settings import apply_settings
from e2efw.errors import CommandLineError


@pytest.fixture
def process() -> cms.Process:
    process = cms.Process("T")
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring("x.root"))
    process.a = cms.EDProducer("A", n=cms.int32(1), src=cms.InputTag("x"), sub=cms.PSet(x=cms.double(1.0)), guess=1)
    return process


def test_text_is_read_by_the_type_of_the_parameter(process: cms.Process) -> None:
    settings = ["a.n=0x10", "a.src=y:z", "a.sub.x=2", "source.fileNames=a.root,b.root"]
    apply_settings(process, [*settings, "options.numberOfThreads=4", "options.wantSummary=yes", "maxEvents.input=10"])
    assert repr(process.a.n) == "cms.int32(16)"
    assert process.a.src == cms.InputTag("y", "z")
    assert process.a.sub.x == 2
    assert process.source.fileNames == ["a.root", "b.root"]
    assert not process.source.fileNames.isTracked()
    assert (process.options.numberOfThreads, process.maxEvents.input) == (4, 10)
    assert process.options.wantSummary


def test_origin_of_a_setting_is_the_command_line(process: cms.Process) -> None:
    apply_settings(process, ["a.n=2", "a.new=1"])
    assert str(process.a.n.origin_()) == "--set"
    assert str(process.a.new.origin_()) == "--set"
    assert process.a.n.isModified()


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("0", "cms.int32(0)"),
        ("0.5", "cms.double(0.5)"),
        ("true", "cms.bool(True)"),
        ("a:b", "cms.string('a:b')"),
        ("1,2", "cms.vint32(1, 2)"),
        ("None", "cms.string('None')"),
        ("", "cms.string('')"),
    ],
)
def test_new_parameter_is_inferred_from_its_text(process: cms.Process, text: str, typed: str) -> None:
    apply_settings(process, [f"a.new={text}", f"a.guess={text}"])
    for parameter in (process.a.new, process.a.guess):
        assert repr(parameter) == typed
        assert parameter.isInferred()


def test_retyping_reads_the_text_again(process: cms.Process) -> None:
    apply_settings(process, ["a.names=x,y", "a.digits=007"])
    process.a.retype_("names", cms.vstring)
    process.a.retype_("digits", cms.string)
    assert process.a.names == ["x", "y"]
    assert process.a.digits == "007"


def test_only_the_named_module_changes(process: cms.Process) -> None:
    process.b = cms.EDProducer("B", n=process.a.n, sub=process.a.sub)
    apply_settings(process, ["a.n=5", "a.sub.x=5"])
    assert (process.b.n, process.b.sub.x) == (1, 1.0)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("a.n", r"wanted module\.parameter=value"),
        ("n=1", r"wanted module\.parameter=value"),
        ("optoins.wantSummary=1", "has no 'optoins'. Did you mean 'options'"),
        ("a.sup.x=1", "'sup' is no PSet. Did you mean 'sub'"),
        ("a.sub=1", "that is a PSet; name one of its parameters"),
        ("a.n=many", r"'many' is no int32, which the parameter is \(.*test_settings\.py:\d+\)"),
    ],
)
def test_wrong_setting_is_explained(process: cms.Process, setting: str, message: str) -> None:
    with pytest.raises(CommandLineError, match=message):
        apply_settings(process, [setting])


def test_declared_parameters_take_text_of_any_of_their_types(process: cms.Process) -> None:
    template = cms.optional.PSetTemplate(x=cms.optional.int32)
    process.a.maybe, process.a.either = cms.optional.untracked.int32, cms.required.allowed(cms.int32, cms.string)
    process.a.block = template
    process.a.block = {"x": 1}
    apply_settings(process, ["a.maybe=3", "a.either=text", "a.block.x=5", "maxEvents.output=7"])
    assert repr(process.a.maybe) == "cms.untracked.int32(3)"
    assert (process.a.either, process.a.block.x, process.maxEvents.output) == ("text", 5, 7)
    with pytest.raises(CommandLineError, match="'many' is no"):
        apply_settings(process, ["a.maybe=many"])
