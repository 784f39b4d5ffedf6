"""Pictures of 280 x 360 pixels of whole events."""

from e2efw import config as cms

eventFrames = cms.EDProducer(
    "EventFrameProducer",
    channels=cms.vstring("TracksPt", "ECAL", "HCAL"),
)
