"""Probability that jets are electrons and not quarks or gluons.

e2efw run electron_inference_cfg.py inputFiles=a.root,b.root outputFile=out.root model=my_bundle
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(
    inputFiles=[SIMULATED_TTBAR], outputFile="electron_inference.root", maxEvents=-1, model="electron_resnet15"
)

process = cms.Process("E2E")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(options.inputFiles))

process.load("python_cfg.jetFrames_cfi")
process.jetFrames.jets = "ak4PFJetsCHS"
process.jetFrames.channels = ["@tau9"]
process.jetFrames.minJetPt = 20.0
process.jetFrames.maxJetEta = 2.4

process.load("python_cfg.electronTagger_cfi")
process.electronTagger.model = options.model

process.output = cms.OutputModule(
    "PoolOutputModule",
    fileName=cms.untracked.string(options.outputFile),
    outputCommands=cms.untracked.vstring("drop *", "keep recoPFJets_ak4PFJetsCHS_*_*", "keep *_electronTagger_*_*"),
)

process.tag = cms.Path(process.jetFrames + process.electronTagger)
process.write = cms.EndPath(process.output)
