"""What tests of commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest

from e2efw.cli.main import main
from python_cfg.samples import SIMULATED_TTBAR

MAIN = "ttbar_regression_cfg.py"
COPY = f"""
from e2efw import config as cms
process = cms.Process("COPY")
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring({SIMULATED_TTBAR!r}))
process.maxEvents.input = 5
process.out = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string("copy.root"))
process.e = cms.EndPath(process.out)
"""
"""A job that copies five events of the packaged sample."""


class Ended(NamedTuple):
    """How a command ended: exit code, and what it printed on its two streams."""

    code: int
    out: str
    err: str


Command: TypeAlias = Callable[..., Ended]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """``command("run", "my_cfg.py")`` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "1000")

    def run(*arguments: str) -> Ended:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, printed.out, printed.err)

    return run
