"""Trainings that start from the weights of another one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from e2efw.errors import ConfigurationError, FileInPathError, FileOpenError
from taggers.bundle import Bundle, write_bundle
from taggers.training.samples import event_numbers, open_samples
from taggers.training.unseen import unseen

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")
pytest.importorskip("torchmetrics", reason="torchmetrics is in the extra `train`")
pytest.importorskip("lightning", reason="lightning is in the extra `train`")
from taggers.training.trainer import train  # noqa: E402

Make: TypeAlias = Callable[..., Any]
STILL = ("optimiser={name: sgd, rate: 1.0e-12}", "epochs=1", "seed=7")
"""A training that changes nothing."""


@pytest.fixture(scope="module")
def first(recipe: Make, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return train(recipe("epochs=2"), tmp_path_factory.mktemp("start") / "first", tell=lambda _: None)


def weights(done: Any) -> dict[str, Any]:
    state = torch.load(done.folder.best, weights_only=True)["state_dict"]
    return {name: value.numpy() for name, value in state.items() if name.startswith("network.")}


def test_the_best_weights_of_the_other_training_are_the_first_ones(first: Any, recipe: Make, tmp_path: Path) -> None:
    alone = train(recipe(*STILL), tmp_path / "alone", tell=lambda _: None)
    after = train(recipe(*STILL, f"start={first.folder.path}"), tmp_path / "after", tell=lambda _: None)
    for name, value in weights(first).items():
        np.testing.assert_allclose(weights(after)[name], value, atol=1e-8)
    assert any(not np.allclose(weights(alone)[name], value) for name, value in weights(first).items())
    assert after
    assert after.metrics["odd"]["auc"] == first.metrics["odd"]["auc"]


def test_a_card_knows_the_rows_of_both_trainings(first: Any, recipe: Make, tmp_path: Path) -> None:
    done = train(recipe(*STILL, f"start={first.folder.path}"), tmp_path / "after", tell=lambda _: None)
    assert done
    training = Bundle.load(done.folder.bundle).card.training
    assert isinstance(training, dict)
    start = training["data"]["start"]
    assert start["recipe"]["epochs"] == 2
    assert start["data"]["files"] == training["data"]["files"]
    numbers = event_numbers(open_samples(recipe()).train.source.source)
    forgotten = {**training, "data": {**training["data"], "files": []}}
    checksum = training["data"]["files"][0]["sha256"]
    learned = ~unseen(forgotten, checksum, "any", numbers)
    assert learned.any()
    assert learned.tolist() == (~unseen(training, checksum, "any", numbers)).tolist()


def test_an_interrupted_one_remembers_where_it_started(first: Any, recipe: Make, tmp_path: Path) -> None:
    def stop(line: str) -> None:
        if line.startswith("epoch 2/"):
            raise InterruptedError

    moved = tmp_path / "moved"
    first.folder.path.rename(moved)
    try:
        with pytest.raises(InterruptedError):
            train(recipe("epochs=3", f"start={moved}"), tmp_path / "run", tell=stop)
    finally:
        moved.rename(first.folder.path)
    done = train(recipe("epochs=3", f"start={moved}"), tmp_path / "run", resume=True, tell=lambda _: None)
    assert done
    assert done.folder.data()["start"]["recipe"]["epochs"] == 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            ("channels=[ECAL]", "transform={ECAL: []}"),
            r"channels there \('ECAL', 'HCAL', 'TracksPt'\), here \('ECAL',\)",
        ),
        (("transform=null",), "transform there"),
        (("network={name: resnet_pooled, depth: 11}",), r"shape of network\.\S+ there"),
    ],
)
def test_what_is_another_network_is_refused(
    first: Any, recipe: Make, tmp_path: Path, settings: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=rf"cannot start from .*first: {message}"):
        train(recipe(f"start={first.folder.path}", *settings), tmp_path / "run", tell=lambda _: None)


@pytest.mark.parametrize("bundle", [False, True], ids=["training", "bundle"])
def test_for_other_classes_the_last_layer_begins_anew(
    first: Any, recipe: Make, tmp_path: Path, *, bundle: bool
) -> None:
    told: list[str] = []
    where = first.folder.bundle if bundle else first.folder.path
    wanted = recipe(*STILL, f"start={where}", "label={classes: [a, b]}")
    done = train(wanted, tmp_path / "after", tell=told.append)
    before, after = weights(first), weights(done)
    same = {name for name, value in before.items() if np.allclose(after[name], value, atol=1e-8)}
    assert any("which says even, odd: the last layer" in line and "anew for a, b" in line for line in told)
    anew = before.keys() - same
    assert anew
    assert {name.rpartition(".")[0] for name in anew} == {list(before)[-1].rpartition(".")[0]}


def test_for_other_targets_they_are_standardised_anew(first: Any, recipe: Make, tmp_path: Path) -> None:
    mass = ("label=null", "weights.balance=false", "targets=[{name: mass, column: target_mass}]", "loss=mse")
    alone = train(recipe(*STILL, *mass), tmp_path / "alone", tell=lambda _: None)
    after = train(recipe(*STILL, *mass, f"start={first.folder.path}"), tmp_path / "after", tell=lambda _: None)
    assert alone
    assert after
    states = [torch.load(done.folder.best, weights_only=True)["state_dict"] for done in (alone, after)]
    assert torch.equal(states[0]["target_mean"], states[1]["target_mean"])
    assert torch.equal(states[0]["head.std"], states[1]["head.std"])


def test_a_folder_without_a_training_is_no_start(recipe: Make, tmp_path: Path) -> None:
    with pytest.raises(FileOpenError, match="no training"):
        train(recipe(f"start={tmp_path}"), tmp_path / "run", tell=lambda _: None)


def test_a_bundle_is_a_start_like_its_training(first: Any, recipe: Make, tmp_path: Path) -> None:
    done = train(recipe(*STILL, f"start={first.folder.bundle}"), tmp_path / "after", tell=lambda _: None)
    for name, value in weights(first).items():
        np.testing.assert_allclose(weights(done)[name], value, atol=1e-8)
    assert done
    assert done.metrics["odd"]["auc"] == first.metrics["odd"]["auc"]
    start, known = (Bundle.load(one.folder.bundle).card.training for one in (done, first))
    assert isinstance(start, dict)
    assert isinstance(known, dict)
    assert start["data"]["start"]["data"] == known["data"]


def test_a_bundle_of_targets_brings_what_they_were_standardised_with(recipe: Make, tmp_path: Path) -> None:
    mass = ("label=null", "weights.balance=false", "targets=[{name: mass, column: target_mass}]", "loss=gaussian_nll")
    before = train(recipe(*mass, "epochs=1"), tmp_path / "before", tell=lambda _: None)
    assert before
    fewer = (*STILL, "data.max_rows=40", f"start={before.folder.bundle}")
    after = train(recipe(*mass, *fewer), tmp_path / "after", tell=lambda _: None)
    assert after
    for name in ("target_mean", "target_std", "head.mean", "head.std"):
        states = [torch.load(done.folder.best, weights_only=True)["state_dict"] for done in (before, after)]
        assert torch.equal(states[0][name], states[1][name])


def test_a_bundle_that_was_built_is_no_start(recipe: Make, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="calorimetric_baseline: its card has no recipe of a training"):
        train(recipe("start=calorimetric_baseline"), tmp_path / "run", tell=lambda _: None)


def test_a_graph_without_normalisations_is_no_start(recipe: Make, tmp_path: Path) -> None:
    normalised = recipe("network=efficientnet", "epochs=1", "data.max_rows=40")
    done = train(normalised, tmp_path / "run", tell=lambda _: None)
    assert done
    with pytest.raises(ConfigurationError, match=r"it has no network\.\S+\. In a model.onnx normalisations are"):
        train(replace(normalised, start=str(done.folder.bundle)), tmp_path / "after", tell=lambda _: None)


def test_a_bundle_with_other_answers_is_no_start(first: Any, recipe: Make, tmp_path: Path) -> None:
    bundle = first.bundle
    answers = {name: [1 - one for one in values] for name, values in bundle.card.reference.items()}
    other = write_bundle(tmp_path / "other", replace(bundle.card, reference=answers), bundle.model)
    with pytest.raises(ConfigurationError, match="says other things of the reference windows than the card has"):
        train(recipe(f"start={other.folder}"), tmp_path / "run", tell=lambda _: None)


def test_a_start_that_is_nowhere_teaches_what_there_is(recipe: Make, tmp_path: Path) -> None:
    with pytest.raises(FileInPathError) as raised:
        train(recipe("start=top_resnet51"), tmp_path / "run", tell=lambda _: None)
    assert "top_resnet15" in "".join(raised.value.__notes__)
