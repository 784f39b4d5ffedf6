"""Which charged particles are found as tracks, and how well they are measured, event by event.

Resolutions and efficiencies follow CMS, Description and performance of track and primary-vertex reconstruction,
JINST 9 (2014) P10009: for isolated muons and, where hadrons differ, for pions.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.helix import CURVATURE, after_arc, after_turn, arc_to_beam
from dataformats.jit import kernel
from simulation.kernels.flight import Floats, Ints
from simulation.kernels.shower_shapes import gamma_number
from simulation.random_numbers import Words, exponential, normal, poisson, start, uniform

FEWEST_LAYERS: Final = 3
"""Crossed layers below which nothing is found."""
ELECTRON: Final = 11

NUMBERS: Final = 11
"""Numbers of a found track: reference point x, y, z in cm, momentum x, y, z in GeV, chi2, ndof, errors of dxy and dz in
cm, high purity (0 or 1)."""

DISPLACED: Final = 15.0
"""cm from the beam line over which the efficiency for tracks that start there falls by a factor e."""
RADIATING: Final = 0.15
"""Part of the efficiency that an electron which radiates everything loses."""
SOFT: Final = 0.12
"""GeV; the efficiency is 1 - exp(-(pt / SOFT)^2)."""
MAX_ETA: Final = 2.5


@kernel
def relative_pt_error(pt: float, eta: float) -> float:
    """Standard deviation of pt / pt: scattering, and curvature that gets small; pt in GeV."""
    tilt = min(abs(eta) / MAX_ETA, 1.0)
    return math.hypot(0.007 + 0.013 * tilt**2, (2.4e-4 + 5.0e-4 * tilt**4) * pt)


@kernel
def dxy_error(pt: float, eta: float) -> float:
    """Standard deviation of the transverse impact parameter, cm; pt in GeV."""
    return math.hypot(0.0009, 0.0085 * math.sqrt(math.cosh(eta)) / pt)


@kernel
def dz_error(pt: float, eta: float) -> float:
    """Standard deviation of the longitudinal impact parameter, cm; pt in GeV."""
    return math.hypot(0.0028, 0.0095 / pt) * math.cosh(eta)


@kernel
def efficiency(pt: float, layers: int, radius: float, radiated: float) -> float:
    """Probability that a charged particle is found.

    Args:
        pt: GeV.
        layers: that it crosses.
        radius: where it starts, cm from the beam line.
        radiated: part of its energy that it lost.
    """
    if layers < FEWEST_LAYERS:
        return 0.0
    best = 0.3 if layers < 5 else (0.75 if layers < 8 else 0.985)
    return best * (1.0 - math.exp(-((pt / SOFT) ** 2))) * math.exp(-radius / DISPLACED) * (1.0 - RADIATING * radiated)


@kernel
def find_tracks(
    offsets: Ints,
    numbers: Floats,
    kinds: NDArray[np.int32],
    layers: NDArray[np.uint8],
    keys: Words,
    fakes_per_track: float,
    out_offsets: Ints,
    out_numbers: NDArray[np.float32],
    out_charge: NDArray[np.int8],
) -> None:
    """Fill the out arrays with the tracks of each event, fakes last.

    Args:
        offsets: (events + 1,) boundaries of the particles.
        numbers: (7, particles) momentum x, y, z in GeV, start x, y, z in cm, radiated part.
        kinds: (2, particles) PDG id, charge.
        layers: (2, particles) crossed layers of pixels and strips.
        keys: (events,) of random numbers.
        fakes_per_track: mean number of fakes per found track.
        out_offsets: (events + 1,).
        out_numbers: (NUMBERS, room); out_charge: (room,); room for all particles and as many fakes.
    """
    state, row = np.empty(1, np.uint64), np.empty(NUMBERS)
    used = 0
    out_offsets[0] = 0
    for event in range(keys.size):
        first, last = offsets[event], offsets[event + 1]
        for i in range(first, last):
            start(state, keys[event], i - first)
            n_layers = int(layers[0, i]) + int(layers[1, i])
            pt = math.hypot(numbers[0, i], numbers[1, i])
            eta = math.asinh(numbers[2, i] / pt)
            radius = math.hypot(numbers[3, i], numbers[4, i])
            likely = efficiency(pt, n_layers, radius, numbers[6, i]) if abs(eta) < MAX_ETA else 0.0
            if uniform(state) < likely:
                lost = numbers[6, i] if abs(kinds[0, i]) == ELECTRON else 0.0
                _measure(numbers[:, i], kinds[1, i], lost, n_layers, state, row)
                out_numbers[:, used] = row
                out_charge[used] = kinds[1, i]
                used += 1
        start(state, keys[event], -1)
        real = used - out_offsets[event]
        for _ in range(min(poisson(state, fakes_per_track * real), last - first)):
            _invent(state, row)
            out_numbers[:, used] = row
            out_charge[used] = 1 if uniform(state) < 0.5 else -1
            used += 1
        out_offsets[event + 1] = used


@kernel
def _measure(true: Floats, charge: float, radiated: float, layers: int, state: Words, row: Floats) -> None:
    """Fill the row of one found track: the true one at its point closest to the beam line, with errors.

    Args:
        true: (7,) column of `numbers`.
        charge: in units of the positron's.
        radiated: part of its energy that an electron lost, which its curvature tells in part.
        layers: that it crossed.
        state: random numbers.
        row: (NUMBERS,) to fill.
    """
    pt = math.hypot(true[0], true[1])
    eta = math.asinh(true[2] / pt)
    x, y, z, ux, uy = true[3], true[4], true[5], true[0] / pt, true[1] / pt
    kappa = -charge * CURVATURE / pt
    arc = arc_to_beam(x, y, ux, uy, kappa)
    x, y = after_arc(x, y, ux, uy, kappa, arc)
    ux, uy = after_turn(ux, uy, kappa, arc)
    slope = math.sinh(eta)
    z += slope * arc
    few = math.sqrt(max(14.0 / layers, 1.0))
    xy_error, z_error = few * dxy_error(pt, eta), few * dz_error(pt, eta)
    lost = radiated * uniform(state) ** 2  # most of the curvature that is seen comes before most of the radiation
    measured = pt * (1.0 - lost) * (1.0 + few * relative_pt_error(pt, eta) * normal(state))
    measured = max(measured, 0.1 * pt)
    turn = few * math.hypot(0.0002, 0.0015 / pt) * normal(state)
    tilt = few * math.hypot(0.0003, 0.0015 / pt) * math.cosh(eta) * normal(state)
    side = ux * y - uy * x + xy_error * normal(state)
    ux, uy = after_turn(ux, uy, turn, 1.0)
    row[0], row[1], row[2] = -uy * side, ux * side, z + z_error * normal(state)
    row[3], row[4] = measured * ux, measured * uy
    row[5] = measured * (slope + tilt)
    ndof = max(2.0 * layers - 5.0, 1.0)
    row[6], row[7] = gamma_number(state, ndof * (1.0 + 0.5 * radiated), 2.0 * ndof), ndof
    row[8], row[9] = xy_error, z_error
    pure = 0.98 if layers >= 8 else (0.85 if layers >= 5 else 0.6)
    row[10] = 1.0 if uniform(state) < pure * math.exp(-math.hypot(x, y) / 5.0) else 0.0


@kernel
def _invent(state: Words, row: Floats) -> None:
    """Fill the row of a track that no particle made: soft, from anywhere near the beam, badly fitted, rarely pure."""
    phi = 2.0 * math.pi * uniform(state)
    eta = MAX_ETA * (2.0 * uniform(state) - 1.0)
    pt = 0.3 + 0.7 * exponential(state)
    dxy = 2.0 * (2.0 * uniform(state) - 1.0)
    row[0], row[1], row[2] = -dxy * math.sin(phi), dxy * math.cos(phi), 6.0 * normal(state)
    row[3], row[4], row[5] = pt * math.cos(phi), pt * math.sin(phi), pt * math.sinh(eta)
    row[6], row[7] = gamma_number(state, 30.0, 120.0), 9.0
    row[8], row[9] = 2.0 * dxy_error(pt, eta), 2.0 * dz_error(pt, eta)
    row[10] = 1.0 if uniform(state) < 0.1 else 0.0
