"""Tracks as reconstruction gives them: `Tracks` from the charged particles that crossed the tracker."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from dataformats.simulated import SimTracks
from dataformats.tracks import Tracks
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.parameters import not_negative, positive
from simulation.compiled import load_kernels
from simulation.kernels.track_finding import NUMBERS, find_tracks
from simulation.random_numbers import event_keys

PRESENT_PURITY = 0b11
"""Quality bits below high purity, loose and tight, which CMS sets for tracks of high purity too."""


class TrackProducer(EDProducer):
    """Tracks with CMS's efficiencies and resolutions, and fakes.

    Tracks stand in the order of the generated particles, fakes behind them. Hadrons that met a nucleus on their way
    have fewer layers and are lost more often; electrons are measured worse the more they radiated.
    """

    sim_tracks: InputTag = param("g4SimHits:simTracks", doc="charged particles in the tracker")
    seed: int = param(1, doc="another seed, other losses and errors", check=positive)
    fakes: float = param(0.02, doc="mean number of fakes per track", check=not_negative)

    begin_job: ClassVar[Callable[..., Any] | None] = load_kernels

    def produce(self, sim_tracks: SimTracks, ids: EventIDs) -> Tracks:
        """Per event the tracks that are found."""
        names = ("px", "py", "pz", "vx", "vy", "vz", "radiated")
        numbers = np.stack([sim_tracks.flat(name).astype(np.float64) for name in names])
        kinds = np.stack([sim_tracks.flat(name).astype(np.int32) for name in ("pdg_id", "charge")])
        layers = np.stack([sim_tracks.flat(name) for name in ("pixel_layers", "strip_layers")])
        offsets = np.empty_like(sim_tracks.offsets)
        room = 2 * numbers.shape[1]
        found, charge = np.empty((NUMBERS, room), np.float32), np.empty(room, np.int8)
        keys = event_keys(self.seed, "TrackProducer", ids)
        find_tracks(sim_tracks.offsets, numbers, kinds, layers, keys, self.fakes, offsets, found, charge)
        used = int(offsets[-1])
        measured = ("vx", "vy", "vz", "px", "py", "pz", "chi2", "ndof", "dxy_error", "dz_error")
        pure = found[NUMBERS - 1, :used] > 0
        return Tracks(
            offsets,
            charge=charge[:used],
            quality=np.where(pure, Tracks.HIGH_PURITY | PRESENT_PURITY, PRESENT_PURITY).astype(np.uint8),
            **{name: column[:used] for name, column in zip(measured, found, strict=False)},
        )
