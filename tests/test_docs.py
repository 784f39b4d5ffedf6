"""What the page about the simulation tells to write works, and the files it names are there."""

import re
from pathlib import Path

import awkward as ak
import numpy as np
import pytest

from simulation.processes import PROCESSES, Process
from simulation.pythia_source import PythiaSource

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "simulation.md").read_text()


def test_the_process_of_your_own_makes_events(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pythia8mc", reason="Pythia 8 is the extra `sim`")
    entry = re.search(r'\n    ("zprime_tt": .*?\),)\n\n', PAGE, flags=re.DOTALL)
    assert entry
    shown: dict[str, Process] = eval(f"{{{entry[1]}}}", {"Process": Process})
    for name, process in shown.items():
        monkeypatch.setitem(PROCESSES, name, process)
    particles = PythiaSource(process="zprime_tt").open().generate(1, 20)
    tops = ak.max(particles.pt[abs(particles.pdg_id) == 6], axis=1)
    assert np.median(ak.to_numpy(tops, allow_missing=False)) > 500


def test_the_files_that_the_page_names_are_there() -> None:
    links = re.findall(r"\]\(\.\./([^)]+)\)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and line.endswith("` |")]
    named = [name for row in rows for name in re.findall(r"`([\w/]+)`", row.split(" | ")[-1])]
    named.remove("simulation/")  # the heading
    assert len(named) > 20
    missing = [
        name
        for name in named
        if not any((ROOT / folder / f"{name}.py").exists() for folder in ("simulation", "simulation/kernels", "."))
    ]
    assert missing == []
