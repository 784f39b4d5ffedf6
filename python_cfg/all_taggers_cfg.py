"""All taggers and the regression of boosted jets in one job; each window is made once for all that look at it.

e2efw run all_taggers_cfg.py inputFiles=a.root,b.root outputFile=out.root topModel=my_bundle
"""

from e2efw import config as cms
from python_cfg.jetFrames_cfi import jetFrames
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(
    inputFiles=[SIMULATED_TTBAR],
    outputFile="all_taggers.root",
    maxEvents=-1,
    topModel="top_resnet15",
    ttbarModel="ttbar_resnet15",
    qgModel="qg_resnet15",
    tauModel="tau_resnet15",
    electronModel="electron_resnet15",
    egModel="eg_resnet15",
)

process = cms.Process("E2E")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(options.inputFiles))

process.jetFrames = jetFrames.clone(channels=["@top8"], minJetPt=400.0)
process.qgFrames = jetFrames.clone(jets="ak4PFJetsCHS", channels=["@qg3"], minJetPt=35.0, maxJetEta=2.4)
process.load("python_cfg.tauFrames_cfi")
process.tauFrames.channels = ["@tau9"]
process.load("python_cfg.egFrames_cfi")

process.load("python_cfg.topTagger_cfi")
process.topTagger.model = options.topModel
process.load("python_cfg.ttbar_cfi")
process.ttbar.model = options.ttbarModel
process.load("python_cfg.qgTagger_cfi")
process.qgTagger.model = options.qgModel
process.qgTagger.seeds = "qgFrames:seeds"
process.qgTagger.frames = "qgFrames:frames"
process.load("python_cfg.tauTagger_cfi")
process.tauTagger.model = options.tauModel
process.load("python_cfg.electronTagger_cfi")
process.electronTagger.model = options.electronModel
process.electronTagger.seeds = "tauFrames:seeds"
process.electronTagger.frames = "tauFrames:frames"
process.load("python_cfg.egTagger_cfi")
process.egTagger.model = options.egModel

process.output = cms.OutputModule(
    "PoolOutputModule",
    fileName=cms.untracked.string(options.outputFile),
    outputCommands=cms.untracked.vstring(
        *("drop *", "keep recoPFJets_*_*_*", "keep recoPhotons_gedPhotons_*_*"),
        *("keep e2eScores_*_*_*", "keep *_ttbar_*_*"),
    ),
)

process.boosted = cms.Path(process.jetFrames + process.topTagger + process.ttbar)
process.jets = cms.Path(process.qgFrames + process.qgTagger)
process.leptons = cms.Path(process.tauFrames + process.tauTagger + process.electronTagger)
process.photons = cms.Path(process.egFrames + process.egTagger)
process.write = cms.EndPath(process.output)
