"""Windows and labels for training: electron or photon, for reconstructed photons.

e2efw export a.root b.root --task eGamma -o eGamma.parquet
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(inputFiles=[SIMULATED_TTBAR], outputFile="eGamma.parquet", maxEvents=-1, keepAll=False)

process = cms.Process("EXPORT")
process.maxEvents.input = options.maxEvents
process.source = cms.Source(
    "PoolSource",
    fileNames=cms.untracked.vstring(options.inputFiles),
    duplicateCheckMode=cms.untracked.string("checkEachFile"),  # simulated files number their events alike
)

process.load("python_cfg.photonRows_cff")
process.detFrames.layers = ["@egamma2", "ECAL"]
process.egFrames.minPt = 10.0
process.load("python_cfg.eGammaTruth_cfi")
process.parquetOutput.fileName = options.outputFile
process.parquetOutput.keepAll = options.keepAll
process.parquetOutput.truth = "eGammaTruth"

process.label = cms.Path(process.frames + process.eGammaTruth)
process.write = cms.EndPath(process.parquetOutput)
