"""Windows and labels for training: mass and pt of an a whose two photons are one object.

e2efw export a.root b.root --task diphotonMass -o diphotonMass.parquet
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(inputFiles=[SIMULATED_TTBAR], outputFile="diphotonMass.parquet", maxEvents=-1, keepAll=False)

process = cms.Process("EXPORT")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(options.inputFiles))

process.load("python_cfg.detFrames_cfi")
process.detFrames.layers = ["ECAL"]

process.load("python_cfg.egFrames_cfi")
process.egFrames.minPt = 15.0

process.load("python_cfg.diphotonMassTruth_cfi")

process.load("python_cfg.parquetOutput_cfi")
process.parquetOutput.fileName = options.outputFile
process.parquetOutput.keepAll = options.keepAll
process.parquetOutput.objects = "gedPhotons"
process.parquetOutput.seeds = "egFrames:seeds"
process.parquetOutput.truth = "diphotonMassTruth"
process.parquetOutput.window = [32, 32]
process.parquetOutput.barrelOnly = True

process.label = cms.Path(process.detFrames + process.egFrames + process.diphotonMassTruth)
process.write = cms.EndPath(process.parquetOutput)
