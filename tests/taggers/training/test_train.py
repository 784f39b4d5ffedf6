"""Trainings from recipe to bundle: what they write, that they repeat and go on, how they fail."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from e2efw.errors import ConfigurationError
from taggers.bundle import Bundle
from taggers.evaluation.sample import scored
from taggers.evaluation.summary import summary_of_scores
from taggers.onnx_backend import OnnxSession
from taggers.training.samples import event_numbers, open_samples
from taggers.training.sources import RandomAccess
from taggers.training.window_files import WindowFiles

pa = pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")
pq = pytest.importorskip("pyarrow.parquet")
torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")
pytest.importorskip("torchmetrics", reason="torchmetrics is in the extra `train`")
pytest.importorskip("lightning", reason="lightning is in the extra `train`")
from taggers.training.trainer import train  # noqa: E402

MASS = ("label=null", "targets=[{name: mass, column: mass, unit: GeV}]", "weights.balance=false")
Make: TypeAlias = Callable[..., Any]


@pytest.fixture(scope="session")
def trained(recipe: Make, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return train(recipe(), tmp_path_factory.mktemp("runs") / "parity", made_by="e2efw train parity")


def curve(folder: Path) -> list[dict[str, float]]:
    rows: list[dict[str, float]] = json.loads((folder / "curves.json").read_text())
    return [{key: value for key, value in row.items() if key != "objects_per_second"} for row in rows]


def test_jets_of_an_event_stay_together_whatever_the_files(recipe: Make, jets: Path) -> None:
    samples = open_samples(recipe())
    events = [set(sample.source.columns(["event"])["event"].tolist()) for sample in samples]
    assert [len(sample) > 5 for sample in samples] == [True] * 3
    assert sum(len(sample) for sample in samples) == 100
    assert not events[0] & events[1]
    assert not (events[0] | events[1]) & events[2]
    alone, twice = (event_numbers(WindowFiles(*[jets] * n)) for n in (1, 2))
    assert np.array_equal(np.tile(alone, 2), twice)


def test_rows_can_be_chosen_and_limited(recipe: Make) -> None:
    chosen = open_samples(recipe("data.select.pt=[30,null]", "data.max_rows=15", "weights.flat.column=pt"))
    pt = np.concatenate([sample.columns["pt"] for sample in chosen])
    assert pt.min() >= 30
    assert pt.max() > 60
    assert len(chosen.train) == 15


def test_a_training_leaves_everything_in_its_folder(trained: Any) -> None:
    folder = trained.folder.path
    written = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    pictures = {f"pictures/odd/{name}.png" for name in ("roc", "scores", "calibration")} | {"pictures/loss.png"}
    numbers = {"recipe.yaml", "data.json", "curves.csv", "curves.json", "metrics.json"}
    assert written == {
        *numbers, *pictures, "bundle/model.onnx", "bundle/model.yaml", "checkpoints/best.ckpt", "checkpoints/last.ckpt",
    }  # fmt: skip
    assert len(curve(folder)) == 3
    assert 0 <= json.loads((folder / "metrics.json").read_text())["odd"]["auc"]["value"] <= 1


def test_the_bundle_tells_where_it_comes_from(trained: Any) -> None:
    card = Bundle.load(trained.folder.bundle).card
    assert (card.name, card.made_by) == ("parity", "e2efw train parity")
    assert [output.name for output in card.outputs] == ["odd"]
    assert card.input.channels == ("ECAL", "HCAL", "TracksPt")
    assert isinstance(card.training, dict)
    assert card.training["data"]["samples"]["train"]["rows"] == 100 - sum(
        card.training["data"]["samples"][name]["rows"] for name in ("validation", "test")
    )
    assert len(card.training["data"]["files"][0]["sha256"]) == 64
    assert card.training["data"]["files"][0]["processes"]
    assert card.metrics["odd"]["auc"]["value"] == trained.metrics["odd"]["auc"]["value"]


def test_the_bundle_reads_raw_windows_and_says_what_was_judged(trained: Any, recipe: Make) -> None:
    session = OnnxSession.open(Bundle.load(trained.folder.bundle), threads=1, max_batch=64)
    sample = open_samples(recipe()).test
    rows = RandomAccess(sample.source, session.bundle.card.input.channels)
    pictures = np.empty((len(sample), *rows.shape), np.float32)
    label = rows.read(np.arange(len(sample)), pictures)["label"]
    said = session.run(pictures, {})["odd"]
    found = summary_of_scores(scored(label, said))
    assert found["auc"]["value"] == pytest.approx(trained.metrics["odd"]["auc"]["value"], abs=1e-6)


def test_an_interrupted_training_goes_on_to_the_same_curve_and_the_same_bytes(
    trained: Any, recipe: Make, tmp_path: Path
) -> None:
    def stop(line: str) -> None:
        if line.startswith("epoch 2/"):
            raise InterruptedError

    with pytest.raises(InterruptedError):
        train(recipe(), tmp_path / "run", tell=stop)
    resumed = train(recipe(), tmp_path / "run", resume=True)
    assert resumed
    assert curve(tmp_path / "run") == curve(trained.folder.path)
    assert resumed.bundle.sha256 == trained.bundle.sha256


def test_a_target_is_learned_from_the_rows_that_it_is_meant_for(recipe: Make, tmp_path: Path, jets: Path) -> None:
    """What others have in its column, not a number even, changes nothing."""
    pq = pytest.importorskip("pyarrow.parquet")
    table = pq.read_table(jets)
    odd, mass = table["label"].to_numpy() == 1, table["target_mass"].to_numpy().copy()
    mass[~odd] = np.nan
    field = table.schema.field("target_mass")
    changed = table.set_column(table.schema.get_field_index(field.name), field, [mass])
    notes = pq.ParquetFile(jets).metadata.metadata
    pq.write_table(changed.replace_schema_metadata(notes), tmp_path / "other.parquet", row_group_size=20)
    where = "targets=[{name: pt, column: target_pt}, {name: mass, column: target_mass, where: {label: [1, null]}}]"
    settings = (*MASS, where, "loss=mae", "epochs=1")
    done = [
        train(recipe(*settings, f"data.train={file}"), tmp_path / f"run{number}", tell=lambda _: None)
        for number, file in enumerate((jets, tmp_path / "other.parquet"))
    ]
    assert done[0]
    assert done[1]
    assert done[0].bundle.sha256 == done[1].bundle.sha256
    test = open_samples(recipe(*settings)).test
    assert done[0].metrics["mass"]["objects"] == int((test.columns["label"] == 1).sum())
    assert done[0].metrics["pt"]["objects"] == len(test)
    with pytest.raises(ConfigurationError, match="target 'mass' is known for none of the"):
        train(recipe(*settings, "data.select.label=[0,1]"), tmp_path / "none")


def test_estimates_come_with_uncertainties_in_their_unit(recipe: Make, tmp_path: Path) -> None:
    network = "network={name: resnet_pooled, depth: 7}"
    settings = (*MASS, "loss=gaussian_nll", network, "position=true", "augmentation=eta_flip", "epochs=1")
    done = train(recipe(*settings, "schedule=one_cycle", "optimiser=adamw", "data.test=0"), tmp_path / "run")
    assert done
    card = done.bundle.card
    assert [(one.name, one.unit) for one in card.outputs] == [("mass", "GeV"), ("mass_sigma", "GeV")]
    assert card.input.extra == ("row", "column")
    assert done.metrics["mass"]["coverage"] is not None
    assert json.loads((done.folder.path / "metrics.json").read_text())["sample"] == "validation"
