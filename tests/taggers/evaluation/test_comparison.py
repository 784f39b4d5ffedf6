"""The comparison of two regressors: alone with blocks in any order, and in jobs on the packaged sample."""

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dataformats.candidates import Jets
from dataformats.results import EventFloat, JetRegressions
from dataformats.truth import TruthLabels
from e2efw.errors import ConfigurationError, FileWriteError, LogicError
from e2efw.framework.blocks import EventIDs
from taggers.evaluation.comparison import FILE, RegressionComparison, Truth
from taggers.pairs import leading_pair
from tests.taggers.support import SmallJob

N_EVENTS = 60


class Made:
    """Events of up to four jets; the first regressor is good and knows its errors, the second is neither."""

    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        offsets = np.concatenate([[0], np.cumsum(rng.integers(0, 5, N_EVENTS))])
        n = int(offsets[-1])
        mass, pt, none = rng.uniform(100, 300, n), rng.uniform(400, 900, n), np.zeros(n, np.int32)
        directions = {"eta": rng.uniform(-1, 1, n), "phi": rng.uniform(-3, 3, n)}
        self.jets = Jets(offsets, pt=pt, mass=mass, **directions)
        known = rng.random(n) < 0.9
        self.said = JetRegressions(
            offsets,
            mass=np.where(known, mass + rng.normal(0, 10, n), np.nan),
            pt=np.where(known, pt + rng.normal(0, 20, n), np.nan),
            mass_sigma=np.full(n, 10.0),
            pt_sigma=np.full(n, 20.0),
        )
        known = rng.random(n) < 0.9
        self.baseline = JetRegressions(
            offsets, mass=np.where(known, 0.8 * mass, np.nan), pt=np.where(known, 0.9 * pt, np.nan)
        )
        self.truth = TruthLabels(
            offsets, valid=rng.random(n) < 0.7, label=none, pdg_id=none, gen=none, delta_r=np.zeros(n),
            target_mass=mass, target_pt=pt,
        )  # fmt: skip
        pair = leading_pair(self.jets, JetRegressions(offsets, mass=mass, pt=pt))
        self.pair_mass, self.pair_pt = EventFloat(value=pair.mass), EventFloat(value=pair.pt)
        numbers = np.arange(N_EVENTS, dtype=np.uint64) // 2  # files number their events alike
        self.ids = EventIDs(np.ones(N_EVENTS, np.uint32), np.ones(N_EVENTS, np.uint32), numbers, "")

    def known(self, block: slice) -> Truth:
        return Truth(self.truth.take(block), self.pair_mass.take(block), self.pair_pt.take(block))


NOTHING = Truth(None, None, None)
WHOLE = [slice(0, N_EVENTS)]


def compared(folder: Path, blocks: list[slice], *, truth: bool = True, **parameters: Any) -> Any:
    """comparison.json after these blocks."""
    made, module = Made(), RegressionComparison(folder=str(folder / "out"), replicas=20, **parameters)
    state = module.begin_job(SmallJob(label="comparison"))
    for block in blocks:
        known = made.known(block) if truth else NOTHING
        said, baseline = made.said.take(block), made.baseline.take(block)
        module.analyze(made.ids.take(block), made.jets.take(block), said, baseline, known, state)
    module.end_job(state)
    return json.loads((folder / "out" / FILE).read_text())


def test_numbers_are_the_same_for_any_blocks_in_any_order(tmp_path: Path) -> None:
    whole = compared(tmp_path, WHOLE)
    assert compared(tmp_path, [slice(i, i + 1) for i in reversed(range(N_EVENTS))]) == whole
    assert compared(tmp_path, [slice(40, 60), slice(0, 7), slice(7, 40)]) == whole


def test_numbers_are_those_of_a_plain_sum_over_jets(tmp_path: Path) -> None:
    made, found = Made(), compared(tmp_path, WHOLE)["quantities"]
    for quantity, name in (("jet mass", "mass"), ("jet pt", "pt")):
        errors: list[tuple[float, float]] = []
        columns = (one.flat(name).astype(float).tolist() for one in (made.said, made.baseline))
        target = made.truth.flat(f"target_{name}").astype(float).tolist()
        for valid, one, other, true in zip(made.truth.flat("valid"), *columns, target, strict=True):
            if valid and np.isfinite(one) and np.isfinite(other):
                errors.append((one - true, other - true))
        first, second = np.array(errors).T
        got = found[quantity]
        assert got["objects"] == len(errors)
        assert [one["mae"]["value"] for one in got["models"]] == pytest.approx([abs(first).mean(), abs(second).mean()])
        assert [one["bias"]["value"] for one in got["models"]] == pytest.approx([first.mean(), second.mean()])
        assert got["mae_ratio"]["value"] == pytest.approx(abs(first).mean() / abs(second).mean())
        inside = np.mean(abs(first) <= {"mass": 10, "pt": 20}[name])
        assert got["models"][0]["inside"]["value"] == pytest.approx(inside)
        widen = np.quantile(abs(first) / {"mass": 10, "pt": 20}[name], 0.6826894921370859)
        assert got["models"][0]["widen"]["value"] == pytest.approx(widen)
        assert got["models"][1]["inside"] is got["models"][1]["widen"] is None


