"""Mass of pairs of taus that were reconstructed as one jet.

e2efw run ditau_inference_cfg.py inputFiles=a.root,b.root outputFile=out.root
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(
    inputFiles=[SIMULATED_TTBAR], outputFile="ditau_inference.root", maxEvents=-1, model="ditau_resnet15"
)

process = cms.Process("E2E")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(options.inputFiles))

process.load("python_cfg.tauFrames_cfi")
process.tauFrames.channels = ["@tau9"]
process.ditau = cms.EDProducer("TauMassRegressor", model=cms.string(options.model))

process.output = cms.OutputModule(
    "PoolOutputModule",
    fileName=cms.untracked.string(options.outputFile),
    outputCommands=cms.untracked.vstring("drop *", "keep recoPFJets_ak4PFJetsCHS_*_*", "keep *_ditau_*_*"),
)

process.regress = cms.Path(process.tauFrames + process.ditau)
process.write = cms.EndPath(process.output)
