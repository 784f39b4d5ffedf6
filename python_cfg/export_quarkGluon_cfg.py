"""Windows and labels for training: light quark or gluon, for jets.

e2efw export a.root b.root --task quarkGluon -o quarkGluon.parquet
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(inputFiles=[SIMULATED_TTBAR], outputFile="quarkGluon.parquet", maxEvents=-1, keepAll=False)

process = cms.Process("EXPORT")
process.maxEvents.input = options.maxEvents
process.source = cms.Source(
    "PoolSource",
    fileNames=cms.untracked.vstring(options.inputFiles),
    duplicateCheckMode=cms.untracked.string("checkEachFile"),  # simulated files number their events alike
)

process.load("python_cfg.detFrames_cfi")
process.detFrames.layers = ["@qg3"]

process.load("python_cfg.jetFrames_cfi")
process.jetFrames.jets = "ak4PFJetsCHS"
process.jetFrames.channels = ["HCAL"]
process.jetFrames.minJetPt = 35.0
process.jetFrames.maxJetEta = 2.4

process.load("python_cfg.quarkGluonTruth_cfi")

process.load("python_cfg.parquetOutput_cfi")
process.parquetOutput.fileName = options.outputFile
process.parquetOutput.keepAll = options.keepAll
process.parquetOutput.objects = "ak4PFJetsCHS"
process.parquetOutput.truth = "quarkGluonTruth"

process.label = cms.Path(process.detFrames + process.jetFrames + process.quarkGluonTruth)
process.write = cms.EndPath(process.parquetOutput)
