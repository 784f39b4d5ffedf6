"""Mass and transverse momentum of the top quarks in boosted jets, by the network that comes with the project."""

from e2efw import config as cms

ttbar = cms.EDProducer(
    "TTbarRegressor",
    jets=cms.InputTag("ak8PFJetsCHS"),
    seeds=cms.InputTag("jetFrames", "seeds"),
    frames=cms.InputTag("jetFrames", "frames"),
    model=cms.string("ttbar_resnet15"),
)
