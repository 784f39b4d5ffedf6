"""Pictures of 375 x 375 pixels, three to a crystal, around boosted jets that may be top quarks."""

from e2efw import config as cms

topFrames = cms.EDProducer(
    "JetFrameProducer",
    jets=cms.InputTag("ak8PFJetsCHS"),
    channels=cms.vstring("TracksPt", "TracksD0", "TracksDz", "ECAL", "HCAL"),
    granularity=cms.int32(3),
    height=cms.int32(375),
    width=cms.int32(375),
    minJetPt=cms.double(400.0),
    maxJetEta=cms.double(1.37),
)
