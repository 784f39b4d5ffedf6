"""Mass of pairs of photons that were reconstructed as one.

e2efw run diphoton_inference_cfg.py inputFiles=a.root,b.root outputFile=out.root
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(
    inputFiles=[SIMULATED_TTBAR], outputFile="diphoton_inference.root", maxEvents=-1, model="diphoton_resnet15"
)

process = cms.Process("E2E")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(options.inputFiles))

process.load("python_cfg.egFrames_cfi")
process.diphoton = cms.EDProducer("DiphotonMassRegressor", model=cms.string(options.model))

process.output = cms.OutputModule(
    "PoolOutputModule",
    fileName=cms.untracked.string(options.outputFile),
    outputCommands=cms.untracked.vstring("drop *", "keep recoPhotons_gedPhotons_*_*", "keep *_diphoton_*_*"),
)

process.regress = cms.Path(process.egFrames + process.diphoton)
process.write = cms.EndPath(process.output)
