"""Sparse pictures of the whole detector."""

from e2efw import config as cms

detFrames = cms.EDProducer(
    "DetFrameProducer",
    ebHits=cms.InputTag("reducedEcalRecHitsEB"),
    eeHits=cms.InputTag("reducedEcalRecHitsEE"),
    hbheHits=cms.InputTag("reducedHcalRecHits", "hbhereco"),
    tracks=cms.InputTag("generalTracks"),
    vertices=cms.InputTag("offlinePrimaryVertices"),
    pixelHits=cms.InputTag("siPixelRecHits"),
    stripHits=cms.InputTag("siStripMatchedRecHits", "rphiRecHit"),
    stereoHits=cms.InputTag("siStripMatchedRecHits", "stereoRecHit"),
    pfCandidates=cms.InputTag("particleFlow"),
    taggedJets=cms.InputTag("ak4PFJetsCHS"),
    layers=cms.vstring("TracksPt", "TracksD0", "TracksDz", "TracksD0Sig", "TracksDzSig", "ECAL", "HCAL"),
)
