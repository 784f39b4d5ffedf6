"""The plugin that sends generated particles through the parametrised CMS.

It makes what particles leave in the detector, before electronics; `ecal_readout`, `hcal_readout`, `tracker_readout` and
`track_finding` make of it what CMS reconstructs.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.generator import GenParticles
from dataformats.geometry.detids import EB_CELLS
from dataformats.geometry.ecal_cells import detids
from dataformats.simulated import CaloSimHits, SimTracks, TrackerSimHits
from e2efw.errors import LogicError
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDProducer, InputTag, JobContext, param
from e2efw.framework.parameters import positive
from simulation.compiled import load_kernels
from simulation.entering import charge_of, entering
from simulation.kernels.detector import CaloHits, Particles, respond
from simulation.kernels.hcal_response import HCAL_DETID
from simulation.kernels.tracking import Hits, Tracks
from simulation.random_numbers import Words, event_keys

Offsets = NDArray[np.int64]

CELLS_PER_PARTICLE, HITS_PER_PARTICLE, TRACKS_PER_PARTICLE = 40, 40, 4
"""Room that is asked for at first; pages that stay empty cost nothing."""
ATTEMPTS = 5
"""How often the room is doubled before something must be wrong."""


class DetectorSimProducts(NamedTuple):
    """Everything particles leave in the detector."""

    ecal_hits_eb: CaloSimHits
    ecal_hits_ee: CaloSimHits
    hcal_hits: CaloSimHits
    tracker_hits_pixel: TrackerSimHits
    tracker_hits_strip: TrackerSimHits
    sim_tracks: SimTracks


class DetectorSimProducer(EDProducer):
    """A parametrised CMS, fast and honest about what it leaves out.

    Particles bend in 3.8 T from where they are made; electrons radiate and photons convert in the tracker's layers;
    showers spread over crystals and towers with the resolutions of the Technical Design Reports. Not in it: HF and HO,
    multiple scattering on the way (the resolution of tracks contains it), cracks and tilts of crystals, saturation,
    out-of-time pileup.
    """

    particles: InputTag = param("genParticles", doc="generated particles; the final ones enter")
    pileup: InputTag = param(
        "pileupParticles", doc="particles of the other collisions; none if there is no such product"
    )
    seed: int = param(1, doc="another seed, other fluctuations", check=positive)

    def begin_job(self, job: JobContext) -> None:
        """Have the kernel ready before the first event, and the table of particles.

        Raises:
            MissingDependencyError: the package `particle` is not installed.
        """
        charge_of(211)
        load_kernels(self, job)

    def produce(self, particles: GenParticles, pileup: GenParticles | None, ids: EventIDs) -> DetectorSimProducts:
        """Per event everything its particles leave."""
        entered = entering(particles) if pileup is None else entering(particles, pileup)
        return _products(*_responded(entered, event_keys(self.seed, "DetectorSimProducer", ids)))


class _Rooms(NamedTuple):
    """What the kernel fills."""

    ecal: CaloHits
    hcal: CaloHits
    pixel: Hits
    strip: Hits
    tracks: Tracks


def _responded(particles: Particles, keys: Words) -> tuple[_Rooms, Offsets]:
    """Filled rooms and their (5, events + 1) boundaries."""
    offsets = np.empty((len(_Rooms._fields), keys.size + 1), np.int64)
    for attempt in range(ATTEMPTS):
        rooms = _empty_rooms((particles.pt.size + 100) << attempt)
        if respond(particles, keys, *rooms, offsets) == 0:
            return rooms, offsets
    raise LogicError(
        f"DetectorSimProducer: {particles.pt.size} particles leave more than {1 << ATTEMPTS} times the usual."
    )


def _empty_rooms(n: int) -> _Rooms:
    def calo() -> CaloHits:
        size = n * CELLS_PER_PARTICLE
        return np.empty(size, np.int32), np.empty(size, np.float32), np.empty(size, np.float32)

    def hits() -> Hits:
        size = n * HITS_PER_PARTICLE
        return np.empty(size, np.uint32), np.empty((size, 3), np.float32)

    size = n * TRACKS_PER_PARTICLE
    tracks = np.empty((size, 7), np.float32), np.empty((size, 2), np.int32), np.empty((size, 2), np.uint8)
    return _Rooms(calo(), calo(), hits(), hits(), tracks)


def _products(rooms: _Rooms, offsets: Offsets) -> DetectorSimProducts:
    in_barrel = rooms.ecal[0][: offsets[0, -1]] < EB_CELLS
    all_towers = np.ones(offsets[1, -1], np.bool_)
    return DetectorSimProducts(
        _calo_hits(rooms.ecal, in_barrel, offsets[0], detids()),
        _calo_hits(rooms.ecal, ~in_barrel, offsets[0], detids()),
        _calo_hits(rooms.hcal, all_towers, offsets[1], HCAL_DETID),
        _tracker_hits(rooms.pixel, offsets[2]),
        _tracker_hits(rooms.strip, offsets[3]),
        _tracks(rooms.tracks, offsets[4]),
    )


def _calo_hits(room: CaloHits, chosen: NDArray[np.bool_], offsets: Offsets, ids: NDArray[np.uint32]) -> CaloSimHits:
    """Hits of some cells of a room; chosen is (used entries,)."""
    place, energy, time = (column[: chosen.size][chosen] for column in room)
    of_chosen: Offsets = np.concatenate([[0], np.cumsum(chosen)])[offsets]
    return CaloSimHits.restored(of_chosen, {"detid": ids[place], "energy": energy, "time": time}, {})


def _tracker_hits(room: Hits, offsets: Offsets) -> TrackerSimHits:
    used = int(offsets[-1])
    x, y, z = np.ascontiguousarray(room[1][:used].T)
    return TrackerSimHits.restored(offsets, {"detid": room[0][:used].copy(), "x": x, "y": y, "z": z}, {})


def _tracks(room: Tracks, offsets: Offsets) -> SimTracks:
    numbers, kinds, layers = (np.ascontiguousarray(part[: offsets[-1]].T) for part in room)
    columns: dict[str, NDArray[Any]] = dict(zip(("px", "py", "pz", "vx", "vy", "vz", "radiated"), numbers, strict=True))
    columns |= {"pdg_id": kinds[0], "charge": kinds[1].astype(np.int8)}
    columns |= {"pixel_layers": layers[0], "strip_layers": layers[1]}
    return SimTracks.restored(offsets, columns, {})
