"""Missing transverse momentum and good primary vertices of every event."""

from e2efw import config as cms

eventScalars = cms.EDProducer(
    "EventScalarProducer",
    met=cms.InputTag("pfMet"),
    vertices=cms.InputTag("offlinePrimaryVertices"),
)
