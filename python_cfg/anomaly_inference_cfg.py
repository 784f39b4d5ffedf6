"""How badly an autoencoder redraws boosted jets: what it never saw in training it redraws badly.

e2efw run anomaly_inference_cfg.py inputFiles=a.root,b.root outputFile=out.root model=my_bundle
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(
    inputFiles=[SIMULATED_TTBAR], outputFile="anomaly_inference.root", maxEvents=-1, model="anomaly_autoencoder"
)

process = cms.Process("E2E")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(options.inputFiles))

process.load("python_cfg.jetFrames_cfi")
process.jetFrames.channels = ["TracksPt", "ECAL", "HCAL"]
process.jetFrames.minJetPt = 400.0

process.anomalies = cms.EDProducer(
    "AnomalyDetector", jets=cms.InputTag("ak8PFJetsCHS"), model=cms.string(options.model)
)

process.output = cms.OutputModule(
    "PoolOutputModule",
    fileName=cms.untracked.string(options.outputFile),
    outputCommands=cms.untracked.vstring("drop *", "keep recoPFJets_ak8PFJetsCHS_*_*", "keep *_anomalies_*_*"),
)

process.look = cms.Path(process.jetFrames + process.anomalies)
process.write = cms.EndPath(process.output)
