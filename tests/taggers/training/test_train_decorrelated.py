"""A training with a penalty for scores that follow the mass, on rows where brightness says both."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from taggers.onnx_backend import OnnxSession
from taggers.training.recipe import Recipe
from taggers.training.samples import open_samples
from taggers.training.sources import RandomAccess

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")
pytest.importorskip("torchmetrics", reason="torchmetrics is in the extra `train`")
pytest.importorskip("lightning", reason="lightning is in the extra `train`")
from taggers.training.trainer import train  # noqa: E402

ROWS = 1200
RECIPE = """
task: heavy jets against others
channels: [TracksPt, ECAL, HCAL]
data: {train: [FILE], validation: 0.2, test: 0.3, layout: public, file_channels: ["@qg3"]}
network: {name: fully_connected, hidden: [16]}
loss: bce
label: {classes: [light, heavy], column: y}
optimiser: {name: adam, rate: 0.01}
epochs: 15
batch_size: 200
accelerator: cpu
threads: 1
"""
Make: TypeAlias = Callable[..., Any]


@pytest.fixture
def heavy(make_public: Make, tmp_path: Path) -> Callable[..., Recipe]:
    """A recipe for rows whose HCAL is as bright as the jet is heavy, and whose ECAL knows the class alone."""
    rng = np.random.default_rng(5)
    label = np.arange(ROWS) % 2
    mass = np.where(label == 1, rng.normal(170, 20, ROWS), rng.uniform(50, 200, ROWS))
    pictures = rng.exponential(0.2, (ROWS, 3, 6, 6))
    pictures[:, 1] += (rng.normal(size=ROWS) + label)[:, None, None] * 0.3
    pictures[:, 2] += (mass / 100)[:, None, None]
    file = make_public("heavy.parquet", pictures, rows_per_group=100, y=label, mass=mass)
    (tmp_path / "heavy.yaml").write_text(RECIPE.replace("FILE", str(file)))
    return lambda *settings: Recipe.read(str(tmp_path / "heavy.yaml"), settings)


def followed(recipe: Recipe, folder: Path) -> tuple[float, Any]:
    """Correlation of the ranks of score and mass in the background of the test sample, and what came out."""
    done = train(recipe, folder, tell=lambda line: None)
    assert done
    sample = open_samples(recipe).test
    rows = RandomAccess(sample.source, recipe.channel_names, ("mass", "y"))
    pictures = np.empty((len(sample), *rows.shape), np.float32)
    columns = rows.read(np.arange(len(sample)), pictures)
    score = OnnxSession.open(done.bundle, threads=1, max_batch=ROWS).run(pictures, {})["heavy"]
    light = columns["y"] == 0
    one, other = (np.argsort(np.argsort(column[light])) for column in (score, columns["mass"]))
    return float(np.corrcoef(one, other)[0, 1]), done


def test_scores_follow_the_mass_less_with_the_penalty(heavy: Callable[..., Recipe], tmp_path: Path) -> None:
    free, without = followed(heavy(), tmp_path / "free")
    held, done = followed(heavy("decorrelation.strength=30", "decorrelation.bins=5"), tmp_path / "held")
    assert free > 0.5
    assert abs(held) < 0.15
    flat = [
        json.loads((one.folder.path / "metrics.json").read_text())["heavy"].get("flatness") for one in (without, done)
    ]
    assert flat[0] is None
    assert (flat[1]["column"], flat[1]["bins"]) == ("mass", 5)
    background = done.metrics["heavy"]["background"]
    assert flat[1]["by_chance"] == pytest.approx(4 / 6 / background)
    assert 0 < flat[1]["value"] < 3 * flat[1]["by_chance"]
    assert 0 < flat[1]["error"] < 3 * flat[1]["by_chance"]
    assert done.metrics["heavy"]["auc"]["value"] > 0.7
