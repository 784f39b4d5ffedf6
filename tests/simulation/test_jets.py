"""Jets: those of a slow and readable anti-kT, with what is in them, and with the masses of W and top."""

import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.candidates import Candidates, GenJets, Jets, PFCandidates
from dataformats.generator import GenParticles
from e2efw.errors import ConfigurationError, MissingDependencyError, ProductNotFoundError
from simulation.jets import GenJetProducer, JetProducer
from simulation.pythia_source import PythiaSource

pytest.importorskip("fastjet", reason="FastJet is the extra `sim`")

Array = NDArray[np.float64]


def random_candidates(seed: int, counts: list[int]) -> PFCandidates:
    """Particles of all kinds around three directions per event."""
    rng = np.random.default_rng(seed)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    size = int(offsets[-1])
    axis = 3 * np.repeat(np.arange(len(counts)), counts) + rng.integers(0, 3, size)
    eta, phi = rng.uniform(-3, 3, 3 * len(counts))[axis], rng.uniform(-np.pi, np.pi, 3 * len(counts))[axis]
    phi = phi + rng.normal(0, 0.3, size)
    return PFCandidates(
        offsets,
        pt=rng.exponential(5.0, size),
        eta=eta + rng.normal(0, 0.3, size),
        phi=np.arctan2(np.sin(phi), np.cos(phi)),
        mass=np.full(size, 0.14),
        pdg_id=rng.choice([211, -211, 130, 22, 11, -11, 13], size),
        charge=np.zeros(size),
        from_pileup=rng.random(size) < 0.3,
    )


def four_momenta(objects: Candidates) -> Array:
    """(objects, 4) energy, px, py, pz in GeV."""
    pt, eta, phi, mass = (objects.flat(name).astype(float) for name in ("pt", "eta", "phi", "mass"))
    pz = pt * np.sinh(eta)
    return np.stack([np.sqrt(pt**2 + pz**2 + mass**2), pt * np.cos(phi), pt * np.sin(phi), pz], axis=1)


def invariant_mass(p: Array) -> Array:
    """(...) masses of four-momenta (..., 4)."""
    mass: Array = np.sqrt(np.maximum(p[..., 0] ** 2 - (p[..., 1:] ** 2).sum(axis=-1), 0.0))
    return mass


def readable_anti_kt(p: Array, radius: float) -> Array:
    """(jets, 4) momenta by falling pt: join the two closest until each is closest to the beam."""
    left, jets = list(p), []
    while left:
        momenta = np.array(left)
        kt2 = momenta[:, 1] ** 2 + momenta[:, 2] ** 2
        rapidity = np.arctanh(momenta[:, 3] / momenta[:, 0])
        phi = np.arctan2(momenta[:, 2], momenta[:, 1])
        delta_phi = np.angle(np.exp(1j * (phi[:, None] - phi)))
        distance = ((rapidity[:, None] - rapidity) ** 2 + delta_phi**2) / radius**2
        distance *= np.minimum(1 / kt2[:, None], 1 / kt2)
        np.fill_diagonal(distance, 1 / kt2)  # to the beam
        i, j = (int(x) for x in np.unravel_index(distance.argmin(), distance.shape))
        if i == j:
            jets.append(left.pop(i))
        else:
            left[i] = left[i] + left[j]
            left.pop(j)
    return np.array(sorted(jets, key=lambda q: -np.hypot(q[1], q[2]))).reshape(-1, 4)


@pytest.mark.parametrize("radius", [0.4, 0.8])
def test_jets_are_those_of_the_readable_algorithm(radius: float) -> None:
    candidates = random_candidates(1, [40, 0, 1, 60, 2])
    jets = JetProducer(radius=radius, min_pt=2.0, charged_hadron_subtraction=False).produce(candidates)
    momenta, found = four_momenta(candidates), four_momenta(jets)
    for event, (first, last) in enumerate(pairwise(candidates.offsets)):
        expected = readable_anti_kt(momenta[first:last], radius)
        expected = expected[np.hypot(expected[:, 1], expected[:, 2]) > 2.0]
        mine = slice(jets.offsets[event], jets.offsets[event + 1])
        assert found[mine] == pytest.approx(expected, rel=1e-4, abs=1e-3)
        assert jets.flat("mass")[mine] == pytest.approx(invariant_mass(expected), rel=1e-3, abs=1e-3)
    assert jets.counts[1] == 0
    assert jets.counts[0] > 2


def assert_same(one: Jets | GenJets, other: Jets | GenJets) -> None:
    assert np.array_equal(one.offsets, other.offsets)
    for name, column in one.columns.items():
        assert np.array_equal(column, other.columns[name]), name


