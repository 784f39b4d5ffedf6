"""Events from Pythia 8, as generated particles without a detector.

e2efw run generate_cfg.py process=ttbar maxEvents=1000 outputFile=ttbar_gen.root
e2efw run generate_cfg.py process=ttbar_boosted topMass=100 topMassMax=400 pileup=30
e2efw plugin-help PythiaSource
"""

from e2efw import config as cms
from python_cfg.pythia import ARGUMENTS, pythia_parameters

options = cms.arguments(**ARGUMENTS, outputFile="generated.root")

process = cms.Process("GENERATE")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("PythiaSource", **pythia_parameters(options))
process.output = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(options.outputFile))
process.write = cms.EndPath(process.output)
