"""Which generated particle belongs to which reconstructed object."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from dataformats.candidates import Candidates
from dataformats.geometry.constants import TWO_PI
from simulation.kernels.matching import match_nearest
from simulation.truth.genealogy import Genealogy

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Objects(NamedTuple):
    """Reconstructed objects of a block.

    Args:
        offsets: (events + 1,) boundaries.
        pt: GeV.
        eta: pseudorapidity.
        phi: rad.
        accepted: inside the task's acceptance; others are never matched.
    """

    offsets: Index
    pt: NDArray[np.float32]
    eta: NDArray[np.float32]
    phi: NDArray[np.float32]
    accepted: Mask

    @classmethod
    def of(cls, candidates: Candidates, *, min_pt: float, max_eta: float) -> Self:
        """Objects with pt of at least `min_pt` (GeV) and |eta| up to `max_eta` are accepted."""
        pt, eta, phi = (candidates.flat(name) for name in ("pt", "eta", "phi"))
        accepted = (pt.astype(np.float64) >= min_pt) & (np.abs(eta.astype(np.float64)) <= max_eta)
        return cls(candidates.offsets, pt, eta, phi, accepted)


class Matches(NamedTuple):
    """What was found for each object.

    Args:
        target: position of the target that is the object's; means nothing where there is none.
        distance: to that target in eta and phi, NaN where there is none.
        near: number of targets within the cone, also those that another object is nearer to.
    """

    target: Index
    distance: Array
    near: Index

    @property
    def found(self) -> Mask:
        """(objects,) which ones have a target."""
        return ~np.isnan(self.distance)


def match_particles(objects: Objects, family: Genealogy, chosen: Mask, cone: float) -> Matches:
    """Match the chosen particles; targets are positions of particles.

    Args:
        objects: of a block.
        family: of the same events.
        chosen: (particles,) which ones are to be matched.
        cone: largest distance.
    """
    positions = np.flatnonzero(chosen)
    found = match(
        objects, np.searchsorted(positions, family.offsets), family.eta[positions], family.phi[positions], cone
    )
    if not positions.size:
        return found
    return found._replace(target=positions[found.target])


def match(objects: Objects, offsets: Index, eta: NDArray[np.float32], phi: NDArray[np.float32], cone: float) -> Matches:
    """Match directions: each belongs to the nearest accepted object, which keeps the nearest of those it gets.

    Args:
        objects: of a block.
        offsets: (events + 1,) boundaries of the directions.
        eta: (directions,).
        phi: (directions,) rad.
        cone: largest distance.
    """
    n = objects.pt.size
    found = Matches(np.zeros(n, np.int64), np.full(n, np.nan), np.zeros(n, np.int64))
    match_nearest(
        objects.offsets, (objects.pt, objects.eta, objects.phi), objects.accepted, offsets, eta, phi, cone, *found
    )
    return found


def within(objects: Objects, which: Mask, family: Genealogy, particles: Index, cone: float) -> Mask:
    """(chosen objects,) is the particle within the cone of its object?

    Args:
        objects: of a block.
        which: (objects,) the chosen ones.
        family: of the same events.
        particles: (chosen objects,) position of one particle for each.
        cone: largest distance.
    """
    return distances(objects.eta[which], objects.phi[which], family.eta[particles], family.phi[particles]) <= cone


def distances(
    eta: NDArray[np.float32], phi: NDArray[np.float32], other_eta: NDArray[np.float32], other_phi: NDArray[np.float32]
) -> Array:
    """Distance in eta and phi of pairs of directions; phi in rad."""
    turn = np.abs(phi.astype(np.float64) - other_phi) % TWO_PI
    return np.hypot(eta.astype(np.float64) - other_eta, np.minimum(turn, TWO_PI - turn))
