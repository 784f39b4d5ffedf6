"""Top quark (1) or not (0), for boosted jets."""

from e2efw import config as cms

topTruth = cms.EDProducer(
    "TopTruthLabelProducer",
    jets=cms.InputTag("ak8PFJetsCHS"),
    genParticles=cms.InputTag("genParticles"),
    minPt=cms.double(400.0),
    maxEta=cms.double(1.37),
    maxDeltaR=cms.double(0.8),
)
