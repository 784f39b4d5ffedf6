"""Tau or quark or gluon, for jets of radius 0.4."""

from e2efw import config as cms

tauTagger = cms.EDProducer(
    "TauTagger",
    jets=cms.InputTag("ak4PFJetsCHS"),
    seeds=cms.InputTag("tauFrames", "seeds"),
    frames=cms.InputTag("tauFrames", "frames"),
    model=cms.string("tau_resnet15"),
)