def test_the_error_of_the_ratio_draws_both_estimates_of_an_object_together(tmp_path: Path) -> None:
    ratio = compared(tmp_path, WHOLE)["quantities"]["jet mass"]["mae_ratio"]
    assert 0 < ratio["value"] < 0.5
    assert 0 < ratio["error"] < 0.1
    made, module = Made(), RegressionComparison(folder=str(tmp_path / "out"))
    state = module.begin_job(SmallJob())
    module.analyze(made.ids, made.jets, made.said, made.said, made.known(WHOLE[0]), state)  # the same twice
    module.end_job(state)
    ratio = json.loads((tmp_path / "out" / FILE).read_text())["quantities"]["jet mass"]["mae_ratio"]
    assert ratio == {"value": 1.0, "error": 0.0}


def test_pairs_are_those_that_either_regressor_calls_the_leading_two(tmp_path: Path) -> None:
    made, found = Made(), compared(tmp_path, WHOLE)["quantities"]
    one, other = (leading_pair(made.jets, x).mass for x in (made.said, made.baseline))
    true = made.pair_mass.values("value")
    both = np.isfinite(one) & np.isfinite(other) & np.isfinite(true)
    assert found["m_ttbar"]["objects"] == both.sum() > 10
    mae = [side["mae"]["value"] for side in found["m_ttbar"]["models"]]
    assert mae == pytest.approx([abs(x - true)[both].mean() for x in (one, other)], rel=1e-5)
    valid = [x.sum() for x in np.split(made.truth.flat("valid"), made.truth.offsets[1:-1])]
    assert found["m_ttbar, whole tops"]["objects"] == (both & (np.array(valid) == 2)).sum() > 3


def test_without_truth_the_two_are_compared_with_each_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    found, made = compared(tmp_path, WHOLE, truth=False), Made()
    assert not found["truth"]
    assert set(found["quantities"]) == {"jet mass", "jet pt", "m_ttbar", "leading pt"}
    apart = made.said.flat("mass") - made.baseline.flat("mass")
    assert found["quantities"]["jet mass"]["objects"] == np.isfinite(apart).sum()
    assert found["quantities"]["jet mass"]["difference"]["mae"]["value"] == pytest.approx(np.nanmean(abs(apart)))
    assert "nothing is known of the truth (topMassTruth, topPair:mass, topPair:leadingPt)" in caplog.text


def test_the_table_names_models_and_quantities_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    compared(tmp_path, WHOLE, models=("/some/where/mine", "theirs"))
    _, heads, *rows = caplog.messages[-1].splitlines()
    assert " ".join(heads.split()) == "model objects MAE (GeV) bias (GeV) resolution (GeV) in 1 sigma MAE ratio"
    assert [row.split()[:3] for row in rows[:2]] == [["jet", "mass", "mine"], ["theirs", *rows[1].split()[1:3]]]
    assert len(rows) == 10
    assert "±" in rows[0]


def test_jobs_without_such_jets_say_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert compared(tmp_path, [slice(0, 0)])["quantities"] == {}
    assert "of no jet do both say anything" in caplog.text


def test_truth_and_estimates_of_other_jets_are_refused(tmp_path: Path) -> None:
    made, module, few = Made(), RegressionComparison(), slice(0, 3)
    state = module.begin_job(SmallJob())
    with pytest.raises(LogicError, match="which are not these"):
        module.analyze(made.ids, made.jets, made.said.take(few), made.baseline, NOTHING, state)
    with pytest.raises(LogicError, match=r"TruthLabels of .* are not about these"):
        module.analyze(made.ids, made.jets, made.said, made.baseline, made.known(few), state)
    assert not any(state.collected.values())


def test_parameters_are_checked_before_the_first_event(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="parameter 'models': must be two names, or none"):
        RegressionComparison(models=("one",))
    with pytest.raises(FileWriteError, match="cannot write into"):
        RegressionComparison(folder=str(tmp_path / "no" / "folder")).begin_job(SmallJob())
