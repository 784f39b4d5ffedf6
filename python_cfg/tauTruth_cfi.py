"""Tau that decays to hadrons (1) or quark or gluon (0), for jets."""

from e2efw import config as cms

tauTruth = cms.EDProducer(
    "TauTruthLabelProducer",
    jets=cms.InputTag("ak4PFJetsCHS"),
    genParticles=cms.InputTag("genParticles"),
    minPt=cms.double(20.0),
    maxEta=cms.double(2.4),
    maxDeltaR=cms.double(0.4),
    hadronicOnly=cms.bool(True),
    requireParton=cms.bool(True),
)
