"""The precision of a training: quick where it can be, and said where it is slow."""

import pytest

torch = pytest.importorskip("torch", reason="torch is in the extra `train`")

from taggers.training import precision  # noqa: E402 (they need torch)
from taggers.training.precision import computes_bfloat16, emulated, settled  # noqa: E402
from taggers.training.recipe import Recipe  # noqa: E402


@pytest.fixture
def recipe() -> Recipe:
    return Recipe.read("top_resnet15", ["accelerator=cpu"])


@pytest.mark.parametrize(("quick", "chosen"), [(True, "bf16-mixed"), (False, "32-true")])
def test_auto_becomes_what_is_quick_here(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch, quick: bool, chosen: str
) -> None:
    monkeypatch.setattr(precision, "computes_bfloat16", lambda accelerator: quick)
    assert recipe.precision == "auto"
    assert settled(recipe).precision == chosen
    assert emulated(settled(recipe)) == ""


def test_who_names_a_precision_gets_it_with_a_warning_where_it_is_slow(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "computes_bfloat16", lambda accelerator: False)
    named = Recipe.read("top_resnet15", ["precision=bf16-mixed"])
    assert settled(named) == named
    assert "emulates bfloat16" in emulated(named)
    assert emulated(Recipe.read("top_resnet15", ["precision=16-mixed"])) == ""


@pytest.mark.parametrize(
    ("capabilities", "quick"),
    [({"avx512_bf16": True}, True), ({"amx_bf16": True}, True), ({"bf16": True}, True), ({"avx2": True}, False)],
)
def test_processors_say_what_they_compute(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], quick: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert computes_bfloat16("cpu") is quick
