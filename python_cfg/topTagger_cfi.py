"""Top quark or not, for boosted jets."""

from e2efw import config as cms

topTagger = cms.EDProducer(
    "TopTagger",
    jets=cms.InputTag("ak8PFJetsCHS"),
    seeds=cms.InputTag("jetFrames", "seeds"),
    frames=cms.InputTag("jetFrames", "frames"),
    model=cms.string("top_resnet15"),
)
