"""Pictures of 125 x 125 pixels around jets that may be taus: any jet above 20 GeV whose window stays in the picture."""

from e2efw import config as cms

tauFrames = cms.EDProducer(
    "JetFrameProducer",
    jets=cms.InputTag("ak4PFJetsCHS"),
    channels=cms.vstring("TracksPt", "TracksDzSig", "TracksD0Sig", "ECAL", "HCAL"),
    minJetPt=cms.double(20.0),
    maxJetEta=cms.double(2.4),
)
