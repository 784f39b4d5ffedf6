"""Light quark (1) or gluon (0), for both jets of a hard process; mode inclusive takes any jet with one parton."""

from e2efw import config as cms

quarkGluonTruth = cms.EDProducer(
    "QuarkGluonTruthLabelProducer",
    jets=cms.InputTag("ak4PFJetsCHS"),
    genParticles=cms.InputTag("genParticles"),
    mode=cms.string("dijet"),
    minPt=cms.double(35.0),
    maxEta=cms.double(2.4),
    maxDeltaR=cms.double(0.4),
)
