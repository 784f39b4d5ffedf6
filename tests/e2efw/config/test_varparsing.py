"""CMSSW's VarParsing."""

import sys
from pathlib import Path

import pytest

from e2efw.config.varparsing import VarParsing

ONE, MANY = VarParsing.multiplicity.singleton, VarParsing.multiplicity.list
KIND = VarParsing.varType


def parse(monkeypatch: pytest.MonkeyPatch, options: VarParsing, *arguments: str) -> VarParsing:
    monkeypatch.setattr(sys, "argv", ["my_cfg.py", *arguments])
    options.parseArguments()
    return options


def test_analysis_has_the_usual_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    options = parse(monkeypatch, VarParsing("analysis"))
    assert (options.maxEvents, options.totalSections, options.section) == (-1, 0, 0)
    assert (options.inputFiles, options.secondaryInputFiles) == ([], [])
    assert (options.outputFile, options.secondaryOutputFile) == ("output.root", "")


def test_other_groups_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    python = parse(monkeypatch, VarParsing("python"), "storePrepend=root://host/", "inputFiles=/store/a,/b")
    assert python.inputFiles == ["root://host//store/a", "/b"]
    assert parse(monkeypatch, VarParsing("analysis"), "filePrepend=file:", "inputFiles=a").inputFiles == ["file:a"]
    standard = parse(monkeypatch, VarParsing("standard"), "files=a,b")
    assert (standard.files, standard.output) == (["a", "b"], "output.root")
    with pytest.raises(RuntimeError, match=r"no group 'analysys'.*Did you mean 'analysis'"):
        VarParsing("analysys")


def test_registered_variables_are_read_by_type(monkeypatch: pytest.MonkeyPatch) -> None:
    options = VarParsing()
    options.register("n", 1, ONE, KIND.int, "number")
    options.register("x", 0.5, ONE, KIND.float, "number")
    options.register("flag", False, ONE, KIND.bool, "switch")
    options.register("cuts", [1, 2], MANY, KIND.int, "list")
    parse(monkeypatch, options, "n=0x10", "x=2", "flag=true", "cuts=3,4", "cuts=5")
    assert (options.n, options.x, options.flag, options.cuts) == (16, 2.0, True, [3, 4, 5])


def test_list_flags_keep_commas_and_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    options = VarParsing()
    options.register("a", "x", MANY, KIND.string, "", noCommaSplit=True)
    options.register("b", "x", MANY, KIND.string, "", noDefaultClear=True)
    parse(monkeypatch, options, "a=1,2", "b=1")
    assert (options.a, options.b) == (["1,2"], ["x", "1"])


@pytest.mark.parametrize(
    ("name", "mult", "kind", "flags", "message"),
    [
        ("a_b", ONE, KIND.int, {}, "name 'a_b' must not contain '_'"),
        ("maxEvents", ONE, KIND.int, {}, "name 'maxEvents' is registered already"),
        ("a", MANY, KIND.tagString, {}, "'a': a tagString is a singleton"),
        ("a", MANY, KIND.int, {"noComma": True}, "no argument 'noComma'.*Did you mean 'noCommaSplit'"),
        ("a", ONE, "integer", {}, "has type 'integer'; known: bool"),
    ],
)
def test_registering_has_rules(name: str, mult: str, kind: str, flags: dict[str, bool], message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        VarParsing("analysis").register(name, "", mult, kind, "", **flags)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["maxEvent=5"], "'maxEvent' is not registered .*Did you mean 'maxEvents'"),
        (["helpme"], "no command 'helpme' .*Did you mean 'help'"),
        (["maxEvents=1", "maxEvents=2"], "'maxEvents' is given twice"),
        (["maxEvents=many"], "maxEvents='many' is no int"),
        (["flag=yes"], "flag='yes' is no bool"),
        (["inputFiles_load=nowhere.txt"], r"inputFiles_load=nowhere\.txt: no such file"),
        (["maxEvents_load=nowhere.txt"], "'maxEvents' is no list"),
        (["section=3", "totalSections=2"], "section=3 is not between 1 and totalSections=2"),
    ],
)
def test_wrong_command_line_is_explained(monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str) -> None:
    options = VarParsing("analysis")
    options.register("flag", False, ONE, KIND.bool, "")
    with pytest.raises(RuntimeError, match=message):
        parse(monkeypatch, options, *arguments)


def test_command_line_needs_a_cfg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["program", "a=1"])
    with pytest.raises(RuntimeError, match=r"no cfg file, \*\.py, on the command line"):
        VarParsing("analysis").parseArguments()
    monkeypatch.setattr(sys, "argv", ["program", "ignored=1", "my_cfg.py", "maxEvents=3"])
    options = VarParsing("analysis")
    options.parseArguments()
    assert options.maxEvents == 3


def test_list_loads_from_a_file_and_clears(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "files.txt").write_text("a.root\n\n# all of it\nb.root  # the second\n")
    options = parse(
        monkeypatch, VarParsing("analysis"), f"inputFiles_load={tmp_path / 'files.txt'}", "inputFiles=c.root"
    )
    assert options.inputFiles == ["a.root", "b.root", "c.root"]
    assert parse(monkeypatch, VarParsing("analysis"), "inputFiles=a", "inputFiles_clear").inputFiles == []


def test_assigning_to_a_list_appends_as_in_cmssw(monkeypatch: pytest.MonkeyPatch) -> None:
    options = VarParsing("analysis")
    options.inputFiles = "a.root"
    options.inputFiles = "b.root", "c.root"
    options.maxEvents = 5
    assert (options.inputFiles, options.maxEvents) == (["a.root", "b.root", "c.root"], 5)
    assert parse(monkeypatch, options, "inputFiles=d.root").inputFiles == ["d.root"]


def test_section_takes_its_share_of_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    shares = []
    for section in (1, 2, 3):
        options = parse(
            monkeypatch, VarParsing("analysis"), "inputFiles=a,b,c,d", "totalSections=3", f"section={section}"
        )
        shares.append(options.inputFiles)
    assert shares == [["a"], ["b"], ["c", "d"]]


def test_output_name_tells_the_number_of_events(monkeypatch: pytest.MonkeyPatch) -> None:
    options = VarParsing("analysis")
    options.setupTags(tag="test", ifCond="maxEvents < 100")
    parse(monkeypatch, options, "maxEvents=10", "outputFile=out.root")
    assert options.outputFile == "out_numEvent10_test.root"
    assert options.outputFile == "out_numEvent10_test.root"


def test_help_prints_and_ends(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        parse(monkeypatch, VarParsing("analysis"), "--help")
    printed = capsys.readouterr().out
    assert (
        printed.index("Singletons:")
        < printed.index("maxEvents")
        < printed.index("Lists:")
        < printed.index("inputFiles")
    )
    assert "Number of events to process (-1 for all)" in printed


def test_print_shows_the_values(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    parse(monkeypatch, VarParsing("analysis"), "noprint")
    assert not capsys.readouterr().out
    parse(monkeypatch, VarParsing("analysis"), "print", "maxEvents=7")
    assert ": 7" in capsys.readouterr().out


def test_unregistered_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="'maxEvent' is not registered"):
        _ = VarParsing("analysis").maxEvent
