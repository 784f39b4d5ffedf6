"""Collisions laid over an event: which ones from the pool, how they are turned, where they happen."""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.angles import phi_between
from dataformats.jit import kernel
from simulation.random_numbers import normal, poisson, start, uniform

PARTS: Final = 4
"""The number of collisions is the sum of so many Poisson numbers, each small enough to be exact."""

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Index = NDArray[np.int64]
Words = NDArray[np.uint64]


class Uses(NamedTuple):
    """Collisions of a block of events, each field (collisions,).

    Args:
        number: in the pool.
        turn: by which it is turned around the beam, rad.
        side: 1, or -1 if it is upside down.
        x: where it happens, cm.
        y: where it happens, cm.
        z: where it happens, cm.
    """

    number: Index
    turn: Array
    side: Array
    x: Array
    y: Array
    z: Array


class Columns(NamedTuple):
    """Particles, each field (particles,): what the pool keeps, 32 bytes each. GeV, rad, cm."""

    pt: Floats
    eta: Floats
    phi: Floats
    mass: Floats
    pdg_id: Ints
    vx: Floats
    vy: Floats
    vz: Floats


@kernel
def count_collisions(keys: Words, mean: float, counts: Index) -> None:
    """Draw the numbers of collisions.

    Args:
        keys: (events,) of the random numbers.
        mean: collisions per event.
        counts: (events,) filled.
    """
    state = np.zeros(1, np.uint64)
    for event in range(keys.size):
        start(state, keys[event], 0)
        counts[event] = 0
        for _ in range(PARTS):
            counts[event] += poisson(state, mean / PARTS)


@kernel
def draw_collisions(keys: Words, offsets: Index, pool_size: int, beam_spot: Array, uses: Uses) -> None:
    """Choose each collision from the pool, how it is turned, and where it happens.

    Args:
        keys: (events,) of the random numbers.
        offsets: (events + 1,) where the collisions of each event begin.
        pool_size: collisions in the pool.
        beam_spot: (3,) standard deviations in x, y, z, cm.
        uses: filled.
    """
    state = np.zeros(1, np.uint64)
    for event in range(keys.size):
        for use in range(offsets[event], offsets[event + 1]):
            start(state, keys[event], 1 + use - offsets[event])
            uses.number[use] = int(pool_size * uniform(state))
            uses.turn[use] = 2.0 * math.pi * uniform(state)
            uses.side[use] = 1.0 if uniform(state) < 0.5 else -1.0
            uses.x[use] = beam_spot[0] * normal(state)
            uses.y[use] = beam_spot[1] * normal(state)
            uses.z[use] = beam_spot[2] * normal(state)


@kernel
def lay_over(first: Index, pool: Columns, uses: Uses, offsets: Index, out: Columns) -> None:
    """Copy the particles of each collision, turned and moved.

    Args:
        first: (collisions in the pool,) where the particles of each begin.
        pool: particles of all collisions in the pool.
        uses: which are used, and how.
        offsets: (uses + 1,) where the particles of each use begin.
        out: filled.
    """
    for use in range(uses.number.size):
        cosine, sine, side = math.cos(uses.turn[use]), math.sin(uses.turn[use]), uses.side[use]
        step = first[uses.number[use]] - offsets[use]
        for here in range(offsets[use], offsets[use + 1]):
            there = here + step
            out.pt[here], out.mass[here], out.pdg_id[here] = pool.pt[there], pool.mass[there], pool.pdg_id[there]
            out.eta[here] = side * pool.eta[there]
            out.phi[here] = phi_between(side * pool.phi[there], -uses.turn[use])
            vx, vy = pool.vx[there], side * pool.vy[there]
            out.vx[here] = cosine * vx - sine * vy + uses.x[use]
            out.vy[here] = sine * vx + cosine * vy + uses.y[use]
            out.vz[here] = side * pool.vz[there] + uses.z[use]
