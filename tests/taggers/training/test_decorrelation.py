"""A penalty on scores that follow the mass."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from e2efw.errors import ConfigurationError, LogicError

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")

from taggers.training.decorrelation import CramerVonMises, flatness  # noqa: E402 (needs torch)

EDGES = (50.0, 100.0, 150.0, 200.0)


def sample(n: int = 300, follow: float = 0.0) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    rng = np.random.default_rng(2)
    mass = rng.uniform(50, 200, n)
    return rng.normal(size=n) + follow * (mass - 125) / 40, mass, rng.integers(0, 2, n)


def twin(score: NDArray[Any], mass: NDArray[Any], weight: NDArray[Any]) -> float:
    """The measure with true steps: half for equal scores, as a smoothed step has."""
    bins, found = np.digitize(mass, EDGES) - 1, 0.0

    def part(members: NDArray[Any], at: float) -> float:
        passed = (score[members] < at) + 0.5 * (score[members] == at)
        return float(passed @ weight[members] / weight[members].sum())

    everyone = np.arange(score.size)
    for k in range(len(EDGES) - 1):
        members = np.flatnonzero(bins == k)
        squares = [(part(members, at) - part(everyone, at)) ** 2 for at in score]
        found += np.average(squares, weights=weight) * weight[members].sum() / weight.sum()
    return found


def tensors(*arrays: NDArray[Any]) -> list[Any]:
    return [torch.from_numpy(one) for one in arrays]


@pytest.mark.parametrize("follow", [0.0, 1.0])
def test_with_sharp_steps_it_is_the_measure_of_flatness(follow: float) -> None:
    score, mass, label = sample(120, follow)
    weight = np.random.default_rng(3).random(120)
    found = CramerVonMises(2.0, EDGES, width=1e-5)(*tensors(score, mass, label, weight)).item()
    assert found == pytest.approx(2 * twin(*(column[label == 0] for column in (score, mass, weight))), rel=1e-3)


def test_equal_bins_of_a_batch_are_the_bins_of_its_quantiles() -> None:
    score, mass, label = sample()
    mine = np.sort(mass[label == 0])
    edges = (0.0, *((mine[k - 1] + mine[k]) / 2 for k in (-(-mine.size // 3), -(-2 * mine.size // 3))), 1e9)
    equal, named = CramerVonMises(1.0, 3), CramerVonMises(1.0, edges)
    assert equal(*tensors(score, mass, label)).item() == pytest.approx(named(*tensors(score, mass, label)).item())


def test_only_the_named_classes_and_masses_between_the_edges_count() -> None:
    score, mass, label = sample(follow=1.0)
    background = CramerVonMises(1.0, EDGES)
    wanted = background(*tensors(score, mass, label)).item()
    assert background(*tensors(np.where(label == 1, mass, score), mass, label)).item() == pytest.approx(wanted)
    more = [np.concatenate([column, extra]) for column, extra in ((score, [9.0, 9.0]), (mass, [20.0, np.nan]))]
    assert background(*tensors(*more, np.append(label, [0, 0]))).item() == pytest.approx(wanted)
    both = CramerVonMises(1.0, EDGES, classes=(0, 1))(*tensors(score, mass, label)).item()
    signal = CramerVonMises(1.0, EDGES, classes=(1,))(*tensors(score, mass, label)).item()
    assert both == pytest.approx((wanted + signal) / 2)


def test_scaled_scores_have_the_same_penalty() -> None:
    score, mass, label = sample(follow=0.5)
    one, other = (CramerVonMises(1.0)(*tensors(factor * score, mass, label)).item() for factor in (1.0, 30.0))
    assert other == pytest.approx(one, rel=1e-4)


def test_its_slope_leads_to_scores_that_do_not_know_the_mass() -> None:
    score, mass, label = (torch.from_numpy(one).float() for one in sample(300, follow=1.5))
    penalty, taken = CramerVonMises(1.0), torch.zeros(1, requires_grad=True)
    before = penalty(score, mass, label).item()
    for _ in range(40):
        found = penalty((score - taken * (mass - 125) / 40)[:, None], mass, label)
        (slope,) = torch.autograd.grad(found, taken)
        taken = (taken - 5 * slope).detach().requires_grad_()
    assert taken.item() == pytest.approx(1.5, abs=0.2)
    assert found.item() < before / 8


def test_a_batch_without_the_class_and_equal_scores_cost_nothing() -> None:
    score, mass, _ = (torch.from_numpy(one) for one in sample(20))
    score.requires_grad_()
    nothing = CramerVonMises(1.0)(score, mass, torch.ones(20, dtype=torch.int64))
    nothing.backward()
    assert nothing.item() == 0.0
    assert not score.grad.any()
    same = CramerVonMises(1.0)(torch.ones(20), mass, torch.zeros(20, dtype=torch.int64))
    assert same.item() == pytest.approx(0.0, abs=1e-12)


def test_wrong_arguments_are_told() -> None:
    with pytest.raises(ConfigurationError, match="rising edges"):
        CramerVonMises(1.0, (2.0, 1.0, 3.0))
    with pytest.raises(ConfigurationError, match=r"'strength' \(-1\) must not be negative"):
        CramerVonMises(-1)
    with pytest.raises(LogicError, match="one number per object each"):
        CramerVonMises(1.0)(torch.zeros(3), torch.zeros(2), torch.zeros(3))


@pytest.mark.parametrize("follow", [0.0, 1.0])
def test_flatness_is_the_penalty_with_true_steps(follow: float) -> None:
    score, mass, label = sample(200, follow)
    found = flatness(score, mass, 4, replicas=50)
    sharp = CramerVonMises(1.0, 4, classes=(0,), width=1e-5)(*tensors(score, mass, 0 * label)).item()
    assert found.value == pytest.approx(sharp, rel=1e-3)
    assert found.value > 0.02 if follow else found.value < 0.01
    assert 0 < found.error < found.value
    assert flatness(np.ones(200), mass, 4).value == 0.0
