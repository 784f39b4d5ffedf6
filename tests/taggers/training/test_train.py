"""Trainings from recipe to bundle: what they write, that they repeat and go on, how they fail."""

import json
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2efw.errors import E2EFWError, FileOpenError, FileReadError, FileWriteError, MismatchedInputFilesError
from taggers.bundle import Bundle
from taggers.evaluation.sample import scored
from taggers.evaluation.summary import summary_of_scores
from taggers.onnx_backend import OnnxSession
from taggers.training.recipe import Recipe
from taggers.training.samples import event_numbers, imbalance, open_samples
from taggers.training.sources import RandomAccess
from taggers.training.window_files import WindowFiles

pa = pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")
pq = pytest.importorskip("pyarrow.parquet")
torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")
pytest.importorskip("torchmetrics", reason="torchmetrics is in the extra `train`")
pytest.importorskip("lightning", reason="lightning is in the extra `train`")
from taggers.training import trainer  # noqa: E402 (needs torch)
from taggers.training.curves import WholeCheckpoints  # noqa: E402

RECIPE = """
task: jets of even events against those of odd ones
channels: [ECAL, HCAL, TracksPt]
transform: {TracksPt: [{scale: 0.1}], ECAL: [{scale: 0.1}], HCAL: []}
data: {train: [FILE], validation: 0.2, test: 0.2, truth: tau}
network: cnn
loss: bce
label: {classes: [even, odd]}
weights: {balance: true}
augmentation: [phi_flip]
schedule: {name: plateau, patience: 0}
epochs: 3
batch_size: 16
accelerator: cpu
"""
MASS = ("label=null", "targets=[{name: mass, column: mass, unit: GeV}]", "weights.balance=false")
Make = Callable[..., Any]


@pytest.fixture(scope="session")
def jets(tmp_path_factory: pytest.TempPathFactory, small_taus: Path) -> Path:
    """Small windows of 100 jets, labelled with the parity of their event."""
    table = pq.read_table(small_taus)
    label = pa.array((table["event"].to_numpy() % 2).astype(np.int8)).cast(table.schema.field("label").type)
    table = table.set_column(table.schema.get_field_index("label"), table.schema.field("label"), label)
    table = table.replace_schema_metadata(pq.ParquetFile(small_taus).metadata.metadata)
    path = tmp_path_factory.mktemp("jets") / "jets.parquet"
    pq.write_table(table, path, row_group_size=20, write_page_checksum=True)
    return path


@pytest.fixture(scope="session")
def recipe(jets: Path, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """``recipe("epochs=2")``: that of this page, overruled."""
    path = tmp_path_factory.mktemp("recipes") / "parity.yaml"
    path.write_text(RECIPE.replace("FILE", str(jets)))
    return lambda *settings: Recipe.read(str(path), settings)


@pytest.fixture(scope="session")
def train() -> Make:
    return trainer.train


@pytest.fixture(scope="session")
def trained(train: Make, recipe: Make, tmp_path_factory: pytest.TempPathFactory) -> Any:
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
    trained: Any, train: Make, recipe: Make, tmp_path: Path
) -> None:
    def stop(line: str) -> None:
        if line.startswith("epoch 2/"):
            raise InterruptedError

    with pytest.raises(InterruptedError):
        train(recipe(), tmp_path / "run", tell=stop)
    resumed = train(recipe(), tmp_path / "run", resume=True)
    assert curve(tmp_path / "run") == curve(trained.folder.path)
    assert resumed.bundle.sha256 == trained.bundle.sha256


def test_estimates_come_with_uncertainties_in_their_unit(train: Make, recipe: Make, tmp_path: Path) -> None:
    network = "network={name: resnet_pooled, depth: 7}"
    settings = (*MASS, "loss=gaussian_nll", network, "position=true", "augmentation=eta_flip", "epochs=1")
    done = train(recipe(*settings, "schedule=one_cycle", "optimiser=adamw", "data.test=0"), tmp_path / "run")
    card = done.bundle.card
    assert [(one.name, one.unit) for one in card.outputs] == [("mass", "GeV"), ("mass_sigma", "GeV")]
    assert card.input.extra == ("row", "column")
    assert done.metrics["mass"]["coverage"] is not None
    assert json.loads((done.folder.path / "metrics.json").read_text())["sample"] == "validation"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["channels=ECAL,HCAl,TracksPt"], r"no channel 'HCAl'. Did you mean 'HCAL'\?|channel 'HCAl'"),
        (["label.column=lable"], r"no column 'lable'. Did you mean 'label'\?"),
        (["data.truth=top"], r"jets.parquet has labels of the task 'tau', the recipe is for 'top'"),
        (["data.select.label=[0,1]"], r"train sample lacks a class: \d+ even, 0 odd"),
        (["label.classes=[a,b,c]", "loss=cross_entropy"], r"lacks a class: \d+ a, \d+ b, 0 c"),
        (["label.column=object"], "with classes even, odd it may have 0 to 1"),
        (["data.select.pt=[5000,null]"], "no rows are left to train on"),
        ([*MASS, "loss=mse", "targets.0=1"], "targets"),
    ],
)
def test_wrong_data_are_refused_before_anything_is_trained(recipe: Make, settings: list[str], message: str) -> None:
    with pytest.raises(E2EFWError, match=message):
        open_samples(recipe(*settings))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["network.name=cn"], r"no network 'cn'. Did you mean 'cnn'\?"),
        (["loss=mse"], "loss 'mse' is for a target, the recipe has a label"),
        (["optimiser.rte=1"], r"optimiser 'adam': no option 'rte'. Did you mean 'rate'\?"),
        (["schedule=cosin"], r"no schedule 'cosin'. Did you mean 'cosine'\?"),
        (["position=true"], "network 'cnn' cannot be told the position. Those that can: resnet_pooled"),
        (["transform=tua13"], r"no transform 'tua13'. Did you mean 'tau13'\?"),
        (["augmentation=flip"], r"no change 'flip'"),
        (["optimiser.rate=1e30", "weights.balance=false"], "the loss is no finite number any more"),
    ],
)
def test_wrong_recipes_are_refused(
    train: Make, recipe: Make, tmp_path: Path, settings: list[str], message: str
) -> None:
    with pytest.raises(E2EFWError, match=message):
        train(recipe(*settings, "epochs=1"), tmp_path / "run")


