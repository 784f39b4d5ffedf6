"""Masses and transverse momenta of boosted jets, and the invariant mass of the leading two, from CMS RecHits.

e2efw run ttbar_regression_cfg.py inputFiles=a.root,b.root outputFile=out.root maxEvents=1000

With other channels, for harder jets: model=my_bundle --set jetFrames.channels=@top8 --set jetFrames.minJetPt=400
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(
    inputFiles=[SIMULATED_TTBAR], outputFile="ttbar_regression.root", maxEvents=-1, model="calorimetric_baseline"
)

process = cms.Process("E2E")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(options.inputFiles))

process.load("python_cfg.detFrames_cfi")
process.load("python_cfg.jetFrames_cfi")
process.load("python_cfg.ttbar_cfi")
process.ttbar.model = options.model

process.output = cms.OutputModule(
    "PoolOutputModule",
    fileName=cms.untracked.string(options.outputFile),
    outputCommands=cms.untracked.vstring(
        "drop *",
        "keep recoPFJets_ak8PFJetsCHS_*_*",
        "keep *_detFrames_*_*",
        "keep *_jetFrames_*_*",
        "keep *_ttbar_*_*",
    ),
)

process.reconstruction = cms.Path(process.detFrames + process.jetFrames + process.ttbar)
process.write = cms.EndPath(process.output)
