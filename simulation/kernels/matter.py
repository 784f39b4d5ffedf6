"""What the matter of the tracker does to electrons and photons: bremsstrahlung and conversions.

Sources: Y.-S. Tsai, Rev. Mod. Phys. 46 (1974) 815, and the review Passage of particles through matter of the Particle
Data Group: spectra in the limit of complete screening, which holds above some 50 MeV.
"""

import math
from typing import Final

from dataformats.jit import kernel
from simulation.random_numbers import Words, exponential, poisson, uniform

SOFTEST: Final = 0.02
"""Part of its energy below which what an electron radiates stays with it."""
_PHOTONS_PER_X0 = 4.0 / 3.0 * (math.log(1.0 / SOFTEST) - (1.0 - SOFTEST)) + (1.0 - SOFTEST**2) / 2.0
"""Integral of (4/3 - 4/3 k + k^2) / k from SOFTEST to 1."""
_PAIRS_PER_X0 = 7.0 / 9.0


@kernel
def photons_radiated(state: Words, radiation_lengths: float) -> int:
    """How many photons above SOFTEST an electron radiates in so much matter."""
    return poisson(state, _PHOTONS_PER_X0 * radiation_lengths)


@kernel
def radiated_part(state: Words) -> float:
    """Part of its energy that an electron gives to one photon: density (4/3 - 4/3 k + k^2) / k above SOFTEST."""
    while True:
        part = SOFTEST ** (1.0 - uniform(state))
        if uniform(state) < 1.0 - part + 0.75 * part * part:
            return float(part)


@kernel
def conversion_depth(state: Words) -> float:
    """Radiation lengths that a photon crosses before it becomes an electron and a positron."""
    return exponential(state) / _PAIRS_PER_X0


@kernel
def electron_part(state: Words) -> float:
    """Part of a photon's energy that the electron of a pair takes: density proportional to 1 - 4/3 x (1 - x)."""
    while True:
        part = uniform(state)
        if uniform(state) < 1.0 - 4.0 / 3.0 * part * (1.0 - part):
            return float(part)
