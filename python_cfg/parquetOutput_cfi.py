"""Rows for training: the windows of objects as sparse cells, with seeds, labels, targets and scalars."""

from e2efw import config as cms

parquetOutput = cms.OutputModule(
    "ParquetFrameOutput",
    fileName=cms.untracked.string("windows.parquet"),
    frames=cms.InputTag("detFrames"),
    objects=cms.InputTag("ak8PFJetsCHS"),
    seeds=cms.InputTag("jetFrames", "seeds"),
    truth=cms.InputTag("topTruth"),
    vertices=cms.InputTag("offlinePrimaryVertices"),
    met=cms.InputTag("pfMet"),
    window=cms.vint32(125, 125),
    granularity=cms.int32(1),
    hcalUpsampling=cms.string("share"),
    eeResampling=cms.string("none"),
    barrelOnly=cms.bool(False),
    keepAll=cms.bool(False),
    rowsPerGroup=cms.untracked.int32(4096),
    compressionLevel=cms.untracked.int32(3),
)
