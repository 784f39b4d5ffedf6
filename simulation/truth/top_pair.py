"""The generated pair of top quarks in each event."""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.generator import GenParticles
from dataformats.results import EventFloat
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDProducer, InputTag, param
from simulation.truth.genealogy import TOP, Genealogy, no_particles
from simulation.truth.tasks import load_kernels

Array = NDArray[np.float64]


class TopPairProducts(NamedTuple):
    """What is made; NaN for events without a pair.

    Args:
        mass: invariant mass of the two in GeV.
        leading_pt: pt in GeV of the one with more of it.
    """

    mass: EventFloat
    leading_pt: EventFloat


class TopPairProducer(EDProducer):
    """Invariant mass of the generated top and antitop, and the larger pt of the two, as they are when they decay.

    Events with no top or no antitop, or with several of either, have NaN.
    """

    gen_particles: InputTag = param("genParticles", doc="generated particles, with mothers")
    need_gen_particles: bool = param(True, doc="False: without generated particles, as in data, every event has NaN")

    begin_job: ClassVar[Callable[..., Any] | None] = load_kernels

    def produce(self, ids: EventIDs, gen_particles: GenParticles | None) -> TopPairProducts:
        """Of every event."""
        family = Genealogy.of(no_particles(len(ids)) if gen_particles is None else gen_particles)
        mass, leading_pt = np.full((2, len(ids)), np.nan, np.float32)
        last = family.is_last
        top, antitop = (np.flatnonzero((family.pdg_id == kind) & last) for kind in (TOP, -TOP))
        numbers = (np.bincount(family.event_of(which), minlength=len(ids)) for which in (top, antitop))
        paired = np.logical_and.reduce([number == 1 for number in numbers])
        one, other = (which[paired[family.event_of(which)]] for which in (top, antitop))
        mass[paired] = invariant_mass(family, one, other)
        leading_pt[paired] = np.maximum(family.pt[one], family.pt[other])
        return TopPairProducts(EventFloat(value=mass), EventFloat(value=leading_pt))

    def needed_products(self) -> frozenset[str]:
        """The generated particles, unless they may be missing."""
        return frozenset({"gen_particles"} if self.need_gen_particles else ())


def invariant_mass(family: Genealogy, one: NDArray[np.int64], other: NDArray[np.int64]) -> Array:
    """(pairs,) mass in GeV of particles at these positions, taken in step."""
    total = np.zeros((4, one.size))
    for which in (one, other):
        pt, eta, phi, mass = (x[which].astype(np.float64) for x in (family.pt, family.eta, family.phi, family.mass))
        pz = pt * np.sinh(eta)
        total += [np.sqrt(pt**2 + pz**2 + mass**2), pt * np.cos(phi), pt * np.sin(phi), pz]
    energy, *momentum = total
    mass_of_pair: Array = np.sqrt(np.maximum(energy**2 - np.square(momentum).sum(axis=0), 0.0))
    return mass_of_pair
