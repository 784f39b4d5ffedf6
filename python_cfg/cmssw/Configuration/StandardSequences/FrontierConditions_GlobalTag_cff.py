"""The name of a set of conditions; it stays in the configuration, and nothing reads conditions."""

from e2efw import config as cms

GlobalTag = cms.ESSource("PoolDBESSource", globaltag=cms.string(""))
