"""Probability that boosted jets are top quarks.

e2efw run top_inference_cfg.py inputFiles=a.root,b.root outputFile=out.root model=my_bundle
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(
    inputFiles=[SIMULATED_TTBAR], outputFile="top_inference.root", maxEvents=-1, model="top_resnet15"
)

process = cms.Process("E2E")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(options.inputFiles))

process.load("python_cfg.jetFrames_cfi")
process.jetFrames.channels = ["@top8"]
process.jetFrames.minJetPt = 400.0

process.load("python_cfg.topTagger_cfi")
process.topTagger.model = options.model

process.output = cms.OutputModule(
    "PoolOutputModule",
    fileName=cms.untracked.string(options.outputFile),
    outputCommands=cms.untracked.vstring("drop *", "keep recoPFJets_ak8PFJetsCHS_*_*", "keep *_topTagger_*_*"),
)

process.tag = cms.Path(process.jetFrames + process.topTagger)
process.write = cms.EndPath(process.output)
