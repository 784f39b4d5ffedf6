"""Pictures of 125 x 125 pixels around boosted jets, with the channels that the regression reads."""

from e2efw import config as cms

jetFrames = cms.EDProducer(
    "JetFrameProducer",
    jets=cms.InputTag("ak8PFJetsCHS"),
    channels=cms.vstring("ECAL", "HCAL"),
    minJetPt=cms.double(30.0),
    maxJetEta=cms.double(1.37),
)
