"""Mass and pt of an a that decays to an electron and a positron, for the jet that holds both."""

from e2efw import config as cms

dielectronMassTruth = cms.EDProducer(
    "DielectronMassTruthLabelProducer",
    jets=cms.InputTag("ak4PFJetsCHS"),
    genParticles=cms.InputTag("genParticles"),
    resonances=cms.vint32(25, 36),
    minPt=cms.double(20.0),
    maxEta=cms.double(2.4),
    maxDeltaR=cms.double(0.4),
    maxPairDeltaR=cms.double(0.4),
    minTargetMass=cms.double(0.1),
    maxTargetMass=cms.double(6.0),
    minTargetPt=cms.double(20.0),
    maxTargetPt=cms.double(150.0),
)
