"""The README's code runs as it stands, and its console blocks show real commands."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import awkward as ak
import pytest
import uproot

from e2efw.config.loader import load_process
from python_cfg.samples import SIMULATED_TTBAR

README = Path(__file__).resolve().parents[1] / "README.md"


def python_blocks() -> dict[str, str]:
    """Code by the file name in its first line; "" for the block without one."""
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), flags=re.DOTALL)
    named = [(re.match(r"# (\w+\.py)\n", block), block) for block in blocks]
    return {match[1] if match else "": block for match, block in named}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "e2efw", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with all files that the README tells to write."""
    for name, block in python_blocks().items():
        if name:
            (tmp_path / name).write_text(block)
    return tmp_path


def test_the_job_runs_and_a_parameter_can_be_set(folder: Path) -> None:
    done = run(folder, "run", "my_cfg.py", "maxEvents=20", "--set", "jetFrames.minJetPt=400")
    assert done.returncode == 0, done.stderr
    assert "20 events" in done.stdout
    assert uproot.open(folder / "frames.root")["Events"].num_entries == 20


def test_the_error_message_is_the_one_shown(folder: Path) -> None:
    done = run(folder, "run", "my_cfg.py", "--set", "jetFrames.minJetPT=400")
    assert done.returncode == 8009 % 256
    shown = re.search(r"Configuration: (.*) Known: channels, ebHits", README.read_text())
    assert shown
    assert shown[1] in done.stderr


def test_the_plugin_runs(folder: Path) -> None:
    done = run(folder, "run", "hcal_cfg.py")
    assert done.returncode == 0, done.stderr
    sums = uproot.open(folder / "hcal.root")["Events"]["float_hcalSum__MINE.obj"].array()
    assert len(sums) == uproot.open(SIMULATED_TTBAR)["Events"].num_entries
    assert min(sums) > 0


def test_the_simulation_runs_and_its_taus_get_labels(folder: Path) -> None:
    pytest.importorskip("pythia8mc", reason="Pythia 8 is the extra `sim`")
    pytest.importorskip("fastjet", reason="fastjet is in the extra `sim`")
    command = re.search(r"\$ e2efw (run simulate_cfg\.py .*)", README.read_text())
    assert command
    done = run(folder, *command[1].split())
    assert done.returncode == 0, done.stderr
    assert "100 events" in done.stdout
    done = run(folder, "run", "labels_cfg.py")
    assert done.returncode == 0, done.stderr
    labels = uproot.open(folder / "labelled_taus.root")["Events"]["e2eTruthLabels_tauTruth__LABELS.obj.label_"].array()
    assert ak.sum(labels == 1) > 20


def test_the_arguments_of_the_simulation_are_those_it_takes() -> None:
    rows = re.search(r"\| argument \|.*?\n\n", README.read_text(), flags=re.DOTALL)
    assert rows
    shown = set(re.findall(r"`?\b(\w+)=", rows[0])) | set(re.findall(r"`([a-zA-Z]+)`", rows[0])) - {"h_aa"}
    taken = load_process("simulate_cfg.py").source.parameters_()
    assert shown >= {"process", "ptHatMin", "pileup", "seed"}
    assert shown - {"maxEvents"} <= set(taken)


def test_the_output_opens_in_two_lines() -> None:
    variables: dict[str, Any] = {}
    exec(python_blocks()[""], variables)  # the block without a file name
    assert ak.all(variables["pt"] > 0)
    assert len(variables["pt"]) == uproot.open(SIMULATED_TTBAR)["Events"].num_entries
