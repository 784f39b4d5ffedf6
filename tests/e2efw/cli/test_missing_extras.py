"""A job that needs an extra which is not installed: the whole way from the shell, one message, the right exit code."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

MESSAGES = {
    "pythia8mc": ("PythiaSource needs Pythia 8", "'source' (PythiaSource)", "simulate_cfg.py"),
    "fastjet": ("JetProducer needs FastJet", "'ak4PFJetsCHS' (JetProducer)", "simulation_cff.py"),
    "particle": (
        "DetectorSimProducer needs the package particle",
        "'g4SimHits' (DetectorSimProducer)",
        "simulation_cff.py",
    ),
}
"""By library: who needs what, the module, and where that is set."""


def run_without(library: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """`e2efw run simulate_cfg.py` in a folder where a library cannot be imported."""
    (folder / f"{library}.py").write_text(f"raise ModuleNotFoundError('No module named {library}', name='{library}')")
    return subprocess.run(
        [sys.executable, "-m", "e2efw", "run", "simulate_cfg.py", "maxEvents=1"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("library", MESSAGES)
def test_without_an_extra_the_simulation_says_what_to_type(tmp_path: Path, library: str) -> None:
    others = [name for name in MESSAGES if name != library]
    for other in others:
        pytest.importorskip(other, reason=f"{other} is in the extra `sim`")
    done = run_without(library, tmp_path)
    needs, module, place = MESSAGES[library]
    assert done.returncode == 8035 % 256
    *_, message, where, code = done.stderr.splitlines()  # compiling kernels before may be announced
    assert message == f"UnavailableAccelerator: {needs}: pip install 'e2efw[sim]'"
    assert re.fullmatch(rf"  in module {re.escape(module)} \(\S*{place}:\d+\)", where)
    assert code == "  exit code 8035"
    assert done.stdout == ""
    assert not list(tmp_path.glob("*.root"))
