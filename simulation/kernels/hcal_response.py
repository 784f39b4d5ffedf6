"""What one particle leaves in the towers of HB and HE.

Cells are those of 2012: one depth in most of the barrel, two or three in the endcaps. Every function adds to dense
arrays of all cells: ((ieta + 29) * 72 + iphi - 1) * 3 + depth - 1, `HCAL_CELLS` in all; energy in GeV and energy times
time in GeV ns.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.angles import phi_between
from dataformats.geometry.constants import FINE_PHI_IETA, HB_IETA, HCAL_IPHI, HE_IETA, TWO_PI
from dataformats.geometry.detids import HB, HE, pack_hcal
from dataformats.geometry.hcal import TOWER_ETA_EDGES, find_hcal
from dataformats.jit import kernel
from simulation.kernels.flight import Floats
from simulation.kernels.shower_shapes import gamma_number, landau_number, shower_response, strip_share
from simulation.random_numbers import Words, normal, uniform

DEPTHS: Final = 3
HCAL_CELLS: Final = (2 * HE_IETA + 1) * HCAL_IPHI * DEPTHS

STOCHASTIC, CONSTANT = 1.0, 0.05
"""Resolution for hadrons: sigma / E is 100 % / sqrt(E / GeV) and 5 % [CMS, JINST 3 (2008) S08004]."""
H_OVER_E: Final = 0.7
"""Response to the hadronic part of a shower, per that to the electromagnetic one."""
CALIBRATED_AT: Final = 50.0
"""GeV; pions of this energy are seen right."""
SPOTS, SPOT_SPREAD, SPOT_RADIUS = 2, 0.025, 0.035
"""Energy lies in this many spots, this far from the axis (one standard deviation) and of this radius, in eta or rad."""
MINIMUM_IONISING, MINIMUM_IONISING_WIDTH = 1.8, 0.25
"""GeV that a muon leaves in a tower, most likely value and width."""

N_DEPTHS: Final = np.array([0] + [1] * 14 + [2, 3, 1] + [2] * 9 + [3, 3, 2])
"""Shape (30,): depths of a tower by |ieta|; the third of |ieta| 16 is in HE."""


def _detids() -> NDArray[np.uint32]:
    """(HCAL_CELLS,) ids of the cells, in the packing of 2015 and later; 0 where there is none."""
    ids = np.zeros((2 * HE_IETA + 1, HCAL_IPHI, DEPTHS), np.uint32)
    for size in range(1, HE_IETA + 1):
        iphi = np.arange(1, HCAL_IPHI + 1, 2 if size > FINE_PHI_IETA else 1)
        for ieta in (-size, size):
            for depth in range(1, N_DEPTHS[size] + 1):
                subdet = HB if size < HB_IETA or (size == HB_IETA and depth < DEPTHS) else HE
                ids[ieta + HE_IETA, iphi - 1, depth - 1] = pack_hcal(subdet, ieta, iphi, depth)
    return ids.ravel()


HCAL_DETID: Final = _detids()
"""Shape (HCAL_CELLS,): DetIds, 0 where there is no cell."""


@kernel
def response(energy: float) -> float:
    """Mean energy seen per energy of a hadron: below 1 for soft ones, whose showers are less electromagnetic."""
    return shower_response(energy, H_OVER_E) / shower_response(CALIBRATED_AT, H_OVER_E)


@kernel
def hadron(eta: float, phi: float, energy: float, time: float, hcal: Floats, hcal_time: Floats, state: Words) -> None:
    """What is left of a hadron behind the ECAL.

    Args:
        eta, phi: where it enters.
        energy: GeV.
        time: ns after light from the centre of CMS.
        hcal, hcal_time: (HCAL_CELLS,) energy and energy times time, added to.
        state: random numbers.
    """
    if energy <= 0.0:
        return
    mean = energy * response(energy)
    seen = gamma_number(state, mean, STOCHASTIC**2 * mean + (CONSTANT * mean) ** 2)
    rest = 1.0
    for spot in range(SPOTS):
        part = rest if spot == SPOTS - 1 else rest * uniform(state)
        rest -= part
        near_eta, near_phi = eta + SPOT_SPREAD * normal(state), phi + SPOT_SPREAD * normal(state)
        spread_shower(near_eta, near_phi, seen * part, time, uniform(state), hcal, hcal_time)


@kernel
def muon(eta: float, phi: float, energy: float, time: float, hcal: Floats, hcal_time: Floats, state: Words) -> None:
    """Ionisation in one tower; arguments as for `hadron`."""
    ieta, iphi = find_hcal(eta, phi)
    if ieta != 0:
        seen = min(max(landau_number(state, MINIMUM_IONISING, MINIMUM_IONISING_WIDTH), 0.0), energy)
        _add(ieta, iphi, seen, time, 0.5, hcal, hcal_time)


@kernel
def leaked_shower(eta: float, phi: float, energy: float, time: float, hcal: Floats, hcal_time: Floats) -> None:
    """The tail of an electromagnetic shower; arguments as for `hadron`."""
    ieta, iphi = find_hcal(eta, phi)
    if ieta != 0 and energy > 0.0:
        _add(ieta, iphi, energy, time, 0.0, hcal, hcal_time)


@kernel
def spread_shower(
    eta: float, phi: float, energy: float, time: float, deep: float, hcal: Floats, hcal_time: Floats
) -> None:
    """Share a deposit over 3 x 3 towers around its axis; arguments as for `hadron`, `deep` as for `_add`."""
    ieta, _ = find_hcal(eta, phi)
    if ieta == 0:
        return
    fine = int((phi % TWO_PI) * (HCAL_IPHI / TWO_PI))
    for step in (-1, 0, 1):
        row = _beside(ieta, step)
        if abs(row) > HE_IETA:
            continue
        low, high = TOWER_ETA_EDGES[abs(row) - 1], TOWER_ETA_EDGES[abs(row)]
        if row < 0:
            low, high = -high, -low
        in_row = _share(step, low - eta, high - eta)
        width = 2 if abs(row) > FINE_PHI_IETA else 1
        for turn in (-1, 0, 1):
            column = (fine - fine % width + turn * width) % HCAL_IPHI + 1
            start = phi_between((column - 1) * TWO_PI / HCAL_IPHI, phi)
            share = in_row * _share(turn, start, start + width * TWO_PI / HCAL_IPHI)
            _add(row, column, energy * share, time, deep, hcal, hcal_time)


@kernel
def _share(step: int, low: float, high: float) -> float:
    """Share of the profile between two edges; the outer ones of the three rows or columns get all that is beyond."""
    if step < 0:
        low = -1e3
    elif step > 0:
        high = 1e3
    return strip_share(low, high, SPOT_RADIUS)


@kernel
def _beside(ieta: int, step: int) -> int:
    """The row of towers so many rows away; there is no row 0."""
    row = ieta + step
    if row * ieta <= 0:
        row += step
    return row


@kernel
def _add(ieta: int, iphi: int, energy: float, time: float, deep: float, hcal: Floats, hcal_time: Floats) -> None:
    """Put energy into the depths of a tower.

    Args:
        deep: 0 for a shower that ends in the first depth, 1 for one that reaches the last.
    """
    first = ((ieta + HE_IETA) * HCAL_IPHI + iphi - 1) * DEPTHS
    n_depths = N_DEPTHS[abs(ieta)]
    behind = (0.6 if abs(ieta) > HB_IETA else 0.2) * deep if n_depths > 1 else 0.0
    last = 0.4 * behind if n_depths == DEPTHS else 0.0
    for depth, share in enumerate((1.0 - behind, behind - last, last)):
        hcal[first + depth] += share * energy
        hcal_time[first + depth] += share * energy * time
