"""What the page about networks tells to write works, and its table is complete."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from taggers.bundle import Bundle
from taggers.commands import model

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "networks.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_table_has_every_network() -> None:
    pytest.importorskip("torch", reason="torch is in the extra `train`")
    from taggers.training.networks import NETWORKS  # noqa: PLC0415 (needs torch)

    rows = re.findall(r"^\| (`.*?) \|", PAGE, flags=re.MULTILINE)
    assert [name for row in rows for name in re.findall(r"`(\w+)`", row)] == list(NETWORKS)


def test_the_commands_of_the_page_exist_with_their_options() -> None:
    pytest.importorskip("torch", reason="torch is in the extra `train`")
    from taggers.training.ensembles import COMBINERS  # noqa: PLC0415 (needs torch)

    commands = re.findall(r"\$ e2efw model (\w+) (.*)", PAGE)
    assert [name for name, _ in commands] == ["ensemble", "compress"]
    for name, rest in commands:
        shown = CliRunner().invoke(model, [name, "--help"], env={"COLUMNS": "200"}).output
        assert [option for option in re.findall(r"--[a-z-]+", rest) if option not in shown] == []
    listed = PAGE.partition("| `--combiner` |")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"^\| (\w+) \|", listed, flags=re.MULTILINE)) == COMBINERS


def test_the_code_of_the_page_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    pixels = (rng.exponential(5, (40, 2, 24, 24)) * (rng.random((40, 2, 24, 24)) < 0.2)).astype(np.float32)
    extra = {"row": rng.integers(0, 280, 40), "column": rng.integers(0, 360, 40)}
    variables: dict[str, Any] = {"pixels": pixels, "extra": extra, "truth": rng.integers(0, 2, 40)}
    for code in BLOCKS:
        exec(code, variables)
        variables["other"] = variables.get("mine")
    assert "94226" in capsys.readouterr().out
    assert Bundle.load(tmp_path / "both").output_names == ("top",)
    assert Bundle.load(tmp_path / "mine_int8").card.name == "mine_int8"
