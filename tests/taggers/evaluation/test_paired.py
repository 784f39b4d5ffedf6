"""Differences of models on the same objects, against sums over all pairs and against bootstraps."""

import numpy as np
import pytest

from e2efw.errors import LogicError
from taggers.evaluation.metrics import mean_absolute_error, separation
from taggers.evaluation.paired import Measured, difference, mean_of, measured_area, measured_distance
from taggers.evaluation.sample import Scored, regressed, scored


def two_taggers(n: int, noise: float = 0.3) -> tuple[Scored, Scored]:
    """One tagger, and the same with some noise on top; scores are rounded, so that there are ties."""
    rng = np.random.default_rng(3)
    label = rng.integers(0, 2, n)
    first = np.round(rng.normal(size=n) + 1.5 * label, 1)
    return scored(label, first), scored(label, np.round(first + rng.normal(0, noise, n), 1))


def all_pairs(sample: Scored) -> float:
    over = sample.score[sample.signal][:, np.newaxis] - sample.score[~sample.signal]
    return float(np.mean((over > 0) + 0.5 * (over == 0)))


def test_an_area_counts_all_pairs_and_its_error_is_that_of_the_bootstrap() -> None:
    sample, _ = two_taggers(600)
    found = measured_area(sample)
    assert found.value == pytest.approx(all_pairs(sample), abs=1e-12)
    expected = separation(sample, replicas=400).auc
    assert found.value == pytest.approx(expected.value, abs=1e-12)
    assert found.estimate.error == pytest.approx(expected.error, rel=0.15)


def test_the_error_of_a_difference_knows_what_both_have_in_common() -> None:
    first, second = two_taggers(600)
    areas = [measured_area(one) for one in (first, second)]
    found = difference(*areas)
    assert found.value == pytest.approx(all_pairs(first) - all_pairs(second), abs=1e-12)
    rng, drawn = np.random.default_rng(5), []
    for _ in range(400):
        rows = np.concatenate(
            [rng.choice(np.flatnonzero(first.signal == one), (first.signal == one).sum()) for one in (0, 1)]
        )
        parts = [measured_area(scored(one.signal[rows], one.score[rows])).value for one in (first, second)]
        drawn.append(parts[0] - parts[1])
    assert found.error == pytest.approx(np.std(drawn), rel=0.15)
    assert found.error < 0.6 * areas[0].estimate.error
    assert difference(areas[0], areas[0]) == (0.0, 0.0)


def test_distances_and_means() -> None:
    rng = np.random.default_rng(7)
    truth = rng.uniform(50, 150, 300)
    near, far = (regressed(truth + rng.normal(0, width, 300), truth) for width in (5, 10))
    assert measured_distance(near).estimate == pytest.approx(mean_absolute_error(near))
    apart = np.abs(far.estimate - truth) - np.abs(near.estimate - truth)
    found = difference(measured_distance(far), measured_distance(near))
    assert found == pytest.approx((apart.mean(), np.std(apart, ddof=1) / np.sqrt(300)))
    same = measured_distance(near)
    assert mean_of([same, same]).estimate == pytest.approx(same.estimate)


def test_what_cannot_be_had_is_unknown_or_refused() -> None:
    assert np.isnan(measured_area(scored([1, 1], [0.2, 0.3])).estimate).all()
    alone = measured_area(scored([1, 0, 0], [0.5, 0.2, 0.7]))
    assert alone.value == 0.5
    assert np.isnan(alone.estimate.error)
    with pytest.raises(LogicError, match="weight 1"):
        measured_area(scored([1, 0], [0.2, 0.3], [1, 2]))
    with pytest.raises(LogicError, match="not of 2 and 3"):
        difference(Measured(1, np.zeros(2)), Measured(1, np.zeros(3)))
