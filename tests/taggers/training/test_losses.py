"""Losses by name: against readable twins, in heads, and safe far from the truth."""

import math
from typing import Any

import numpy as np
import pytest

from e2efw.errors import ConfigurationError, LogicError

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")

from taggers.training.losses import LOSSES, loss  # noqa: E402 (needs torch)
from taggers.training.losses.registry import register  # noqa: E402 (needs torch)

LEVELS = (0.16, 0.5, 0.84)


def log1pexp(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def bce(raw: list[float], truth: int) -> float:
    return log1pexp(-raw[0]) if truth else log1pexp(raw[0])


def cross_entropy(raw: list[float], truth: int) -> float:
    return math.log(sum(math.exp(x) for x in raw)) - raw[truth]


def huber(raw: list[float], truth: float) -> float:
    away = abs(raw[0] - truth)
    return 0.5 * away**2 if away < 1 else away - 0.5


def gaussian(raw: list[float], truth: float) -> float:
    sigma = math.exp(7 * math.tanh(raw[1] / 7))
    return 0.5 * ((raw[0] - truth) / sigma) ** 2 + math.log(sigma * math.sqrt(2 * math.pi))


def laplace(raw: list[float], truth: float) -> float:
    scale = math.exp(7 * math.tanh(raw[1] / 7)) / 1.1478743
    return abs(raw[0] - truth) / scale + math.log(2 * scale)


def pinball(raw: list[float], truth: float) -> float:
    said = [raw[1] - log1pexp(raw[0]), raw[1], raw[1] + log1pexp(raw[2])]
    return sum(
        level * (truth - at) if truth > at else (1 - level) * (at - truth)
        for level, at in zip(LEVELS, said, strict=True)
    ) / len(LEVELS)


TWINS: dict[str, Any] = {
    "bce": bce,
    "cross_entropy": cross_entropy,
    "mse": lambda raw, truth: (raw[0] - truth) ** 2,
    "mae": lambda raw, truth: abs(raw[0] - truth),
    "huber": huber,
    "gaussian_nll": gaussian,
    "laplace_nll": laplace,
    "quantile": pinball,
}


def test_public_names() -> None:
    assert sorted(LOSSES) == [
        *("bce", "cross_entropy", "gaussian_nll", "huber", "laplace_nll", "mae", "mse", "quantile")
    ]


@pytest.mark.parametrize("name", TWINS)
def test_every_loss_is_its_readable_twin_object_by_object(name: str) -> None:
    made = loss(name)
    rng = np.random.default_rng(1)
    n = {"bce": 2, "cross_entropy": 3}.get(name, 2)
    raw = rng.normal(0, 1.5, (20, made.outputs(n))).astype(np.float32)
    weights = rng.random(20).astype(np.float32)
    if made.kind == "label":
        truth = rng.integers(0, n, 20)
        wanted = [TWINS[name](row.tolist(), int(one)) for row, one in zip(raw, truth, strict=True)]
    else:
        truth = rng.normal(0, 1, (20, n)).astype(np.float32)
        parts = raw.reshape(20, n, -1)
        wanted = [np.mean([TWINS[name](parts[k, t].tolist(), truth[k, t]) for t in range(n)]) for k in range(20)]
    found = made(torch.from_numpy(raw), torch.from_numpy(truth), torch.from_numpy(weights))
    np.testing.assert_allclose(found.numpy(), wanted * weights, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("name", [name for name in TWINS if loss(name).kind == "target"])
def test_a_target_without_truth_has_neither_loss_nor_slope(name: str) -> None:
    made = loss(name)
    raw = torch.randn(20, made.outputs(2), requires_grad=True)
    truth = torch.randn(20, 2)
    both = made(raw, truth)
    truth[::2, 1] = torch.nan
    found = made(raw, truth)
    found.sum().backward()
    (alone,) = (made(raw[::2, : raw.shape[1] // 2], truth[::2, :1]),)
    torch.testing.assert_close(found[1::2], both[1::2])
    torch.testing.assert_close(found[::2], alone / 2)
    assert raw.grad is not None
    assert not raw.grad[::2, raw.shape[1] // 2 :].any()


def test_weights_of_classes_count_where_the_truth_is_that_class() -> None:
    raw, truth = torch.zeros(2, 1), torch.tensor([0, 1])
    assert loss("bce", positive_weight=3.0)(raw, truth).tolist() == pytest.approx([math.log(2), 3 * math.log(2)])
    several = loss("cross_entropy", class_weights=[1, 2, 5])
    assert several(torch.zeros(2, 3), truth).tolist() == pytest.approx([math.log(3), 2 * math.log(3)])


@pytest.mark.parametrize("name", ["bce", "cross_entropy", "gaussian_nll", "laplace_nll", "quantile", "huber"])
def test_numbers_far_off_have_finite_losses_and_slopes(name: str) -> None:
    made = loss(name)
    raw = torch.tensor([[3e3], [-3e3]]).repeat(1, made.outputs(2)).bfloat16().requires_grad_()
    truth = torch.tensor([0, 1]) if made.kind == "label" else torch.zeros(2, 2)
    found = made(raw, truth)
    assert found.dtype == torch.float32
    found.sum().backward()
    assert torch.isfinite(found).all()
    assert torch.isfinite(raw.grad).all()


def test_a_fitted_gaussian_knows_its_mean_and_width_in_the_unit_of_the_target() -> None:
    torch.manual_seed(1)
    mean, std = 170.0, 12.0
    truth = torch.randn(1000, 1) * 0.5 + 0.3
    made, raw = loss("gaussian_nll"), torch.zeros(1, 2, requires_grad=True)
    for _ in range(60):
        (slope,) = torch.autograd.grad(made(raw.expand(1000, 2), truth).mean(), raw)
        raw = (raw - 0.2 * slope).detach().requires_grad_()
    said = made.head([mean], [std])(raw.detach())[0]
    assert said[0].item() == pytest.approx((mean + std * truth.mean()).item(), abs=0.05)
    assert said[1].item() == pytest.approx((std * truth.std()).item(), rel=0.01)


def test_a_fitted_laplace_knows_its_median_and_two_thirds_of_a_sample_with_tails() -> None:
    generator = torch.Generator().manual_seed(1)
    side = torch.rand(4000, 1, generator=generator) < 0.5
    away = torch.empty(4000, 1).exponential_(1 / 0.4, generator=generator)
    truth = 0.3 + torch.where(side, away, -away)
    made, raw = loss("laplace_nll"), torch.zeros(1, 2, requires_grad=True)
    for _ in range(200):
        (slope,) = torch.autograd.grad(made(raw.expand(4000, 2), truth).mean(), raw)
        raw = (raw - 0.1 * slope).detach().requires_grad_()
    median, sigma = made.head()(raw.detach())[0]
    assert median.item() == pytest.approx(truth.median().item(), abs=0.02)
    assert ((truth - median).abs() < sigma).float().mean().item() == pytest.approx(0.6827, abs=0.01)


@pytest.mark.parametrize(("name", "slope"), [("gaussian_nll", -2.0), ("laplace_nll", -1.1478743)])
def test_with_beta_of_one_the_middle_learns_as_if_there_was_no_width(name: str, slope: float) -> None:
    raw = torch.tensor([[0.0, -3.0], [0.0, 3.0]], requires_grad=True)
    loss(name, beta=1.0)(raw, torch.full((2, 1), 2.0)).sum().backward()
    assert raw.grad[:, 0].tolist() == pytest.approx([slope, slope], rel=1e-5)


def test_beta_changes_weights_of_objects_and_not_where_the_best_is() -> None:
    raw = torch.tensor([[0.0, 1.0]], requires_grad=True)
    truth = torch.tensor([[math.exp(7 * math.tanh(1 / 7))]])  # one sigma away: the width has no slope
    loss("gaussian_nll", beta=0.5)(raw, truth).sum().backward()
    assert raw.grad[0, 1].item() == pytest.approx(0.0, abs=1e-5)
    assert raw.grad[0, 0].item() == pytest.approx(-1.0, rel=1e-5)  # sigma^2 beta / sigma


def test_quantiles_never_cross_and_stand_where_the_sample_has_them() -> None:
    made = loss("quantile", levels=[0.1, 0.4, 0.8, 0.9])
    wild = made.head()(torch.randn(100, 8, generator=torch.Generator().manual_seed(1)) * 20)
    assert (wild.reshape(100, 2, 4).diff(dim=2) >= 0).all()
    truth = torch.linspace(0, 1, 1001)[:, None]
    at = torch.tensor([[0.1, 0.4, 0.8, 0.9]])
    steps = torch.log(torch.expm1(at.diff().abs()))
    raw = torch.tensor([[steps[0, 0], 0.4, steps[0, 1], steps[0, 2]]])
    assert torch.allclose(made.head()(raw), at)
    best = made(raw.expand(1001, 4), truth).mean()
    for number in range(4):
        for away in (-0.3, 0.3):
            other = raw.clone()
            other[0, number] += away
            assert made(other.expand(1001, 4), truth).mean() > best


def test_heads_say_probabilities_and_undo_standardising() -> None:
    raw = torch.tensor([[0.0, math.log(3)], [1.0, 1.0]])
    assert torch.allclose(loss("cross_entropy").head()(raw), torch.tensor([[0.25, 0.75], [0.5, 0.5]]))
    assert loss("bce").head()(torch.zeros(2, 1)).tolist() == [[0.5], [0.5]]
    assert loss("mse").head([100.0, 400.0], [10.0, 50.0])(raw)[1].tolist() == [110.0, 450.0]
    assert torch.equal(loss("mae").head()(raw), raw)
    head = loss("quantile").head([100.0], [10.0])
    assert head(torch.zeros(1, 3))[0].tolist() == pytest.approx(
        [100 - 10 * math.log(2), 100, 100 + 10 * math.log(2)], rel=1e-6
    )
    assert set(head.state_dict()) == {"mean", "std"}


def test_what_is_said_has_names() -> None:
    assert loss("bce").said_names(["qcd", "top"]) == [("top", "probability of top")]
    assert [name for name, _ in loss("cross_entropy").said_names(["u", "g"])] == ["u", "g"]
    assert [name for name, _ in loss("gaussian_nll").said_names(["mass", "pt"])] == [
        "mass", "mass_sigma", "pt", "pt_sigma",
    ]  # fmt: skip
    assert loss("quantile", levels=[0.025, 0.5]).said_names(["mass"]) == [
        ("mass_q2p5", "2.5 % quantile of mass"), ("mass_q50", "50 % quantile of mass"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", TWINS)
def test_as_many_numbers_are_named_as_the_head_says(name: str) -> None:
    made = loss(name)
    said = made.head()(torch.zeros(5, made.outputs(2)))
    assert said.shape == (5, len(made.said_names(["a", "b"])))


def test_heads_can_be_exported() -> None:
    made = loss("quantile")
    head = made.head([1.0, 2.0], [3.0, 4.0])
    raw = torch.randn(6, made.outputs(2), generator=torch.Generator().manual_seed(1))
    exported = torch.export.export(head, (raw[:3],), dynamic_shapes=({0: torch.export.Dim("rows", min=1)},))
    assert torch.allclose(exported.module()(raw), head(raw))


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("huberr", {}, r"no loss 'huberr'\. Did you mean 'huber'"),
        ("huber", {"delt": 1}, r"loss 'huber': no option 'delt'\. Did you mean 'delta'"),
        ("huber", {"delta": 0}, r"loss 'huber': 'delta' must be a number above 0 and finite, got 0"),
        ("bce", {"positive_weight": -1}, "'positive_weight' must be a number above 0"),
        ("quantile", {"levels": [0.5, 0.2]}, "'levels' must rise"),
        ("quantile", {"levels": [0.5, 1.0]}, "'levels' must be a number above 0 and below 1"),
        ("gaussian_nll", {"beta": 2}, "'beta' must be a number above 0"),
    ],
)
def test_wrong_names_and_options_are_told(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        loss(name, **options)


def test_what_does_not_fit_is_told() -> None:
    with pytest.raises(ConfigurationError, match=r"'bce' is for two classes, not 3\. Take 'cross_entropy'"):
        loss("bce").outputs(3)
    with pytest.raises(ConfigurationError, match="2 'class_weights' for 3 classes"):
        loss("cross_entropy", class_weights=[1, 2]).outputs(3)
    with pytest.raises(ConfigurationError, match="two or more classes, not 1"):
        loss("cross_entropy").outputs(1)
    with pytest.raises(ConfigurationError, match="one target at least"):
        loss("mse").outputs(0)
    with pytest.raises(ConfigurationError, match="classes have no mean"):
        loss("bce").head([1.0], [1.0])
    with pytest.raises(ConfigurationError, match="both mean and std"):
        loss("mse").head([1.0])
    with pytest.raises(ConfigurationError, match="std larger than 0"):
        loss("mse").head([1.0], [0.0])
    with pytest.raises(ConfigurationError, match="exists already"):
        register("mse", "again", LOSSES["mse"].build)
    for name, said, truth in (("mse", (4, 2), (4,)), ("bce", (4, 2), (4,)), ("gaussian_nll", (4, 2), (4, 2))):
        with pytest.raises(LogicError, match=f"loss '{name}': numbers of shape"):
            loss(name)(torch.zeros(said), torch.zeros(truth))
