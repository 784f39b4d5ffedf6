"""What goes wrong after the first event: the message names file and event, files that are finished stay whole."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2efw.cli.conftest import Command
from tests.e2efw.cli.failing import (
    EARLIER,
    EB,
    JOB,
    LIGHT,
    Case,
    changed,
    check_ending,
    corrupt_basket,
    events_of,
    faulty_hits,
    files_of_at_most,
    laid_out,
    run_case,
)

PLUGIN = """
import os
import signal
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDAnalyzer, param

class MidwayEnd(EDAnalyzer):
    how: str = param(doc="raise, interrupt or kill")

    def analyze(self, ids: EventIDs) -> None:
        if 11 in ids.event:
            if self.how == "raise":
                raise ValueError("cannot take it")
            os.kill(os.getpid(), signal.SIGINT if self.how == "interrupt" else signal.SIGKILL)

process.end = cms.EDAnalyzer("MidwayEnd", how=cms.string("{how}"))
process.p += process.end
"""
TWO_FILES = "process.source.fileNames = ['in.root', 'other.root']\n"

CASES = [
    Case(
        "a corrupt basket in the middle of the second file",
        8021,
        (f"FileReadError: File other.root: branch '{EB}obj.obj.energy_', entries 0 to 31 cannot be read",),
        LIGHT + TWO_FILES,
        prepare=lambda folder: corrupt_basket(folder / "other.root"),
    ),
    Case(
        "a plugin that raises for one event",
        8002,
        ("cannot take it", "in module 'end' (MidwayEnd), event 1:1:11 of in.root"),
        LIGHT + PLUGIN.format(how="raise"),
    ),
    Case(
        "a plugin that raises for one event, in a job that tries to continue",
        0,
        (
            "1 event with errors that did not end the job:",
            "1:1:11 of in.root: module 'end': StdException: cannot take it",
        ),
        LIGHT + PLUGIN.format(how="raise") + "process.options.TryToContinue = ['StdException']",
    ),
    Case(
        "later files that lack a product",
        8006,
        ("ProductNotFound: ", "other.root", "reducedEcalRecHitsEB"),
        TWO_FILES,
        prepare=lambda folder: changed(folder / "other.root", {}, drop=(EB,), lumi=2),
    ),
    Case(
        "faulty hits that are refused",
        8016,
        (
            "EventCorruption: PoolSource: EcalRec",
            "energy is NaN or infinite in event 1:1:4 of in.root",
            "badHits = 'drop'",
        ),
        "process.source.badHits = cms.untracked.string('refuse')",
        prepare=faulty_hits,
    ),
    Case(
        "faulty hits that are dropped",
        0,
        ("1:1:4", "energy is NaN or infinite", "1:1:6", "is no EB crystal"),
        prepare=faulty_hits,
    ),
    Case(
        "events that came before",
        0,
        ("skipped 32 events of other.root because an event of the same run, luminosity block and number stood before",),
        LIGHT + TWO_FILES,
        prepare=lambda folder: changed(folder / "other.root", {}),
    ),
    Case(
        "an output that chooses no event",
        0,
        ("\n0 events, ", " bytes in out.root"),
        LIGHT
        + """
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDFilter

class MidwayNone(EDFilter):
    def filter(self, ids: EventIDs):
        return ids.event == 0

process.none = cms.EDFilter("MidwayNone")
process.p += process.none
process.out.SelectEvents = cms.untracked.PSet(SelectEvents=cms.vstring("p"))
""",
        events=0,
    ),
    Case(
        "no event that was chosen",
        0,
        ("no event was processed",),
        LIGHT + "process.source.eventsToProcess = cms.untracked.VEventRange('1:1000-1:2000')",
        events=0,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_job_meets(command: Command, tmp_path: Path, case: Case) -> None:
    run_case(command, tmp_path, case)


def test_ctrl_c_ends_a_job_with_whole_files(command: Command, tmp_path: Path) -> None:
    laid_out(tmp_path, Case("", 9000, (), LIGHT + PLUGIN.format(how="interrupt")))
    ended = command("run", "my_cfg.py")
    assert ended.code == 9000
    assert "Traceback" not in ended.out + ended.err
    written = events_of(tmp_path / "out.root")
    assert written == [(1, event) for event in range(1, len(written) + 1)]
    assert len(written) in {16, 24}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.root", "my_cfg.py", "out.root"]


def test_kill_9_leaves_the_earlier_file_and_the_next_job_writes(command: Command, tmp_path: Path) -> None:
    """Nobody can clean up after this signal: what was begun stays under its hidden name."""
    before = laid_out(tmp_path, Case("", 0, (), LIGHT + PLUGIN.format(how="kill")))
    line = [sys.executable, "-m", "e2efw", "run", "my_cfg.py"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "out.root").read_bytes() == EARLIER
    left = {path.name for path in tmp_path.iterdir()} - before
    assert len(left) == 1
    assert next(iter(left)).startswith(".out.root.")
    (tmp_path / "my_cfg.py").write_text(JOB + LIGHT)
    assert command("run", "my_cfg.py").code == 0
    assert len(events_of(tmp_path / "out.root")) == 32


FULL = Case("a full disk", 8033, ("FileWriteError: PoolOutputModule: cannot write out.root: ",), LIGHT)


def test_files_that_may_not_grow_leave_nothing_behind(command: Command, tmp_path: Path) -> None:
    before = laid_out(tmp_path, FULL)
    with files_of_at_most(100_000):
        ended = command("run", "my_cfg.py")
    check_ending(tmp_path, FULL, ended, before)
    assert "cannot write out.root: File too large" in ended.err


def test_an_output_that_was_finished_before_another_could_not_be_stays(command: Command, tmp_path: Path) -> None:
    first = """
process.first = process.out.clone(
    fileName="first.root", outputCommands=cms.untracked.vstring("drop *", "keep recoPFJets_*_*_*")
)
process.e.insert(0, process.first)
"""
    before = laid_out(tmp_path, FULL._replace(cfg=FULL.cfg + first))
    with files_of_at_most(500_000):
        ended = command("run", "my_cfg.py")
    check_ending(tmp_path, FULL, ended, {*before, "first.root"})
    assert events_of(tmp_path / "first.root") == [(1, event) for event in range(1, 33)]


def test_a_full_disk_is_told_and_nothing_is_left_on_it(tmp_path: Path) -> None:
    """On a file system of 300 kB, which only the job sees."""
    laid_out(tmp_path, FULL)
    (tmp_path / "full").mkdir()
    script = 'mount -t tmpfs -o size=300k none full || exit 99; "$@"; code=$?; ls -A full; exit $code'
    job = [sys.executable, "-m", "e2efw", "run", "my_cfg.py", "--set", "out.fileName=full/out.root"]
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", *job],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode in {1, 99, 127}:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    assert done.returncode == 8033 % 256
    assert "PoolOutputModule: cannot write full/out.root: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert ".part" not in done.stdout
