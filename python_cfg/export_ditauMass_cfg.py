"""Windows and labels for training: mass and pt of an a that decays to two taus, for the jet that holds both.

e2efw export a.root b.root --task ditauMass -o ditauMass.parquet
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(inputFiles=[SIMULATED_TTBAR], outputFile="ditauMass.parquet", maxEvents=-1, keepAll=False)

process = cms.Process("EXPORT")
process.maxEvents.input = options.maxEvents
process.source = cms.Source(
    "PoolSource",
    fileNames=cms.untracked.vstring(options.inputFiles),
    duplicateCheckMode=cms.untracked.string("checkEachFile"),  # simulated files number their events alike
)

process.load("python_cfg.narrowJetRows_cff")
process.load("python_cfg.ditauMassTruth_cfi")
process.parquetOutput.fileName = options.outputFile
process.parquetOutput.keepAll = options.keepAll
process.parquetOutput.truth = "ditauMassTruth"

process.label = cms.Path(process.frames + process.ditauMassTruth)
process.write = cms.EndPath(process.parquetOutput)
