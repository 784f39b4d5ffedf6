"""A job that may fail in many ways, and what must be true after each of them."""

import contextlib
import resource
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import awkward as ak
import numpy as np
import uproot

from python_cfg.samples import SIMULATED_TTBAR
from tests.e2efw.cli.conftest import Command, Ended

JOB = """
from e2efw import config as cms
process = cms.Process("TEST")
process.options.eventsPerBlock = 8
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring("in.root"))
process.load("python_cfg.detFrames_cfi")
process.load("python_cfg.jetFrames_cfi")
process.load("python_cfg.ttbar_cfi"); process.ttbar.model = "calorimetric_baseline"
process.out = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string("out.root"))
process.p = cms.Path(process.detFrames + process.jetFrames + process.ttbar)
process.e = cms.EndPath(process.out)
"""
"""Written as ``my_cfg.py``; what a case adds stands in line 12 and below."""

LIGHT = "del process.p, process.detFrames, process.jetFrames, process.ttbar; process.p = cms.Path()\n"
"""Added to `JOB`: nothing but events copied."""

EARLIER = b"what a job of yesterday finished"
LUMI = "EventAuxiliary.id_.luminosityBlock_"
EB = "EcalRecHitsSorted_reducedEcalRecHitsEB__SIM."


def nothing(_folder: Path) -> None:
    """No more than the packaged sample, as ``in.root``."""


class Case(NamedTuple):
    """One way to fail.

    Args:
        name: what is wrong, in words.
        code: exit code, 0 if the job goes on and only says so.
        says: all of this stands in what is printed.
        cfg: lines added to `JOB`.
        arguments: of the command line, after the cfg.
        prepare: changes the folder in which the job runs.
        events: how many the output holds if the job goes on.
    """

    name: str
    code: int
    says: tuple[str, ...]
    cfg: str = ""
    arguments: tuple[str, ...] = ()
    prepare: Callable[[Path], None] = nothing
    events: int = 32


def laid_out(folder: Path, case: Case) -> set[str]:
    """Input, cfg and an earlier output under the name of the new one; returns the names of the files."""
    shutil.copy(SIMULATED_TTBAR, folder / "in.root")
    (folder / "out.root").write_bytes(EARLIER)
    (folder / "my_cfg.py").write_text(JOB + case.cfg)
    case.prepare(folder)
    return {path.name for path in folder.iterdir()}


def run_case(command: Command, folder: Path, case: Case) -> Ended:
    """Run a job and check what is true of all failures: code, one message, no traceback, only whole files."""
    before = laid_out(folder, case)
    ended = command("run", "my_cfg.py", *case.arguments)
    check_ending(folder, case, ended, before)
    return ended


def check_ending(folder: Path, case: Case, ended: Ended, before: set[str]) -> None:
    """What is true of all failures."""
    printed = ended.out + ended.err
    assert ended.code == case.code, printed
    for fact in case.says:
        assert fact in printed
    assert "Traceback" not in printed
    assert {path.name for path in folder.iterdir() if path.name != "__pycache__"} == before
    if case.code:
        assert ended.err.count("exit code") == 1
        assert f"  exit code {case.code}\n" in ended.err
        assert (folder / "out.root").read_bytes() == EARLIER
    else:
        assert "exit code" not in printed
        assert len(events_of(folder / "out.root")) == case.events


def events_of(path: Path) -> list[tuple[int, int]]:
    """Luminosity block and number of all events, all of whose columns can be read."""
    with uproot.open(path) as file:
        tree = file["Events"]
        for branch in tree.branches:
            branch.array(library="np" if branch.interpretation.__class__.__name__ == "AsStrings" else "ak")
        lumi, event = tree[LUMI].array(), tree["EventAuxiliary.id_.event_"].array()
    return list(zip(lumi.tolist(), event.tolist(), strict=True))


def no_root_file(folder: Path) -> None:
    """Notes in place of the input."""
    (folder / "in.root").write_text("these are my notes, and they are long enough")


def truncated(kept: float) -> Callable[[Path], None]:
    """Only so many bytes of the input, or that part of them."""

    def prepare(folder: Path) -> None:
        content = (folder / "in.root").read_bytes()
        (folder / "in.root").write_bytes(content[: int(kept if kept > 1 else kept * len(content))])

    return prepare


def changed(path: Path, change: dict[str, ak.Array], drop: tuple[str, ...] = (), lumi: int = 1) -> None:
    """The packaged sample with some leaves replaced and some left out, in flat branches with a basket per 8 events."""
    with uproot.open(SIMULATED_TTBAR) as file:
        tree = file["Events"]
        names = [name for name in tree.keys() if not name.startswith("n") and not name.endswith(".present")]  # noqa: SIM118
        columns = {name: tree[name].array() for name in names if not name.startswith(drop or ("-",))} | change
        provenance = str(file["E2EProvenance"])
    columns[LUMI] = ak.full_like(columns[LUMI], lumi)
    write_tree(path, "Events", columns)
    with uproot.update(path) as file:
        file["E2EProvenance"] = provenance


def write_tree(path: Path, name: str, columns: dict[str, ak.Array], per_basket: int = 8) -> None:
    """A file with one tree."""
    with uproot.recreate(path) as file:
        tree = file.mktree(name, {branch: column.type.content for branch, column in columns.items()})
        for start in range(0, len(next(iter(columns.values()))), per_basket):
            tree.extend({branch: column[start : start + per_basket] for branch, column in columns.items()})


def corrupt_basket(path: Path) -> None:
    """Events of luminosity block 2 in four baskets, of which the third has a flipped byte."""
    changed(path, {}, lumi=2)
    with uproot.open(path) as file:
        branch = file["Events"][f"{EB}obj.obj.energy_"]
        seek, size = int(branch.member("fBasketSeek")[2]), int(branch.member("fBasketBytes")[2])
    content = bytearray(path.read_bytes())
    content[seek + size // 2] ^= 0xFF
    path.write_bytes(content)


def faulty_hits(folder: Path) -> None:
    """An input with a NaN energy in event 4 and two impossible detids in event 6."""
    with uproot.open(SIMULATED_TTBAR) as file:
        energy, detid = (file["Events"][f"{EB}obj.obj.{leaf}"].array() for leaf in ("energy_", "id_.id_"))
    counts, energies, ids = ak.num(energy), ak.to_numpy(ak.flatten(energy)), ak.to_numpy(ak.flatten(detid))
    starts = np.concatenate([[0], np.cumsum(counts)])
    energies[starts[3]] = np.nan
    ids[starts[5]], ids[starts[5] + 1] = 0, 0xFFFFFFFF
    change = {f"{EB}obj.obj.energy_": ak.unflatten(energies, counts), f"{EB}obj.obj.id_.id_": ak.unflatten(ids, counts)}
    changed(folder / "in.root", change)


@contextlib.contextmanager
def files_of_at_most(n_bytes: int) -> Iterator[None]:
    """The system refuses to write more than this into any file of this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
