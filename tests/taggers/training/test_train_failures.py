"""What is wrong with recipes, files and folders is said once, and as early as can be."""

import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from e2efw.errors import E2EFWError, FileOpenError, FileReadError, FileWriteError, MismatchedInputFilesError
from taggers.training.run_folder import RunFolder, data_summary
from taggers.training.samples import imbalance, open_samples

pa = pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")
pq = pytest.importorskip("pyarrow.parquet")
torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")
pytest.importorskip("torchmetrics", reason="torchmetrics is in the extra `train`")
pytest.importorskip("lightning", reason="lightning is in the extra `train`")
from taggers.training.curves import WholeCheckpoints  # noqa: E402
from taggers.training.trainer import train  # noqa: E402

MASS = ("label=null", "targets=[{name: mass, column: mass, unit: GeV}]", "weights.balance=false")
Make: TypeAlias = Callable[..., Any]


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
def test_wrong_recipes_are_refused(recipe: Make, tmp_path: Path, settings: list[str], message: str) -> None:
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


def test_a_corrupt_row_group_is_named(recipe: Make, jets: Path, tmp_path: Path) -> None:
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


def test_folders_are_neither_overwritten_nor_mistaken(recipe: Make, tmp_path: Path, small_taus: Path) -> None:
    with pytest.raises(FileOpenError, match=r"nothing to go on with in .*: no training"):
        train(recipe(), tmp_path, resume=True)
    folder = RunFolder.new(tmp_path / "run")
    folder.write_recipe(recipe())
    with pytest.raises(FileWriteError, match=r"is not empty; go on with --resume"):
        train(recipe(), folder.path)
    with pytest.raises(FileOpenError, match=r"nothing to go on with in .*: no finished epoch"):
        train(recipe(), folder.path, resume=True)
    folder.last.touch()
    folder.write_data(data_summary(recipe(), open_samples(recipe())))
    with pytest.raises(MismatchedInputFilesError, match="began with other data: files are not those"):
        train(recipe(*MASS, "loss=mse", f"data.train={small_taus}"), folder.path, resume=True)
    with pytest.raises(MismatchedInputFilesError, match="began with other data: samples are not those"):
        train(recipe("data.max_rows=20"), folder.path, resume=True)


def test_a_full_disk_leaves_the_checkpoint_before_whole(tmp_path: Path) -> None:
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
