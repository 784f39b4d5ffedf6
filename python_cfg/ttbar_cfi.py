"""Jet mass and transverse momentum by the calorimetric baseline."""

from e2efw import config as cms

ttbar = cms.EDProducer(
    "TTbarRegressor",
    jets=cms.InputTag("ak8PFJetsCHS"),
    seeds=cms.InputTag("jetFrames", "seeds"),
    frames=cms.InputTag("jetFrames", "frames"),
    model=cms.string("calorimetric_baseline"),
)
