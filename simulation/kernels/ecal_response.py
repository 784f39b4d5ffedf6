"""What one particle leaves in the crystals: electromagnetic showers, hadrons, muons.

Widths of showers are in crystals. Every function adds to dense arrays of the whole ECAL: `detids.ECAL_CELLS` in
all; energy in GeV and energy times time in GeV ns.
"""

import math
from typing import Final

from dataformats.geometry.constants import EB_IETA, EB_IPHI, ECAL_BARREL_ETA, ECAL_PLANE, EE_PITCH, EE_SIZE
from dataformats.geometry.detids import EB_CELLS, EE_EXISTS
from dataformats.geometry.ecal import IN_EB, NOWHERE, find_ecal, offset_in_eb, offset_in_ee
from dataformats.jit import kernel
from simulation.kernels.flight import Floats
from simulation.kernels.longitudinal import part_behind_ecal, part_in_preshower
from simulation.kernels.shower_shapes import cell_shares, gamma_number, landau_number, shower_response
from simulation.random_numbers import Words, exponential, normal, uniform

STOCHASTIC, CONSTANT = 0.028, 0.003
"""Resolution of an electromagnetic shower without noise: sigma / E is 2.8 % / sqrt(E / GeV) and 0.3 % [CMS TDR]."""
CORE, TAIL, CORE_WEIGHT = 0.26, 1.2, 0.88
"""Radii of the two components of a shower, in barrel crystals, and weight of the first: 90 % of the energy is within
PbWO4's Moliere radius of 2.2 cm, the side of a crystal; real CMS photons have such ratios of 1, 9 and 25 crystals."""
EE_CRYSTAL: Final = 2.2 / EE_PITCH
"""Side of a barrel crystal per side of an endcap one."""
CORE_SPREAD: Final = 0.12
"""Relative spread of the core's radius from shower to shower."""
CELL_SPREAD: Final = 0.03
"""Relative spread of a cell's energy at a share of one of 1 GeV; it falls with the root of both."""
ONE_CELL, FEW_CELLS, MANY_CELLS = 0.1, 1.5, 12.0
"""GeV; below the first, showers stay in one crystal, below the second they are spread over 3 x 3, below the third over
5 x 5, above over 7 x 7: what would lie further out is less than the noise of a crystal."""
SMALL_SHARE: Final = 0.005
"""GeV; what a cell with less gets does not fluctuate."""

PRESHOWER_ETA = 1.653, 2.6
"""|eta| covered by the preshower."""
PRESHOWER_SPREAD: Final = 0.5
"""Relative spread of the energy lost there."""

MINIMUM_IONISING, MINIMUM_IONISING_WIDTH = 0.22, 0.03
"""GeV that a particle which does not interact leaves in a crystal, most likely value and width."""
ECAL_INTERACTION_LENGTHS: Final = 1.0
"""Depth of the ECAL in interaction lengths of pions [23 cm of PbWO4]."""
H_OVER_E: Final = 1.0 / 2.4
"""Response of the crystals to the hadronic part of a shower, per that to the electromagnetic one [CMS, JINST 3]."""
HADRON_NOISE: Final = 0.4
"""Relative spread of what a hadron of 1 GeV leaves; it falls with the root of the energy."""
HADRON_SPREAD, HADRON_SPOTS, HADRON_CORE = 1.1, 3, 0.45
"""Hadronic energy lies in this many spots with this distance (one standard deviation) and core radius, in crystals."""


@kernel
def electromagnetic(
    eta: float, phi: float, energy: float, time: float, ecal: Floats, ecal_time: Floats, state: Words, scratch: Floats
) -> float:
    """A photon or electron; returns the energy in GeV that leaks out at the back.

    Args:
        eta, phi: where it enters.
        energy: in GeV.
        time: ns after light from the centre of CMS.
        ecal, ecal_time: (ECAL_CELLS,) energy and energy times time, added to.
        state: random numbers.
        scratch: (2, 12, 8).
    """
    if find_ecal(eta, phi)[0] == NOWHERE or energy <= 0.0:
        return 0.0
    log_energy = math.log(energy)
    leaking = energy * part_behind_ecal(log_energy)
    seen = energy - leaking
    if PRESHOWER_ETA[0] < abs(eta) < PRESHOWER_ETA[1]:
        lost = seen * part_in_preshower(log_energy)
        seen -= min(gamma_number(state, lost, (PRESHOWER_SPREAD * lost) ** 2), seen)
    seen = gamma_number(state, seen, STOCHASTIC**2 * seen + (CONSTANT * seen) ** 2)
    spread_shower(eta, phi, seen, time, CORE, ecal, ecal_time, state, scratch)
    return leaking


