"""Single particles of any kind through detector and readout, without a file: with what only the detector knows."""

from typing import NamedTuple

import numpy as np

from benchmarks.physics.statistics import Array, Ints
from dataformats.generator import GenParticles
from dataformats.rechits import EBRecHits, EERecHits
from dataformats.simulated import SimTracks
from dataformats.tracks import Tracks
from e2efw.framework.blocks import EventIDs
from simulation.clustering import CellHits
from simulation.detector_sim import DetectorSimProducer
from simulation.ecal_readout import EBRecHitProducer, EERecHitProducer
from simulation.pythia_source import event_ids
from simulation.track_finding import TrackProducer

MASS = {11: 0.000511, 13: 0.10566, 22: 0.0, 211: 0.13957}
"""GeV, by PDG id."""
BEAM_SIGMA_Z = 4.0
"""cm."""


class Response(NamedTuple):
    """What the detector makes of one particle per event.

    Args:
        particles: as they were shot.
        sim_tracks: charged particles in the tracker, also those that matter made.
        tracks: as they are found, without fakes.
        eb_hits, ee_hits: of the ECAL.
    """

    particles: GenParticles
    sim_tracks: SimTracks
    tracks: Tracks
    eb_hits: EBRecHits
    ee_hits: EERecHits


def single(pdg_id: int, pt: Array, eta: Array) -> GenParticles:
    """One particle per event, of either charge, from the beam line; pt (events,) in GeV and eta (events,)."""
    size = pt.size
    rng = np.random.default_rng([pdg_id, size])
    charge = rng.choice([-1, 1], size) if pdg_id != 22 else np.ones(size, np.int64)
    return GenParticles(
        np.arange(size + 1),
        pt=pt,
        eta=eta,
        phi=rng.uniform(-np.pi, np.pi, size),
        mass=np.full(size, MASS[pdg_id]),
        pdg_id=pdg_id * charge,
        status=np.full(size, GenParticles.FINAL),
        vx=np.zeros(size),
        vy=np.zeros(size),
        vz=rng.normal(0.0, BEAM_SIGMA_Z, size),
    )


def gun(pdg_id: int, n_events: int, pt: tuple[float, float], eta: tuple[float, float]) -> GenParticles:
    """Particles flat in the logarithm of pt (GeV) and in |eta|, on both sides."""
    rng = np.random.default_rng([pdg_id, n_events, 1])
    along = rng.uniform(*eta, n_events) * rng.choice([-1.0, 1.0], n_events)
    return single(pdg_id, pt[0] * (pt[1] / pt[0]) ** rng.random(n_events), along)


def respond(particles: GenParticles) -> Response:
    """Through the detector, its readout and the track finding."""
    ids: EventIDs = event_ids(1, len(particles))
    left = DetectorSimProducer().produce(particles, None, ids)
    eb_hits = EBRecHitProducer().produce(left.ecal_hits_eb, ids)
    ee_hits = EERecHitProducer().produce(left.ecal_hits_ee, ids)
    tracks = TrackProducer(fakes=0.0).produce(left.sim_tracks, ids)
    return Response(particles, left.sim_tracks, tracks, eb_hits, ee_hits)


def hottest(hits: CellHits) -> tuple[Ints, Ints]:
    """Events that have a hit, and the crystal with the highest energy in each."""
    counts = np.diff(hits.offsets)
    events = np.flatnonzero(counts)
    order = np.lexsort((-hits.energy, np.repeat(np.arange(counts.size), counts)))
    return events, hits.cell[order[hits.offsets[events]]].astype(np.int64)
