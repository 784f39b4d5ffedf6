"""What the page about commands and services names exists, and its code runs."""

import re
import subprocess
import sys
from pathlib import Path

from e2efw import config as cms
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.plugins import find_plugin
from python_cfg.samples import SIMULATED_TTBAR

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "commands.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_commands_and_their_options_exist() -> None:
    rows = re.findall(r"^\|.*\| `e2efw ([\w-]+).*?` \|(.*)\|$", PAGE, flags=re.MULTILINE)
    assert len(rows) == 11
    for command, meaning in rows:
        asked = [sys.executable, "-m", "e2efw", command, "--help"]
        shown = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        missing = [option for option in re.findall(r"`(--?[a-zA-Z-]+)", meaning) if option not in shown]
        assert missing == [], command


def test_the_services_exist() -> None:
    section = PAGE.partition("## Services")[2]
    names = re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)
    assert len(names) == 8
    assert {find_plugin(name).kind for name in names} == {"Service"}


def test_services_of_the_page_and_of_your_own_run(tmp_path: Path) -> None:
    process = cms.Process("DOCS")
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(SIMULATED_TTBAR))
    process.options.eventsPerBlock = 8
    exec(BLOCKS[0].replace("plots.root", str(tmp_path / "plots.root")), {"process": process, "cms": cms})
    exec(BLOCKS[1], {"__name__": "docs_commands"})
    process.add_(cms.Service("BlockCounter"))
    report = Job(configure(process, Path())).run()
    assert report.notices[-1] == "4 blocks"
    assert (tmp_path / "plots.root").exists()
