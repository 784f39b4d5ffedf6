"""Bundles are judged by rows that they did not learn from, with the truth that their recipes name."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from e2efw.errors import ConfigurationError, FileWriteError
from taggers.bundle import Bundle, write_bundle
from taggers.calibration import windows_at
from taggers.commands import model
from taggers.onnx_backend import OnnxSession
from taggers.training.labelled import labelled_rows
from taggers.training.meaning import Meaning, NoTruthError
from taggers.training.samples import event_numbers
from taggers.training.standings import standings
from taggers.training.unseen import first_half
from tests.taggers.training.judged import CHANNELS, ESTIMATE, MASS, PARITY, area, trained, training

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is in the extra `train`")

CLASSES = {"even": "1", "odd": "1", "third": "1"}


def checksum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_two_bundles_stand_beside_each_other_as_over_all_pairs(tmp_path: Path, jets: Path) -> None:
    first, second = (trained(tmp_path, number, training(PARITY)) for number in (1, 2))
    rows = labelled_rows([first, second], [jets])
    assert (len(rows), rows.learned) == (100, 0)
    found = standings([first, second], rows)
    pixels, extra, _ = windows_at(rows.access, rows.rows)
    scores = [OnnxSession.open(one, threads=1, max_batch=32).run(pixels, extra)["odd"] for one in (first, second)]
    areas = [area(rows.truth, one) for one in scores]
    (number,) = found.numbers
    assert (number.name, number.metric, number.unit) == ("odd", "auc", "")
    assert [one.value for one in number.values] == pytest.approx(areas, abs=1e-9)
    assert number.changes[0].value == pytest.approx(areas[1] - areas[0], abs=1e-9)
    assert 0 < number.changes[0].error < 0.2
    metrics = found.metrics()
    assert metrics["odd"]["auc"]["value"] == pytest.approx(areas[1], abs=1e-9)
    assert metrics["odd"]["objects"] == 100
    assert metrics["against"]["member1"]["odd"]["auc"]["value"] == pytest.approx(areas[0], abs=1e-9)
    lines = found.lines()
    assert lines[0] == f"judged by 100 rows ({rows.counted()['even']} even, {rows.counted()['odd']} odd)"
    assert lines[2].split()[:4] == ["AUC", "odd", "member1", f"{areas[0]:.3f}"]
    assert lines[3].split()[:2] == ["member2", f"{areas[1]:.3f}"]


def test_targets_are_judged_by_distance_in_their_unit(tmp_path: Path, jets: Path) -> None:
    recipe = training(MASS, select={"target_mass": [0, None]})
    first, second = (trained(tmp_path, number, recipe, ESTIMATE) for number in (1, 2))
    rows = labelled_rows([first, second], [jets])
    said = rows.said_by([first, second])
    found = standings([first, second], rows)
    (number,) = found.numbers
    apart = [np.abs(one["mass"].astype(np.float64) - rows.truth[:, 0]) for one in said]
    assert (number.metric, number.unit) == ("mae", "GeV")
    assert [one.value for one in number.values] == pytest.approx([one.mean() for one in apart])
    change = apart[1] - apart[0]
    expected = change.mean(), change.std(ddof=1) / np.sqrt(len(rows))
    assert number.changes[0] == pytest.approx(expected)
    assert found.lines()[2].startswith("MAE mass (GeV)  member1")


def test_rows_without_a_target_judge_nothing(tmp_path: Path, jets: Path, relabelled: Any) -> None:
    even = pq.read_table(jets)["event"].to_numpy() % 2 == 0
    file = relabelled(jets, "target_mass", lambda table: np.where(even, np.nan, table["target_mass"].to_numpy()))
    rows = labelled_rows([trained(tmp_path, 1, training(MASS), ESTIMATE)], [file])
    assert rows.rows.tolist() == np.flatnonzero(~even).tolist()


def test_a_target_is_judged_by_the_rows_that_it_is_meant_for(tmp_path: Path, jets: Path) -> None:
    targets = [{**MASS["targets"][0], "where": {"label": [1, None]}}, {"name": "pt", "column": "target_pt"}]
    bundle = trained(tmp_path, 1, training({**MASS, "targets": targets}), {**ESTIMATE, "pt": "GeV"})
    rows = labelled_rows([bundle], [jets])
    odd = pq.read_table(jets)["label"].to_numpy() == 1
    assert len(rows) == odd.size
    np.testing.assert_array_equal(np.isfinite(rows.truth), np.stack([odd, np.ones_like(odd)], axis=1))
    mass, pt = standings([bundle], rows).numbers
    (said,) = rows.said_by([bundle])
    assert mass.values[0].value == pytest.approx(np.abs(said["mass"] - rows.truth[:, 0])[odd].mean(), rel=1e-6)
    assert pt.values[0].value == pytest.approx(np.abs(said["pt"] - rows.truth[:, 1]).mean(), rel=1e-6)


def test_several_classes_are_judged_each_and_together(tmp_path: Path, jets: Path, relabelled: Any) -> None:
    file = relabelled(jets, "label", lambda table: table["event"].to_numpy() % 3)
    recipe = training({"label": {"classes": list(CLASSES), "column": "label"}, "loss": "cross_entropy"})
    bundle = trained(tmp_path, 1, recipe, CLASSES)
    rows = labelled_rows([bundle], [file])
    (said,) = rows.said_by([bundle])
    expected = [area((rows.truth == place).astype(int), said[name]) for place, name in enumerate(CLASSES)]
    found = standings([bundle], rows)
    by_key = {(one.name, one.metric): one.values[0].value for one in found.numbers}
    assert [by_key[name, "auc"] for name in CLASSES] == pytest.approx(expected, abs=1e-9)
    assert by_key["classes", "mean_auc"] == pytest.approx(np.mean(expected), abs=1e-9)
    assert found.lines()[-1].startswith("MEAN AUC classes  member1")


def test_rows_of_the_training_are_left_out_event_by_event(tmp_path: Path, jets: Path) -> None:
    learned = {"elsewhere.parquet": checksum(jets)}
    bundle = trained(tmp_path, 1, training(PARITY, files=learned))
    other = trained(tmp_path, 2, training(PARITY))
    rows = labelled_rows([other, bundle], [jets])
    numbers = event_numbers(rows.access.source)
    assert rows.rows.tolist() == np.flatnonzero(numbers < 0.25).tolist()
    assert rows.learned == 100 - len(rows)
    found = standings([other, bundle], rows)
    assert found.lines()[0].endswith(f"); {rows.learned} that were learned from are left out")
    assert found.written()["learned"] == rows.learned
    named = training(PARITY, files={"jets.parquet": checksum(jets)}, test=["data/jets.parquet"])
    assert len(labelled_rows([trained(tmp_path, 3, named)], [jets])) == 100
    named = training(PARITY, files={"jets.parquet": checksum(jets)}, test=["data/other.parquet"])
    with pytest.raises(NoTruthError, match=r"no row of jets.parquet is left: of 100 rows 0 are outside .* 100 were"):
        labelled_rows([trained(tmp_path, 4, named)], [jets])


def test_rows_that_a_member_of_an_ensemble_or_its_combiner_learned_from_are_left_out(
    tmp_path: Path, jets: Path
) -> None:
    about = training(PARITY, files={"jets.parquet": checksum(jets)})
    about["members"] = [{"name": "a", "sha256": "0", "training": about | {}}]
    about["data"]["samples"] = {"fitted": {"rows": 50}, "test": {"rows": 50}}
    rows = labelled_rows([trained(tmp_path, 1, about)], [jets])
    numbers = event_numbers(rows.access.source)
    assert rows.rows.tolist() == np.flatnonzero(~first_half(numbers) & (numbers < 0.25)).tolist()
    about["data"]["samples"] = {"test": {"rows": 50}}
    rows = labelled_rows([trained(tmp_path, 2, about)], [jets])
    assert rows.rows.tolist() == np.flatnonzero(numbers < 0.25).tolist()


def test_halves_share_no_event_and_have_all_rows(tmp_path: Path, jets: Path) -> None:
    rows = labelled_rows([trained(tmp_path, 1, training(PARITY))], [jets])
    first, second = rows.halves()
    assert len(first) + len(second) == 100
    assert 25 < len(first) < 75
    assert not set(first.numbers) & set(second.numbers)
    assert len(rows.at_most(30)) == 30
    assert rows.without(rows.rows[::2]).rows.tolist() == rows.rows[1::2].tolist()


def test_rows_are_those_that_the_recipes_of_all_take(tmp_path: Path, jets: Path) -> None:
    pt = pq.read_table(jets)["pt"].to_numpy()
    low, high = np.quantile(pt, [0.3, 0.8]).tolist()
    bundles = [
        trained(tmp_path, number, training(PARITY, select={"pt": limits}))
        for number, limits in enumerate(([0.0, high], [low, None]))
    ]
    rows = labelled_rows(bundles, [jets])
    assert rows.meaning.select == {"pt": (low, high)}
    assert rows.rows.tolist() == np.flatnonzero((pt >= low) & (pt < high)).tolist()
    again = trained(tmp_path, 9, {"recipe": rows.meaning.written(), "data": {"files": [], "samples": {}}})
    assert Meaning.of(again) == rows.meaning
    assert again.card.trained_on == {"pt": (low, high)}


REFUSED: list[tuple[Any, Any, str]] = [
    ("none", None, r"has no recipe \(training.recipe\)"),
    (training(PARITY, truth="top"), None, r"labels of the task 'tau', the bundles are for 'top'. .*--task top"),
    (training({"label": {"column": "lable"}}), None, r"says 'signal'|should say 'signal'. It says: odd"),
    (training({"label": {"classes": ["even", "odd"], "column": "lable"}}), None, r"'lable'. Did you mean 'label'\?"),
    (training({"label": {"classes": ["even", "odd"], "column": "event"}}), None, r"'event' has the values .* 0 to 1"),
    (training({"redraw": {"code": 3}}), None, "redraws pictures without a label"),
    (training(MASS), {"pt": "GeV"}, "should say 'mass'"),
    (training(PARITY, select={"pt": [1e6, None]}), None, "100 are outside of what the bundles were trained for"),
]


@pytest.mark.parametrize(("about", "outputs", "message"), REFUSED)
def test_bundles_that_rows_tell_nothing_about_are_refused(
    tmp_path: Path, jets: Path, about: Any, outputs: Any, message: str
) -> None:
    with pytest.raises(NoTruthError, match=message):
        labelled_rows([trained(tmp_path, 1, about, outputs)], [jets])


def test_bundles_for_different_things_are_refused(tmp_path: Path, jets: Path) -> None:
    other = {"label": {"classes": ["left", "odd"], "column": "label"}}
    bundles = [trained(tmp_path, number, training(recipe)) for number, recipe in enumerate((PARITY, other))]
    with pytest.raises(
        ConfigurationError, match=r"different things: label of 'member1' .*'left', 'odd'.*'even', 'odd'"
    ):
        labelled_rows(bundles, [jets])


def test_a_sample_without_a_class_is_refused(tmp_path: Path, jets: Path, relabelled: Any) -> None:
    file = relabelled(jets, "label", lambda table: 0 * table["event"].to_numpy())
    bundle = trained(tmp_path, 1, training(PARITY))
    with pytest.raises(NoTruthError, match=r"too few rows to judge by: 100 rows \(100 even, 0 odd\)"):
        standings([bundle], labelled_rows([bundle], [file]))


@pytest.fixture
def relabelled(tmp_path: Path) -> Callable[..., Path]:
    """``relabelled(file, "label", values_of_table)``: a copy with another column."""
    arrow = pytest.importorskip("pyarrow")

    def make(file: Path, name: str, values: Callable[[Any], Any]) -> Path:
        table = pq.read_table(file)
        kind, place = table.schema.field(name), table.schema.get_field_index(name)
        column = arrow.array(values(table)).cast(kind.type)
        notes = pq.ParquetFile(file).metadata.metadata
        pq.write_table(table.set_column(place, kind, column).replace_schema_metadata(notes), tmp_path / "other.parquet")
        return tmp_path / "other.parquet"

    return make


def compressed(bundle: Bundle, *arguments: str) -> dict[str, Any]:
    folder = str(bundle.folder.with_name("small"))
    given = ["compress", str(bundle.folder), "-o", folder, *arguments, "--json"]
    found: dict[str, Any] = json.loads(CliRunner().invoke(model, given, catch_exceptions=False).output)
    return found


@pytest.mark.parametrize("form", ["fp16", "int8"])
def test_compress_tells_the_loss_on_windows_that_set_no_scales(tmp_path: Path, jets: Path, form: str) -> None:
    about = training(PARITY, select={"pt": [0.0, None]})
    bundle = trained(tmp_path, 1, about)
    found = compressed(bundle, "--to", form, "--windows", str(jets), "--max-windows", "40")
    made = Bundle.load(tmp_path / "small")
    assert found["standings"]["rows"]["rows"] == 80
    rows = labelled_rows([bundle], [jets])
    scaling = np.unique(np.linspace(0, 99, 40).astype(np.int64))[::2]
    rows = rows.without(scaling)
    areas = [area(rows.truth, one["odd"]) for one in rows.said_by([bundle, made])]
    told = found["standings"]["models"]
    assert [told[name]["odd"]["auc"]["value"] for name in ("member1", f"member1_{form}")] == pytest.approx(areas)
    change = told["member1"]["odd"]["auc_change"]
    assert change["value"] == pytest.approx(areas[1] - areas[0], abs=1e-9)
    assert made.card.metrics["odd"]["auc"]["value"] == pytest.approx(areas[1])
    assert made.card.metrics["against"]["member1"]["odd"]["auc_change"] == pytest.approx(change)
    assert isinstance(made.card.training, dict)
    assert made.card.training["recipe"]["label"] == about["recipe"]["label"]
    assert made.card.trained_on == bundle.card.trained_on == {"pt": (0.0, np.inf)}
    shown = CliRunner().invoke(model, ["show", str(made.folder)], catch_exceptions=False).output
    assert f"compressed to {form} from member1" in shown
    assert "against member1 odd auc_change" in shown


def test_compress_without_labels_says_why_it_does_not_judge(tmp_path: Path, jets: Path) -> None:
    bundle = trained(tmp_path, 1, "none")
    found = compressed(bundle, "--windows", str(jets), "--max-windows", "10")
    assert found["standings"] is None
    assert "has no recipe" in found["not_judged"]
    assert Bundle.load(tmp_path / "small").card.metrics == {}
    given = ["compress", str(bundle.folder), "-o", str(bundle.folder), "--windows", str(jets)]
    result = CliRunner().invoke(model, given)
    assert "holds the bundle itself" in str(result.exception)


def test_bundles_of_other_channels_are_judged_by_what_they_read(tmp_path: Path, jets: Path) -> None:
    first, second = (trained(tmp_path, number, training(PARITY)) for number in (1, 2))
    card = replace(second.card, input=replace(second.card.input, channels=CHANNELS[::-1]))
    turned = write_bundle(tmp_path / "turned", card, second.model)
    alone = labelled_rows([turned], [jets])
    together = labelled_rows([first, turned], [jets])
    for name, values in alone.said_by([turned])[0].items():
        np.testing.assert_allclose(together.said_by([first, turned])[1][name], values, rtol=1e-6)
        assert np.abs(values - together.said_by([first, turned])[0][name]).max() > 0.1


def test_judging_prints_a_table_and_draws_pictures(tmp_path: Path, jets: Path) -> None:
    first, second = (str(trained(tmp_path, number, training(PARITY)).folder) for number in (1, 2))
    command = ["judge", first, second, "--windows", str(jets), "-o", str(tmp_path / "judged")]
    lines = CliRunner().invoke(model, command, catch_exceptions=False).output.splitlines()
    rows = labelled_rows([Bundle.load(Path(first))], [jets])
    assert lines[0].startswith("judged by 100 rows (")
    assert lines[3].split()[0] == "member2"
    for name in ("member1", "member2"):
        metrics = json.loads((tmp_path / "judged" / name / "metrics.json").read_text())
        assert metrics["rows"] == rows.counted()
        assert (tmp_path / "judged" / name / "odd" / "roc.png").stat().st_size > 1000
    assert f"{metrics['odd']['auc']['value']:.3f}" in lines[3]
    with pytest.raises(FileWriteError, match=r"judged exists\. Name a new folder"):
        CliRunner().invoke(model, command, catch_exceptions=False)
    one = CliRunner().invoke(model, ["judge", first, "--windows", str(jets), "--json"], catch_exceptions=False).output
    assert json.loads(one)["models"]["member1"]["odd"]["auc"]["value"] == pytest.approx(
        area(rows.truth, rows.said_by([Bundle.load(Path(first))])[0]["odd"]), abs=1e-9
    )
