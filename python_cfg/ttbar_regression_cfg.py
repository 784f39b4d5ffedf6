"""Masses and transverse momenta of boosted jets, and the invariant mass of the leading two, from CMS RecHits.

e2efw run ttbar_regression_cfg.py inputFiles=a.root,b.root outputFile=out.root maxEvents=1000

The calorimetric baseline looks at the same windows, and the end of the job compares the two: with the truth, if events
are simulated. With another network, other channels, softer jets:
model=my_bundle --set jetFrames.channels=@top8 --set jetFrames.minJetPt=100
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(
    inputFiles=[SIMULATED_TTBAR], outputFile="ttbar_regression.root", maxEvents=-1, model="ttbar_resnet15"
)

process = cms.Process("E2E")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(options.inputFiles))

process.load("python_cfg.detFrames_cfi")
process.load("python_cfg.jetFrames_cfi")
process.jetFrames.channels = ["TracksPt", "TracksD0", "TracksDz", "ECAL", "HCAL"]
process.jetFrames.minJetPt = 400.0
process.load("python_cfg.ttbar_cfi")
process.ttbar.model = options.model

process.baseline = process.ttbar.clone(model="calorimetric_baseline")
process.load("python_cfg.topMassTruth_cfi")
process.topMassTruth.needGenParticles = cms.bool(False)
process.load("python_cfg.topPair_cfi")
process.topPair.needGenParticles = cms.bool(False)
process.comparison = cms.EDAnalyzer("RegressionComparison", models=cms.vstring(options.model, "calorimetric_baseline"))

process.output = cms.OutputModule(
    "PoolOutputModule",
    fileName=cms.untracked.string(options.outputFile),
    outputCommands=cms.untracked.vstring(
        "drop *",
        "keep recoPFJets_ak8PFJetsCHS_*_*",
        "keep *_detFrames_*_*",
        "keep *_jetFrames_*_*",
        "keep *_ttbar_*_*",
        "keep *_baseline_*_*",
    ),
)

process.reconstruction = cms.Path(process.detFrames + process.jetFrames + process.ttbar)
process.judging = cms.Task(process.baseline, process.topMassTruth, process.topPair)
process.compare = cms.EndPath(process.comparison, process.judging)
process.write = cms.EndPath(process.output)