def test_jets_do_not_depend_on_the_block() -> None:
    candidates = random_candidates(2, [50, 0, 30, 80, 1, 0, 20])
    whole = JetProducer().produce(candidates)
    for step in (1, 2, 3):
        parts = [JetProducer().produce(candidates.take(slice(a, a + step))) for a in range(0, 7, step)]
        assert_same(whole, Jets.concatenate(parts))


def test_a_block_without_particles_has_no_jets() -> None:
    nothing = PFCandidates.from_lists(
        pt=[[], []], eta=[[], []], phi=[[], []], mass=[[], []], pdg_id=[[], []], charge=[[], []], from_pileup=[[], []]
    )
    for candidates in (nothing, nothing.take(slice(0, 0))):
        jets = JetProducer().produce(candidates)
        assert len(jets) == len(candidates)
        assert jets.counts.sum() == 0


def test_one_massless_particle_is_a_massless_jet() -> None:
    alone = PFCandidates.from_lists(
        pt=[[50.0, 0.0]], eta=[[4.7, 3.0]], phi=[[1.0, 2.0]], mass=[[0.0, 1.0]], pdg_id=[[22, 22]], charge=[[0, 0]]
    )
    jets = JetProducer(charged_hadron_subtraction=False).produce(alone)
    assert jets.counts.tolist() == [1]
    for name, value in (("pt", 50.0), ("eta", 4.7), ("phi", 1.0)):
        assert jets.flat(name)[0] == pytest.approx(value, rel=1e-6)
    assert 0.0 <= jets.flat("mass")[0] < 0.01


def test_pileup_candidates_are_left_out_if_asked() -> None:
    candidates = random_candidates(3, [60, 40])
    hard = {name: column[~candidates.flat("from_pileup")] for name, column in candidates.columns.items()}
    kept = np.concatenate([[0], np.cumsum(~candidates.flat("from_pileup"))])[candidates.offsets]
    without = JetProducer(charged_hadron_subtraction=False).produce(PFCandidates(kept, **hard))
    assert_same(JetProducer().produce(candidates), without)
    everything = JetProducer(charged_hadron_subtraction=False).produce(candidates)
    assert everything.flat("pt").sum() > 1.2 * without.flat("pt").sum()


def test_candidates_that_do_not_know_their_vertex_cannot_be_subtracted() -> None:
    candidates = random_candidates(3, [4])
    del candidates.columns["from_pileup"]
    with pytest.raises(ProductNotFoundError, match="which chargedHadronSubtraction needs; set it to False"):
        JetProducer().produce(candidates)


def test_jets_know_energy_and_number_of_their_constituents() -> None:
    candidates = random_candidates(4, [60, 0, 80])
    jets = JetProducer(min_pt=1e-6, charged_hadron_subtraction=False).produce(candidates)
    kinds = ("charged_hadron", "neutral_hadron", "photon", "electron", "muon")
    energy = sum(jets.flat(f"{kind}_energy").astype(float) for kind in kinds)
    assert energy == pytest.approx(four_momenta(jets)[:, 0], rel=1e-5)
    assert sum(jets.flat(f"{kind}_multiplicity").sum() for kind in kinds) == 140
    photons = np.abs(candidates.flat("pdg_id")) == PFCandidates.PHOTON
    assert jets.flat("photon_multiplicity").sum() == np.count_nonzero(photons)
    assert jets.flat("photon_energy").sum() == pytest.approx(four_momenta(candidates)[photons, 0].sum(), rel=1e-5)


def test_a_correction_scales_momentum_and_mass_by_region() -> None:
    candidates = random_candidates(5, [70, 70, 70])
    raw = JetProducer().produce(candidates)
    jets = JetProducer(correction=(1.3, 1.1, 0.2, 2.5, 1.5, -0.25)).produce(candidates)
    pt, eta = raw.flat("pt").astype(float), np.abs(raw.flat("eta"))
    power = np.log10(np.clip(pt, 10.0, 1000.0) / 100.0)
    factor = np.select([eta <= 1.3, eta <= 2.5], [1.1 + 0.2 * power, 1.5 - 0.25 * power], 1.0)
    event = np.repeat(np.arange(3), raw.counts)
    order = np.lexsort((-pt * factor, event))
    assert jets.flat("pt") == pytest.approx((pt * factor)[order], rel=1e-5)
    assert jets.flat("mass") == pytest.approx((raw.flat("mass") * factor)[order], rel=1e-5)
    assert jets.flat("photon_energy").tolist() == raw.flat("photon_energy")[order].tolist()
    assert np.unique(np.digitize(eta, [1.3, 2.5])).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("correction", "complaint"),
    [
        ((1.3, 1.0), "needs three numbers per region, .* got 2 in all"),
        ((2.5, 1.0, 0.0, 1.3, 1.0, 0.0), "the regions must rise in .eta., got 2.5, 1.3"),
        ((1.3, 1.0, 1.5), "makes the momentum of some jets zero or negative"),
    ],
)
def test_impossible_corrections_are_refused(correction: tuple[float, ...], complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=f"JetProducer: parameter 'correction': {complaint}"):
        JetProducer(correction=correction)


