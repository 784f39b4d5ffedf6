"""Jets and whole events of the simulated detector: masses, response, missing momentum, vertices, Z decays."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmarks.physics import jets
from benchmarks.physics.events import PILEUP_NAME, Z_MASS, z_peak
from benchmarks.physics.masses import TOP_MASS, TOP_WINDOW, W_MASS, W_WINDOW, peak
from benchmarks.physics.statistics import effective_sigma, median
from e2efw.config.loader import load_process

Measured = Callable[[str], Any]


@pytest.mark.parametrize(
    ("name", "window", "mass", "shift"),
    [("w", W_WINDOW, W_MASS, 3.5), ("top", TOP_WINDOW, TOP_MASS, 9.0), ("wide_generated", TOP_WINDOW, TOP_MASS, 8.0)],
)
def test_generated_jets_have_the_masses_of_w_and_top(
    measured: Measured, name: str, window: tuple[float, float], mass: float, shift: float
) -> None:
    """Narrow jets lose what radiates out of them, wide ones gain from the rest of the event: a few GeV."""
    middle, inside = peak(getattr(measured("masses"), name), window)
    assert middle == pytest.approx(mass, abs=shift)
    assert inside > 0.8


def test_reconstructed_wide_jets_of_tops_peak_where_generated_ones_do(measured: Measured) -> None:
    """Within 6 GeV, and four of five within 140 - 205 GeV; of other jets at most one of five is there."""
    found = measured("masses")
    middle, inside = peak(found.wide, TOP_WINDOW)
    assert middle == pytest.approx(peak(found.wide_generated, TOP_WINDOW)[0], abs=6.0)
    assert inside > 0.8
    assert peak(found.wide_qcd, TOP_WINDOW)[1] < 0.2


@pytest.mark.parametrize("pt", [30.0, 100.0, 300.0])
@pytest.mark.parametrize("region", ["barrel", "endcap"])
def test_jets_have_the_pt_of_generated_ones(measured: Measured, region: str, pt: float) -> None:
    """Medians within 4 %."""
    response = jets.middle(measured("jets").alone, jets.REGIONS[region], pt).response
    assert response.size > 40
    assert median(response) == pytest.approx(1.0, abs=0.04)


@pytest.mark.parametrize(("pt", "real"), jets.CMS_RESOLUTION.items())
def test_jets_are_measured_as_well_as_in_cms(measured: Measured, pt: float, real: float) -> None:
    """At the barrel, within 30 %."""
    response = jets.middle(measured("jets").alone, jets.REGIONS["barrel"], pt).response
    assert effective_sigma(response) / median(response) == pytest.approx(real, rel=0.3)


@pytest.mark.parametrize("region", ["barrel", "endcap"])
def test_pileup_adds_to_jets_and_blurs_them(measured: Measured, region: str) -> None:
    """Neutral particles of 30 other collisions stay: up to 20 % more at 30 GeV, up to 8 % at 100 GeV."""
    alone, crowded = (getattr(measured("jets"), name) for name in ("alone", "with_pileup"))
    for pt, most in ((30.0, 1.2), (100.0, 1.08)):
        without, within = (jets.middle(each, jets.REGIONS[region], pt).response for each in (alone, crowded))
        assert 0.99 < median(within) / median(without) < most
        assert effective_sigma(within) < 2.0 * effective_sigma(without)


def test_the_correction_in_the_cfg_is_the_one_that_is_measured(measured: Measured) -> None:
    """For jets of 30, 100 and 300 GeV up to |eta| 2.1, within 3 %."""
    process, found = load_process("simulate_cfg.py", []), measured("jets").raw
    for radius, module in ((0.4, process.ak4PFJetsCHS), (0.8, process.ak8PFJetsCHS)):
        cfg, fitted = (np.reshape(t, (-1, 3))[:3] for t in (module.correction.value(), jets.correction(found[radius])))
        assert cfg[:, 0].tolist() == fitted[:, 0].tolist() == [1.3, 1.7, 2.1]
        for pt in (30.0, 100.0, 300.0):
            ours, theirs = (each[:, 1] + each[:, 2] * np.log10(pt / 100.0) for each in (cfg, fitted))
            assert ours == pytest.approx(theirs, rel=0.03)


def test_the_fit_finds_a_known_correction() -> None:
    rng = np.random.default_rng(1)
    pt, eta = 20.0 * 40.0 ** rng.random(40_000), rng.uniform(0.0, 3.0, 40_000)
    factor = np.where(eta < 1.7, 1.1 - 0.05 * np.log10(pt / 100.0), 1.2 - 0.1 * np.log10(pt / 100.0))
    spread = 1.0 + 0.1 * rng.normal(size=pt.size)
    triples = np.reshape(jets.correction(jets.Pairs(pt * factor, eta, pt * spread)), (-1, 3))
    assert triples[:, 0].tolist() == list(jets.CORRECTED)
    assert triples[:2, 1:] == pytest.approx(np.array([[1.1, -0.05]] * 2), abs=0.015)
    assert triples[2:, 1:] == pytest.approx(np.array([[1.2, -0.1]] * 3), abs=0.015)


@pytest.mark.parametrize("process", ["ttbar", "Z to ee"])
def test_missing_momentum_is_as_good_as_calorimeters_allow(measured: Measured, process: str) -> None:
    """0.5 to 0.75 sqrt(sum ET / GeV) against what is generated within |eta| < 3; all that is beyond adds to that."""
    found = measured("events").missing[process]
    assert 0.5 < found.seen_resolution / median(found.sum_et) ** 0.5 < 0.75
    assert found.resolution() > found.seen_resolution
    assert measured("events").missing[process + PILEUP_NAME].resolution() > found.resolution()


def test_most_collisions_have_a_vertex_and_the_hard_one_is_first(measured: Measured) -> None:
    found = measured("events")
    assert 0.6 < found.crowd.vertices.sum() / found.crowd.collisions.sum() < 0.85
    assert found.first_is_hard > 0.9


def test_electrons_of_z_decays_are_found(measured: Measured) -> None:
    parts = measured("events").efficiency
    assert min(parts["barrel, as photons"], parts["endcaps, as photons"]) > 0.98
    assert parts["barrel, as electrons"] > 0.8
    assert parts["endcaps, as electrons"] > 0.7


def test_two_electrons_have_the_mass_of_the_z(measured: Measured) -> None:
    """Within 2.5 GeV: photons that electrons radiate before the detector are not added."""
    mass, width = z_peak(measured("events").z_mass)
    assert mass == pytest.approx(Z_MASS, abs=2.5)
    assert width < 5.0
