"""Probability that reconstructed photons are electrons.

e2efw run eg_inference_cfg.py inputFiles=a.root,b.root outputFile=out.root model=my_bundle
"""

from e2efw import config as cms
from python_cfg.samples import SIMULATED_TTBAR

options = cms.arguments(inputFiles=[SIMULATED_TTBAR], outputFile="eg_inference.root", maxEvents=-1, model="eg_resnet15")

process = cms.Process("E2E")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(options.inputFiles))

process.load("python_cfg.egFrames_cfi")
process.load("python_cfg.egTagger_cfi")
process.egTagger.model = options.model

process.output = cms.OutputModule(
    "PoolOutputModule",
    fileName=cms.untracked.string(options.outputFile),
    outputCommands=cms.untracked.vstring("drop *", "keep recoPhotons_gedPhotons_*_*", "keep *_egTagger_*_*"),
)

process.tag = cms.Path(process.egFrames + process.egTagger)
process.write = cms.EndPath(process.output)
