"""The outputCommands grammar."""

import pytest

from e2efw.errors import ConfigurationError
from e2efw.framework.tags import ProductKey
from e2efw.io.branches import BranchName
from e2efw.io.keep_drop import kept

_NAMES = [
    "EcalRecHitsSorted_reducedEcalRecHitsEB__RECO",
    "EcalRecHitsSorted_reducedEcalRecHitsEE__RECO",
    "recoTracks_generalTracks__RECO",
    "e2eSeeds_jetFrames_ak4_E2E",
    "e2eSeeds_jetFrames_ak8_E2E",
]


def _kept(*rules: str) -> list[int]:
    """Positions in `_NAMES` of the products that stay."""
    names = {}
    for number, name in enumerate(_NAMES):
        parsed = BranchName.parse(f"{name}.")
        assert parsed is not None
        names[number] = parsed
    return kept(rules, names, parameter="outputCommands", owner="PoolOutputModule 'out'")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], [0, 1, 2, 3, 4]),
        (["keep *"], [0, 1, 2, 3, 4]),
        (["drop *"], []),
        (["keep *_*_*_E2E"], [3, 4]),
        (["keep *", "drop EcalRecHitsSorted_*_*_*"], [2, 3, 4]),
        (["keep *", "drop *", "keep recoTracks_*_*_*"], [2]),
        (["drop recoTracks_*_*_*", "keep *"], [0, 1, 2, 3, 4]),
        (["keep *_*_ak?_*"], [3, 4]),
        (["keep *_reducedEcalRecHitsE?__RECO"], [0, 1]),
        (["keep *_*_*4_*", "keep reco*_*__*"], [2, 3]),
        (["keep ?_*_*_*"], []),
    ],
)
def test_the_last_matching_rule_counts(rules: list[str], expected: list[int]) -> None:
    assert _kept(*rules) == expected


def test_a_wildcard_stays_in_its_field() -> None:
    assert _kept("keep EcalRecHitsSorted_*_x_RECO") == []


def test_instance_may_be_empty_and_then_matches_the_empty_instance_only() -> None:
    assert _kept("keep *_*__*") == [0, 1, 2]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("keep", "is too short"),
        ("keep*", "is too short"),
        ("save *_*_*_*", "starts with neither 'keep' nor 'drop'"),
        ("Keep *", "starts with neither 'keep' nor 'drop'"),
        ("keep_*_*_*_*", "needs exactly one blank after 'keep'"),
        ("drop  *", "needs exactly one blank after 'drop'"),
        ("keep *_*_*", "has 3 fields instead of 4"),
        ("keep *_*_*_*_*", "has 5 fields instead of 4"),
        ("keep **", "has 1 fields instead of 4"),
        ("keep *_*_*_", "has an empty field"),
        ("keep _*_*_*", "has an empty field"),
        ("keep *_a-b_*_*", "has an illegal character '-'"),
        ("keep *_*_*_* ", "has an illegal character ' '"),
    ],
)
def test_what_breaks_the_grammar_is_refused_with_rule_parameter_and_owner(rule: str, reason: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        _kept("keep *", rule)
    message = str(caught.value)
    assert message.startswith(f"PoolOutputModule 'out': parameter 'outputCommands': rule '{rule}' {reason}.")
    assert caught.value.exit_code == 8009


def test_a_rule_that_matches_nothing_is_logged_with_the_nearest_product(caplog: pytest.LogCaptureFixture) -> None:
    assert _kept("keep recoTrack_generalTracks__RECO") == []
    assert "matches no product. Did you mean 'recoTracks_generalTracks__RECO'?" in caplog.text


def test_the_key_types_are_those_of_the_framework() -> None:
    key = ProductKey("a", "", "P")
    assert kept(["keep *"], {key: BranchName("x", key)}, parameter="p", owner="o") == [key]
