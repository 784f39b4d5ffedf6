"""Optional products that a configuration does not look at are neither read nor waited for."""

from pathlib import Path

import numpy as np
import pytest

from dataformats.candidates import Jets
from dataformats.results import EventFloat
from dataformats.tracks import Tracks
from e2efw import config as cms
from e2efw.framework.configured import configure
from e2efw.framework.job import Job
from e2efw.framework.modules import EDProducer, InputTag, param
from python_cfg.samples import SIMULATED_TTBAR


class UnusedProductsCounter(EDProducer):
    """How many tracks there are beside jets, if that is asked for; -1 if not."""

    jets: InputTag = param("ak8PFJetsCHS", doc="jets")
    tracks: InputTag = param("generalTracks", doc="tracks")
    count: bool = param(True, doc="whether to count")

    def produce(self, jets: Jets, tracks: Tracks | None) -> EventFloat:
        return EventFloat(value=np.full(len(jets), -1.0) if tracks is None else tracks.counts)

    def unused_products(self) -> frozenset[str]:
        return frozenset() if self.count else frozenset({"tracks"})


@pytest.mark.parametrize("count", [True, False])
def test_a_product_that_is_not_looked_at_is_not_read(tmp_path: Path, count: bool) -> None:
    process = cms.Process("UNUSED")
    process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(SIMULATED_TTBAR))
    process.tracks = cms.EDProducer("UnusedProductsCounter", count=count)
    process.p = cms.Path(process.tracks)
    inputs = Job(configure(process, Path())).check().inputs["tracks"]
    assert inputs["jets"] is not None
    assert (inputs["tracks"] is not None) == count
