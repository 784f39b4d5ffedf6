"""The jobs on the page about the framework run, and what it names exists."""

import re
from pathlib import Path

import pytest

import e2efw
from e2efw.config.accelerators import UnavailableAcceleratorError
from e2efw.config.loader import load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.modules import Module
from e2efw.io.root_file import open_events

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "framework.md").read_text()
FILES = dict(re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE, flags=re.DOTALL))


def run(cfg: str, folder: Path) -> None:
    for name, text in FILES.items():
        (folder / name).write_text(text)
    Job(configure(load_process(cfg, []), folder)).run()


def test_the_job_with_an_alias_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("alias_cfg.py", tmp_path)
    with open_events("alias.root") as events:
        assert [str(key) for key in events.index.products] == ["pictures::ALIAS"]


def test_the_job_with_labelled_constants_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    run("gains_cfg.py", tmp_path)
    assert e2efw.open("gains.root")["scaled"].value.tolist() == [10, 20, 30]


def test_what_the_page_names_exists() -> None:
    transitions = re.findall(r"`((?:begin|end)_\w+)\(", PAGE.split("## What surrounds")[1])
    assert len(transitions) == 8
    assert all(hasattr(Module, name) for name in transitions)
    assert f"code {UnavailableAcceleratorError.exit_code}" in PAGE.replace("\n", " ")
