"""`e2efw model ensemble`: half of the rows fit the combiner, the other half judge it, and the bundle says all of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from e2efw.errors import ConfigurationError, FileWriteError
from taggers.bundle import Bundle
from taggers.calibration import windows_at
from taggers.commands import model
from taggers.onnx_backend import OnnxSession
from tests.taggers.training.judged import CHANNELS, ESTIMATE, MASS, PARITY, WINDOW, area, trained, training

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")
pytest.importorskip("pyarrow", reason="pyarrow is in the extra `train`")
pytest.importorskip("onnxscript", reason="onnxscript is in the extra `train`")
sklearn = pytest.importorskip("sklearn.ensemble", reason="scikit-learn is in the extra `train`")

from taggers.training.ensembles import COMBINERS, Said, features, make_ensemble  # noqa: E402 (needs torch)
from taggers.training.ensembles.joining import together  # noqa: E402
from taggers.training.ensembles.making import fitted  # noqa: E402
from taggers.training.labelled import LabelledRows, labelled_rows  # noqa: E402
from taggers.training.meaning import NoTruthError  # noqa: E402

Combine = Callable[[Said], NDArray[Any]]
BATCHES = (0, 1, 7, 256)


def members_of(folder: Path, about: Any = None, outputs: Any = None) -> list[Bundle]:
    return [trained(folder, number, about or training(PARITY), outputs) for number in range(3)]


def made(folder: Path, members: list[Bundle], file: Path, combiner: str, **more: Any) -> Bundle:
    make_ensemble(members, folder / "both", [file], combiner, made_by="pytest", tell=lambda _: None, **more)
    return Bundle.load(folder / "both")


def by_hand(combiner: str, members: list[Bundle], rows: LabelledRows, weights: Any) -> Combine:
    """What a combiner fitted to some rows makes of the members, without the graph of the ensemble."""
    if combiner == "mean":
        return lambda said: said["odd"].mean(axis=1)
    if combiner == "linear":
        return lambda said: said["odd"] @ np.array(weights["odd"])
    if combiner == "network":
        alone: Any = fitted(combiner, members, rows)
        session = onnxruntime.InferenceSession(alone.model, providers=["CPUExecutionProvider"])
        return lambda said: session.run(None, {"said": features(said)})[0]
    x = features(together(rows.said_by(members)))
    trees = sklearn.GradientBoostingClassifier(init="zero", random_state=0).fit(x, rows.truth)
    return lambda said: trees.predict_proba(features(said))[:, 1] if len(said["odd"]) else said["odd"][:, 0]


@pytest.mark.parametrize("combiner", COMBINERS)
def test_the_graph_says_what_the_combiner_makes_of_the_members_in_any_batch(
    tmp_path: Path, jets: Path, combiner: str
) -> None:
    members = members_of(tmp_path)
    bundle = made(tmp_path, members, jets, combiner)
    assert isinstance(bundle.card.training, dict)
    combine = by_hand(
        combiner, members, labelled_rows(members, [jets]).halves()[0], bundle.card.training.get("weights")
    )
    rng = np.random.default_rng(4)
    shape = (max(BATCHES), len(CHANNELS), *WINDOW)
    pixels = (rng.exponential(2, shape) * (rng.random(shape) < 0.05)).astype(np.float32)
    joined, *alone = (
        onnxruntime.InferenceSession(one.model, providers=["CPUExecutionProvider"]) for one in (bundle, *members)
    )
    for n in BATCHES:
        given = {"frames": pixels[:n]}
        said = {"odd": np.stack([session.run(None, given)[0] for session in alone], axis=1)}
        found = joined.run(None, given)[0]
        assert found.shape == (n,)
        np.testing.assert_allclose(found, combine(said), atol=1e-4)
    assert n == 256
    assert np.std(found) > 1e-3


@pytest.mark.parametrize("combiner", COMBINERS)
def test_members_and_ensemble_are_judged_by_rows_that_fitted_nothing(tmp_path: Path, jets: Path, combiner: str) -> None:
    members = members_of(tmp_path)
    bundle = made(tmp_path, members, jets, combiner)
    first, second = labelled_rows(members, [jets]).halves()
    pixels, extra, _ = windows_at(second.access, second.rows)
    areas = [
        area(second.truth, OnnxSession.open(one, threads=1, max_batch=64).run(pixels, extra)["odd"])
        for one in (*members, bundle)
    ]
    card = bundle.card
    assert card.metrics["odd"]["auc"]["value"] == pytest.approx(areas[-1], abs=1e-9)
    assert card.metrics["odd"]["objects"] == len(second)
    against = [card.metrics["against"][f"member{number}"]["odd"] for number in range(3)]
    assert [one["auc"]["value"] for one in against] == pytest.approx(areas[:-1], abs=1e-9)
    changes = [areas[-1] - one for one in areas[:-1]]
    assert [one["auc_change"]["value"] for one in against] == pytest.approx(changes, abs=1e-9)
    about: Any = card.training
    assert about["ensemble"] == combiner
    assert [one["training"] for one in about["members"]] == [training(PARITY)] * 3
    assert [one["name"] for one in about["data"]["files"]] == ["jets.parquet"]
    samples = (
        {"test": second.counted()} if combiner == "mean" else {"fitted": first.counted(), "test": second.counted()}
    )
    assert about["data"]["samples"] == samples
    later = labelled_rows([bundle], [jets])
    assert later.rows.tolist() == (list(range(100)) if combiner == "mean" else second.rows.tolist())
    assert card.reference["odd"]


def test_a_regression_is_fitted_and_judged_in_gev(tmp_path: Path, jets: Path) -> None:
    members = members_of(tmp_path, training(MASS), ESTIMATE)
    alone, second = (labelled_rows(members, [jets]).halves()[1] for _ in range(2))
    distances = [np.abs(one["mass"] - second.truth[:, 0]).mean() for one in alone.said_by(members)]
    for combiner, outputs in {
        "mean": ("mass", "mass_sigma"),
        "linear": ("mass", "mass_sigma"),
        "network": ("mass", "mass_sigma"),
        "boosting": ("mass",),
    }.items():
        bundle = made(tmp_path, members, jets, combiner)
        assert bundle.output_names == outputs
        against = [bundle.card.metrics["against"][f"member{number}"]["mass"] for number in range(3)]
        assert [one["mae"]["value"] for one in against] == pytest.approx(distances, rel=1e-5)
        (said,) = second.said_by([bundle])
        expected = np.abs(said["mass"] - second.truth[:, 0]).mean()
        assert bundle.card.metrics["mass"]["mae"]["value"] == pytest.approx(expected, rel=1e-5)
        assert bundle.card.metrics["mass"]["unit"] == "GeV"


def test_nothing_is_fitted_to_targets_of_some_rows(tmp_path: Path, jets: Path) -> None:
    some = {**MASS, "targets": [{**MASS["targets"][0], "where": {"label": [1, None]}}, {"name": "pt", "column": "pt"}]}
    members = members_of(tmp_path, training(some), {**ESTIMATE, "pt": "GeV"})
    with pytest.raises(ConfigurationError, match=r"meant for some rows only \(where\), so 'linear' cannot be fitted"):
        made(tmp_path, members, jets, "linear")
    assert made(tmp_path, members, jets, "mean").card.metrics["mass"]["objects"] < 100


def test_several_classes_keep_a_sum_of_one(tmp_path: Path, jets: Path) -> None:
    classes = {"low": "1", "even": "1", "odd": "1"}
    recipe = training({"label": {"classes": list(classes), "column": "seed_status"}, "loss": "cross_entropy"})
    with pytest.raises(NoTruthError, match=r"too few rows to fit the combiner to: \d+ rows \(\d+ low, 0 even, 0 odd\)"):
        made(tmp_path, members_of(tmp_path, recipe, classes), jets, "linear")
    recipe = training({"label": {"classes": ["odd", "even"], "column": "label"}, "loss": "cross_entropy"})
    members = members_of(tmp_path, recipe, {"odd": "1", "even": "1"})
    second = labelled_rows(members, [jets]).halves()[1]
    for combiner in ("mean", "linear", "network"):
        (said,) = second.said_by([made(tmp_path, members, jets, combiner)])
        np.testing.assert_allclose(said["odd"] + said["even"], 1, atol=1e-5)
    assert made(tmp_path, members, jets, "boosting").output_names == ("even",)


def test_quantiles_have_the_weights_of_the_middle_one(tmp_path: Path, jets: Path) -> None:
    quantiles = {f"mass_q{level}": "GeV" for level in (16, 50, 84)}
    members = members_of(tmp_path, training(MASS | {"loss": "quantile"}), quantiles)
    about: Any = made(tmp_path, members, jets, "linear").card.training
    weights = about["weights"]
    assert weights["mass_q16"] == weights["mass_q50"] == weights["mass_q84"]
    assert sum(weights["mass_q50"]) == pytest.approx(1)


def test_an_ensemble_of_autoencoders_is_a_mean(tmp_path: Path, jets: Path) -> None:
    recipe = training(PARITY | {"redraw": {"code": 4, "region": 5}, "loss": "mse"})
    members = members_of(tmp_path, recipe, {"error": "GeV", "worst": "GeV"})
    bundle = made(tmp_path, members, jets, "mean")
    assert bundle.output_names == ("error", "worst")
    assert 0 < bundle.card.metrics["error"]["auc"]["value"] < 1
    with pytest.raises(
        ConfigurationError, match="how large errors of redrawing should be, so 'linear' cannot be fitted"
    ):
        made(tmp_path, members, jets, "linear")


def test_what_makes_no_ensemble_is_refused_before_anything_is_written(tmp_path: Path, jets: Path) -> None:
    members = members_of(tmp_path)
    with pytest.raises(ConfigurationError, match=r"no combiner 'boost'. Did you mean 'boosting'\?"):
        made(tmp_path, members, jets, "boost")
    with pytest.raises(ConfigurationError, match="name two or more bundles, not 1"):
        made(tmp_path, members[:1], jets, "mean")
    with pytest.raises(ConfigurationError, match=r"member1 and .*member1 are the same network"):
        made(tmp_path, [members[0], members[1], members[1]], jets, "mean")
    other = trained(tmp_path, 5, training(PARITY), {"even": "1"})
    with pytest.raises(ConfigurationError, match=r"members do not say the same: 'member5' .* says even"):
        made(tmp_path, [*members, other], jets, "mean")
    named = trained(tmp_path, 6, training(PARITY, truth="top"))
    with pytest.raises(ConfigurationError, match=r"different things: truth of 'member6' .* is top"):
        made(tmp_path, [*members, named], jets, "mean")
    with pytest.raises(ConfigurationError, match=r"too few rows to fit the combiner to|too few rows to judge by"):
        made(tmp_path, members, jets, "linear", most=2)
    assert not (tmp_path / "both").exists()
    with pytest.raises(ConfigurationError, match="holds the member 'member2'"):
        make_ensemble(members, members[2].folder, [jets], made_by="pytest")
    (tmp_path / "both").write_text("in the way")
    with pytest.raises(FileWriteError, match=r"ensemble: cannot make .*both: File exists"):
        made(tmp_path, members, jets, "mean")


def test_the_command_prints_a_table_and_the_bundle_runs(tmp_path: Path, jets: Path) -> None:
    seeds = [trained(tmp_path, number, training(PARITY), name="parity") for number in (1, 2)]
    folders = [str(one.folder) for one in seeds]
    second = labelled_rows(seeds, [jets]).halves()[1]
    given = ["ensemble", *folders, "-o", str(tmp_path / "both"), "--windows", str(jets), "--combiner", "linear"]
    text = CliRunner().invoke(model, given, catch_exceptions=False).output.splitlines()
    assert text[0].startswith("both: ")
    assert text[0].endswith(f"{second.described()} to judge by")
    assert text[1] == "judged by " + second.described()
    assert text[2].split()[:3] == ["metric", "model", "value"]
    assert [line.split("  ")[0] for line in text[3:]] == ["AUC odd", "", ""]
    assert "parity #1" in text[3]
    assert "parity #2" in text[4]
    bundle = Bundle.load(tmp_path / "both")
    assert bundle.card.made_by.startswith(
        f"e2efw model ensemble {folders[0]} {folders[1]} --output {tmp_path / 'both'}"
    )
    result = CliRunner().invoke(model, [*given, "--max-windows", "60", "--json"], catch_exceptions=False)
    told = json.loads(result.output)
    assert list(told["models"]) == ["parity #1", "parity #2", "both"]
    first, second = labelled_rows(seeds, [jets]).at_most(60).halves()
    assert told["rows"] == second.counted()
    assert len(first) + len(second) == 60
    assert CliRunner().invoke(model, ["check", str(tmp_path / "both")]).exit_code == 0
    shown = CliRunner().invoke(model, ["show", str(tmp_path / "both")], catch_exceptions=False).output
    assert "training linear of parity, parity" in shown
    assert "1 files: jets.parquet" in shown
