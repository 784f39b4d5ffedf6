"""Electron (1) or photon (0), for reconstructed photons."""

from e2efw import config as cms

eGammaTruth = cms.EDProducer(
    "EGammaTruthLabelProducer",
    photons=cms.InputTag("gedPhotons"),
    genParticles=cms.InputTag("genParticles"),
    minPt=cms.double(10.0),
    maxEta=cms.double(1.44),
    maxDeltaR=cms.double(0.04),
    minGenPt=cms.double(10.0),
)
