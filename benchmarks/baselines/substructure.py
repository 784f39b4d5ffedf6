"""Numbers that tell jets of several prongs from others."""

from typing import Any, Final

import numpy as np

from benchmarks.baselines.constituents import REACH, Floats, Particles
from simulation.jet_clustering import fastjet

SOFT_DROP: Final = 0.1
"""Part of the pt that the softer branch must have; no dependence on the angle (beta = 0) [1402.2657]."""
_PRONGS: Final = 3
_HARDEST: Final = 128
"""Particles of which all triplets are taken; the work grows with the cube of their number."""
_WIDE: Final = 10.0
"""Radius parameter with which everything ends in one jet."""


def numbers_of(particles: Particles) -> dict[str, float]:
    """All numbers of one jet by name; NaN where there are too few particles.

    ``n``, ``sum_pt`` (GeV), ``ptd`` = sqrt(sum pt^2) / sum pt, ``first`` = part of the hardest; ``width`` = mean
    distance, ``major`` and ``minor`` = root mean squares along the axes of the ellipse, by pt; ``mass`` (GeV); ``tau1``
    and the ratios ``tau21``, ``tau32``; ``c2``, ``d2``; soft drop ``sd_mass`` (GeV), ``sd_z``, ``sd_angle``.
    """
    tau = subjettiness(particles)
    mass, share, angle = soft_drop(particles)
    c2, d2 = correlations(particles)
    return {
        **moments(particles),
        "tau1": tau[0],
        "tau21": _ratio(tau[1], tau[0]),
        "tau32": _ratio(tau[2], tau[1]),
        "c2": c2,
        "d2": d2,
        "sd_mass": mass,
        "sd_z": share,
        "sd_angle": angle,
    }


def moments(particles: Particles) -> dict[str, float]:
    """Those without any clustering."""
    pt, total = particles.pt, float(particles.pt.sum())
    if not total > 0:
        return dict.fromkeys(("sum_pt", "ptd", "first", "width", "major", "minor", "mass"), float("nan")) | {"n": 0.0}
    weight = pt / total
    away = np.stack([particles.eta, particles.phi])
    away = away - (away @ weight)[:, None]
    minor, major = np.sqrt(np.maximum(np.linalg.eigvalsh((away * weight) @ away.T), 0))
    momentum = np.array([np.sum(pt * part) for part in _directions(particles)])
    mass = np.sqrt(max(momentum[3] ** 2 - momentum[:3] @ momentum[:3], 0.0))
    width = float(np.hypot(particles.eta, particles.phi) @ weight)
    return {
        "n": float(pt.size),
        "sum_pt": total,
        "ptd": float(np.sqrt(weight @ weight)),
        "first": float(weight.max()),
        "width": width,
        "major": float(major),
        "minor": float(minor),
        "mass": float(mass),
    }


def subjettiness(particles: Particles) -> Floats:
    """(3,) tau_1 to tau_3 with beta = 1 and the axes of exclusive kT jets, winner takes all [1011.2268, 1401.2158].

    0 for as many particles as axes.
    """
    if not particles.pt.size:
        return np.full(_PRONGS, np.nan)
    library = fastjet("benchmarks")
    how = library.JetDefinition(library.kt_algorithm, _WIDE, library.WTA_pt_scheme)
    clusters = library.ClusterSequence(_pseudojets(library, particles), how)
    scale = particles.pt.sum() * REACH
    found = np.zeros(_PRONGS)
    for n in range(1, min(_PRONGS, particles.pt.size - 1) + 1):
        axes = np.array([(axis.eta(), axis.phi_std()) for axis in clusters.exclusive_jets(n)])
        distance = np.hypot(particles.eta[:, None] - axes[:, 0], particles.phi[:, None] - axes[:, 1])
        found[n - 1] = particles.pt @ distance.min(axis=1) / scale
    return found


def correlations(particles: Particles) -> tuple[float, float]:
    """C2 and D2 with beta = 1, of pairs and triplets of the hardest 128 particles [1305.0007, 1409.6298]."""
    if particles.pt.size < _PRONGS:
        return float("nan"), float("nan")
    hardest = np.argsort(-particles.pt, kind="stable")[:_HARDEST]
    particles = Particles(*(column[hardest] for column in particles))
    weight = particles.pt / particles.pt.sum()
    angle = np.hypot(particles.eta[:, None] - particles.eta[None, :], particles.phi[:, None] - particles.phi[None, :])
    pairs = weight @ angle @ weight / 2
    triplets = float(np.einsum("ij,ij,i,j->", angle, (angle * weight) @ angle, weight, weight)) / 6
    return float(triplets / pairs**2), float(triplets / pairs**3)


def soft_drop(particles: Particles) -> tuple[float, float, float]:
    """Mass in GeV, part of the softer branch and angle of the first hard splitting; NaN if there is none."""
    nothing = float("nan")
    if particles.pt.size < 2:
        return nothing, nothing, nothing
    library = fastjet("benchmarks")
    how = library.JetDefinition(library.cambridge_algorithm, _WIDE)
    clusters = library.ClusterSequence(_pseudojets(library, particles), how)
    jet = max(clusters.inclusive_jets(), key=lambda one: one.pt())
    while True:
        one, other = library.PseudoJet(), library.PseudoJet()
        if not jet.has_parents(one, other):
            return nothing, nothing, nothing
        share = min(one.pt(), other.pt()) / (one.pt() + other.pt())
        if share > SOFT_DROP:
            return float(max(jet.m(), 0.0)), float(share), float(one.delta_R(other))
        jet = max((one, other), key=lambda branch: branch.pt())


def _directions(particles: Particles) -> tuple[Floats, Floats, Floats, Floats]:
    """(particles,) px, py, pz and energy by pt."""
    eta, phi = particles.eta, particles.phi
    return np.cos(phi), np.sin(phi), np.sinh(eta), np.cosh(eta)


def _pseudojets(library: Any, particles: Particles) -> list[Any]:
    momenta = np.stack([particles.pt * part for part in _directions(particles)], axis=1)
    return [library.PseudoJet(*momentum) for momentum in momenta.tolist()]


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
