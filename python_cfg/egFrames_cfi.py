"""Pictures of 32 x 32 crystals around barrel photons, the hottest crystal of the supercluster at [15, 15]."""

from e2efw import config as cms

egFrames = cms.EDProducer(
    "EGFrameProducer",
    photons=cms.InputTag("gedPhotons"),
    superClusterHits=cms.InputTag("superClusters", "hits"),
    seedRule=cms.string("superCluster"),
    channels=cms.vstring("ECAL"),
    minPt=cms.double(10.0),
    maxEta=cms.double(1.44),
    border=cms.string("pad"),
)
