"""One event in so many, as CMSSW's cfgs load it."""

from e2efw import config as cms

preScaler = cms.EDFilter("Prescaler", prescaleFactor=cms.int32(1), prescaleOffset=cms.int32(0))
