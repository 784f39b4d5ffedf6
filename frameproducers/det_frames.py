"""Pictures of the whole detector, as the cells that hold something."""

from dataclasses import asdict
from typing import Any

import numpy as np

from dataformats.channels import expanded_channels
from dataformats.frames import SparseFrames
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.framework.modules import EDProducer, InputTag, JobContext, param
from frameproducers.entries import Inputs, layer_entries
from frameproducers.kernels.cells import place_channel
from frameproducers.layers import LAYERS, inputs_of, known_layers
from frameproducers.warm_up import announced, event_without_hits


class DetFrameProducer(EDProducer):
    """Sparse pictures of every event: tracks at the ECAL surface, ECAL crystals, HCAL towers."""

    eb_hits: InputTag = param("reducedEcalRecHitsEB", doc="hits in the ECAL barrel")
    ee_hits: InputTag = param("reducedEcalRecHitsEE", doc="hits in the ECAL endcaps")
    hbhe_hits: InputTag = param("reducedHcalRecHits:hbhereco", doc="hits in the HCAL barrel and endcaps")
    tracks: InputTag = param("generalTracks", doc="tracks; only layers made of tracks need them")
    vertices: InputTag = param(
        "offlinePrimaryVertices", doc="impact parameters refer to the first; none means (0, 0, 0)"
    )
    layers: tuple[str, ...] = param(
        tuple(LAYERS),
        doc="channels of the frames, in this order; @name for a set of them",
        check=known_layers,
        expand=expanded_channels,
    )
    legacy_direction: bool = param(
        False,
        doc="draw tracks at the direction of their momentum at the ECAL, as the public trainings did",
    )

    def begin_job(self, job: JobContext) -> None:
        """Have the kernels ready before the first event."""
        del job
        with announced():
            nothing = event_without_hits()
            self.produce(nothing.eb_hits, nothing.ee_hits, nothing.hbhe_hits, nothing.tracks, nothing.vertices)

    def produce(
        self,
        eb_hits: EBRecHits,
        ee_hits: EERecHits,
        hbhe_hits: HBHERecHits,
        tracks: Tracks | None,
        vertices: Vertices | None,
    ) -> SparseFrames:
        """Per event the occupied cells, sorted by channel and cell."""
        inputs = Inputs(eb_hits, ee_hits, hbhe_hits, tracks, vertices)
        entries = layer_entries(self.layers, inputs, legacy_direction=self.legacy_direction)
        offsets = np.stack([entries[name].offsets for name in self.layers]).sum(axis=0)
        size = int(offsets[-1])
        channel, cell, value = np.empty(size, np.uint8), np.empty(size, np.uint32), np.empty(size, np.float32)
        cursor = offsets[:-1].copy()
        for number, name in enumerate(self.layers):
            place_channel(*entries[name], number, cursor, channel, cell, value)
        return SparseFrames.restored(offsets, {"channel": channel, "cell": cell, "value": value}, self.describe()[""])

    def needed_products(self) -> frozenset[str]:
        """Tracks and vertices if a layer is made of them."""
        return inputs_of(self.layers)

    def describe(self) -> dict[str, dict[str, Any]]:
        """Names, shapes and units of the layers."""
        return {"": {"layers": [asdict(LAYERS[name].layer) for name in self.layers]}}
