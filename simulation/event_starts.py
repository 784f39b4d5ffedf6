"""What an event starts from before Pythia goes on: where it happens, what a gun shoots, the mass of an a.

All of it is made of `NUMBERS` random numbers that belong to the event.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simulation.processes import PROCESSES, Choices, mass_range
from simulation.pythia import Prepare
from simulation.random_numbers import normal_numbers

NUMBERS = 12
"""Uniform numbers for one event."""
BEAM_SPOT: Final = np.array([0.0015, 0.0015, 4.0])
"""Standard deviations in x, y, z of where collisions happen, cm."""
_PT, _ETA, _PHI, _WHICH, _MASSES = 6, 7, 8, 9, (10, 11)
"""Which of the numbers decides what; the first six are for the vertex."""
A = 36
"""PDG id of the pseudoscalar."""

Array = NDArray[np.float64]


def vertices(numbers: Array) -> Array:
    """(events, 3) where collisions happen, cm, from (events, NUMBERS) uniform numbers."""
    return BEAM_SPOT * normal_numbers(numbers[:, 0:6:2], numbers[:, 1:6:2])


def preparation(chosen: Choices, numbers: Array) -> Prepare | None:
    """What is to be done when Pythia begins an event, if anything.

    Args:
        chosen: the process and its parameters.
        numbers: (events, NUMBERS) uniform numbers.
    """
    if PROCESSES[chosen.process].gun:
        return lambda native, place: _shoot(native, chosen, numbers[place])
    masses = mass_range(chosen, "a_mass")
    if masses:
        return lambda native, place: _set_mass_of_a(native, _between(*masses, numbers[place, _MASSES[0]]))
    return None


def _between(low: float, high: float, number: float) -> float:
    return float(low + number * (high - low))


def _set_mass_of_a(native: Any, mass: float) -> None:
    for value in (native.particleData.m0, native.particleData.mMin, native.particleData.mMax):
        value(A, mass)


def _shoot(native: Any, chosen: Choices, numbers: Array) -> None:
    """Fill the event with what the gun shoots; (NUMBERS,) uniform numbers."""
    gun = PROCESSES[chosen.process]
    pt = _between(chosen.gun_pt_min, chosen.gun_pt_max, numbers[_PT])
    eta = _between(chosen.gun_eta_min, chosen.gun_eta_max, numbers[_ETA])
    phi = 2.0 * np.pi * numbers[_PHI]
    momentum = pt * np.array([np.cos(phi), np.sin(phi), np.sinh(eta)])
    shot = gun.gun if gun.back_to_back else (gun.gun[int(numbers[_WHICH] * len(gun.gun))],)
    masses = mass_range(chosen, "top_mass") or mass_range(chosen, "a_mass")
    event = native.event
    event.reset()
    for sign, pdg_id, number in zip((1, -1), shot, numbers[list(_MASSES)], strict=False):
        mass = _between(*masses, number) if masses else native.particleData.m0(pdg_id)
        if pdg_id == A:
            _set_mass_of_a(native, mass)
        colours = ((101, 0) if sign > 0 else (0, 101)) if gun.back_to_back else (0, 0)
        energy = float(np.sqrt(mass**2 + momentum @ momentum))
        place = event.append(pdg_id, 1, *colours, *(sign * momentum).tolist(), energy, mass)
        # Pythia leaves the lifetime to whoever appends
        event[place].tau(event[place].tau0() * native.rndm.exp())
