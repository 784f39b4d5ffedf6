"""Transforms as cards write them, and on batches."""

from typing import Any

import numpy as np
import pytest
import yaml

from e2efw.errors import ConfigurationError, LogicError
from taggers.operations import Clip, MinMax, Scale, Standardise, ZeroOutside, ZeroSuppress
from taggers.published_transforms import PUBLISHED_TRANSFORMS
from taggers.transforms import Transform

WRITTEN = """
applied_by: backend
source: a test
channels:
  TracksPt: [{scale: 0.01}, {zero_suppress: 0.01}]
  TracksD0: [{scale: 0.1}, {zero_outside: {low: -1, high: 1}}]
  ECAL: [{standardise: {mean: 0.1, std: 2.0}}, {clip: {low: -500, high: 500}}, min_max]
  BPIX1: []
"""
NAMES = ("TracksPt", "TracksD0", "ECAL", "BPIX1")
READ = Transform(
    {
        "TracksPt": (Scale(0.01), ZeroSuppress(0.01)),
        "TracksD0": (Scale(0.1), ZeroOutside(-1, 1)),
        "ECAL": (Standardise(0.1, 2.0), Clip(-500, 500), MinMax()),
        "BPIX1": (),
    },
    "a test",
)


def read(channels: Any = None, names: tuple[str, ...] = ("ECAL",), **changes: Any) -> Transform:
    content = {"applied_by": "backend", "source": "", "channels": channels or {"ECAL": []}, **changes}
    return Transform.read("card", {key: value for key, value in content.items() if value is not None}, names)


def test_a_card_is_read_and_written_back() -> None:
    transform = Transform.read("card", yaml.safe_load(WRITTEN), NAMES)
    assert transform == READ
    assert Transform.read("card", yaml.safe_load(yaml.safe_dump(transform.written())), NAMES) == READ


@pytest.mark.parametrize("name", PUBLISHED_TRANSFORMS)
def test_published_transforms_survive_a_card(name: str) -> None:
    transform = PUBLISHED_TRANSFORMS[name]
    text = yaml.safe_dump(transform.written(), sort_keys=False)
    assert Transform.read("card", yaml.safe_load(text), tuple(transform.channels)) == transform


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"applied_by": "cfg"}, "card: applied_by 'cfg' should be backend or graph"),
        ({"source": None}, "card: key 'source' is missing. Needed: applied_by, source, channels"),
        ({"channel": {}}, r"card: no key 'channel'. Did you mean 'channels'\?"),
        ({"channels": ["ECAL"]}, "card: channels should be a mapping from names to lists"),
        ({"channels": {"ECAL": [], "ECALL": []}}, r"card: the network reads no channel 'ECALL'. Did you mean 'ECAL'\?"),
        ({"names": ("ECAL", "HCAL")}, r"card: channel 'HCAL' is missing. To leave it as it is, write HCAL: \[\]"),
        (
            {"channels": {"ECAL": None}},
            r"card: ECAL: should be a list of operations such as \[{scale: 0.01}\], is None",
        ),
        ({"channels": {"ECAL": [{"scales": 2}]}}, r"card: ECAL: no operation 'scales'. Did you mean 'scale'\?"),
        ({"channels": {"ECAL": [3]}}, r"card: ECAL: an operation is one word with its numbers such as {scale: 0.01}"),
        ({"channels": {"ECAL": ["scale"]}}, r"card: ECAL: write {scale: \.\.\.}, not 'scale'"),
        ({"channels": {"ECAL": [{"clip": [0, 1]}]}}, r"card: ECAL: write {clip: {low: \.\.\., high: \.\.\.}}, not"),
        ({"channels": {"ECAL": [{"clip": {"low": 0}}]}}, r"card: ECAL: write {clip: {low: \.\.\., high: \.\.\.}}, not"),
        ({"channels": {"ECAL": [{"min_max": 1}]}}, "card: ECAL: write min_max, not"),
        ({"channels": {"ECAL": [{"scale": 0}]}}, "card: ECAL: scale: a factor of 0 leaves nothing"),
        ({"channels": {"ECAL": [{"scale": "two"}]}}, "card: ECAL: scale: 'factor' should be a finite number, is 'two'"),
    ],
)
def test_wrong_cards_are_refused_with_what_is_legal(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read(**arguments)


def test_every_channel_gets_its_own_operations_wherever_it_stands(rng: np.random.Generator) -> None:
    raw = rng.normal(0, 20, (5, 4, 16, 16)).astype(np.float32)
    done = raw.copy()
    READ.apply(done, NAMES)
    for position, name in enumerate(NAMES):
        alone = raw[:, position].copy()
        for operation in READ.of(name):
            operation.apply(alone)
        np.testing.assert_array_equal(done[:, position], alone)
    np.testing.assert_array_equal(done[:, 3], raw[:, 3])
    turned = raw[:, ::-1].copy()
    READ.apply(turned, NAMES[::-1])
    np.testing.assert_array_equal(turned[:, ::-1], done)


def test_rows_of_features_are_a_batch_too() -> None:
    rows = np.array([[2.0, 100.0], [0.5, -100.0]], np.float32)
    READ.apply(rows, ("TracksPt", "BPIX1"))
    np.testing.assert_allclose(rows, [[0.02, 100], [0.0, -100]], rtol=1e-6)


def test_batches_that_do_not_fit_are_refused() -> None:
    with pytest.raises(LogicError, match=r"shape \(2, 3, 4, 4\) are no batch of 1 channels"):
        READ.apply(np.zeros((2, 3, 4, 4), np.float32), ("ECAL",))
    with pytest.raises(LogicError, match="float64 pixels"):
        READ.apply(np.zeros((2, 1, 4, 4)), ("ECAL",))  # type: ignore[arg-type]
    with pytest.raises(LogicError, match=r"no channel 'ECALL'. Did you mean 'ECAL'\?"):
        READ.apply(np.zeros((2, 1, 4, 4), np.float32), ("ECALL",))


def test_no_window_needs_no_transform() -> None:
    READ.apply(np.zeros((0, 4, 8, 8), np.float32), NAMES)
