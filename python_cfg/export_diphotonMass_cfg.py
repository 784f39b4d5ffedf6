"""Windows and labels for training: mass and pt of an a whose two photons are one object.

e2efw export a.root b.root --task diphotonMass -o diphotonMass.parquet
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(inputFiles=[SIMULATED_TTBAR], outputFile="diphotonMass.parquet", maxEvents=-1, keepAll=False)

process = cms.Process("EXPORT")
process.maxEvents.input = options.maxEvents
process.source = cms.Source(
    "PoolSource",
    fileNames=cms.untracked.vstring(options.inputFiles),
    duplicateCheckMode=cms.untracked.string("checkEachFile"),  # simulated files number their events alike
)

process.load("python_cfg.photonRows_cff")
process.detFrames.layers = ["ECAL"]
process.egFrames.minPt = 15.0
process.load("python_cfg.diphotonMassTruth_cfi")
process.parquetOutput.fileName = options.outputFile
process.parquetOutput.keepAll = options.keepAll
process.parquetOutput.truth = "diphotonMassTruth"

process.label = cms.Path(process.frames + process.diphotonMassTruth)
process.write = cms.EndPath(process.parquetOutput)
