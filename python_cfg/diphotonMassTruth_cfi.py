"""Mass and pt of an a or pi0 whose two photons are one object (1), or a single photon (0)."""

from e2efw import config as cms

diphotonMassTruth = cms.EDProducer(
    "DiphotonMassTruthLabelProducer",
    photons=cms.InputTag("gedPhotons"),
    genParticles=cms.InputTag("genParticles"),
    resonances=cms.vint32(25, 35, 36, 111),
    minPt=cms.double(15.0),
    maxEta=cms.double(1.44),
    maxDeltaR=cms.double(0.08),
    maxPairDeltaR=cms.double(0.174),
    minTargetMass=cms.double(0.0),
    maxTargetMass=cms.double(1.6),
    minTargetPt=cms.double(20.0),
    maxTargetPt=cms.double(100.0),
    minGenPt=cms.double(10.0),
    pairsPerEvent=cms.int32(0),
)
