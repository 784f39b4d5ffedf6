"""Toy kinematics: pairs of boosted top quarks that decay into six jets of particles, over a soft background.

This is no physics generator. There is no matrix element, no shower, no hadronisation and no pileup: momenta are drawn
from smooth distributions, decays are isotropic, partons break up by random fractions. Masses and directions are
consistent, so jets have real invariant masses; nothing else should be believed.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.random_numbers import normal_numbers, uniform_numbers

TOP_MASS, W_MASS, B_MASS = 172.5, 80.4, 4.7
"""GeV, rounded values of the Particle Data Group."""
PARTONS = 6
PER_PARTON = 12
SOFT = 40
PARTICLES = PARTONS * PER_PARTON + SOFT

Array = NDArray[np.float64]


class Particles(NamedTuple):
    """Massless particles of a block, each field (events, PARTICLES).

    Args:
        charge: -1, 0 or 1.
        photon: showers in the electromagnetic calorimeter alone.
        top: 0 or 1 for the top quark it comes from, -1 for the soft background.
        rest: (events, PARTICLES, 4) uniform numbers for the detector response.
    """

    px: Array
    py: Array
    pz: Array
    charge: NDArray[np.int8]
    photon: NDArray[np.bool_]
    top: NDArray[np.int8]
    vertex_z: Array
    rest: Array


def generate(seed: int, first_event: int, n_events: int) -> Particles:
    """Particles of consecutive events.

    Args:
        seed: of the sample.
        first_event: number of the first event; event n is the same in whatever block it is made.
        n_events: how many.
    """
    draws = uniform_numbers(seed, first_event, n_events)
    kinematics, draws = draws[:, :16], draws[:, 16:]
    tops = _tops(kinematics)
    partons = np.concatenate([_decay_top(tops[:, i], kinematics[:, 6 + 4 * i : 10 + 4 * i]) for i in (0, 1)], axis=1)
    draws = draws[:, : PARTICLES * 8].reshape(n_events, PARTICLES, 8)
    hard = _fragments(partons, draws[:, : PARTONS * PER_PARTON])
    soft = _soft(draws[:, PARTONS * PER_PARTON :])
    momenta = np.concatenate([hard, soft], axis=1)
    kind = draws[:, :, 3]
    charged = kind < 0.60
    top = np.broadcast_to(np.repeat(np.array([0, 1, -1], np.int8), [36, 36, SOFT]), kind.shape)
    charge = np.where(charged, np.where(kind < 0.30, 1, -1), 0).astype(np.int8)
    vertex_z = 4.0 * normal_numbers(kinematics[:, 14:15], kinematics[:, 15:16])
    px, py, pz = np.moveaxis(momenta, -1, 0)
    return Particles(
        px, py, pz, charge, (kind >= 0.60) & (kind < 0.87), top, np.broadcast_to(vertex_z, kind.shape), draws[:, :, 4:]
    )


def _tops(u: Array) -> Array:
    """(events, 2, 4) four-momenta E, px, py, pz of two top quarks, back to back in the transverse plane."""
    pt = 350.0 - 120.0 * np.log1p(-0.97 * u[:, :1]) * np.ones((1, 2))
    phi = 2.0 * np.pi * u[:, 1:2] + np.array([0.0, np.pi]) - np.pi
    eta = 2.0 * u[:, 2:4] - 1.0
    px, py, pz = pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)
    energy = np.sqrt(TOP_MASS**2 + px**2 + py**2 + pz**2)
    return np.stack([energy, px, py, pz], axis=-1)


def _decay_top(top: Array, u: Array) -> Array:
    """(events, 3, 4) b quark and the two quarks of the W, from (events, 4) top quarks and uniform numbers."""
    w, b = _two_body(top, TOP_MASS, W_MASS, B_MASS, u[:, 0], u[:, 1])
    q1, q2 = _two_body(w, W_MASS, 0.0, 0.0, u[:, 2], u[:, 3])
    return np.stack([b, q1, q2], axis=1)


def _two_body(parent: Array, mass: float, m1: float, m2: float, u1: Array, u2: Array) -> tuple[Array, Array]:
    """Isotropic decay in the parent's rest frame; four-momenta (events, 4) in the frame of the parent."""
    momentum = np.sqrt((mass**2 - (m1 + m2) ** 2) * (mass**2 - (m1 - m2) ** 2)) / (2.0 * mass)
    cos_theta, phi = 2.0 * u1 - 1.0, 2.0 * np.pi * u2
    sin_theta = np.sqrt(1.0 - cos_theta**2)
    direction = np.stack([sin_theta * np.cos(phi), sin_theta * np.sin(phi), cos_theta], axis=-1)
    energy1 = np.sqrt(m1**2 + momentum**2)
    first = _boosted(np.concatenate([np.full_like(u1, energy1)[:, None], momentum * direction], axis=1), parent, mass)
    return first, parent - first


def _boosted(p4: Array, frame: Array, mass: float) -> Array:
    """Four-momenta given in the rest frame of `frame`, as seen where `frame` moves."""
    beta = frame[:, 1:] / frame[:, :1]
    gamma = frame[:, :1] / mass
    along = np.sum(beta * p4[:, 1:], axis=1, keepdims=True)
    energy = gamma * (p4[:, :1] + along)
    momentum = p4[:, 1:] + (gamma * gamma / (gamma + 1.0) * along + gamma * p4[:, :1]) * beta
    return np.concatenate([energy, momentum], axis=1)


def _fragments(partons: Array, u: Array) -> Array:
    """(events, PARTONS * PER_PARTON, 3) momenta: random shares of each parton's momentum plus 0.4 GeV across it."""
    n_events = partons.shape[0]
    share = -np.log1p(-u[:, :, 0]).reshape(n_events, PARTONS, PER_PARTON)
    share = share / share.sum(axis=2, keepdims=True)
    along = partons[:, :, None, 1:] * share[..., None]
    kick = 0.4 * np.stack(
        [
            normal_numbers(u[:, :, 1], u[:, :, 2]),
            normal_numbers(u[:, :, 2], u[:, :, 0]),
            normal_numbers(u[:, :, 0], u[:, :, 1]),
        ],
        -1,
    )
    return np.asarray(along.reshape(n_events, -1, 3) + kick)


def _soft(u: Array) -> Array:
    """(events, SOFT, 3) momenta of a soft background, flat in pseudorapidity within 2.9."""
    pt = 0.2 - 0.7 * np.log1p(-u[:, :, 0])
    phi = 2.0 * np.pi * u[:, :, 1]
    return np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(5.8 * u[:, :, 2] - 2.9)], axis=-1)
