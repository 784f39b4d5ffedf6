"""Probability that jets are light quarks and not gluons.

e2efw run qg_inference_cfg.py inputFiles=a.root,b.root outputFile=out.root model=my_bundle
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(inputFiles=[SIMULATED_TTBAR], outputFile="qg_inference.root", maxEvents=-1, model="qg_resnet15")

process = cms.Process("E2E")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(options.inputFiles))

process.load("python_cfg.jetFrames_cfi")
process.jetFrames.jets = "ak4PFJetsCHS"
process.jetFrames.channels = ["@qg3"]
process.jetFrames.minJetPt = 35.0
process.jetFrames.maxJetEta = 2.4

process.load("python_cfg.qgTagger_cfi")
process.qgTagger.model = options.model

process.output = cms.OutputModule(
    "PoolOutputModule",
    fileName=cms.untracked.string(options.outputFile),
    outputCommands=cms.untracked.vstring("drop *", "keep recoPFJets_ak4PFJetsCHS_*_*", "keep *_qgTagger_*_*"),
)

process.tag = cms.Path(process.jetFrames + process.qgTagger)
process.write = cms.EndPath(process.output)
