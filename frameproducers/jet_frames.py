"""Dense pictures around jets, for networks."""

from typing import Any, Final, NamedTuple

import numpy as np

from dataformats.candidates import Jets
from dataformats.channels import expanded_channels
from dataformats.frames import Seeds, SeedStatus, Windows
from dataformats.geometry.picture import COLUMNS
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.framework.modules import EDProducer, InputTag, JobContext, param
from e2efw.framework.parameters import positive
from frameproducers.entries import Inputs, layer_entries
from frameproducers.jet_seeds import jet_seeds
from frameproducers.kernels.windows import fill_windows
from frameproducers.layers import LAYERS, inputs_of, known_layers
from frameproducers.warm_up import announced, load_window_kernels

WINDOW: Final = 125
"""Pixels along either side of a jet's window; the seed is the one in the middle."""


class JetFrameProducts(NamedTuple):
    """What is made for jets.

    Args:
        seeds: in step with the jets: the centre of each window, or why there is none.
        frames: the windows of those jets that have one.
    """

    seeds: Seeds
    frames: Windows


class JetFrameProducer(EDProducer):
    """Windows of 125 x 125 pixels around the hottest HCAL tower near each jet; the seeds tell which jets have none."""

    jets: InputTag = param("ak8PFJetsCHS", doc="jets")
    eb_hits: InputTag = param("reducedEcalRecHitsEB", doc="hits in the ECAL barrel")
    ee_hits: InputTag = param("reducedEcalRecHitsEE", doc="hits in the ECAL endcaps")
    hbhe_hits: InputTag = param("reducedHcalRecHits:hbhereco", doc="hits in the HCAL barrel and endcaps")
    tracks: InputTag = param("generalTracks", doc="tracks; only channels made of tracks need them")
    vertices: InputTag = param(
        "offlinePrimaryVertices", doc="impact parameters refer to the first; none means (0, 0, 0)"
    )
    channels: tuple[str, ...] = param(
        ("TracksPt", "TracksD0", "TracksDz", "ECAL", "HCAL"),
        doc="channels of the windows, in this order; @name for a set of them",
        check=known_layers,
        expand=expanded_channels,
    )
    min_jet_pt: float = param(400.0, unit="GeV", doc="jets below have no window")
    max_jet_eta: float = param(1.37, doc="jets with a larger |eta| have no window", check=positive)
    legacy_direction: bool = param(
        False,
        doc="draw tracks at the direction of their momentum at the ECAL, as the public trainings did",
    )

    def begin_job(self, job: JobContext) -> None:
        """Have the kernels ready before the first event."""
        del job
        with announced():
            load_window_kernels(self.channels)

    def produce(
        self,
        jets: Jets,
        eb_hits: EBRecHits,
        ee_hits: EERecHits,
        hbhe_hits: HBHERecHits,
        tracks: Tracks | None,
        vertices: Vertices | None,
    ) -> JetFrameProducts:
        """A seed for every jet and a window for every seed that is OK."""
        seeds = jet_seeds(jets, hbhe_hits, min_pt=self.min_jet_pt, max_eta=self.max_jet_eta)
        seeded = seeds.flat("status") == SeedStatus.OK
        event = np.repeat(np.arange(len(jets)), jets.counts)
        owner = np.arange(event.size) - jets.offsets[event]
        windows = Windows(
            self.channels,
            np.concatenate([[0], np.cumsum(seeded)])[jets.offsets],
            owner[seeded].astype(np.int32),
            seeds.flat("row")[seeded].astype(np.int32),
            seeds.flat("column")[seeded].astype(np.int32),
            np.zeros((np.count_nonzero(seeded), len(self.channels), WINDOW, WINDOW), np.float32),
        )
        busy, window_event = np.unique(event[seeded], return_inverse=True)
        if busy.size:
            inputs = Inputs(eb_hits, ee_hits, hbhe_hits, tracks, vertices)
            self._draw(windows, inputs.take(busy) if busy.size < len(jets) else inputs, window_event)
        return JetFrameProducts(seeds, windows)

    def _draw(self, windows: Windows, inputs: Inputs, event: Any) -> None:
        """Fill the pixels of the windows, which look at the numbered events of the inputs."""
        entries = layer_entries(self.channels, inputs, legacy_direction=self.legacy_direction)
        top = windows.row.astype(np.int64) - WINDOW // 2
        left = (windows.column.astype(np.int64) - WINDOW // 2) % COLUMNS
        for number, name in enumerate(self.channels):
            fill_windows(*entries[name], LAYERS[name].cell_size, event, top, left, number, windows.pixels)

    def needed_products(self) -> frozenset[str]:
        """Tracks and vertices if a layer is made of them."""
        return inputs_of(self.channels)

    def describe(self) -> dict[str, dict[str, Any]]:
        """Channels and size of the windows."""
        return {"frames": {"channels": list(self.channels), "window": [WINDOW, WINDOW]}}
