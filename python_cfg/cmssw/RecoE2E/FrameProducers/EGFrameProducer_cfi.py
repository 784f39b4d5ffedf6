"""Windows around photons, by RecoE2E's names of label and parameters."""

from e2efw import config as cms

EGFrames = cms.EDProducer(
    "EGFrameProducer",
    photonCollection=cms.InputTag("gedPhotons"),
    reducedEBRecHitCollection=cms.InputTag("reducedEcalRecHitsEB"),
    EBEnergy=cms.InputTag("DetFrames", "EBenergy"),
    DetFrames=cms.InputTag("DetFrames", "DetFrames"),
    ChannelMapping=cms.InputTag("DetFrames", "ChannelMapping"),
    doEBenergy=cms.bool(True),
)
