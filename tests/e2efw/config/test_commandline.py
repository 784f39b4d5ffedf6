"""``cms.arguments``."""

import sys

import pytest

from e2efw import config as cms
from e2efw.errors import CommandLineError


def give(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["my_cfg.py", *arguments])


def test_defaults_hold_without_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch)
    found = cms.arguments(maxEvents=-1, inputFiles=["a.root"])
    assert (found.maxEvents, found.inputFiles) == (-1, ["a.root"])


def test_values_are_read_by_the_type_of_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, "n=0x10", "x=1e3", "name=a=b", "flag=yes", "cuts=1,2")
    found = cms.arguments(n=1, x=0.5, name="", flag=False, cuts=[0.5])
    assert vars(found) == {"n": 16, "x": 1000.0, "name": "a=b", "flag": True, "cuts": [1.0, 2.0]}


def test_first_list_value_replaces_and_others_append(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, "inputFiles=a,b", "inputFiles=c")
    assert cms.arguments(inputFiles=["default"]).inputFiles == ["a", "b", "c"]


def test_default_list_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch)
    default = ["a"]
    cms.arguments(files=default).files.append("b")
    assert default == ["a"]


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("maxEvent=5", r"'maxEvent=5' is no argument of this cfg\. Did you mean 'maxEvents'"),
        ("5", r"my_cfg\.py: '5' is not of the form name=value"),
        ("maxEvents=many", "argument 'maxEvents': 'many' is no int"),
    ],
)
def test_wrong_argument_is_explained(monkeypatch: pytest.MonkeyPatch, argument: str, message: str) -> None:
    give(monkeypatch, argument)
    with pytest.raises(CommandLineError, match=message):
        cms.arguments(maxEvents=-1)


def test_single_value_may_not_come_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, "maxEvents=1", "maxEvents=2")
    with pytest.raises(CommandLineError, match="'maxEvents' is given twice"):
        cms.arguments(maxEvents=-1)


def test_default_without_readable_type_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch)
    with pytest.raises(TypeError, match="default a=None must be bool, int, float, str"):
        cms.arguments(a=None)


def test_help_prints_the_defaults_and_ends(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    give(monkeypatch, "--help")
    with pytest.raises(SystemExit, match="0"):
        cms.arguments(maxEvents=-1, inputFiles=["a", "b"])
    assert capsys.readouterr().out == "maxEvents=-1\ninputFiles=a,b\n"
