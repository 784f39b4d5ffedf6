"""Towers as the HCAL's electronics gives them: `HBHERecHits` from the energy that particles left."""

import functools
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import numpy as np

from dataformats.geometry.constants import HCAL_IPHI, HE_IETA
from dataformats.geometry.detids import unpack_hcal
from dataformats.rechits import HBHERecHits
from dataformats.simulated import CaloSimHits
from e2efw.framework.blocks import EventIDs
from e2efw.framework.modules import EDProducer, InputTag, param
from e2efw.framework.parameters import positive
from simulation.compiled import load_kernels
from simulation.kernels.hcal_response import DEPTHS, HCAL_CELLS, HCAL_DETID
from simulation.kernels.readout import Channels
from simulation.random_numbers import event_keys
from simulation.readout import channels, read

TIME_NOISE, TIME_CONSTANT = 6.0, 1.0
"""ns; resolution of the time is 6 ns times noise over energy, and 1 ns."""


class HBHEProducts(NamedTuple):
    """As CMSSW names it."""

    hbhereco: HBHERecHits


class HBHERecHitProducer(EDProducer):
    """Towers of HB and HE, one hit per depth, with noise, zero suppression and time."""

    hits: InputTag = param("g4SimHits:hcalHits", doc="energy in the towers")
    seed: int = param(1, doc="another seed, other noise", check=positive)
    noise: float = param(0.15, unit="GeV", doc="standard deviation per cell", check=positive)
    threshold: float = param(0.45, unit="GeV", doc="zero suppression", check=positive)

    begin_job: ClassVar[Callable[..., Any] | None] = load_kernels

    def produce(self, hits: CaloSimHits, ids: EventIDs) -> HBHEProducts:
        """Per event the cells that are read, by ieta, iphi and depth."""
        fields = unpack_hcal(hits.flat("detid"))
        cell = ((fields.ieta + HE_IETA) * HCAL_IPHI + fields.iphi - 1) * DEPTHS + fields.depth - 1
        keys = event_keys(self.seed, "HBHERecHitProducer", ids)
        return HBHEProducts(
            HBHERecHits(**read(hits, cell, keys, hbhe_channels(self.noise, self.threshold), HCAL_DETID))
        )


@functools.cache
def hbhe_channels(noise: float, threshold: float) -> Channels:
    """Tables of HB and HE, cells as in `kernels.hcal_response`; nothing is read whole."""
    return channels(
        noise=np.full(HCAL_CELLS, noise),
        threshold=np.full(HCAL_CELLS, threshold),
        existing=HCAL_DETID != 0,
        transverse=np.zeros(HCAL_CELLS),
        tower=np.zeros(HCAL_CELLS, np.int64),
        neighbours=np.full((1, 8), -1),
        interesting=np.inf,
        time_noise=TIME_NOISE,
        time_constant=TIME_CONSTANT,
    )
