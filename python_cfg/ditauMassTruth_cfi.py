"""Mass and pt of an a that decays to two taus, for the jet that holds both; pairsPerEvent 2 is h to aa to 4 taus."""

from e2efw import config as cms

ditauMassTruth = cms.EDProducer(
    "DitauMassTruthLabelProducer",
    jets=cms.InputTag("ak4PFJetsCHS"),
    genParticles=cms.InputTag("genParticles"),
    resonances=cms.vint32(25, 36),
    minPt=cms.double(20.0),
    maxEta=cms.double(2.4),
    maxDeltaR=cms.double(0.4),
    maxPairDeltaR=cms.double(0.4),
    minTargetMass=cms.double(3.5),
    maxTargetMass=cms.double(15.0),
    pairsPerEvent=cms.int32(0),
)
