"""No output replaces an input, whichever it is and however it is spelled."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from e2efw.config.loader import load_process
from e2efw.errors import FileWriteError
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.provenance import Provenance
from e2efw.io.pool_output import PoolOutputModule
from e2efw.io.pool_source import PoolSource

Make = Callable[..., Any]


def _symbolic(path: Path, new: Path) -> Path:
    new.symlink_to(path)
    return new


def _hard(path: Path, new: Path) -> Path:
    new.hardlink_to(path)
    return new


WAYS: dict[str, Callable[[Path, Path], Path]] = {
    "the same name": lambda path, _new: path,
    "another spelling": lambda path, _new: path.parent / ".." / path.parent.name / path.name,
    "a symbolic link": _symbolic,
    "a hard link": _hard,
}


@pytest.fixture
def files(make_block: Make, write_file: Make) -> list[Path]:
    """Three files with the same two events."""
    return [write_file(make_block(2), name) for name in ("a.root", "b.root", "second.root")]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("number", "parameter"), [(1, "fileNames"), (2, "secondaryFileNames")])
def test_no_input_is_replaced_by_any_name(
    files: list[Path], tmp_path: Path, way: str, number: int, parameter: str
) -> None:
    source = PoolSource(file_names=tuple(map(str, files[:2])), secondary_file_names=(str(files[2]),)).open()
    target = WAYS[way](files[number], tmp_path / "link.root")
    here = sorted(tmp_path.iterdir())
    message = rf"is also an input of this job: .*{files[number].name} \(PoolSource\.{parameter}\); write to another"
    with pytest.raises(FileWriteError, match=message):
        PoolOutputModule(file_name=str(target)).open({}, Provenance())
    assert sorted(tmp_path.iterdir()) == here
    source.close()
    PoolOutputModule(file_name=str(target)).open({}, Provenance()).abort()


def test_a_job_says_before_the_first_event_which_lines_name_the_same_file(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_cfg.py").write_text(
        "from e2efw import config as cms\n"
        "process = cms.Process('NEW')\n"
        "process.source = cms.Source('PoolSource', fileNames=cms.untracked.vstring('a.root', 'file:b.root'))\n"
        "process.output = cms.OutputModule('PoolOutputModule', fileName=cms.untracked.string('./b.root'))\n"
        "process.e = cms.EndPath(process.output)\n"
    )
    with pytest.raises(FileWriteError, match=r"b\.root is also .* b\.root \(PoolSource\.fileNames\)") as caught:
        Job(configure(load_process("my_cfg.py", []), tmp_path)).check()
    assert caught.value.__notes__ == ["in module 'output' (PoolOutputModule) (my_cfg.py:4)"]
