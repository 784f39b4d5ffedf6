"""Quark or gluon, by RecoE2E's names of label and parameters."""

from e2efw import config as cms

QGTagger = cms.EDProducer(
    "QGTagger",
    QGFrames=cms.InputTag("JetFrames", "JetFrames"),
    ak4PFJetCollection=cms.InputTag("ak4PFJetsCHS"),
    QGModelName=cms.string("tfModels/ResNet_4_channel_tf13.pb"),
)
