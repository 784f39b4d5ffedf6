"""What the page about files tells to write works, and the parameters it names exist."""

import re
from pathlib import Path
from typing import Any

import pytest

from e2efw.config.loader import load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.schema import schema_of
from e2efw.io.pool_output import PoolOutputModule

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "files.md").read_text()


def test_the_code_of_the_page_works_on_the_job_of_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cfg = re.search(r"```python\n# my_cfg.py\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    assert cfg
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_cfg.py").write_text(cfg[1])
    Job(configure(load_process("my_cfg.py", []), tmp_path)).run()
    variables: dict[str, Any] = {}
    for code in re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL):
        exec(code, variables)
    assert variables["pictures"].shape == (32, 280, 360)


def test_the_parameters_of_the_page_exist() -> None:
    table = PAGE.split("## Writing")[1].split("## What is in")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)} - {"PoolOutputModule"}
    assert len(named) > 6
    assert named <= set(schema_of(PoolOutputModule).parameters)
