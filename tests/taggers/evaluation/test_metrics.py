"""Numbers of an evaluation: against slow twins and closed forms, and with classes or objects missing."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from e2efw.errors import LogicError
from taggers.evaluation.curves import (
    area,
    background_at,
    band,
    calibration,
    central_half_width,
    proportion,
    response_profile,
    roc,
)
from taggers.evaluation.metrics import (
    coverage,
    decisions,
    deviations,
    expected_calibration_error,
    mean_absolute_error,
    separation,
)
from taggers.evaluation.sample import Regressed, Scored, regressed, scored
from taggers.evaluation.summary import summary_of_estimates, summary_of_scores

OBJECTS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.integers(1, 3)),
    min_size=2,
    max_size=30,
).filter(lambda rows: len({row[0] for row in rows}) == 2)


def counted_area(sample: Scored) -> float:
    """Slow twin: the weight of pairs in which signal scores higher, ties half."""
    won = whole = 0.0
    for i in np.flatnonzero(sample.signal):
        for j in np.flatnonzero(~sample.signal):
            weight = sample.weight[i] * sample.weight[j]
            won += weight * (float(sample.score[i] > sample.score[j]) + 0.5 * float(sample.score[i] == sample.score[j]))
            whole += weight
    return won / whole


def gaussians(n: int, seed: int = 3) -> Scored:
    """Signal one sigma above background."""
    rng = np.random.default_rng(seed)
    signal = np.arange(n) % 2 == 0
    return scored(signal, rng.normal(size=n) + signal)


def normal_cdf(x: float) -> float:
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


@given(OBJECTS)
def test_area_is_the_chance_that_signal_scores_higher(rows: list[tuple[bool, float, int]]) -> None:
    sample = scored(*zip(*rows, strict=True))
    assert area(roc(sample)) == pytest.approx(counted_area(sample))


@given(OBJECTS)
def test_integer_weights_are_repeated_objects(rows: list[tuple[bool, float, int]]) -> None:
    weighted = scored(*zip(*rows, strict=True))
    repeated = scored(*zip(*(row[:2] for row in rows for _ in range(row[2])), strict=True))
    for one, other in zip(roc(weighted), roc(repeated), strict=True):
        np.testing.assert_allclose(one, other)
    np.testing.assert_allclose(decisions(weighted).counts, decisions(repeated).counts)


@given(OBJECTS)
def test_curve_holds_what_every_cut_passes(rows: list[tuple[bool, float, int]]) -> None:
    sample = scored(*zip(*rows, strict=True))
    for signal, background, threshold in zip(*roc(sample), strict=True):
        passes = sample.score >= threshold
        for found, which in ((signal, sample.signal), (background, ~sample.signal)):
            assert found == pytest.approx(sample.weight[passes & which].sum() / sample.weight[which].sum())


def test_normal_scores_have_the_area_and_rejection_of_the_closed_form() -> None:
    found = separation(gaussians(40_000), replicas=60)
    assert abs(found.auc.value - normal_cdf(1 / math.sqrt(2))) < 3 * found.auc.error
    half = found.rejections[1]
    assert half.efficiency == 0.5
    assert half.threshold == pytest.approx(1.0, abs=0.03)
    assert abs(half.rejection.value - 1 / (1 - normal_cdf(1.0))) < 3 * half.rejection.error
    # n = 20 000 of each class: error of the area by Hanley and McNeil is near 0.0022
    assert 0.0015 < found.auc.error < 0.0030


def test_bootstrap_errors_are_the_spread_of_repeated_experiments() -> None:
    repeated = [separation(gaussians(400, seed), replicas=2) for seed in range(150)]
    found = separation(gaussians(400, 1000), replicas=300)
    assert found.auc.error == pytest.approx(np.std([one.auc.value for one in repeated]), rel=0.3)
    parts = [one.rejections[1].background.value for one in repeated]
    assert found.rejections[1].background.error == pytest.approx(np.std(parts), rel=0.4)


def test_working_points_among_ties_take_a_part_of_them() -> None:
    sample = scored([1, 1, 0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5, 0.1, 0.1])
    np.testing.assert_allclose(background_at(roc(sample), [0.5, 1.0])[0], [0.25, 0.5])


def test_working_points_take_the_tightest_of_equally_efficient_cuts() -> None:
    sample = scored([1, 0, 0, 1], [0.9, 0.8, 0.7, 0.6])
    background, threshold = background_at(roc(sample), [0.5])
    assert [background[0], threshold[0]] == [0.0, 0.9]


def test_rejection_without_passing_background_is_a_limit() -> None:
    found = separation(scored([1] * 10 + [0] * 30, [0.9] * 10 + [0.1] * 30)).rejections[0]
    assert math.isnan(found.rejection.value)
    assert found.at_least == pytest.approx(10.0)
    assert found.background.value == 0.0


def test_band_surrounds_the_curve() -> None:
    sample, points = gaussians(1000), [0.3, 0.5, 0.7]
    low, high = band(sample, points, 100, 1)
    middle = background_at(roc(sample), points)[0]
    assert (low <= middle).all()
    assert (middle <= high).all()


def test_decisions_are_those_of_the_table() -> None:
    found = decisions(scored([1, 1, 1, 0, 0, 0, 0], [0.9, 0.5, 0.2, 0.6, 0.4, 0.3, 0.1]))
    assert list(found.counts) == [2, 1, 1, 3]
    assert found.accuracy.value == pytest.approx(5 / 7)
    assert found.precision.value == pytest.approx(2 / 3)
    assert found.recall.value == pytest.approx(2 / 3)
    assert found.f1.value == pytest.approx(2 / 3)


def test_error_of_f1_is_the_spread_of_repeated_experiments() -> None:
    values = [decisions(gaussians(400, seed)).f1.value for seed in range(300)]
    assert decisions(gaussians(400, 1000)).f1.error == pytest.approx(np.std(values), rel=0.25)


def test_proportions_have_wilsons_error_and_never_none() -> None:
    assert proportion(0.5, 400.0).error == pytest.approx(0.025, rel=1e-2)
    assert proportion(1.0, 10.0).error == pytest.approx(0.5 / 10 / 1.1)
    assert math.isnan(proportion(0.5, 0.0).value)


@pytest.mark.parametrize("signal", [[], [1, 1], [0, 0]])
def test_one_class_alone_has_no_area_and_no_rejection(signal: list[int]) -> None:
    sample = scored(signal, [0.7] * len(signal))
    found = separation(sample)
    assert math.isnan(found.auc.value)
    assert all(math.isnan(one.rejection.value) and math.isnan(one.at_least) for one in found.rejections)
    assert math.isnan(decisions(sample).accuracy.value) == (not signal)


def test_objects_without_a_score_are_counted_and_left_out() -> None:
    nan = float("nan")
    sample = scored([1, 1, 0, 0, 0], [0.9, nan, 0.1, nan, nan])
    assert sample.n_without == (1, 2)
    assert sample.score.tolist() == [0.9, 0.1]
    assert summary_of_scores(sample)["without_fraction"] == 0.6
    assert regressed([nan, 2.0], [1.0, 1.0]).n_without == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 2], [0.1, 0.2]), "labels other than 0 and 1 in 1 of 2 objects, first at 1"),
        (([0, 1], [0.1, np.inf]), "infinite scores in 1 of 2"),
        (([0, 1], [0.1, 0.2], [1.0, -1.0]), "weights below 0 or unknown"),
        (([0, 1], [0.1]), "equally long"),
    ],
)
def test_columns_that_cannot_be_true_are_refused(arguments: Any, message: str) -> None:
    with pytest.raises(LogicError, match=message):
        scored(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0], [0.0]), "truth that is not finite or not larger than 0"),
        (([1.0], [np.nan]), "truth that is not finite"),
        (([np.inf], [1.0]), "infinite estimates"),
        (([1.0], [1.0], [0.0]), "uncertainties that are infinite or not larger than 0"),
    ],
)
def test_estimates_that_cannot_be_true_are_refused(arguments: Any, message: str) -> None:
    with pytest.raises(LogicError, match=message):
        regressed(*arguments)


def test_true_probabilities_are_calibrated() -> None:
    rng = np.random.default_rng(5)
    score = rng.random(50_000)
    sample = scored(rng.random(score.size) < score, score)
    found = calibration(sample)
    assert (np.abs(found.fraction - found.score) < 4 * found.error).all()
    assert expected_calibration_error(sample) < 0.01
    assert found.weight.sum() == score.size


def test_calibration_error_is_the_distance_by_weight() -> None:
    sample = scored([1, 0, 1, 1], [0.25, 0.25, 1.0, 1.0], [1, 1, 3, 3])
    assert expected_calibration_error(sample) == pytest.approx(0.25 * 2 / 8)
    assert np.isnan(calibration(sample).fraction).sum() == 8
    with pytest.raises(LogicError, match="1 scores are no probabilities"):
        calibration(scored([1], [1.5]))


def masses(n: int = 20_000, sigma: float = 15.0) -> Regressed:
    """Estimates 5 GeV too large, with normal errors, and the uncertainty that is claimed."""
    rng = np.random.default_rng(7)
    truth = rng.uniform(100, 200, n)
    return regressed(truth + rng.normal(5.0, 15.0, n), truth, np.full(n, sigma))


def test_normal_errors_have_bias_resolution_and_mae_of_the_closed_form() -> None:
    sample = masses()
    found = deviations(sample.estimate - sample.truth, replicas=60)
    for number, expected in ((found.mean, 5.0), (found.median, 5.0), (found.resolution, 15.0), (found.rms, 15.0)):
        assert abs(number.value - expected) < 4 * number.error
    assert found.rms.error == pytest.approx(15 / math.sqrt(2 * 20_000), rel=0.3)
    folded = 15 * math.sqrt(2 / math.pi) * math.exp(-1 / 18) + 5 * math.erf(1 / (3 * math.sqrt(2)))
    mae = mean_absolute_error(sample)
    assert abs(mae.value - folded) < 4 * mae.error


def test_uncertainties_too_small_by_half_cover_less() -> None:
    found = coverage(regressed(*masses()[:2], np.full(20_000, 7.5)))
    expected = normal_cdf(2.5 / 15) - normal_cdf(-12.5 / 15)
    assert abs(found.inside.value - expected) < 4 * found.inside.error
    assert found.pull_width.value == pytest.approx(2.0, rel=0.03)


def test_objects_without_uncertainty_are_not_in_the_coverage() -> None:
    assert coverage(regressed([1.0, 2.0], [1.0, 1.0], [0.5, np.nan])).n == 1
    assert math.isnan(coverage(regressed([1.0], [1.0])).inside.value)


def test_profile_is_the_median_response_of_each_bin() -> None:
    sample = regressed([50, 60, 70, 300, 400, 9], [100, 100, 100, 200, 200, 500])
    found = response_profile(sample, [100, 150, 200], 50, 1)
    assert found.n.tolist() == [3, 2]
    assert found.response.tolist() == pytest.approx([0.6, 1.75])
    empty = response_profile(regressed([1], [1]), [0, 2, 4], 10, 1)
    assert np.isnan(empty.response).all()
    with pytest.raises(LogicError, match="two or more rising edges"):
        response_profile(sample, [2, 1], 10, 1)


def test_half_width_is_that_of_the_central_interval() -> None:
    assert central_half_width(np.linspace(0, 1, 1001)) == pytest.approx(0.6827 / 2, abs=1e-4)
    assert math.isnan(central_half_width(np.array([1.0])))


@pytest.mark.parametrize("n", [0, 1, 50])
def test_summaries_are_json_with_the_same_keys_for_any_number_of_objects(n: int) -> None:
    def keys(tree: Any) -> Any:
        return {key: keys(value) for key, value in tree.items()} if isinstance(tree, dict) else None

    separated = gaussians(60)
    score, other = (scored(separated.signal[:k], normalised(separated.score[:k])) for k in (60, n))
    sample = masses(60)
    estimates = [regressed(sample.estimate[:k], sample.truth[:k], np.full(k, 15.0)) for k in (60, n)]
    pairs = [
        [summary_of_scores(one, replicas=20) for one in (score, other)],
        [summary_of_estimates(one, [100, 150, 200], unit="GeV", replicas=20) for one in estimates],
    ]
    for whole, part in pairs:
        assert keys(whole) == keys(part)
        assert json.loads(json.dumps(part, allow_nan=False)) == part
    assert pairs[1][0]["unit"] == "GeV"


def normalised(score: Any) -> Any:
    """Between 0 and 1."""
    return 1 / (1 + np.exp(-score))


def test_the_seed_decides() -> None:
    sample = normalised_sample()
    assert summary_of_scores(sample, replicas=20) == summary_of_scores(sample, replicas=20)
    assert summary_of_scores(sample, replicas=20)["auc"] != summary_of_scores(sample, replicas=20, seed=2)["auc"]


def normalised_sample() -> Scored:
    sample = gaussians(200)
    return scored(sample.signal, normalised(sample.score))
