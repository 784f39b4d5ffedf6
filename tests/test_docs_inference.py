"""What the page about networks in jobs tells to write works, and what it names is there."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import awkward as ak
import pytest

from dataformats.channels import expanded_channels
from e2efw.config.loader import load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.plugins import find_plugin
from taggers.bundle import Bundle
from taggers.recoe2e import MODELS
from tests.taggers.support import small_card, small_graph, write_small_bundle

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "inference.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_modules_and_jobs_of_the_table_exist() -> None:
    rows = re.findall(r"^\| (`\w+`.*?) \|.*\| (.*?) ?\|$", PAGE.split("## What")[0], flags=re.MULTILINE)
    names = [name for modules, _ in rows for name in re.findall(r"`(\w+)`", modules)]
    assert len(names) == 11
    assert {find_plugin(name).kind for name in names} == {"EDProducer"}
    jobs = re.findall(r"`(\w+_cfg\.py)`", PAGE)
    assert len(jobs) == 10
    assert all((ROOT / "python_cfg" / job).exists() for job in jobs)


def test_the_commands_and_their_options_exist() -> None:
    rows = re.findall(r"^\| `e2efw model (\w+) my_bundle.*?` \|(.*)\|$", PAGE, flags=re.MULTILINE)
    assert [command for command, _ in rows] == [*("show", "check", "measure", "bench", "judge", "compress", "ensemble")]
    for command, meaning in rows:
        asked = [sys.executable, "-m", "e2efw", "model", command, "--help"]
        shown = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        assert [option for option in re.findall(r"`(--[a-z-]+)`", meaning) if option not in shown] == []


def test_scores_are_read_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    channels = expanded_channels(("@top8",))
    write_small_bundle(Path("my_bundle"), {"top": "probability"}, channels=channels, window=(125, 125))
    arguments = ["outputFile=scores.root", "model=my_bundle", "maxEvents=4"]
    Job(configure(load_process("top_inference_cfg.py", arguments), tmp_path)).run()
    names: dict[str, Any] = {}
    exec(BLOCKS[0], names)
    assert ak.all(names["probability"][names["looked_at"]] > 0)
    assert names["branch"] in BLOCKS[0]


def test_a_bundle_is_written_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(BLOCKS[1], {"card": small_card({"top": "probability"}), "model": small_graph(["top"])})
    assert Bundle.load(Path("my_bundle")).card.reference


def test_the_bundles_that_stand_for_graphs_of_recoe2e_are_named() -> None:
    section = PAGE.partition("## Cfgs of RecoE2E")[2]
    assert sorted(re.findall(r"`(\w+_(?:resnet15|cnn))`", section)) == sorted(MODELS.values())