def changed(jets: Path, path: Path, name: str, row: int, value: float) -> Path:
    """The file with one other value."""
    table = pq.read_table(jets)
    values = table[name].to_numpy().copy()
    values[row] = value
    table = table.set_column(table.schema.get_field_index(name), name, pa.array(values, from_pandas=False))
    pq.write_table(table.replace_schema_metadata(pq.ParquetFile(jets).metadata.metadata), path)
    return path


def test_an_unknown_target_is_named_by_its_event(recipe: Make, jets: Path, tmp_path: Path) -> None:
    path = changed(jets, tmp_path / "nan.parquet", "mass", 40, np.nan)
    event = ":".join(str(pq.read_table(jets)[name][40]) for name in ("run", "lumi", "event"))
    with pytest.raises(E2EFWError, match=rf"column 'mass' is not finite in 1 of .*nan.parquet, event {event}\."):
        open_samples(recipe(*MASS, "loss=mse", f"data.train=[{path}]", "data.validation=0", "data.test=0"))


def test_a_corrupt_row_group_is_named(train: Make, recipe: Make, jets: Path, tmp_path: Path) -> None:
    content = bytearray(jets.read_bytes())
    group = pq.ParquetFile(jets).metadata.row_group(3)
    values = next(group.column(i) for i in range(group.num_columns) if group.column(i).path_in_schema[:5] == "value")
    content[values.data_page_offset + 60] ^= 0xFF
    (tmp_path / "flipped.parquet").write_bytes(content)
    with pytest.raises(FileReadError, match=r"flipped.parquet: cannot be read as Parquet, row group 3"):
        train(recipe(f"data.train={tmp_path / 'flipped.parquet'}", "epochs=1"), tmp_path / "run")


def test_classes_far_from_equal_are_worth_a_warning(recipe: Make, small_taus: Path) -> None:
    rare = ("label.classes=[jet,tau]", f"data.train={small_taus}", "data.validation=0", "data.test=0")
    for settings, expected in (
        (["weights.balance=false"], "99 jet, 1 tau; weights.balance=true"),
        (["weights.balance=true"], None),
        (["weights.balance=false", "loss.positive_weight=99"], None),
    ):
        chosen = recipe(*rare, *settings)
        found = imbalance(chosen, open_samples(chosen).train)
        assert found is None if expected is None else found is not None and expected in found


def test_folders_are_neither_overwritten_nor_mistaken(
    trained: Any, train: Make, recipe: Make, tmp_path: Path, small_taus: Path
) -> None:
    with pytest.raises(FileWriteError, match=r"is not empty; go on with --resume"):
        train(recipe(), trained.folder.path)
    with pytest.raises(FileOpenError, match=r"nothing to resume in .*: no training"):
        train(recipe(), tmp_path, resume=True)
    with pytest.raises(MismatchedInputFilesError, match="began with other data: files are not those"):
        train(recipe(*MASS, "loss=mse", f"data.train={small_taus}"), trained.folder.path, resume=True)


def test_a_full_disk_leaves_the_checkpoint_before_whole(train: Make, tmp_path: Path) -> None:
    path, writer = tmp_path / "last.ckpt", WholeCheckpoints()
    writer.save_checkpoint({"weights": torch.ones(3)}, path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(FileWriteError, match=r"train: cannot write .*last.ckpt"):
            writer.save_checkpoint({"weights": torch.ones(100_000)}, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert torch.load(path, weights_only=True)["weights"].tolist() == [1, 1, 1]
    assert list(tmp_path.iterdir()) == [path]
