"""Pythia's event records as `GenParticles`: what is kept, who is whose mother, units and codes as CMSSW has them."""

from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from dataformats.generator import GenParticles

ROOT_ETA_MAX = 22756.0
"""Pseudorapidity of a particle along the beam with no momentum (ROOT::Math::etaMax)."""
CM_PER_MM = 0.1
INTERMEDIATE = (4, 5, 6, 15, 23, 24, 25, 36)
"""What `keep = pruned` keeps of every shower step and decay chain: c, b, t, tau, Z, W, h, a."""

Array = NDArray[np.float64]
Index = NDArray[np.int64]


def particles(record: Any, vertices: Array, *, pruned: bool) -> GenParticles:
    """The product, from Pythia's records.

    Args:
        record: events as `Pythia.nextBatch` returns them; the first line of each stands for the whole event.
        vertices: (events, 3) where each collision happens, cm.
        pruned: leave out partons and hadrons between the hard process and the final state.
    """
    counts = ak.to_numpy(ak.num(record.prt))
    lines = ak.flatten(record.prt)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    here = np.arange(starts.size)
    first_mother = ak.to_numpy(lines.mother1).astype(np.int64)
    mother = np.where(first_mother > 0, starts + first_mother, here)
    pdg_id, code = ak.to_numpy(lines.id), ak.to_numpy(lines.status)
    kept = here != starts
    if pruned:
        kept &= (code > 0) | (np.abs(code) < 10) | (np.abs(code) // 10 == 2) | np.isin(np.abs(pdg_id), INTERMEDIATE)
    mother = nearest_kept(mother, kept)[kept]
    new_index = np.cumsum(kept) - 1
    n_kept = np.add.reduceat(kept, np.cumsum(counts) - counts, dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(n_kept)])
    px, py, pz = (ak.to_numpy(lines.p[axis])[kept] for axis in ("px", "py", "pz"))
    pt = np.hypot(px, py)
    with np.errstate(divide="ignore", invalid="ignore"):
        eta = np.where(pt > 0, np.arcsinh(pz / pt), pz + np.copysign(ROOT_ETA_MAX, pz))
    made_at = [ak.to_numpy(ak.fill_none(lines.vProd[axis], 0.0))[kept] for axis in ("px", "py", "pz")]
    vx, vy, vz = CM_PER_MM * np.array(made_at) + np.repeat(vertices, n_kept, axis=0).T
    return GenParticles(
        offsets,
        pt=pt,
        eta=eta,
        phi=np.arctan2(py, px),
        mass=ak.to_numpy(lines.m)[kept],
        pdg_id=pdg_id[kept],
        status=hepmc_status(code, pdg_id, starts + ak.to_numpy(lines.daughter1))[kept],
        vx=vx,
        vy=vy,
        vz=vz,
        mother=new_index[mother] - np.repeat(offsets[:-1], n_kept),
    )


def nearest_kept(mother: Index, kept: NDArray[np.bool_]) -> Index:
    """(particles,) first kept particle up the line of mothers, the particle itself if there is none.

    Args:
        mother: (particles,) position of each one's mother, its own if it has none.
        kept: (particles,) which particles stay.
    """
    here = np.arange(mother.size)
    above, before = np.where(kept, here, mother), here
    while not np.array_equal(above, before):  # every turn doubles the steps taken
        above, before = above[above], above
    found = above[mother]
    return np.where(kept[found], found, here)


def hepmc_status(code: NDArray[np.int32], pdg_id: NDArray[np.int32], daughter: Index) -> NDArray[np.int32]:
    """(particles,) status as CMSSW stores it, from Pythia's: 1 final, 2 decayed, 4 beam, Pythia's without sign else.

    Source: ``Particle::statusHepMC`` of Pythia.

    Args:
        code: Pythia's status, negative for what is no longer there.
        pdg_id: kind of particle.
        daughter: position of the first daughter.
    """
    decay = (np.abs(code[daughter]) // 10 == 9) & (np.abs(code[daughter]) < 95) & (pdg_id[daughter] != pdg_id)
    conditions = [code > 0, code == -12, decay]
    return np.select(conditions, [1, 4, 2], np.abs(code)).astype(np.int32)
