"""What the page about evaluation tells to type works."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from e2efw.cli.main import main
from python_cfg.samples import SIMULATED_TTBAR

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "evaluation.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


def test_arrays_are_evaluated_as_the_page_says() -> None:
    variables: dict[str, Any] = {}
    exec(BLOCKS[0], variables)
    assert variables["found"].metrics["auc"]["value"] > 0.7
    inside = variables["masses"].metrics["coverage"]["inside"]
    assert abs(inside["value"] - 0.683) < 4 * inside["error"]


def test_the_cfg_of_the_page_evaluates_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command = re.search(r"\$ e2efw (run .*)", PAGE)
    assert command
    with pytest.raises(SystemExit, match=r"^0$"):
        main([*shlex.split(command[1]), f"inputFiles={SIMULATED_TTBAR}"])
    (tmp_path / "evaluate_cfg.py").write_text(BLOCKS[1])
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["run", "evaluate_cfg.py"])
    assert (tmp_path / "evaluation" / "metrics.json").exists()
    assert (tmp_path / "histograms.root").exists()


def test_the_files_and_pictures_that_the_page_names_exist() -> None:
    assert [link for link in re.findall(r"\]\(\.\./([^)]+)\)", PAGE) if not (ROOT / link).exists()] == []
    drawn = "".join(path.read_text() for path in (ROOT / "taggers" / "evaluation").glob("*pictures.py"))
    rows = [line.split("|")[-2] for line in PAGE.splitlines() if line.startswith("| ")][1:]
    names = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert len(names) == 8
    assert [name for name in names if f'"{name}"' not in drawn] == []
