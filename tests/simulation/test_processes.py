"""The table of processes: each runs, makes what it says, and refuses parameters that cannot be."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.generator import GenParticles
from e2efw.errors import ConfigurationError, EventGenerationError
from simulation.processes import PROCESSES
from simulation.pythia_source import OpenPythia, PythiaSource

pytest.importorskip("pythia8mc", reason="Pythia 8 is the extra `sim`")


@cache
def opened(process: str, **parameters: Any) -> OpenPythia:
    if process == "minbias":  # starts in 3 s, at 13 TeV in 5 s
        parameters = {"energy": 900.0, **parameters}
    return PythiaSource(process=process, **parameters).open()


def masses_of_daughters(particles: GenParticles, pdg_id: int) -> NDArray[np.float64]:
    """Invariant masses of what each particle of a kind decays to, from its last copy."""
    pt, eta, phi, mass = (particles.flat(name).astype(float) for name in ("pt", "eta", "phi", "mass"))
    kind = particles.flat("pdg_id")
    mother = np.repeat(particles.offsets[:-1], particles.counts) + particles.flat("mother")
    has_mother = mother != np.arange(kind.size)
    copied = np.isin(np.arange(kind.size), mother[(kind == kind[mother]) & has_mother])
    decay = (np.abs(kind[mother]) == pdg_id) & ~copied[mother] & has_mother
    pt, eta, phi, mass, mother = (x[decay] for x in (pt, eta, phi, mass, mother))
    p = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)])
    sums = [np.bincount(mother, x) for x in (np.sqrt(mass**2 + (p**2).sum(axis=0)), *p)]
    energy, px, py, pz = (x[np.unique(mother)] for x in sums)
    squared: NDArray[np.float64] = energy**2 - px**2 - py**2 - pz**2
    return np.sqrt(np.maximum(squared, 0.0))


def test_the_names_are_those_that_were_promised() -> None:
    assert list(PROCESSES) == [
        *("ttbar", "ttbar_hadronic", "ttbar_boosted", "qcd", "qcd_quark", "qcd_gluon", "dytautau", "dyee", "wjets"),
        *("higgs_gammagamma", "h_aa_4gamma", "h_aa_4tau", "h_aa_4e", "minbias"),
        *("photon_gun", "electron_gun", "pi0_gun", "tau_gun", "a_gammagamma_gun", "a_tautau_gun", "top_gun"),
    ]


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_runs(process: str) -> None:
    particles = opened(process).generate(1, 3)
    assert np.all(particles.counts > 0)
    assert np.any(particles.flat("status") == GenParticles.FINAL)
    assert np.all(particles.flat("mother") < np.repeat(particles.counts, particles.counts))


@pytest.mark.parametrize(("parameters", "top_mass"), [({}, 172.5), ({"top_mass": 300.0}, 300.0)])
def test_top_quarks_decay_to_their_mass(parameters: dict[str, float], top_mass: float) -> None:
    particles = opened("ttbar_hadronic", **parameters).generate(1, 15)
    tops = masses_of_daughters(particles, 6)
    assert tops.size == 30
    assert np.median(tops) == pytest.approx(top_mass, abs=1.0 if top_mass < 200 else 4.0)
    w = masses_of_daughters(particles, 24)
    assert w.size == 30
    assert np.median(w) == pytest.approx(80.4, abs=1.0)


def test_pseudoscalars_decay_to_their_mass() -> None:
    photons = masses_of_daughters(opened("h_aa_4gamma", a_mass=1.0).generate(1, 10), 36)
    assert photons.tolist() == pytest.approx([1.0] * 20, abs=0.02)
    taus = masses_of_daughters(opened("h_aa_4tau").generate(1, 10), 36)
    assert taus.tolist() == pytest.approx([10.0] * 20, abs=0.02)
    electrons = masses_of_daughters(opened("h_aa_4e", a_mass=2.0).generate(1, 10), 36)
    assert electrons.tolist() == pytest.approx([2.0] * 20, abs=0.02)
    photons = masses_of_daughters(opened("a_gammagamma_gun", a_mass=1.0).generate(1, 20), 36)
    assert photons.tolist() == pytest.approx([1.0] * 20, abs=0.02)
    taus = masses_of_daughters(opened("a_tautau_gun").generate(1, 20), 36)
    assert taus.tolist() == pytest.approx([10.0] * 20, abs=0.02)


@pytest.mark.parametrize(
    ("process", "parameters", "low", "high"),
    [
        ("qcd", {"pt_hat_min": 200.0, "pt_hat_max": 220.0}, 200.0, 220.0),
        ("ttbar_boosted", {}, 400.0, np.inf),
        ("ttbar_boosted", {"pt_hat_min": 600.0}, 600.0, np.inf),
    ],
)
def test_pt_hat_is_within_its_range(process: str, parameters: dict[str, float], low: float, high: float) -> None:
    particles = opened(process, **parameters).generate(1, 10)
    hard = particles.flat("pt")[np.isin(particles.flat("status"), [22, 23]) & (np.abs(particles.flat("pdg_id")) != 24)]
    first_two = hard if process == "qcd" else particles.flat("pt")[particles.flat("status") == 22][:2]
    assert np.all((first_two > low - 0.1) & (first_two < high + 0.1))


def test_guns_shoot_where_they_are_told() -> None:
    parameters = {"gun_pt_min": 20.0, "gun_pt_max": 40.0, "gun_eta_min": -1.0, "gun_eta_max": 0.5}
    particles = opened("electron_gun", **parameters).generate(1, 400)
    assert particles.counts.tolist() == [1] * 400
    pt, eta = particles.flat("pt"), particles.flat("eta")
    assert 20.0 <= pt.min() < 21.0 < 39.0 < pt.max() <= 40.0
    assert -1.0 <= eta.min() < -0.95 < 0.45 < eta.max() <= 0.5
    assert 150 < np.count_nonzero(particles.flat("pdg_id") == 11) < 250


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"process": "ttbra"}, "no process 'ttbra'. Did you mean 'ttbar'"),
        ({"process": "ttbar", "top_mass": -1.0}, "'topMass': must be larger than 0"),
        ({"process": "ttbar", "top_mass": 60.0}, "'topMass': must be between 85.2 and 6500 GeV, got 60"),
        ({"process": "ttbar", "top_mass": 7000.0}, "'topMass': must be between 85.2 and 6500 GeV, got 7000"),
        ({"process": "ttbar", "top_mass_max": 150.0}, "'topMassMax': 150 GeV is not above topMass, 172.5 GeV"),
        ({"process": "ttbar", "top_mass": 80.0, "top_mass_max": 200.0}, "'topMass': must be between 85.2 and"),
        ({"process": "ttbar", "top_mass_max": 6600.0}, "'topMassMax': must be between 85.2 and 6500 GeV, got 6600"),
        ({"process": "top_gun", "top_mass": 50.0}, "'topMass': must be above 85.2 GeV, got 50"),
        ({"process": "ttbar", "energy": 100.0}, "'energy': 100 GeV are not enough for two top quarks"),
        ({"process": "ttbar", "energy": 300.0}, "'topMass': must be between 85.2 and 150 GeV, got 172.5: a top quark"),
        ({"process": "h_aa_4tau", "a_mass": 3.0}, "'aMass': must be between 3.554 and 62.5 GeV, got 3"),
        ({"process": "h_aa_4tau", "a_mass": 3.0, "a_mass_max": 9.0}, "'aMass': must be between 3.554 and 62.5 GeV"),
        ({"process": "a_tautau_gun", "a_mass": 3.0}, "'aMass': must be above 3.554 GeV, got 3: it decays to what"),
        ({"process": "h_aa_4gamma", "a_mass_max": 70.0}, "'aMassMax': must be between 0 and 62.5 GeV, got 70"),
        ({"process": "h_aa_4gamma", "a_mass_max": 5.0}, "'aMassMax': 5 GeV is not above aMass, 10 GeV; 0 means no"),
        ({"process": "qcd", "top_mass_max": 200.0}, "'topMassMax': does not apply to the process 'qcd', only to"),
        ({"process": "qcd", "pt_hat_min": 6500.0}, "'ptHatMin': 6500 GeV is out of reach"),
        ({"process": "ttbar", "pt_hat_min": 6499.0}, "must be below 6497.71 GeV"),
        ({"process": "qcd", "pt_hat_max": 10.0}, "'ptHatMax': 10 GeV is not above ptHatMin, 20 GeV"),
        ({"process": "ttbar_boosted", "pt_hat_max": 300.0}, "'ptHatMax': 300 GeV is not above ptHatMin, 400 GeV"),
        ({"process": "dyee", "pt_hat_min": 20.0}, "'ptHatMin': does not apply to the process 'dyee'"),
        ({"process": "photon_gun", "energy": 8000.0}, "'energy': does not apply to the process 'photon_gun'"),
        ({"process": "pi0_gun", "gun_pt_max": 5.0}, "'gunPtMin': 10 is above gunPtMax, 5"),
        ({"process": "ttbar", "pileup": 81.0}, "'pileup': must be between 0 and 80, got 81"),
        ({"process": "ttbar", "pileup": -1.0}, "'pileup': must be between 0 and 80, got -1"),
        ({"process": "ttbar", "pileup": float("nan")}, "'pileup': must be between 0 and 80, got nan"),
    ],
)
def test_what_cannot_be_is_refused(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        PythiaSource(**parameters).open()
    assert message in str(caught.value)


@pytest.mark.parametrize("parameters", [{"process": "dyee", "energy": 40.0}, {"process": "qcd", "pt_hat_min": 6499.9}])
def test_a_phase_space_without_events_is_one_error(parameters: dict[str, Any]) -> None:
    with pytest.raises(EventGenerationError, match="phase space") as caught:
        PythiaSource(**parameters).open()
    assert caught.value.exit_code == 8501
