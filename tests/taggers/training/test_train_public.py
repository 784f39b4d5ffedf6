"""A training on files in the public layout, from recipe to bundle."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from e2efw.errors import E2EFWError
from taggers.bundle import Bundle
from taggers.onnx_backend import OnnxSession
from taggers.training.recipe import Recipe
from taggers.training.samples import open_samples

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")
pytest.importorskip("torchmetrics", reason="torchmetrics is in the extra `train`")
pytest.importorskip("lightning", reason="lightning is in the extra `train`")
from taggers.training.trainer import train  # noqa: E402
from taggers.training.weighting import Weighting  # noqa: E402

ROWS = 160
RECIPE = """
task: bright jets against dim ones
channels: [HCAL, TracksPt]
data: {train: [FILES], validation: 0.2, test: 0.2, layout: public, file_channels: ["@qg3"]}
network: {name: cnn, widths: [4, 4], hidden: [16, 8], dropout: 0}
loss: bce
label: {classes: [dim, bright], column: y}
weights: {balance: true}
optimiser: {name: adam, rate: 0.01}
epochs: 3
batch_size: 16
accelerator: cpu
threads: 1
"""
Make: TypeAlias = Callable[..., Any]
Read: TypeAlias = Callable[..., Recipe]


@pytest.fixture
def rows(sparse_pictures: Make) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Pictures, and labels of which a quarter is 1, for those with a bright HCAL."""
    pictures, label = sparse_pictures(ROWS), (np.arange(ROWS) % 4 == 0).astype(np.int64)
    pictures[:, 2] *= 1 + 4 * label[:, None, None]
    return pictures, label


@pytest.fixture
def public(rows: tuple[NDArray[np.float32], NDArray[np.int64]], make_public: Make, tmp_path: Path) -> Read:
    """``public("epochs=1")``: a recipe for two public files."""
    pictures, label = rows
    files = []
    for name, part in (("a", slice(0, 100)), ("b", slice(100, ROWS))):
        pt = np.linspace(30, 190, ROWS)[part]
        files.append(make_public(f"{name}.parquet", pictures[part], rows_per_group=10, y=label[part] * 1.0, pt=pt))
    (tmp_path / "bright.yaml").write_text(RECIPE.replace("FILES", ", ".join(map(str, files))))
    return lambda *settings: Recipe.read(str(tmp_path / "bright.yaml"), settings)


def curve(folder: Path) -> list[dict[str, float]]:
    found: list[dict[str, float]] = json.loads((folder / "curves.json").read_text())
    return [{key: value for key, value in row.items() if key != "objects_per_second"} for row in found]


def test_every_row_is_in_one_sample(public: Read) -> None:
    samples = open_samples(public())
    chosen = np.concatenate([sample.source.rows for sample in samples])
    assert np.array_equal(np.sort(chosen), np.arange(ROWS))
    assert [len(sample) for sample in samples] == [104, 30, 26]


def test_classes_count_the_same(public: Read) -> None:
    sample = open_samples(public()).train
    weight = Weighting(public(), sample)({"y": torch.from_numpy(sample.columns["y"])}).numpy()
    bright = sample.columns["y"] == 1
    assert 0 < bright.sum() < bright.size / 3
    assert weight[bright].sum() == pytest.approx(weight[~bright].sum(), rel=1e-5)


def test_the_bundle_says_of_dense_windows_what_they_are(
    public: Read, rows: tuple[NDArray[np.float32], NDArray[np.int64]], tmp_path: Path
) -> None:
    done = train(public(), tmp_path / "run", tell=lambda line: None)
    assert done
    assert done.metrics["bright"]["auc"]["value"] > 0.95
    card = Bundle.load(done.bundle.folder).card
    assert card.input.channels == ("HCAL", "TracksPt")
    assert card.input.window == (12, 10)
    assert isinstance(card.training, dict)
    assert [file["name"] for file in card.training["data"]["files"]] == ["a.parquet", "b.parquet"]
    assert card.training["data"]["samples"]["test"] == {"rows": 26, **counted(rows[1], open_samples(public()).test)}
    session = OnnxSession.open(done.bundle, threads=1, max_batch=ROWS)
    pictures, label = rows
    said = session.run(np.ascontiguousarray(pictures[:, [2, 0]]), {})["bright"]
    assert said[label == 1].min() > np.median(said[label == 0])


def counted(label: NDArray[np.int64], sample: Any) -> dict[str, int]:
    mine = label[sample.source.rows]
    return {"dim": int((mine == 0).sum()), "bright": int((mine == 1).sum())}


def test_an_interrupted_training_goes_on_to_the_same_bytes(public: Read, tmp_path: Path) -> None:
    def stop(line: str) -> None:
        if line.startswith("epoch 2/"):
            raise InterruptedError

    whole = train(public(), tmp_path / "whole", tell=lambda line: None)
    with pytest.raises(InterruptedError):
        train(public(), tmp_path / "run", tell=stop)
    resumed = train(public(), tmp_path / "run", resume=True, tell=lambda line: None)
    assert whole
    assert resumed
    assert len(curve(tmp_path / "run")) == 3
    assert curve(tmp_path / "run") == curve(tmp_path / "whole")
    assert resumed.bundle.sha256 == whole.bundle.sha256


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["data.file_channels=[ECAL,HCAL]"], r"a.parquet: 'X_jets' has 3 channels, but 2 are named: ECAL, HCAL"),
        (["data.file_channels=@tau9"], "'X_jets' has 3 channels, but 9 are named"),
        (["data.file_channels=@gq3"], "no channel set '@gq3'. Did you mean '@qg3'"),
        (["channels=[HCAL,ECAl]"], r"no channel 'ECAl' in the file. Did you mean 'ECAL'\?"),
        (
            ["label.column=pt", "weights.balance=false"],
            r"column 'pt' of the train sample has the values \[30\.0, 31\.0",
        ),
        (["label.column=label"], r"a.parquet: no column 'label'.*y"),
        (["weights.flat.column=Pt"], r"a.parquet: no column 'Pt'. Did you mean 'pt'\?"),
        (["data.select.m0=[1,null]"], r"a.parquet: no column 'm0'"),
        (["position=true"], "position and graph need files of e2efw export"),
        (["data.layout=export"], "file_channels names the channels of public files, and only of those"),
        (["data.layout=export", "data.file_channels=[]"], "a.parquet"),
    ],
)
def test_wrong_channels_and_columns_are_told(public: Read, tmp_path: Path, settings: list[str], message: str) -> None:
    with pytest.raises(E2EFWError, match=message):
        train(public(*settings), tmp_path / "run")
    assert not (tmp_path / "run").exists()
