"""Top quark or not, by RecoE2E's names of label and parameters."""

from e2efw import config as cms

TopTagger = cms.EDProducer(
    "TopTagger",
    TopFrames=cms.InputTag("JetFrames", "JetFrames"),
    ak8PFJetCollection=cms.InputTag("ak8PFJetsCHS"),
    TopModelName=cms.string("tfModels/ResNet_8_channel_tf13.pb"),
)