@pytest.mark.parametrize("module", [JetProducer(), GenJetProducer()])
def test_missing_fastjet_is_told_before_the_first_event(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastjet", None)
    with pytest.raises(MissingDependencyError, match=r"Producer needs FastJet: pip install 'e2efw\[sim\]'"):
        module.begin_job(None)


def test_gen_jets_hold_what_can_be_seen() -> None:
    """A pion, a neutrino, a decayed particle and a proton that goes down the beam pipe."""
    nowhere = {name: [[0.0] * 4] for name in ("vx", "vy", "vz")}
    particles = GenParticles.from_lists(
        pt=[[30.0, 40.0, 50.0, 0.0]],
        eta=[[0.5, 0.5, 0.5, 22756.0 + 6500.0]],
        phi=[[1.0, 1.0, 1.0, 0.0]],
        mass=[[0.14, 0.0, 5.28, 0.938]],
        pdg_id=[[211, -14, 511, 2212]],
        status=[[1, 1, 2, 1]],
        **nowhere,
    )
    jets = GenJetProducer().produce(particles)
    assert jets.flat("pt").tolist() == pytest.approx([30.0])
    assert jets.flat("mass")[0] == pytest.approx(0.14, abs=0.01)


@cache
def hadronic_tops(n_events: int, pt_hat_min: float) -> GenParticles:
    pytest.importorskip("pythia8mc", reason="Pythia 8 is the extra `sim`")
    return PythiaSource(process="ttbar_hadronic", pt_hat_min=pt_hat_min).open().generate(1, n_events)


def top_decays(particles: GenParticles) -> Iterator[tuple[int, list[int]]]:
    """Event and flat positions of the two quarks of the W and the b quark, for every top quark."""
    kind = np.abs(particles.flat("pdg_id"))
    mother = np.repeat(particles.offsets[:-1], particles.counts) + particles.flat("mother")
    for w in np.flatnonzero((kind == 24) & (kind[mother] == 6)):
        top, last = mother[w], w
        while (copies := np.flatnonzero((mother == last) & (kind == 24))).size:
            last = copies[0]
        quarks = [*np.flatnonzero((mother == last) & (kind <= 5)), *np.flatnonzero((mother == top) & (kind <= 5))]
        assert len(quarks) == 3
        yield int(np.searchsorted(particles.offsets, w, side="right")) - 1, [int(x) for x in quarks]


def separation(jets: GenJets, event: int, particles: GenParticles, i: int) -> Array:
    """(jets of the event,) distance in eta and phi to a particle."""
    mine = slice(jets.offsets[event], jets.offsets[event + 1])
    delta_phi = np.angle(np.exp(1j * (jets.flat("phi")[mine] - particles.flat("phi")[i])))
    distance: Array = np.hypot(jets.flat("eta")[mine] - particles.flat("eta")[i], delta_phi)
    return distance


def test_wide_jets_of_boosted_tops_have_the_mass_of_the_top() -> None:
    """pt of the tops above 400 GeV: jets that have all three quarks peak within 4 GeV of 172.5."""
    particles = hadronic_tops(120, 400.0)
    jets = GenJetProducer(radius=0.8, min_pt=200.0).produce(particles)
    masses = []
    for event, quarks in top_decays(particles):
        inside = np.max([separation(jets, event, particles, i) for i in quarks], axis=0) < 0.6
        masses += jets.flat("mass")[jets.offsets[event] : jets.offsets[event + 1]][inside].tolist()
    peak = [mass for mass in masses if 140.0 < mass < 205.0]
    assert len(masses) > 40
    assert len(peak) > 0.8 * len(masses)
    assert np.median(peak) == pytest.approx(172.5, abs=4.0)


def test_two_jets_of_the_quarks_of_a_w_have_its_mass() -> None:
    """The median within 60 and 105 GeV is within 2 GeV of 80.4."""
    particles = hadronic_tops(200, 0.0)
    jets = GenJetProducer(min_pt=20.0).produce(particles)
    momenta, masses = four_momenta(jets), []
    for event, (one, other, _) in top_decays(particles):
        distances = [separation(jets, event, particles, i) for i in (one, other)]
        if all(distance.min(initial=9.0) < 0.2 for distance in distances):
            nearest = jets.offsets[event] + np.array([distance.argmin() for distance in distances])
            if nearest[0] != nearest[1]:
                masses.append(float(invariant_mass(momenta[nearest].sum(axis=0))))
    peak = [mass for mass in masses if 60.0 < mass < 105.0]
    assert len(masses) > 150
    assert len(peak) > 0.8 * len(masses)
    assert np.median(peak) == pytest.approx(80.4, abs=2.0)
