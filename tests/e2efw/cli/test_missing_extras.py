"""A job that needs an extra which is not installed: the whole way from the shell, one message, the right exit code."""

import subprocess
import sys
from pathlib import Path

CFG = """
from e2efw import config as cms

process = cms.Process("TEST")
process.maxEvents.input = 1
process.source = cms.Source("PythiaSource", process=cms.string("ttbar"))
process.output = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string("out.root"))
process.write = cms.EndPath(process.output)
"""


def run_without(library: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """`e2efw run my_cfg.py` in a folder where a library cannot be imported."""
    (folder / f"{library}.py").write_text(f"raise ModuleNotFoundError('No module named {library}', name='{library}')")
    (folder / "my_cfg.py").write_text(CFG)
    return subprocess.run(
        [sys.executable, "-m", "e2efw", "run", "my_cfg.py"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_without_pythia_the_source_says_what_to_type(tmp_path: Path) -> None:
    done = run_without("pythia8mc", tmp_path)
    assert done.returncode == 8035 % 256
    assert done.stderr.splitlines() == [
        "UnavailableAccelerator: PythiaSource needs Pythia 8: pip install 'e2efw[sim]'",
        "  in module 'source' (PythiaSource) (my_cfg.py:6)",
        "  exit code 8035",
    ]
    assert done.stdout == ""
    assert not list(tmp_path.glob("*.root"))
