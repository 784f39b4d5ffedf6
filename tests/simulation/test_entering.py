"""Final particles that matter stops enter the detector, with what matter needs to know of them."""

from collections.abc import Callable

import numpy as np
import pytest

from dataformats.generator import GenParticles
from e2efw.errors import LogicError
from simulation.entering import charge_of, entering
from simulation.kernels.flight import CHARGED_HADRON, ELECTRON, MUON, NEUTRAL_HADRON, PHOTON


def particles(*pdg_ids: int, pt: float = 2.0, eta: float = 0.5, status: int = 1, mass: float = 0.9) -> GenParticles:
    """One event."""
    n = len(pdg_ids)
    columns = {"pt": pt, "eta": eta, "phi": 0.1, "mass": mass, "status": status, "vx": 1.0, "vy": 2.0, "vz": 3.0}
    return GenParticles(np.array([0, n]), pdg_id=np.array(pdg_ids), **{k: np.full(n, v) for k, v in columns.items()})


@pytest.mark.parametrize(
    ("pdg_id", "kind", "charge"),
    [
        (22, PHOTON, 0),
        (11, ELECTRON, -1),
        (-11, ELECTRON, 1),
        (13, MUON, -1),
        (211, CHARGED_HADRON, 1),
        (-321, CHARGED_HADRON, -1),
        (2212, CHARGED_HADRON, 1),
        (3222, CHARGED_HADRON, 1),
        (130, NEUTRAL_HADRON, 0),
        (-2112, NEUTRAL_HADRON, 0),
        (1000010020, CHARGED_HADRON, 1),
    ],
)
def test_kinds_and_charges_follow_the_pdg_id(pdg_id: int, kind: int, charge: float) -> None:
    entered = entering(particles(pdg_id))
    assert (entered.kind[0], entered.charge[0], entered.pdg_id[0]) == (kind, charge, pdg_id)
    assert charge_of(pdg_id) == charge


def test_ids_that_name_no_particle_are_neutral() -> None:
    assert charge_of(987654321) == 0.0


def test_only_final_particles_that_matter_stops_enter() -> None:
    assert entering(particles(12, -14, 16)).pt.size == 0
    assert entering(particles(211, status=2)).pt.size == 0
    assert entering(particles(211, eta=5.1)).pt.size == 0
    assert entering(particles(2212, pt=0.0, eta=22756.0 + 6500)).pt.size == 0
    assert entering(particles(211, 12, 22)).pdg_id.tolist() == [211, 22]


def test_rest_energy_counts_for_antibaryons_and_is_missing_for_baryons() -> None:
    assert entering(particles(2112, -2112, 211, -211, 22)).rest == pytest.approx([-0.9, 0.9, 0, 0, 0])


def test_masses_below_zero_count_as_none() -> None:
    assert entering(particles(22, mass=-1e-4)).mass.tolist() == [0.0]


def test_a_particle_without_a_mass_is_faulty() -> None:
    with pytest.raises(LogicError, match="mass is NaN"):
        particles(211, mass=np.nan)


def test_the_collision_of_interest_comes_first_in_every_event(crowd: Callable[[int, int], GenParticles]) -> None:
    signal, pileup = crowd(1, 20), crowd(2, 20)
    alone, other, both = entering(signal), entering(pileup), entering(signal, pileup)
    for event in range(20):
        mine, theirs = (part.pt[slice(*part.offsets[event : event + 2])] for part in (alone, other))
        assert np.array_equal(both.pt[slice(*both.offsets[event : event + 2])], np.concatenate([mine, theirs]))
    assert both.offsets[-1] == both.kind.size == alone.pt.size + other.pt.size


def test_events_without_particles_stay_empty() -> None:
    entered = entering(GenParticles.empty(3), GenParticles.empty(3))
    assert entered.offsets.tolist() == [0, 0, 0, 0]
    assert all(column.size == 0 and column.dtype == np.float64 for column in entered[1:])
