"""Make the packaged sample of toy events.

e2efw run make_sample_cfg.py outputFile=toy_ttbar.root events=256
"""

from e2efw import config as cms

options = cms.arguments(outputFile="toy_ttbar.root", events=256, seed=1)

process = cms.Process("SAMPLE")
process.source = cms.Source("ToyJetSource", events=cms.int32(options.events), seed=cms.int32(options.seed))
process.output = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(options.outputFile))
process.write = cms.EndPath(process.output)
