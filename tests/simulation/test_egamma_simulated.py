"""Single photons and electrons through the simulated detector: found, in the right place, with the right energy."""

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.candidates import Electrons, Photons
from dataformats.generator import GenParticles
from dataformats.superclusters import SuperClusters
from dataformats.tracks import Vertices
from e2efw.framework.blocks import EventIDs
from simulation.detector_sim import DetectorSimProducer
from simulation.ecal_clusters import EcalClusterProducer
from simulation.ecal_readout import EBRecHitProducer, EERecHitProducer
from simulation.egamma import ElectronProducer, PhotonProducer
from simulation.hcal_readout import HBHERecHitProducer
from simulation.superclusters import SuperClusterProducer
from simulation.track_finding import TrackProducer

EVENTS = 1500
GAP = 1.44, 1.57
"""Showers between barrel and endcaps are lost in part."""


class Reconstructed(NamedTuple):
    """One particle per event and what is made of it."""

    particles: GenParticles
    super_clusters: SuperClusters
    photons: Photons
    electrons: Electrons


def shot(pdg_id: int) -> Reconstructed:
    """Particles of 15 to 150 GeV of transverse momentum within |eta| 2.5, from vertices along the beam."""
    rng = np.random.default_rng(pdg_id)
    one = np.ones(EVENTS)
    pt, eta, phi = 15 * 10 ** rng.random(EVENTS), rng.uniform(-2.5, 2.5, EVENTS), rng.uniform(-np.pi, np.pi, EVENTS)
    sign = rng.choice([-1, 1], EVENTS) if pdg_id == 11 else one
    particles = GenParticles(
        np.arange(EVENTS + 1),
        pt=pt,
        eta=eta,
        phi=phi,
        mass=0 * one,
        pdg_id=pdg_id * sign,
        status=one,
        vx=0 * one,
        vy=0 * one,
        vz=rng.normal(0, 4, EVENTS),
    )
    ids = EventIDs(one.astype(np.uint32), one.astype(np.uint32), np.arange(1, EVENTS + 1).astype(np.uint64), "shot")
    left = DetectorSimProducer().produce(particles, None, ids)
    eb = EBRecHitProducer().produce(left.ecal_hits_eb, ids)
    ee = EERecHitProducer().produce(left.ecal_hits_ee, ids)
    hbhe = HBHERecHitProducer().produce(left.hcal_hits, ids).hbhereco
    tracks = TrackProducer().produce(left.sim_tracks, ids)
    vertices = Vertices(particles.offsets, **{name: particles.flat(f"v{name}") for name in "xyz"})
    found = SuperClusterProducer().produce(*EcalClusterProducer().produce(eb, ee), eb, ee).clusters
    rest = found, eb, ee, hbhe, tracks, vertices
    return Reconstructed(particles, found, PhotonProducer().produce(*rest), ElectronProducer().produce(*rest))


@pytest.fixture(scope="module")
def photons() -> Reconstructed:
    return shot(22)


@pytest.fixture(scope="module")
def electrons() -> Reconstructed:
    return shot(11)


class Comparison(NamedTuple):
    """Leading photon candidate per event that has one, against the particle.

    Args:
        eta: true |eta|.
        ratio: of energies.
        d_eta, d_phi: distances.
    """

    eta: NDArray[np.float64]
    ratio: NDArray[np.float64]
    d_eta: NDArray[np.float64]
    d_phi: NDArray[np.float64]


def leading(shots: Reconstructed) -> Comparison:
    has = shots.photons.counts > 0
    first = shots.photons.offsets[:-1][has]
    pt, eta, phi = (shots.photons.flat(name)[first].astype(np.float64) for name in ("pt", "eta", "phi"))
    true_pt, true_eta, true_phi = (shots.particles.flat(name)[has].astype(np.float64) for name in ("pt", "eta", "phi"))
    ratio = pt * np.cosh(eta) / (true_pt * np.cosh(true_eta))
    return Comparison(np.abs(true_eta), ratio, eta - true_eta, np.angle(np.exp(1j * (phi - true_phi))))


def outside_gap(eta: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((eta < GAP[0]) | (eta > GAP[1]))


def test_photons_are_found_once(photons: Reconstructed) -> None:
    fine = outside_gap(np.abs(photons.particles.flat("eta")))
    counts = photons.photons.counts[fine]
    assert np.mean(counts >= 1) > 0.99
    assert np.mean(counts > 1) < 0.02


@pytest.mark.parametrize(("low", "high", "spread"), [(0.0, 1.44, 0.02), (1.57, 2.5, 0.03)], ids=["barrel", "endcaps"])
def test_photons_have_their_energy(photons: Reconstructed, low: float, high: float, spread: float) -> None:
    found = leading(photons)
    ratio = found.ratio[(found.eta > low) & (found.eta < high)]
    assert np.median(ratio) == pytest.approx(1.0, abs=0.005)
    assert np.quantile(np.abs(ratio - 1), 0.68) < spread


def test_photons_have_their_direction(photons: Reconstructed) -> None:
    found = leading(photons)
    fine = outside_gap(found.eta)
    assert np.quantile(np.abs(found.d_eta[fine]), 0.9) < 0.01
    assert np.quantile(np.abs(found.d_phi[fine]), 0.9) < 0.02
    assert np.median(found.d_eta) == pytest.approx(0.0, abs=1e-3)


def test_photons_have_narrow_showers_and_little_behind(photons: Reconstructed) -> None:
    first = photons.photons.offsets[:-1][photons.photons.counts > 0]
    sigma, behind = (photons.photons.flat(name)[first] for name in ("sigma_ieta_ieta", "h_over_e"))
    barrel = leading(photons).eta < GAP[0]
    assert np.median(sigma[barrel]) == pytest.approx(0.0097, abs=0.001)  # real photons: 0.0095
    assert np.median(sigma[~barrel]) == pytest.approx(0.023, abs=0.004)
    assert np.quantile(behind, 0.9) < 0.05


def test_few_photons_and_most_electrons_with_a_track_have_a_pixel_seed(
    photons: Reconstructed, electrons: Reconstructed
) -> None:
    assert np.mean(photons.photons.flat("has_pixel_seed")) < 0.1
    assert np.mean(electrons.photons.flat("has_pixel_seed")) > 0.5


def test_electrons_are_found_with_energy_direction_and_charge(electrons: Reconstructed) -> None:
    particles, found = electrons.particles, electrons.electrons
    has = (found.counts > 0) & (np.abs(particles.flat("eta")) < GAP[0])
    first = found.offsets[:-1][has]
    assert has.sum() > 0.6 * np.sum(np.abs(particles.flat("eta")) < GAP[0])
    assert np.mean(found.flat("charge")[first] == -np.sign(particles.flat("pdg_id")[has])) > 0.99
    true = particles.flat("pt")[has]
    assert np.median(found.flat("pt")[first] / true) == pytest.approx(1.0, abs=0.02)
    assert np.quantile(np.abs(found.flat("eta")[first] - particles.flat("eta")[has]), 0.9) < 0.005
