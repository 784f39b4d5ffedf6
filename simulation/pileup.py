"""The other collisions of a bunch crossing: minimum-bias events laid over the event of interest.

To make dozens of them anew would take ten times as long as the event itself, so they come from a pool. Collision n of
the pool is a function of the seed of the sample and of n alone, and is made when first needed. Whenever it is used, it
is turned around the beam by a new angle, and every second time upside down as well (half a turn around a line across
the beam, which two equal beams do not notice), so no two events have the same collision.
"""

import numpy as np
from numpy.typing import NDArray

from dataformats.generator import GenParticles
from dataformats.simulated import PileupInteractions
from e2efw.framework.blocks import EventIDs
from simulation.event_starts import BEAM_SPOT
from simulation.kernels.pileup import Columns, Uses, count_collisions, draw_collisions, lay_over
from simulation.pythia import Pythia, pythia_seeds, sample_key
from simulation.pythia_record import particles
from simulation.random_numbers import event_keys

MAX_ETA = 5.5
"""Particles beyond reach no detector."""
NEUTRINOS = (12, 14, 16)
_AT_ONCE = 250
"""Collisions for the pool made together; bounds the memory for Pythia's records."""

Index = NDArray[np.int64]


class Pool:
    """Minimum-bias collisions, made when first needed; kept are final particles that can reach the detector.

    Args:
        pythia: makes minimum-bias events.
        seed: of the sample.
        size: how many distinct collisions.
    """

    def __init__(self, pythia: Pythia, seed: int, size: int) -> None:
        self.pythia = pythia
        self.first = np.full(size, -1)
        self.count = np.zeros(size, np.int64)
        self.columns = empty_columns(0)
        self._key = sample_key("pileup pool", seed)

    def fill(self, numbers: Index) -> None:
        """Make those of the collisions with these numbers that do not exist yet."""
        unique = np.unique(numbers)
        missing = unique[self.first[unique] < 0]
        parts = [self.columns]
        end = self.columns.pt.size
        for start in range(0, missing.size, _AT_ONCE):
            chosen = missing[start : start + _AT_ONCE]
            counts, columns = self._collisions(chosen)
            self.first[chosen] = end + np.cumsum(counts) - counts
            self.count[chosen] = counts
            end += columns.pt.size
            parts.append(columns)
        if missing.size:
            self.columns = Columns(*map(np.concatenate, zip(*parts, strict=True)))

    def _collisions(self, numbers: Index) -> tuple[Index, Columns]:
        """Particles in each collision, and their columns; vertices are relative to that of the collision."""
        record = self.pythia.records(pythia_seeds(self._key, numbers))
        made = particles(record, np.zeros((numbers.size, 3)), pruned=True)
        kept = made.flat("status") == GenParticles.FINAL
        kept &= np.abs(made.flat("eta")) < MAX_ETA
        kept &= ~np.isin(np.abs(made.flat("pdg_id")), NEUTRINOS)
        return np.diff(offsets_of(kept)[made.offsets]), Columns(*(made.flat(name)[kept] for name in Columns._fields))


class Pileup:
    """Draws the collisions of each event.

    Args:
        mean: collisions per event beside the one of interest.
        pool: where they come from.
        seed: of the sample.
        process: of interest; the events of two processes get other collisions.
    """

    def __init__(self, mean: float, pool: Pool, seed: int, process: str) -> None:
        self.mean, self.pool = mean, pool
        self._seed, self._purpose = seed, f"pileup of {process}"

    def over(self, ids: EventIDs) -> tuple[GenParticles, PileupInteractions]:
        """Final particles of the other collisions of these events, and the collisions."""
        keys = event_keys(self._seed, self._purpose, ids)
        counts = np.empty(len(ids), np.int64)
        count_collisions(keys, self.mean, counts)
        offsets = offsets_of(counts)
        uses = Uses(np.empty(offsets[-1], np.int64), *(np.empty(offsets[-1]) for _ in Uses._fields[1:]))
        draw_collisions(keys, offsets, self.pool.first.size, BEAM_SPOT, uses)
        self.pool.fill(uses.number)
        n_particles = self.pool.count[uses.number]
        interactions = PileupInteractions(offsets, x=uses.x, y=uses.y, z=uses.z, n_particles=n_particles)
        return self._particles(offsets, uses, offsets_of(n_particles)), interactions

    def _particles(self, of_event: Index, uses: Uses, of_use: Index) -> GenParticles:
        """The particles of all uses; offsets of the uses by event, and of the particles by use."""
        columns = empty_columns(int(of_use[-1]))
        lay_over(self.pool.first, self.pool.columns, uses, of_use, columns)
        offsets = of_use[of_event]
        mother = np.arange(offsets[-1], dtype=np.int32) - np.repeat(offsets[:-1].astype(np.int32), np.diff(offsets))
        status = np.full(mother.size, GenParticles.FINAL, np.int32)
        return GenParticles(offsets, **columns._asdict(), status=status, mother=mother)


def no_pileup(n_events: int) -> tuple[GenParticles, PileupInteractions]:
    """Events that are alone in their bunch crossing."""
    nothing = {name: np.empty(0, leaf.dtype) for name, leaf in GenParticles.leaves.items()}
    return GenParticles(np.zeros(n_events + 1, np.int64), **nothing), PileupInteractions.empty(n_events)


def empty_columns(size: int) -> Columns:
    """Room for so many particles."""
    return Columns(*(np.empty(size, GenParticles.leaves[name].dtype) for name in Columns._fields))


def offsets_of(counts: NDArray[np.int64] | NDArray[np.bool_]) -> Index:
    """(n + 1,) where the objects of each begin, from (n,) how many each has."""
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
