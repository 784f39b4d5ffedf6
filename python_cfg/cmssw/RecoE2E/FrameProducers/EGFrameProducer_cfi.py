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
    seedRule=cms.string("hottestCrystal"),  # files of CMSSW have no list of a supercluster's crystals that is read here
)
