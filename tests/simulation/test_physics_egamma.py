"""Photons and electrons of the simulated detector: resolution, shapes of real photons, and how alike they look."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmarks.physics import energy, helix, separation, showers
from benchmarks.physics.report import BARREL, ENDCAP
from benchmarks.physics.statistics import effective_sigma, median

Measured = Callable[[str], Any]


@pytest.mark.parametrize("kind", ["photon", "electron"])
def test_resolution_follows_the_formula(measured: Measured, kind: str) -> None:
    """Within 25 % of 2.8 % / sqrt(E) + 20 % GeV / E + 0.3 %; 20 % is the noise of 25 crystals, 12 % that of 9."""
    for pt, found in measured("energy").showers[kind].items():
        if pt >= 10.0:
            assert energy.resolution(found) == pytest.approx(energy.expected(found, energy.NOISE_5X5), rel=0.25), pt


@pytest.mark.parametrize("kind", ["photon", "electron"])
def test_soft_showers_lose_what_is_below_the_readout_threshold(measured: Measured, kind: str) -> None:
    """At 5 GeV up to 1.8 times the formula: trigger towers with less than 4 GeV are not read whole."""
    found = measured("energy").showers[kind][5.0]
    assert 1.0 < energy.resolution(found) / energy.expected(found, energy.NOISE_5X5) < 1.8


@pytest.mark.parametrize(
    ("kind", "region", "shift", "spread"),
    [
        ("photon", BARREL, 0.005, 0.015),
        ("photon", ENDCAP, 0.005, 0.02),
        ("electron", BARREL, 0.005, 0.02),
        ("electron", ENDCAP, 0.02, 0.03),
    ],
)
def test_energies_of_10_to_100_gev_are_right(
    measured: Measured, kind: str, region: tuple[float, float], shift: float, spread: float
) -> None:
    ratio = energy.ratios(measured("energy").found[kind], region)
    assert ratio.size > 500
    assert median(ratio) == pytest.approx(1.0, abs=shift)
    assert effective_sigma(ratio) < spread


def test_photons_and_electrons_are_found_as_photons(measured: Measured) -> None:
    for found in measured("energy").found.values():
        for region in (BARREL, ENDCAP):
            assert energy.efficiency(found, region) > 0.98


def test_compact_photons_have_the_ratios_of_real_ones(measured: Measured) -> None:
    """Medians of 3 x 3 / 5 x 5 within 0.01 and of hottest / 3 x 3 within 0.06; quartiles of the first within 0.02.

    Real: 13 photons above 20 GeV with 85 % of their energy in 3 x 3 crystals; the other 41 are wide pieces of jets.
    """
    found = measured("showers")
    if found.real is None:
        pytest.skip("no real CMS photons beside this checkout")
    ours, real = found.single.compact, found.real.compact
    assert real.inner.size == 13
    assert median(ours.inner) == pytest.approx(median(real.inner), abs=0.01)
    assert median(ours.hottest) == pytest.approx(median(real.hottest), abs=0.06)
    assert showers.quartiles(ours.inner) == pytest.approx(showers.quartiles(real.inner), abs=0.02)
    assert showers.quartiles(ours.hottest) == pytest.approx(showers.quartiles(real.hottest), abs=0.13)


def test_photons_in_jets_are_wide_as_most_real_ones_are(measured: Measured) -> None:
    found = measured("showers")
    assert median(found.in_jets.inner) < median(found.single.inner) - 0.03
    if found.real is not None:
        assert median(found.real.inner) < median(found.single.inner) - 0.03


def test_electrons_and_photons_differ_but_not_too_much(measured: Measured) -> None:
    """Area under the curve: 0.68 to 0.85, no number alone above 0.7; R9 > 0.94 as often as in CMS, within 0.07."""
    found = measured("separation")
    assert 0.68 < found.auc < 0.85
    assert all(0.3 < area < 0.7 for area in found.single.values())
    assert found.compact == pytest.approx((0.7, 0.5), abs=0.07)


def test_the_regression_finds_a_known_line() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(20_000, 2))
    y = (rng.random(len(x)) < 1.0 / (1.0 + np.exp(-(2.0 * x[:, 0] - x[:, 1] + 0.5)))).astype(float)
    answers = separation.logistic_regression(x, y, np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    assert answers == pytest.approx([0.5, 2.5, -0.5], abs=0.15)


def test_the_area_counts_pairs() -> None:
    low, high = np.array([1.0, 2.0, 2.0, 5.0]), np.array([2.0, 6.0])
    pairs = [(a < b) + 0.5 * (a == b) for a in low.tolist() for b in high.tolist()]
    assert separation.area(low, high) == pytest.approx(np.mean(pairs))


def test_muons_meet_the_ecal_at_the_angle_of_the_helix(measured: Measured) -> None:
    """Vectors H7 within 3 mrad (a crystal is 17 mrad wide)."""
    for pt, angles in measured("helix").items():
        assert median(angles) == pytest.approx(helix.VECTORS[pt], abs=0.003)
        assert helix.exact(pt) == pytest.approx(helix.VECTORS[pt], rel=5e-3)
        assert math.isclose(effective_sigma(angles), 0.0, abs_tol=0.02)
