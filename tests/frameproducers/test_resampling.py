"""Resampled endcaps in windows: what is conserved, what the public converters lost, and that nothing else changes."""

from collections.abc import Callable

import numpy as np
import pytest

from dataformats.candidates import Jets
from dataformats.frames import Windows
from e2efw.errors import ConfigurationError
from frameproducers.entries import Inputs, layer_entries
from frameproducers.event_frames import EventFrameProducer
from frameproducers.jet_frames import JetFrameProducer
from frameproducers.resampling import EEResampling, resampled

MINUS, BARREL, PLUS = slice(0, 55), slice(55, 225), slice(225, 280)


def whole(inputs: Inputs, how: EEResampling) -> Windows:
    producer = EventFrameProducer(channels=("ECAL", "HCAL"), ee_resampling=how)
    return producer.produce(inputs).frames


def assert_endcaps_are_resampled(inputs: Inputs) -> None:
    plain, conserving, legacy = (whole(inputs, how).pixels for how in ("none", "conserving", "legacy"))
    for other in (conserving, legacy):
        assert np.array_equal(other[:, 1], plain[:, 1])
        assert np.array_equal(other[:, 0, BARREL], plain[:, 0, BARREL])
    for endcap in (MINUS, PLUS):
        before, after, quarter = (
            pixels[:, 0, endcap].sum(axis=(1, 2), dtype=np.float64) for pixels in (plain, conserving, legacy)
        )
        assert before.sum() > 0
        assert after == pytest.approx(before, rel=1e-6)
        assert np.all(quarter <= before / 4 * (1 + 1e-6))
        assert quarter.sum() > 0.235 * before.sum()
    assert np.count_nonzero(conserving[:, 0]) > 1.3 * np.count_nonzero(plain[:, 0])


def test_endcaps_of_random_events(random_inputs: Callable[[int, int], Inputs]) -> None:
    assert_endcaps_are_resampled(random_inputs(41, 30))


def test_endcaps_of_simulated_events(simulated_inputs: Inputs) -> None:
    assert_endcaps_are_resampled(simulated_inputs.take(slice(0, 12)))


def test_endcaps_of_real_events(real_inputs: Inputs) -> None:
    assert_endcaps_are_resampled(real_inputs.take(slice(0, 12)))


def test_neither_changes_entries_that_are_not_to_be_resampled(simulated_inputs: Inputs) -> None:
    entries = layer_entries(["ECAL"], simulated_inputs)["ECAL"]
    assert resampled(entries, "none") is entries


@pytest.mark.parametrize("how", ["conserving", "legacy"])
def test_windows_are_cut_out_of_the_resampled_picture(
    random_inputs: Callable[[int, int], Inputs], how: EEResampling
) -> None:
    some = random_inputs(42, 16)
    one = np.ones(16, np.float32)
    jets = Jets(np.arange(17), pt=50 * one, eta=np.tile([2.0, -2.5], 8), phi=np.linspace(-3.1, 3.1, 16), mass=one)
    parameters = {"channels": ("ECAL",), "seed_rule": "axisCrystal", "border": "pad", "ee_resampling": how}
    producer = JetFrameProducer(**parameters, min_jet_pt=0.0, max_jet_eta=3.0, height=31, width=31)
    _, frames = producer.produce(jets, some)
    pictures = np.pad(whole(some, how).pixels, ((0, 0), (0, 0), (15, 15), (0, 0)))
    for event, (row, column) in enumerate(zip(frames.row, frames.column, strict=True)):
        columns = np.arange(column - 15, column + 16) % 360
        assert np.array_equal(frames.pixels[event, 0], pictures[event, 0, row : row + 31][:, columns])
    assert frames.pixels.any(axis=(1, 2, 3)).sum() > 4


def test_an_unknown_way_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'eeResampling': 'quarter' is not one of none, conserving, legacy"):
        JetFrameProducer(ee_resampling="quarter")
