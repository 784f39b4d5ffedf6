"""Windows and labels for training: mass and pt of the top quark, for boosted jets that hold one.

e2efw export a.root b.root --task topMass -o topMass.parquet
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(inputFiles=[SIMULATED_TTBAR], outputFile="topMass.parquet", maxEvents=-1, keepAll=False)

process = cms.Process("EXPORT")
process.maxEvents.input = options.maxEvents
process.source = cms.Source(
    "PoolSource",
    fileNames=cms.untracked.vstring(options.inputFiles),
    duplicateCheckMode=cms.untracked.string("checkEachFile"),  # simulated files number their events alike
)

process.load("python_cfg.wideJetRows_cff")
process.load("python_cfg.topMassTruth_cfi")
process.parquetOutput.fileName = options.outputFile
process.parquetOutput.keepAll = options.keepAll
process.parquetOutput.truth = "topMassTruth"

process.label = cms.Path(process.frames + process.topMassTruth)
process.write = cms.EndPath(process.parquetOutput)
