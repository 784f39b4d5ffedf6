"""Windows and labels for training: electron or quark or gluon, for jets.

e2efw export a.root b.root --task electron -o electron.parquet

Files with strip hits have the layers TIB and TOB too: --set detFrames.layers=@tau13
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(inputFiles=[SIMULATED_TTBAR], outputFile="electron.parquet", maxEvents=-1, keepAll=False)

process = cms.Process("EXPORT")
process.maxEvents.input = options.maxEvents
process.source = cms.Source(
    "PoolSource",
    fileNames=cms.untracked.vstring(options.inputFiles),
    duplicateCheckMode=cms.untracked.string("checkEachFile"),  # simulated files number their events alike
)

process.load("python_cfg.narrowJetRows_cff")
process.load("python_cfg.electronTruth_cfi")
process.parquetOutput.fileName = options.outputFile
process.parquetOutput.keepAll = options.keepAll
process.parquetOutput.truth = "electronTruth"

process.label = cms.Path(process.frames + process.electronTruth)
process.write = cms.EndPath(process.parquetOutput)
