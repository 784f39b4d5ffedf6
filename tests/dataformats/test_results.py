"""What networks say: classes by name, units, and the collection that results are about."""

import zlib

import awkward as ak
import numpy as np
import pytest

from dataformats.candidates import Jets
from dataformats.results import MOST_CLASSES, Regressions, Scores, about, score_columns
from e2efw.errors import LogicError

JETS = "recoPFJets_ak8PFJetsCHS__SIM."
OFFSETS = np.array([0, 2, 3])


def three_scores() -> Scores:
    """Two classes; the second object has no window."""
    nan = np.nan
    columns = {"score": np.array([0.9, nan, 0.2]), "score1": np.array([0.1, nan, 0.8])}
    described = about(JETS, classes=["top", "other"])
    return Scores(OFFSETS, about=described, status=np.array([0, 4, 0]), **columns)


def test_scores_are_found_by_the_name_of_the_class() -> None:
    assert ak.to_list(ak.nan_to_none(three_scores().of("other"))) == [[pytest.approx(0.1), None], [pytest.approx(0.8)]]
    with pytest.raises(LogicError, match=r"no class 'otter'\. Did you mean 'other'\? Known: other, top"):
        three_scores().of("otter")


def test_results_name_their_objects_by_branch_and_by_the_number_that_cmssw_gives_it() -> None:
    assert three_scores().description["objects"] == JETS
    assert three_scores().description["objects_id"] == zlib.crc32(JETS.encode())
    assert about("") == {"objects": "", "objects_id": 0}


def test_the_description_survives_cutting_joining_and_restoring() -> None:
    scores = three_scores()
    joined = Scores.concatenate([scores.take(slice(0, 1)), scores.take(np.array([1]))])
    restored = Scores.restored(scores.offsets, scores.columns, scores.description)
    for same in (joined, restored):
        assert same.description == scores.description
        np.testing.assert_array_equal(same.flat("score1"), scores.flat("score1"))


def test_results_of_other_objects_are_refused() -> None:
    jets = Jets.from_lists(**{name: [[1.0, 2.0], [3.0]] for name in ("pt", "eta", "phi", "mass")})
    three_scores().refuse_others(jets)
    with pytest.raises(LogicError, match=rf"Scores of {JETS}: 3 in 2 events, which are not these 1 Jets in 1 events"):
        three_scores().refuse_others(jets.take(slice(1, 2)))


def test_every_class_has_a_column() -> None:
    names = score_columns([f"class {number}" for number in range(MOST_CLASSES)])
    assert set(names.values()) == Scores.leaves.keys() - {"status"}
    assert names["class 0"] == "score"


def test_an_uncertainty_that_no_network_tells_is_nan() -> None:
    made = Regressions(OFFSETS, about=about(JETS, quantity="mass", unit="GeV"), status=np.zeros(3), value=np.ones(3))
    assert np.isnan(made.flat("sigma")).all()
