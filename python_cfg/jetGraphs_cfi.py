"""Graphs around boosted jets: occupied cells of 125 x 125 pixels, each linked to its 16 nearest."""

from e2efw import config as cms

jetGraphs = cms.EDProducer(
    "GraphProducer",
    jets=cms.InputTag("ak8PFJetsCHS"),
    channels=cms.vstring("@qg3"),
    features=cms.string("top_gnn"),
    k=cms.int32(16),
    selfLoops=cms.bool(True),
    maxNodes=cms.int32(5000),
    minJetPt=cms.double(200.0),
    maxJetEta=cms.double(1.37),
)
