"""Pythia's records as generated particles: mothers, status, vertices, and what is final."""

from functools import cache

import awkward as ak
import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.generator import GenParticles
from e2efw.errors import LogicError
from simulation.pythia_record import hepmc_status, nearest_kept
from simulation.pythia_source import PythiaSource

pytest.importorskip("pythia8mc", reason="Pythia 8 is the extra `sim`")

STABLE = {11, 12, 13, 14, 16, 22, 130, 211, 321, 2112, 2212}
"""Electrons, muons, neutrinos, photons, K_L, charged pions and kaons, neutrons, protons."""


@cache
def everything(process: str, n_events: int) -> GenParticles:
    return PythiaSource(process=process, keep="all").open().generate(1, n_events)


def mothers(particles: GenParticles) -> NDArray[np.int64]:
    """Positions of the mothers in the flat columns."""
    starts = np.repeat(particles.offsets[:-1], particles.counts)
    positions: NDArray[np.int64] = starts + particles.flat("mother")
    return positions


def vectors(particles: GenParticles) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(particles, 3) vertices, cm, and momenta, GeV."""
    vertex = np.stack([particles.flat(name).astype(float) for name in ("vx", "vy", "vz")], axis=-1)
    pt, eta, phi = (particles.flat(name).astype(float) for name in ("pt", "eta", "phi"))
    pz = pt * np.sinh(np.clip(eta, -50.0, 50.0))
    return vertex, np.stack([pt * np.cos(phi), pt * np.sin(phi), pz], axis=-1)


@pytest.mark.parametrize(("pdg_id", "mass", "c_tau"), [(310, 0.4976, 2.684), (3122, 1.1157, 7.89)])
def test_strange_particles_fly_before_they_decay(pdg_id: int, mass: float, c_tau: float) -> None:
    particles = everything("ttbar", 60)
    vertex, momentum = vectors(particles)
    mother = mothers(particles)
    at_rest_in_beam = particles.flat("pt") == 0
    is_daughter = (np.abs(particles.flat("pdg_id")[mother]) == pdg_id) & ~at_rest_in_beam[mother]
    _, first = np.unique(mother[is_daughter], return_index=True)
    daughter = np.flatnonzero(is_daughter)[first]
    parent = mother[daughter]
    flight = vertex[daughter] - vertex[parent]
    length = np.linalg.norm(flight, axis=1)
    size = np.linalg.norm(momentum[parent], axis=1)
    along = (flight * momentum[parent]).sum(axis=1) / size
    assert along == pytest.approx(length, rel=1e-3, abs=1e-3)
    proper = length * mass / size
    assert proper.size > 150
    assert proper.mean() == pytest.approx(c_tau, rel=4.0 / np.sqrt(proper.size))


def test_what_the_detector_sees_is_stable() -> None:
    particles = everything("ttbar", 60)
    final = particles.flat("status") == GenParticles.FINAL
    kinds = np.abs(particles.flat("pdg_id"))
    assert set(np.unique(kinds[final]).tolist()) == STABLE
    assert np.all(particles.flat("status")[np.isin(kinds, [13, 22, 130, 211, 321])] != 2)


def test_taus_fly_before_they_decay() -> None:
    particles = PythiaSource(process="tau_gun").open().generate(1, 300)
    vertex, momentum = vectors(particles)
    mother = mothers(particles)
    is_tau = mother == np.arange(mother.size)
    flight = np.linalg.norm(vertex - vertex[mother], axis=1)[~is_tau & (np.abs(particles.flat("pdg_id")) == 16)]
    size = np.linalg.norm(momentum[is_tau], axis=1)
    assert flight.mean() == pytest.approx(0.00871 * size.mean() / 1.777, rel=0.2)  # c tau is 87.1 um


def test_pruning_drops_particles_but_no_final_one() -> None:
    whole = everything("ttbar", 60).take(slice(0, 5))
    pruned = PythiaSource(process="ttbar").open().generate(1, 5)
    assert np.all(pruned.counts < 0.6 * whole.counts)
    final = [x.flat("pt")[x.flat("status") == GenParticles.FINAL] for x in (whole, pruned)]
    assert np.array_equal(*final)
    kinds = [x.flat("pdg_id")[mothers(x)][np.abs(x.flat("pdg_id")) == 24] for x in (whole, pruned)]
    assert np.array_equal(*kinds)  # the line of the W is kept whole
    at_the_end = whole.status == GenParticles.FINAL
    energy = whole.pt[at_the_end] * np.cosh(whole.eta[at_the_end])
    assert ak.sum(energy, axis=1).to_list() == pytest.approx([13000.0] * 5, rel=0.01)


def test_the_nearest_kept_mother_is_found_past_those_left_out() -> None:
    mother, kept = np.array([0, 0, 1, 2, 0, 4]), np.array([True, False, False, True, False, True])
    assert nearest_kept(mother, kept).tolist() == [0, 0, 0, 0, 0, 0]
    assert nearest_kept(mother, ~kept).tolist() == [0, 1, 1, 2, 4, 4]


def test_status_codes_are_those_of_cmssw() -> None:
    code, pdg_id = np.array([-12, -22, -83, 91], np.int32), np.array([2212, 23, 111, 22], np.int32)
    assert hepmc_status(code, pdg_id, np.array([1, 2, 3, 3])).tolist() == [4, 22, 2, 1]


def test_mothers_are_positions() -> None:
    columns = {name: [[1]] for name in GenParticles.leaves} | {"mother": [[-1]]}
    with pytest.raises(LogicError, match="mother is negative in 1 of 1 objects"):
        GenParticles.from_lists(**columns)
