"""What the page about training data tells to type works."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from e2efw.cli.main import main
from e2efw.config.loader import packaged_cfgs
from python_cfg.samples import SIMULATED_TTBAR

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "training.md").read_text()


def test_the_command_and_the_code_of_the_page_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")
    command = re.search(r"\$ e2efw (export .*)", PAGE)
    code = re.search(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    assert command
    assert code
    monkeypatch.chdir(tmp_path)
    for name in ("ttbar.root", "qcd.root"):
        (tmp_path / name).symlink_to(SIMULATED_TTBAR)
    with pytest.raises(SystemExit, match="0"):
        main(shlex.split(command[1]))
    pytest.importorskip("torch", reason="torch is in the extra `train`")
    variables: dict[str, Any] = {}
    exec(code[1], variables)
    assert variables["pictures"].shape[1:] == (3, 125, 125)
    assert len(variables["dataset"]) > 20


def test_the_page_names_every_task_and_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = {name.removeprefix("export_").removesuffix("_cfg.py") for name in packaged_cfgs() if "export_" in name}
    shown = re.search(r"Tasks: (.*?)\.", PAGE, flags=re.DOTALL)
    assert shown
    assert set(re.findall(r"`(\w+)`", shown[1])) == tasks
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is in the extra `train`")
    with pytest.raises(SystemExit, match="0"):
        main(["export", SIMULATED_TTBAR, "--task", "top", "-o", str(tmp_path / "a.parquet"), "--max-events", "1"])
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    columns = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert columns == set(parquet.read_schema(tmp_path / "a.parquet").names)
