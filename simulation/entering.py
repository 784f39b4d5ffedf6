"""Generated particles as the kernels of the detector take them: which ones enter, and what matter makes of them."""

import functools

import numpy as np
from numpy.typing import NDArray

from dataformats.generator import GenParticles
from e2efw.errors import MissingDependencyError
from simulation.kernels.detector import Particles
from simulation.kernels.flight import CHARGED_HADRON, ELECTRON, MUON, NEUTRAL_HADRON, PHOTON

MAX_ETA = 5.0
"""Particles that leave the collision closer to the beam are not followed; the calorimeters end at 3."""
NEUTRINOS = (12, 14, 16)
LIGHTEST_BARYON = 1000
"""PDG ids of baryons, without sign, lie above."""


def entering(*collections: GenParticles) -> Particles:
    """The final particles of all collections, those of the first one first in each event.

    Args:
        collections: of the same events: the collision of interest, the others of the bunch crossing.
    """
    parts = [_selected(particles) for particles in collections]
    event = np.concatenate([event for event, _ in parts])
    columns = {name: np.concatenate([part[name] for _, part in parts]) for name in parts[0][1]}
    if len(parts) > 1:
        order = np.argsort(event, kind="stable")
        event = event[order]
        columns = {name: column[order] for name, column in columns.items()}
    counts = np.bincount(event, minlength=len(collections[0]))
    return Particles(np.concatenate([[0], np.cumsum(counts)]), **columns)


def _selected(particles: GenParticles) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    """Event and columns of the particles of one collection that enter the detector."""
    pdg_id = particles.flat("pdg_id")
    enters = (particles.flat("status") == GenParticles.FINAL) & (np.abs(particles.flat("eta")) < MAX_ETA)
    enters &= (particles.flat("pt") > 0) & ~np.isin(np.abs(pdg_id), NEUTRINOS)
    event = np.repeat(np.arange(len(particles)), particles.counts)[enters]
    names = ("pt", "eta", "phi", "mass", "vx", "vy", "vz")
    columns = {name: particles.flat(name)[enters].astype(np.float64) for name in names}
    columns["mass"] = np.maximum(columns["mass"], 0.0)
    kinds, inverse = np.unique(pdg_id[enters], return_inverse=True)
    charge = np.array([charge_of(int(kind)) for kind in kinds])
    matter = np.array([_kind(int(kind)) for kind in kinds], np.float64)
    baryon = np.where(np.abs(kinds) > LIGHTEST_BARYON, np.sign(kinds), 0)
    columns |= {
        "charge": charge[inverse].astype(np.float64),
        "rest": -baryon[inverse] * columns["mass"],
        "kind": matter[inverse],
        "pdg_id": pdg_id[enters].astype(np.float64),
    }
    return event, columns


@functools.cache
def charge_of(pdg_id: int) -> float:
    """Electric charge of a kind of particle; 0 for ids that name none.

    Raises:
        MissingDependencyError: the package `particle` is not installed.
    """
    try:
        from particle.pdgid import charge  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise MissingDependencyError(
            "DetectorSimProducer needs the package particle: pip install 'e2efw[sim]'"
        ) from error
    return float(charge(pdg_id) or 0.0)


def _kind(pdg_id: int) -> int:
    leptons = {22: PHOTON, 11: ELECTRON, 13: MUON}
    hadron = CHARGED_HADRON if charge_of(pdg_id) else NEUTRAL_HADRON
    return leptons.get(abs(pdg_id), hadron)
