"""Cards say what range of objects a network was trained on, and are measured again when that changed."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from typer.testing import CliRunner

from e2efw.errors import ConfigurationError, MismatchedInputFilesError
from taggers.bundle import Bundle, write_bundle
from taggers.commands import model
from taggers.training.measuring import measured_again
from taggers.training.public_files import PublicFiles
from taggers.training.ranges import range_of, range_without_strays
from taggers.training.recipe import Recipe
from taggers.training.run_folder import data_summary
from taggers.training.samples import open_samples
from taggers.training.selected import SelectedRows
from tests.taggers.support import small_card
from tests.taggers.training.judged import PARITY, trained, training

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is in the extra `train`")

Make: TypeAlias = Callable[..., Recipe]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.linspace(20, 120, 1001), [20, 120]),
        ([*np.linspace(20, 120, 1001), 5000, -5000], [20, 120]),
        ([*np.linspace(20, 120, 1001), 160, 180], [20, 160]),  # the central 99 % are about 99 wide
        (np.full(30, 50.1), [50.1, 50.1]),
        ([3.0], [3, 3]),
        ([3.0, 5.0], [3, 5]),
    ],
)
def test_a_few_rows_far_from_all_others_are_no_range(values: Any, expected: list[float]) -> None:
    assert range_without_strays(np.array(values, np.float64)) == expected


def test_the_range_is_that_of_the_selected_training_rows(recipe: Make, jets: Path) -> None:
    pt = pq.read_table(jets)["pt"].to_numpy()
    low, high = np.quantile(pt, [0.2, 0.9]).tolist()
    chosen = recipe(f"data.select={{pt: [{low}, {high}]}}", "data.validation=0.3")
    samples = open_samples(chosen)
    rows = samples.train.source.columns(["pt", "eta"])
    assert 20 < len(samples.train) < 70
    assert data_summary(chosen, samples)["trained_on"] == {
        name: [column.min(), column.max()] for name, column in rows.items()
    }
    assert low <= rows["pt"].min() <= rows["pt"].max() < high


def test_units_of_public_files_are_not_known(make_public: Callable[..., Path]) -> None:
    pictures = np.zeros((3, 1, 4, 4), np.float32)
    source = PublicFiles(str(make_public("a.parquet", pictures, pt=[1.0, 2.0, 3.0])), channels=("ECAL",))
    assert range_of(SelectedRows(source, np.arange(3))) == {}


def about(trained_on: Mapping[str, Any], select: Mapping[str, Any], *members: Any) -> dict[str, Any]:
    content = training(PARITY, select=select)
    content["data"]["trained_on"] = trained_on
    return {**content, "members": [{"training": one} for one in members]} if members else content


SEEN, CHOSEN = {"pt": [27.0, 52.0], "eta": [-1.4, 1.4]}, {"pt": [20.0, None], "mass": [None, 300.0]}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("none", {}),
        ({}, {}),
        (training(PARITY), {}),
        (training(PARITY, select=CHOSEN), {"pt": (20, math.inf), "mass": (-math.inf, 300)}),
        (about(SEEN, {}), {"pt": (27, 52), "eta": (-1.4, 1.4)}),
        (about(SEEN, {"label": [1.0, None], "target_pt": [40.0, None]}), {"pt": (27, 52), "eta": (-1.4, 1.4)}),
        (about(SEEN, CHOSEN), {"pt": (27, 52), "eta": (-1.4, 1.4), "mass": (-math.inf, 300)}),
        (about(SEEN, {"pt": [30.0, 50.0]}), {"pt": (30, 50), "eta": (-1.4, 1.4)}),
        (about({}, CHOSEN, about(SEEN, {}), about({"pt": [30.0, 99.0]}, {}), "none"),
         {"pt": (30, 52), "eta": (-1.4, 1.4), "mass": (-math.inf, 300)}),
    ],
)  # fmt: skip
def test_cards_know_what_recipe_rows_and_members_have_in_common(content: Any, expected: Any) -> None:
    assert replace(small_card({"odd": "1"}), training=content).trained_on == expected


@pytest.fixture
def older(tmp_path: Path, recipe: Make) -> Bundle:
    """A bundle of a training whose card has no range yet, and old answers."""
    chosen = recipe()
    bundle = trained(tmp_path, 1, training(PARITY))
    data = {key: value for key, value in data_summary(chosen, open_samples(chosen)).items() if key != "trained_on"}
    card = replace(bundle.card, training={"recipe": chosen.written(), "data": data}, reference={"odd": [0.5] * 7})
    return write_bundle(bundle.folder, card, bundle.model)


def test_measuring_again_brings_answers_and_range_and_leaves_the_network(
    older: Bundle, recipe: Make, jets: Path
) -> None:
    given = ["measure", str(older.folder), "-o", str(older.folder), "--windows", str(jets)]
    told = CliRunner().invoke(model, given, catch_exceptions=False).output
    made = Bundle.load(older.folder)
    assert (made.model, made.sha256) == (older.model, older.sha256)
    assert len(set(made.card.reference["odd"])) > 1
    assert made.card.activation_bytes > 0
    rows = open_samples(recipe()).train.source.columns(["pt", "eta"])
    assert made.card.trained_on == {name: (column.min(), column.max()) for name, column in rows.items()}
    low, high = made.card.trained_on["pt"]
    assert f"trained on pt {low:g} to {high:g}, eta" in told
    shown = CliRunner().invoke(model, ["show", str(older.folder)], catch_exceptions=False).output
    assert f"knows    pt from {low:g} to {high:g}" in shown
    assert measured_again(made) == made.card


def test_files_of_another_training_are_refused(older: Bundle, jets: Path, tmp_path: Path) -> None:
    with pytest.raises(MismatchedInputFilesError, match=r"read 'jets.parquet' too\. .* Named: small\.parquet"):
        measured_again(older, [tmp_path / "small.parquet"])
    changed = tmp_path / "jets.parquet"
    notes = pq.ParquetFile(jets).metadata.metadata
    pq.write_table(pq.read_table(jets).replace_schema_metadata(notes), changed, row_group_size=50)
    with pytest.raises(MismatchedInputFilesError, match=r"jets.parquet is another file than that of its training: sha"):
        measured_again(older, [changed])
    card = older.card
    assert isinstance(card.training, dict)
    data = {**card.training["data"], "samples": {"train": {"rows": 9}}}
    fewer = replace(older, card=replace(card, training={**card.training, "data": data}))
    with pytest.raises(MismatchedInputFilesError, match=r"the training had \{'train': \{'rows': 9\}\}"):
        measured_again(fewer, [jets])
    with pytest.raises(ConfigurationError, match="has no recipe of a training"):
        measured_again(replace(older, card=replace(card, training="none")), [jets])


def test_compressed_networks_keep_no_answers(older: Bundle) -> None:
    assert isinstance(older.card.training, dict)
    small = replace(older, card=replace(older.card, training={"compressed": "int8", **older.card.training}))
    assert measured_again(small).reference == {}
