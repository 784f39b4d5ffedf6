"""Electron (1) or quark or gluon (0), for jets with one reconstructed electron."""

from e2efw import config as cms

electronTruth = cms.EDProducer(
    "ElectronTruthLabelProducer",
    jets=cms.InputTag("ak4PFJetsCHS"),
    electrons=cms.InputTag("gedGsfElectrons"),
    genParticles=cms.InputTag("genParticles"),
    minPt=cms.double(20.0),
    maxEta=cms.double(2.4),
    maxDeltaR=cms.double(0.4),
    requireElectron=cms.bool(True),
    requireParton=cms.bool(True),
)
