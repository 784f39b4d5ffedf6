"""The parametrised CMS and its reconstruction, under the labels of real data: from genParticles to pfMet."""

from e2efw import config as cms

g4SimHits = cms.EDProducer(
    "DetectorSimProducer",
    particles=cms.InputTag("genParticles"),
    pileup=cms.InputTag("pileupParticles"),
    seed=cms.int32(1),
)

reducedEcalRecHitsEB = cms.EDProducer("EBRecHitProducer", seed=cms.int32(1))
reducedEcalRecHitsEE = cms.EDProducer("EERecHitProducer", seed=cms.int32(1))
reducedHcalRecHits = cms.EDProducer("HBHERecHitProducer", seed=cms.int32(1))
siPixelRecHits = cms.EDProducer("PixelRecHitProducer", seed=cms.int32(1))
siStripMatchedRecHits = cms.EDProducer("StripRecHitProducer", seed=cms.int32(1))
generalTracks = cms.EDProducer("TrackProducer", seed=cms.int32(1))
detector = cms.Sequence(
    g4SimHits
    + reducedEcalRecHitsEB
    + reducedEcalRecHitsEE
    + reducedHcalRecHits
    + siPixelRecHits
    + siStripMatchedRecHits
    + generalTracks
)

offlinePrimaryVertices = cms.EDProducer("TrackVertexProducer")
particleFlowClusterECAL = cms.EDProducer("EcalClusterProducer")
particleFlowClusterHCAL = cms.EDProducer("HcalClusterProducer")
particleFlow = cms.EDProducer("ParticleFlowLikeProducer")
ak4PFJetsCHS = cms.EDProducer(
    "JetProducer",
    radius=cms.double(0.4),
    minPt=cms.double(10.0),
    correction=cms.vdouble(  # measured without pileup by benchmarks/physics
        *(1.3, 1.089, -0.031),
        *(1.7, 1.146, -0.078),
        *(2.1, 1.113, -0.053),
        *(2.5, 1.087, -0.057),
        *(3.0, 1.096, -0.089),
    ),
)
ak8PFJetsCHS = cms.EDProducer(
    "JetProducer",
    radius=cms.double(0.8),
    minPt=cms.double(30.0),
    correction=cms.vdouble(
        *(1.3, 1.098, -0.042),
        *(1.7, 1.159, -0.101),
        *(2.1, 1.134, -0.074),
        *(2.5, 1.116, -0.090),
        *(3.0, 1.127, -0.167),
    ),
)
pfMet = cms.EDProducer("MetProducer")
superClusters = cms.EDProducer("SuperClusterProducer")
gedPhotons = cms.EDProducer("PhotonProducer")
gedGsfElectrons = cms.EDProducer("ElectronProducer")
reconstruction = cms.Sequence(
    offlinePrimaryVertices
    + particleFlowClusterECAL
    + particleFlowClusterHCAL
    + particleFlow
    + ak4PFJetsCHS
    + ak8PFJetsCHS
    + pfMet
    + superClusters
    + gedPhotons
    + gedGsfElectrons
)

ak4GenJets = cms.EDProducer("GenJetProducer", radius=cms.double(0.4), minPt=cms.double(10.0))
ak8GenJets = cms.EDProducer("GenJetProducer", radius=cms.double(0.8), minPt=cms.double(30.0))
genJets = cms.Sequence(ak4GenJets + ak8GenJets)
