"""Electron or photon, for reconstructed photons."""

from e2efw import config as cms

egTagger = cms.EDProducer(
    "EGTagger",
    photons=cms.InputTag("gedPhotons"),
    seeds=cms.InputTag("egFrames", "seeds"),
    frames=cms.InputTag("egFrames", "frames"),
    model=cms.string("eg_resnet15"),
)
