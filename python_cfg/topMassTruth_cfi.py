"""Mass and pt of the top quark in boosted jets that hold one."""

from e2efw import config as cms

topMassTruth = cms.EDProducer(
    "TopMassTruthLabelProducer",
    jets=cms.InputTag("ak8PFJetsCHS"),
    genParticles=cms.InputTag("genParticles"),
    minPt=cms.double(400.0),
    maxEta=cms.double(1.37),
    maxDeltaR=cms.double(0.8),
    whole=cms.bool(True),
)
