"""Pictures of real collisions, from the small files that CMS Open Data has for the iSpy event display.

e2efw run real_collisions_cfg.py inputFiles=DoublePhoton_Run2012B_0.ig outputFile=out.root
"""

from e2efw import config as cms

options = cms.arguments(inputFiles=[], outputFile="real_collisions.root", maxEvents=-1)

process = cms.Process("E2E")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("IgSource", fileNames=cms.untracked.vstring(options.inputFiles))

process.load("python_cfg.detFrames_cfi")
process.load("python_cfg.jetFrames_cfi")

process.output = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(options.outputFile))

process.pictures = cms.Path(process.detFrames + process.jetFrames)
process.write = cms.EndPath(process.output)
