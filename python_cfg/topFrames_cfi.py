"""Pictures of 375 x 375 pixels, three to a crystal, around boosted jets that may be top quarks."""

from e2efw import config as cms

topFrames = cms.EDProducer(
    "JetFrameProducer",
    jets=cms.InputTag("ak8PFJetsCHS"),
    channels=cms.vstring(
        *("TracksPt_3x3", "TracksD0_3x3", "TracksDz_3x3", "ECAL", "HCAL"),
        *("BPIX1_3x3", "BPIX2_3x3", "BPIX3_3x3"),
    ),
    granularity=cms.int32(3),
    height=cms.int32(375),
    width=cms.int32(375),
    minJetPt=cms.double(400.0),
    maxJetEta=cms.double(1.37),
)
