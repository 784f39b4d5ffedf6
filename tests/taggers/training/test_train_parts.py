"""Packaged recipes, schedules and weights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from dataformats.window_table import WindowLayer
from taggers.training.recipe import PACKAGED_RECIPES, Recipe
from taggers.training.samples import open_samples

pa = pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")
pq = pytest.importorskip("pyarrow.parquet")
torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")
pytest.importorskip("torchmetrics", reason="torchmetrics is in the extra `train`")
pytest.importorskip("lightning", reason="lightning is in the extra `train`")
from taggers.training.augmentation import Augmentation  # noqa: E402
from taggers.training.building import make_loss, make_network  # noqa: E402
from taggers.training.judging import judge  # noqa: E402
from taggers.training.optimisation import optimiser, schedule  # noqa: E402
from taggers.training.preprocessing import transform_of  # noqa: E402
from taggers.training.summaries import Answers, in_short  # noqa: E402
from taggers.training.weighting import Weighting  # noqa: E402

Make: TypeAlias = Callable[..., Any]


@pytest.mark.parametrize("path", sorted(PACKAGED_RECIPES.glob("*.yaml")), ids=lambda path: path.stem)
def test_packaged_recipes_name_things_that_exist_and_fit(path: Path) -> None:
    packaged = Recipe.read(path.stem)
    layers = [WindowLayer(name, "GeV", 1, 1, 126, 126) for name in packaged.channel_names]
    with torch.device("meta"):
        network = make_network(packaged, (32, 32) if "cnn" in path.stem else (125, 125), make_loss(packaged), layers)
    assert (network.inputs == ("frames", "position")) == packaged.position
    assert (network.inputs == ("frames", "row", "column")) == (packaged.graph is not None)
    transform = transform_of(packaged)
    assert transform is not None
    assert tuple(transform.channels) == packaged.channel_names
    assert Augmentation(packaged.augmentation, packaged.channels).names
    made = optimiser(packaged.optimiser.name, packaged.optimiser.options, [torch.zeros(1, requires_grad=True)])
    schedule(packaged.schedule.name, packaged.schedule.options, made, packaged.epochs, 10)


def test_several_classes_are_judged_together(recipe: Make, tmp_path: Path) -> None:
    several = recipe("label.classes=[a,b,c]", "loss=cross_entropy")
    truth = np.arange(60) % 3
    said = np.full((60, 3), 0.1)
    said[np.arange(60), truth] = 0.8
    summaries = judge(several, Answers(said, ("a", "b", "c"), truth), tmp_path, "test")
    assert in_short(summaries)["classes"]["mean_auc"] == 1
    assert in_short(summaries)["classes"]["auc_b"]["value"] == 1
    assert list((tmp_path / "classes").glob("*.png"))


def test_public_files_are_split_row_by_row(recipe: Make, make_public: Make, sparse_pictures: Make) -> None:
    path = make_public("qg.parquet", sparse_pictures(60), y=np.arange(60) % 2, pt=np.arange(60.0))
    public = ["data.layout=public", "data.file_channels=@qg3", "data.truth=", f"data.train={path}", "label.column=y"]
    samples = open_samples(recipe(*public, "data.select.pt=[10,null]"))
    assert sum(len(sample) for sample in samples) == 50
    assert all(len(sample) for sample in samples)
    assert samples.train.source.window == (12, 10)


def test_schedules_rise_and_fall_as_they_say() -> None:
    found = {}
    for name in ("constant", "cosine", "one_cycle", "step"):
        made = optimiser("sgd", {"rate": 1}, [torch.zeros(1, requires_grad=True)])
        options = {"every": 2, "factor": 0.1} if name == "step" else {}
        planned, rates = schedule(name, options, made, epochs=4, steps=5), []
        for _ in range(20):
            rates.append(made.param_groups[0]["lr"])
            made.step()
            planned.step()
        found[name] = rates
    assert found["constant"] == [1] * 20
    assert found["cosine"][0] == 1
    assert sorted(found["cosine"], reverse=True) == found["cosine"]
    assert found["cosine"][10] == pytest.approx(0.5)
    assert found["one_cycle"].index(max(found["one_cycle"])) == 6
    assert found["one_cycle"][0] == pytest.approx(0.04)
    assert found["step"] == pytest.approx([1] * 10 + [0.1] * 10)


def test_weights_make_spectra_flat_and_classes_equal(recipe: Make) -> None:
    chosen = recipe("weights.flat={column: pt, bins: 4, largest: 1000}")
    train = open_samples(chosen).train
    label, pt = train.columns["label"], train.columns["pt"]
    weight = Weighting(chosen, train)({"label": torch.tensor(label), "pt": torch.tensor(pt)}).numpy()
    assert weight.mean() == pytest.approx(1, abs=1e-5)
    for which in (0, 1):
        content, _ = np.histogram(
            pt[label == which], np.linspace(pt.min(), pt.max(), 5), weights=weight[label == which]
        )
        assert content[content > 0] == pytest.approx(content.max(), rel=1e-5)
        assert content.sum() == pytest.approx(weight.sum() / 2, rel=1e-5)
