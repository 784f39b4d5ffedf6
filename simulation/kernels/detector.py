"""All particles of a block through the detector, event by event."""

import math
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.detids import ECAL_CELLS
from dataformats.jit import kernel
from simulation.kernels import ecal_response, hcal_response
from simulation.kernels.flight import (
    CHARGE,
    CHARGED_HADRON,
    ELECTRON,
    KIND,
    MASS,
    MUON,
    PDG_ID,
    PHOTON,
    PT,
    REST,
    ROW,
    SLOPE,
    SPEED_OF_LIGHT,
    TIME,
    UX,
    UY,
    Floats,
    Ints,
    X,
    Y,
    Z,
)
from simulation.kernels.hcal_response import HCAL_CELLS
from simulation.kernels.tracking import (
    ARRIVAL,
    BEHIND,
    COUNTERS,
    N_ARRIVALS,
    N_PIXEL_HITS,
    N_STACK,
    N_STRIP_HITS,
    N_TRACKS,
    OVERFLOWS,
    Hits,
    Tracks,
    follow_all,
)
from simulation.random_numbers import Words, start

STACK: Final = 1024
"""Particles that may wait to be followed: those that one particle makes on its way."""

CaloHits: TypeAlias = tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]
"""Room for cells with energy: place in the dense array, energy in GeV, time in ns; (n,) each."""


class Particles(NamedTuple):
    """What the kernel reads of the particles of a block, (n,) float64 each, and the event boundaries (events + 1,)."""

    offsets: Ints
    pt: Floats
    eta: Floats
    phi: Floats
    mass: Floats
    vx: Floats
    vy: Floats
    vz: Floats
    charge: Floats
    rest: Floats
    kind: Floats
    pdg_id: Floats


@kernel
def respond(
    particles: Particles,
    keys: Words,
    ecal_hits: CaloHits,
    hcal_hits: CaloHits,
    pixel_hits: Hits,
    strip_hits: Hits,
    tracks: Tracks,
    offsets: Ints,
) -> int:
    """Follow all particles and fill the rooms.

    Args:
        particles: of the block.
        keys: (events,) of random numbers; particle i of an event draws its own.
        ecal_hits, hcal_hits, pixel_hits, strip_hits, tracks: rooms to fill, events one after the other.
        offsets: (5, events + 1) to fill with the event boundaries of the rooms, in this order.

    Returns:
        How many entries found no room; if any, everything must be done again with more.
    """
    stack, arrivals = np.empty((STACK, ROW)), np.empty((STACK, ARRIVAL))
    row, ahead, scratch = np.empty(ROW), np.empty(2, np.int64), np.empty((2, 12, 8))
    ecal, ecal_time = np.zeros(ECAL_CELLS), np.zeros(ECAL_CELLS)
    hcal, hcal_time = np.zeros(HCAL_CELLS), np.zeros(HCAL_CELLS)
    state, counters = np.empty(1, np.uint64), np.zeros(COUNTERS, np.int64)
    n_ecal = n_hcal = 0
    offsets[:, 0] = 0
    for event in range(keys.size):
        first = particles.offsets[event]
        for i in range(first, particles.offsets[event + 1]):
            start(state, keys[event], i - first)
            _put_on_stack(particles, i, stack)
            counters[N_STACK], counters[N_ARRIVALS] = 1, 0
            follow_all(stack, state, arrivals, pixel_hits, strip_hits, tracks, counters, row, ahead)
            for arrival in range(counters[N_ARRIVALS]):
                _shower(arrivals[arrival], ecal, ecal_time, hcal, hcal_time, state, scratch)
        n_ecal, lost_ecal = _collect(ecal, ecal_time, ecal_hits, n_ecal)
        n_hcal, lost_hcal = _collect(hcal, hcal_time, hcal_hits, n_hcal)
        counters[OVERFLOWS] += lost_ecal + lost_hcal
        offsets[0, event + 1], offsets[1, event + 1] = n_ecal, n_hcal
        offsets[2, event + 1], offsets[3, event + 1] = counters[N_PIXEL_HITS], counters[N_STRIP_HITS]
        offsets[4, event + 1] = counters[N_TRACKS]
    return int(counters[OVERFLOWS])


@kernel
def _put_on_stack(particles: Particles, i: int, stack: Floats) -> None:
    """As `flight` wants it. A particle made away from the beam line: what made it came its way, as fast as light."""
    row = stack[0]
    phi = particles.phi[i]
    row[X], row[Y], row[Z] = particles.vx[i], particles.vy[i], particles.vz[i]
    row[UX], row[UY] = math.cos(phi), math.sin(phi)
    row[PT], row[SLOPE] = particles.pt[i], math.sinh(particles.eta[i])
    row[TIME] = math.hypot(row[X], row[Y]) * math.cosh(particles.eta[i]) / SPEED_OF_LIGHT
    row[CHARGE], row[MASS], row[REST] = particles.charge[i], particles.mass[i], particles.rest[i]
    row[KIND], row[PDG_ID] = particles.kind[i], particles.pdg_id[i]


@kernel
def _shower(
    arrival: Floats,
    ecal: Floats,
    ecal_time: Floats,
    hcal: Floats,
    hcal_time: Floats,
    state: Words,
    scratch: Floats,
) -> None:
    """One particle at the calorimeters; see `tracking.ARRIVAL`."""
    kind, energy, eta, phi, hcal_eta, hcal_phi, time = arrival
    if kind in {PHOTON, ELECTRON}:
        leaked = ecal_response.electromagnetic(eta, phi, energy, time, ecal, ecal_time, state, scratch)
        hcal_response.leaked_shower(eta, phi, leaked, time, hcal, hcal_time)
    elif kind == MUON:
        rest = ecal_response.muon(eta, phi, energy, time, ecal, ecal_time, state)
        hcal_response.muon(hcal_eta, hcal_phi, rest, time, hcal, hcal_time, state)
    elif kind == BEHIND:
        hcal_response.hadron(hcal_eta, hcal_phi, energy, time, hcal, hcal_time, state)
    else:
        charged = kind == CHARGED_HADRON
        rest = ecal_response.hadron(eta, phi, energy, time, charged, ecal, ecal_time, state, scratch)
        hcal_response.hadron(hcal_eta, hcal_phi, rest, time, hcal, hcal_time, state)


@kernel
def _collect(energy: Floats, weighted_time: Floats, hits: CaloHits, used: int) -> tuple[int, int]:
    """Move the cells with energy into the room, in ascending order, and empty the dense arrays.

    Args:
        energy, weighted_time: (cells,).
        hits: room.
        used: entries it holds already.

    Returns:
        Entries it holds now, and how many found no place.
    """
    lost = 0
    for place in range(energy.size):
        if energy[place] > 0.0:
            if used < hits[0].size:
                hits[0][used] = place
                hits[1][used] = energy[place]
                hits[2][used] = weighted_time[place] / energy[place]
                used += 1
            else:
                lost += 1
            energy[place] = weighted_time[place] = 0.0
    return used, lost
