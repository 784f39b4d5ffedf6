"""The generator's record of a block, with everything about descent that the tasks ask."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from dataformats.generator import GenParticles
from e2efw.errors import EventCorruptionError
from simulation.kernels.genealogy import find_prompt, follow_copies, leading_daughters, list_daughters

Index = NDArray[np.int64]
Mask = NDArray[np.bool_]

LIGHTEST_LEPTON, HEAVIEST_LEPTON = 11, 16
HARD_OUTGOING = 23
"""`status` of what leaves the hard process, or a resonance, unless it stays as it is until the end."""
HARD_INCOMING = 21
TOP, GLUON, PHOTON = 6, 21, 22


class Daughters(NamedTuple):
    """Daughters of chosen kinds, in step with their mothers.

    Args:
        first: position of the one of highest pt; the mother's own where there is none.
        second: position of the next.
        number: how many there are.
    """

    first: Index
    second: Index
    number: Index


class Genealogy(NamedTuple):
    """Flat columns of all particles of a block; positions are positions in these columns.

    Args:
        offsets: (events + 1,) boundaries.
        pt: GeV.
        eta: pseudorapidity.
        phi: rad.
        mass: GeV.
        pdg_id: kind of particle; `kind` is the same without sign.
        status: as in `GenParticles`.
        mother: position of the mother, its own if it has none.
        first: position of the first copy of the same particle.
        last: position of the last copy.
        prompt: it comes from the hard process, or a gun, without hadrons in between (see `find_prompt`).
        daughter_offsets: (particles + 1,) boundaries of each one's daughters in `daughters`.
        daughters: positions.
    """

    offsets: Index
    pt: NDArray[np.float32]
    eta: NDArray[np.float32]
    phi: NDArray[np.float32]
    mass: NDArray[np.float32]
    pdg_id: NDArray[np.int32]
    kind: NDArray[np.int32]
    status: NDArray[np.int32]
    mother: Index
    first: Index
    last: Index
    prompt: Mask
    daughter_offsets: Index
    daughters: Index

    @classmethod
    def of(cls, particles: GenParticles) -> Self:
        """Find copies, daughters and what is prompt.

        Raises:
            EventCorruptionError: the mothers cannot be true.
        """
        pt, eta, phi, mass, pdg_id, status = (
            particles.flat(name) for name in ("pt", "eta", "phi", "mass", "pdg_id", "status")
        )
        mother, n = flat_mothers(particles), pdg_id.size
        first, last, daughters = np.empty((3, n), np.int64)
        daughter_offsets, prompt = np.zeros(n + 1, np.int64), np.zeros(n, np.bool_)
        list_daughters(mother, daughter_offsets, daughters)
        follow_copies(pdg_id, pt, mother, daughter_offsets, daughters, first, last)
        find_prompt(particles.offsets, pdg_id, status, mother, prompt)
        return cls(
            particles.offsets,
            pt,
            eta,
            phi,
            mass,
            pdg_id,
            np.abs(pdg_id),
            status,
            mother,
            first,
            last,
            prompt,
            daughter_offsets,
            daughters,
        )

    @property
    def is_last(self) -> Mask:
        """(particles,) which ones are their own last copy."""
        itself: Mask = self.last == np.arange(self.last.size)
        return itself

    @property
    def parent(self) -> Index:
        """(particles,) position of what each one's first copy comes from; that copy itself if from nothing."""
        return self.mother[self.first]

    @property
    def hard_parton(self) -> Mask:
        """(particles,) quarks and gluons out of the hard process or the decay of a resonance, top quarks excepted."""
        coloured = (self.kind < LIGHTEST_LEPTON) | (self.kind == GLUON)
        partons: Mask = coloured & (self.kind != TOP) & (self.status == HARD_OUTGOING)
        return partons

    def hard_leptons(self, *kinds: int) -> Mask:
        """(particles,) last copies of prompt leptons that do not come from other leptons or from photons."""
        source = self.kind[self.parent]
        leptonic = (source >= LIGHTEST_LEPTON) & (source <= HEAVIEST_LEPTON) | (source == PHOTON)
        source_counts = (self.parent == self.first) | ~leptonic
        leptons: Mask = self.prompt & source_counts & self.is_last & np.isin(self.kind, kinds)
        return leptons

    def daughters_of(self, mothers: Index, lowest: int, highest: int) -> Daughters:
        """Daughters with |pdg_id| from `lowest` to `highest`."""
        found = Daughters(*np.empty((3, mothers.size), np.int64))
        leading_daughters(mothers, lowest, highest, self.pdg_id, self.pt, self.daughter_offsets, self.daughters, *found)
        return found

    def event_of(self, positions: Index) -> Index:
        """Number of the event each position belongs to."""
        event: Index = np.searchsorted(self.offsets, positions, side="right") - 1
        return event


def flat_mothers(particles: GenParticles) -> Index:
    """(particles,) positions of the mothers in the flat columns.

    Raises:
        EventCorruptionError: a mother is beyond its event, or somebody is their own ancestor.
    """
    counts = particles.counts
    inside = particles.flat("mother").astype(np.int64)
    beyond = inside >= np.repeat(counts, counts)
    if beyond.any():
        raise EventCorruptionError(
            f"GenParticles: the mother of {np.count_nonzero(beyond)} particles lies beyond the event's last one."
        )
    mother = inside + np.repeat(particles.offsets[:-1], counts)
    above = mother
    for _ in range(int(counts.max(initial=0)).bit_length()):  # every turn doubles the steps taken
        above = above[above]
    if not np.array_equal(mother[above], above):
        raise EventCorruptionError("GenParticles: the mothers run in a circle; nobody can be their own ancestor.")
    return mother


def no_particles(n_events: int) -> GenParticles:
    """Events in which nothing was generated."""
    empty = GenParticles.empty(n_events)
    return GenParticles(empty.offsets, **empty.columns, mother=np.empty(0, np.int32))