@kernel
def hadron(
    eta: float,
    phi: float,
    energy: float,
    time: float,
    charged: bool,
    ecal: Floats,
    ecal_time: Floats,
    state: Words,
    scratch: Floats,
) -> float:
    """A hadron; returns the energy in GeV that goes on to the HCAL. Arguments as for `electromagnetic`."""
    kind, _ = find_ecal(eta, phi)
    if kind == NOWHERE:
        return energy
    depth = exponential(state)
    if depth > ECAL_INTERACTION_LENGTHS:
        return muon(eta, phi, energy, time, ecal, ecal_time, state) if charged else energy
    behind = ECAL_INTERACTION_LENGTHS - depth
    left_here = energy * (1.0 - math.exp(-2.2 * behind)) * (0.3 + 0.7 * uniform(state))
    mean = left_here * shower_response(energy, H_OVER_E)
    seen = gamma_number(state, mean, HADRON_NOISE**2 * mean)
    step = ECAL_BARREL_ETA / EB_IETA if kind == IN_EB else EE_PITCH / ECAL_PLANE * math.sinh(abs(eta))
    rest = 1.0
    for spot in range(HADRON_SPOTS):
        part = rest if spot == HADRON_SPOTS - 1 else rest * uniform(state) ** 0.5
        rest -= part
        near_eta = eta + HADRON_SPREAD * step * normal(state)
        near_phi = phi + HADRON_SPREAD * step * normal(state)
        spread_shower(near_eta, near_phi, seen * part, time, HADRON_CORE, ecal, ecal_time, state, scratch)
    return energy - left_here


@kernel
def muon(eta: float, phi: float, energy: float, time: float, ecal: Floats, ecal_time: Floats, state: Words) -> float:
    """Ionisation in one crystal; returns the energy in GeV that goes on. Arguments as for `electromagnetic`."""
    kind, index = find_ecal(eta, phi)
    if kind == NOWHERE:
        return energy
    left_here = min(max(landau_number(state, MINIMUM_IONISING, MINIMUM_IONISING_WIDTH), 0.0), energy)
    _add(index if kind == IN_EB else EB_CELLS + index, left_here, time, ecal, ecal_time)
    return energy - left_here


@kernel
def spread_shower(
    eta: float,
    phi: float,
    energy: float,
    time: float,
    core: float,
    ecal: Floats,
    ecal_time: Floats,
    state: Words,
    scratch: Floats,
) -> None:
    """Share a deposit over the crystals around its axis; what falls beyond the edge of the ECAL is lost.

    Args:
        core: radius of the core in barrel crystals; the other arguments are those of `electromagnetic`.
    """
    kind, index = find_ecal(eta, phi)
    if kind == NOWHERE or energy <= 0.0:
        return
    if energy < ONE_CELL:
        _add(index if kind == IN_EB else EB_CELLS + index, energy, time, ecal, ecal_time)
        return
    corners, shares = scratch[0], scratch[1]
    half = 1 if energy < FEW_CELLS else (2 if energy < MANY_CELLS else 3)
    size = 2 * half + 1
    shares[:size, :size] = 0.0
    core *= math.exp(CORE_SPREAD * normal(state))
    if kind == IN_EB:
        along_rows, along_columns = offset_in_eb(index, eta, phi)
        side = 1.0
    else:
        along_rows, along_columns = offset_in_ee(index, eta, phi)
        side = EE_CRYSTAL
    cell_shares(along_rows, along_columns, core * side, CORE_WEIGHT, half, corners, shares)
    cell_shares(along_rows, along_columns, TAIL * side, 1.0 - CORE_WEIGHT, half, corners, shares)
    _fluctuate(shares, size, energy, state)
    for i in range(size):
        for j in range(size):
            if kind == IN_EB:
                place = _barrel_place(index, i - half, j - half)
            else:
                place = _endcap_place(index, i - half, j - half)
            if place >= 0:
                _add(place, shares[i, j] * energy, time, ecal, ecal_time)


@kernel
def _add(place: int, energy: float, time: float, ecal: Floats, ecal_time: Floats) -> None:
    ecal[place] += energy
    ecal_time[place] += energy * time


@kernel
def _fluctuate(shares: Floats, size: int, energy: float, state: Words) -> None:
    """Vary the shares at random, the more the fewer particles of the shower they stand for, and make their sum 1."""
    total = 0.0
    for i in range(size):
        for j in range(size):
            mean = shares[i, j]
            if mean * energy > SMALL_SHARE:
                shares[i, j] = max(mean + CELL_SPREAD * math.sqrt(mean / energy) * normal(state), 0.0)
            total += shares[i, j]
    for i in range(size):
        for j in range(size):
            shares[i, j] /= total


@kernel
def _barrel_place(index: int, rows: int, columns: int) -> int:
    """Place of the crystal so many rows and columns away; -1 beyond the barrel."""
    row = index // EB_IPHI + rows
    if row < 0 or row >= 2 * EB_IETA:
        return -1
    return row * EB_IPHI + (index % EB_IPHI + columns) % EB_IPHI


@kernel
def _endcap_place(index: int, rows: int, columns: int) -> int:
    """Place of the crystal so many rows and columns away; -1 where there is none."""
    side, place = index // (EE_SIZE * EE_SIZE), index % (EE_SIZE * EE_SIZE)
    row, column = place // EE_SIZE + rows, place % EE_SIZE + columns
    if row < 0 or row >= EE_SIZE or column < 0 or column >= EE_SIZE or not EE_EXISTS[row, column]:
        return -1
    return EB_CELLS + (side * EE_SIZE + row) * EE_SIZE + column
