"""Sparse pictures of the whole detector."""

from e2efw import config as cms

detFrames = cms.EDProducer(
    "DetFrameProducer",
    ebHits=cms.InputTag("reducedEcalRecHitsEB"),
    eeHits=cms.InputTag("reducedEcalRecHitsEE"),
    hbheHits=cms.InputTag("reducedHcalRecHits", "hbhereco"),
    tracks=cms.InputTag("generalTracks"),
    vertices=cms.InputTag("offlinePrimaryVertices"),
    layers=cms.vstring("TracksPt", "TracksD0", "TracksDz", "TracksD0Sig", "TracksDzSig", "ECAL", "HCAL"),
)
