"""Electron or quark or gluon, for jets of radius 0.4."""

from e2efw import config as cms

electronTagger = cms.EDProducer(
    "ElectronTagger",
    jets=cms.InputTag("ak4PFJetsCHS"),
    seeds=cms.InputTag("jetFrames", "seeds"),
    frames=cms.InputTag("jetFrames", "frames"),
    model=cms.string("electron_resnet15"),
)
