"""What the page about the inputs of networks tells to write works."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from dataformats.channels import CHANNEL_SETS
from e2efw.config.loader import load_process
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from taggers.bundle import PACKAGED
from taggers.operations import OPERATIONS
from taggers.transforms import Transform

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "network_inputs.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


def rows_of(heading: str) -> list[str]:
    """First cells of the table below a line."""
    table = PAGE.split(heading)[1].split("\n\n")[0]
    return re.findall(r"^\| (`.*?) \|", table, flags=re.MULTILINE)


def test_the_sets_are_those_of_the_table() -> None:
    named = [name for cell in rows_of("| set |") for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(named) == sorted(CHANNEL_SETS)


def test_the_words_are_those_of_the_language_and_the_card_is_read() -> None:
    assert [cell.strip("`") for cell in rows_of("| word |")] == list(OPERATIONS)
    block = re.search(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    assert block
    card = yaml.safe_load(block[1])["input"]
    assert Transform.read("page", card["transform"], card["channels"]).source == "my training"


def test_a_published_transform_moves_into_a_network() -> None:
    code = next(block for block in BLOCKS if "with_transform" in block)
    model = (PACKAGED / "calorimetric_baseline" / "model.onnx").read_bytes()
    names: dict[str, Any] = {"model": model}
    exec(code.replace('["TracksPt", "ECAL", "HCAL"]', '["ECAL", "HCAL"]'), names)  # the packaged model has two channels
    assert len(names["raw_in"]) > len(model)
    assert names["transform"].applied_by == "graph"


def test_graphs_are_made_and_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cfg, reading = (next(block for block in BLOCKS if word in block) for word in ("graphs_cfg.py", "PointClouds"))
    Path("graphs_cfg.py").write_text(cfg)
    Job(configure(load_process("graphs_cfg.py", []), tmp_path)).run()
    names: dict[str, Any] = {}
    exec(reading, names)
    assert names["clouds"].feature_names == ("row", "column", *CHANNEL_SETS["qg3"].channels)
    x, edge_index, batch = names["x"], names["edge_index"], names["batch"]
    assert edge_index.shape == (2, 16 * len(x))
    assert np.array_equal(batch[edge_index[0]], batch[edge_index[1]])


def test_the_files_that_the_page_names_are_there() -> None:
    links = re.findall(r"\]\(\.\./([^)]+)\)", PAGE)
    assert len(links) == 2
    assert all((ROOT / link).exists() for link in links)
