"""How deep electromagnetic showers go: the part of their energy before and behind a depth.

The mean profile is a gamma distribution (E. Longo, I. Sestili, Nucl. Instrum. Meth. 128 (1975) 283) with the maximum at
ln(E / critical energy) radiation lengths, half of one less for electrons and more for photons [PDG].
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.jit import kernel

CRITICAL_ENERGY: Final = 0.0096
"""GeV, of PbWO4."""
ECAL_DEPTH: Final = 25.8
"""Radiation lengths of a barrel crystal; one of the endcaps has 24.7, after the preshower."""
PRESHOWER_DEPTH: Final = 2.8
"""Radiation lengths of the preshower."""

_B = 0.5
_LOG_LOW, _LOG_STEP, _N = -3.0, 0.25, 47
"""Grid of ln(E / GeV): from 50 MeV to 5 TeV."""


def _deposited_before(depth: float) -> NDArray[np.float64]:
    """(_N,) mean part of the energy of photons and electrons before a depth in radiation lengths, on the grid."""
    t = np.linspace(0.0, 80.0, 16001)
    found = []
    for log_energy in _LOG_LOW + _LOG_STEP * np.arange(_N):
        maximum = max(log_energy - np.log(CRITICAL_ENERGY), 0.1)
        profile = t ** (_B * maximum) * np.exp(-_B * t)
        found.append(profile[t < depth].sum() / profile.sum())
    return np.array(found)


_BEFORE_PRESHOWER_ENDS = _deposited_before(PRESHOWER_DEPTH)
_BEHIND_ECAL = 1.0 - _deposited_before(ECAL_DEPTH)


@kernel
def _looked_up(log_energy: float, table: NDArray[np.float64]) -> float:
    place = min(max((log_energy - _LOG_LOW) / _LOG_STEP, 0.0), _N - 1.001)
    below = int(place)
    return float(table[below] + (place - below) * (table[below + 1] - table[below]))


@kernel
def part_in_preshower(log_energy: float) -> float:
    """Mean part of a shower's energy that stays in the preshower; log_energy is ln(E / GeV)."""
    return _looked_up(log_energy, _BEFORE_PRESHOWER_ENDS)


@kernel
def part_behind_ecal(log_energy: float) -> float:
    """Mean part of a shower's energy that leaves the crystals at the back."""
    return _looked_up(log_energy, _BEHIND_ECAL)
