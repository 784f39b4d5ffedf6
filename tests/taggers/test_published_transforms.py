"""Published transforms: their numbers on values that one can check by hand."""

import numpy as np
import pytest

from dataformats.channels import CHANNEL_SETS
from taggers.published_transforms import PUBLISHED_TRANSFORMS, vision_transform

SETS = {
    "qg": "qg3",
    "a_tautau": "jet5",
    "tau13": "tau13",
    "agg2": "agg2",
    "top_mass3": "qg3",
    "top_gnn": "top8",
}


@pytest.mark.parametrize(("name", "channel_set"), SETS.items())
def test_channels_are_those_of_the_training(name: str, channel_set: str) -> None:
    assert tuple(PUBLISHED_TRANSFORMS[name].channels) == CHANNEL_SETS[channel_set].channels


def test_all_say_where_they_come_from_and_leave_the_work_to_the_backend() -> None:
    assert list(PUBLISHED_TRANSFORMS) == [*[*SETS][:5], "top_mass_gnn", "top_gnn"]
    for transform in PUBLISHED_TRANSFORMS.values():
        assert transform.source
        assert transform.applied_by == "backend"


@pytest.mark.parametrize(
    ("name", "channel", "raw", "expected"),
    [
        ("qg", "TracksPt", 50.0, 0.5),
        ("qg", "ECAL", 0.0009, 0.0),
        ("qg", "HCAL", 2.0, 0.5),
        ("qg", "HCAL", 0.0009, 0.0),
        ("a_tautau", "TracksD0_PV", 2.1, 0.0),
        ("a_tautau", "TracksD0_PV", -1.9, -19.0),
        ("a_tautau", "TracksDz_PV", -0.5, -5.0),
        ("a_tautau", "ECAL", 10.0, 2.0),
        ("tau13", "TracksPt", 0.9, 0.0),
        ("tau13", "TracksPt", 2.0, 0.02),
        ("tau13", "TracksDzSig", 19.0, 0.95),
        ("tau13", "TracksDzSig", -21.0, 0.0),
        ("tau13", "TOB2", 7.0, 7.0),
        ("agg2", "ECALEnergyT", 50.0, 2.0),
        ("top_mass3", "TracksPt", 2600.0, 1.0),
        ("top_mass3", "TracksPt", 100.0, 2.0),
        ("top_mass3", "ECAL", 30.0, 1.0),
        ("top_mass3", "HCAL", 4.5, 4.5),
        ("top_mass_gnn", "TracksD0", 11.0, 0.0),
        ("top_mass_gnn", "ECAL", 5.0, 0.5),
        ("top_gnn", "HCAL", 250.0, 0.5),
        ("top_gnn", "TracksDz", -5.0, -2.0),
        ("top_gnn", "BPIX3", 26.0, 2.0),
    ],
)
def test_numbers_are_those_of_the_training(name: str, channel: str, raw: float, expected: float) -> None:
    pixels = np.full((1, 1, 1, 1), raw, np.float32)
    PUBLISHED_TRANSFORMS[name].apply(pixels, (channel,))
    assert pixels.item() == pytest.approx(expected, rel=1e-6)


def test_vision_transformers_see_pixels_between_zero_and_one(rng: np.random.Generator) -> None:
    transform = vision_transform({"ECAL": (0.01, 0.2), "HCAL": (0.1, 1.0)})
    pixels = (rng.exponential(1, (4, 2, 16, 16)) * (rng.random((4, 2, 16, 16)) < 0.1)).astype(np.float32)
    pixels[0, 0, 3, 3] = 1e4
    transform.apply(pixels, ("ECAL", "HCAL"))
    assert pixels.min() == 0
    assert pixels.max() == 1
    assert pixels[0, 0].argmax() == 3 * 16 + 3
