"""Sources as cfgs set them up: types, old parameters, and what a failing job says and leaves behind."""

import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
import uproot

from e2efw.cli.main import main
from python_cfg.samples import SIMULATED_TTBAR

Run: TypeAlias = Callable[..., tuple[int, str]]

CFG = """
from e2efw import config as cms
process = cms.Process("TEST")
process.maxEvents.input = -1
process.source = cms.Source(
    "PoolSource",
    fileNames=cms.untracked.vstring({files}),
    {more}
)
process.output = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string("out.root"))
process.e = cms.EndPath(process.output)
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a job in an empty folder: exit code and what was printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "1000")

    def job(files: str, more: str = "", *arguments: str) -> tuple[int, str]:
        (tmp_path / "my_cfg.py").write_text(textwrap.dedent(CFG.format(files=files, more=more)))
        with pytest.raises(SystemExit) as ended:
            main(["run", "my_cfg.py", *arguments])
        captured = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, captured.out + captured.err

    return job


def _events() -> list[int]:
    with uproot.open("out.root") as file:
        return [int(event) for event in file["Events"]["EventAuxiliary.id_.event_"].array()]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("eventsToProcess=cms.untracked.VEventRange('1:3-1:5', '1:1:9')", [3, 4, 5, 9]),
        ("lumisToSkip=cms.untracked.VLuminosityBlockRange('1:1-1:MAX')", []),
        ("eventsToProcess=['1:30-1:MAX'], skipEvents=cms.untracked.uint32(1)", [31, 32]),
        ("firstEvent=cms.untracked.uint64(31), firstRun=cms.untracked.uint32(1)", [31, 32]),
        ("skipBadFiles=cms.untracked.bool(True), eventsToSkip=cms.untracked.VEventRange('1:1-1:31')", [32]),
    ],
)
def test_selections_have_the_types_of_cmssw(run: Run, more: str, expected: list[int]) -> None:
    code, printed = run(repr(SIMULATED_TTBAR), more)
    assert code == 0, printed
    assert _events() == expected


def test_ranges_can_be_set_on_the_command_line(run: Run) -> None:
    code, printed = run(repr(SIMULATED_TTBAR), "", "--set", "source.eventsToProcess=1:7,1:9-1:10")
    assert code == 0, printed
    assert _events() == [7, 9, 10]


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        ("maxEvents=cms.untracked.int32(5)", 8009, "set process.maxEvents.input = 5 instead"),
        ("processingMode=cms.untracked.string('Runs')", 8011, "'processingMode' cannot be changed"),
        ("branchesMustMatch=cms.untracked.string('loose')", 8009, "'loose' is not one of permissive, strict"),
        ("needSecondaryFileNames=cms.untracked.bool(True)", 8029, "'secondaryFileNames' names no file"),
        ("lumisToProces=cms.untracked.VLuminosityBlockRange()", 8009, "Did you mean 'lumisToProcess'?"),
    ],
)
def test_what_a_source_refuses(run: Run, more: str, code: int, message: str) -> None:
    ended, printed = run(repr(SIMULATED_TTBAR), more)
    assert (ended, message in printed) == (code, True), printed
    assert not Path("out.root").exists()


def test_no_files_no_match_and_bad_second_files(run: Run) -> None:
    content = Path(SIMULATED_TTBAR).read_bytes()
    Path("cut.root").write_bytes(content[: len(content) // 2])
    shutil.copy(SIMULATED_TTBAR, "twin.root")
    for files, code, message in (
        ("", 8009, "'fileNames': must name at least one file"),
        ("'data*.root'", 8020, "data*.root: no file matches this pattern"),
        (f"{SIMULATED_TTBAR!r}, 'none.root'", 8020, "File none.root does not exist"),
        (f"{SIMULATED_TTBAR!r}, 'cut.root'", 8021, "File cut.root is truncated"),
    ):
        ended, printed = run(files)
        assert (ended, message in printed) == (code, True), printed
        assert "Traceback" not in printed
        assert not Path("out.root").exists()
    code, printed = run(f"{SIMULATED_TTBAR!r}, 'twin.root', 'cut.root'", "skipBadFiles=cms.untracked.bool(True)")
    assert code == 0, printed
    assert "PoolSource: skipped a bad file (skipBadFiles): File cut.root is truncated" in printed
    assert "PoolSource: skipped 32 events of twin.root because an event of the same run" in printed
    assert _events() == list(range(1, 33))


def test_empty_events_are_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        globals(), "CFG", CFG.replace('"PoolSource",\n    fileNames', '"EmptySource",\n    # ').replace("-1", "5")
    )
    code, printed = run("", "firstEvent=cms.untracked.uint64(10), numberEventsInRun=cms.untracked.uint32(3)")
    assert code == 0, printed
    assert _events() == [10, 11, 12, 10, 11]
