"""Windows and labels for training: mass and pt of an a that decays to e+ e-, for the jet that holds both.

e2efw export a.root b.root --task dielectronMass -o dielectronMass.parquet

Files with strip hits have the layers TIB and TOB too: --set detFrames.layers=@tau13
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(inputFiles=[SIMULATED_TTBAR], outputFile="dielectronMass.parquet", maxEvents=-1, keepAll=False)

process = cms.Process("EXPORT")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(options.inputFiles))

process.load("python_cfg.detFrames_cfi")
process.detFrames.layers = [
    "TracksPt",
    "TracksDzSig",
    "TracksD0Sig",
    "ECAL",
    "HCAL",
    "BPIX1",
    "BPIX2",
    "BPIX3",
    "BPIX4",
]

process.load("python_cfg.jetFrames_cfi")
process.jetFrames.jets = "ak4PFJetsCHS"
process.jetFrames.channels = ["HCAL"]
process.jetFrames.minJetPt = 20.0
process.jetFrames.maxJetEta = 2.4

process.load("python_cfg.dielectronMassTruth_cfi")

process.load("python_cfg.parquetOutput_cfi")
process.parquetOutput.fileName = options.outputFile
process.parquetOutput.keepAll = options.keepAll
process.parquetOutput.objects = "ak4PFJetsCHS"
process.parquetOutput.truth = "dielectronMassTruth"

process.label = cms.Path(process.detFrames + process.jetFrames + process.dielectronMassTruth)
process.write = cms.EndPath(process.parquetOutput)
