"""Electron or photon, by RecoE2E's names of label and parameters."""

from e2efw import config as cms

EGTagger = cms.EDProducer(
    "EGTagger",
    photonCollection=cms.InputTag("gedPhotons"),
    EGFrames=cms.InputTag("EGFrames", "EGFrames"),
    EGModelName=cms.string("tfModels/e_vs_ph_model.pb"),
)
