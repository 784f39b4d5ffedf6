"""Events from Pythia 8 through the parametrised CMS, reconstructed, into an EDM file with the labels of real data.

e2efw run simulate_cfg.py process=ttbar maxEvents=1000 outputFile=ttbar.root
e2efw run simulate_cfg.py process=qcd ptHatMin=300 ptHatMax=600 pileup=30 maxEvents=1000 skipEvents=1000
e2efw plugin-help PythiaSource
"""

from e2efw import config as cms
from python_cfg.pythia import ARGUMENTS, pythia_parameters, seed_detector

options = cms.arguments(**ARGUMENTS, outputFile="simulated.root")

process = cms.Process("SIM")
process.maxEvents.input = options.maxEvents
process.options.eventsPerBlock = 64
process.source = cms.Source("PythiaSource", **pythia_parameters(options))

process.load("python_cfg.simulation_cff")
seed_detector(process, options.seed)

process.output = cms.OutputModule(
    "PoolOutputModule",
    fileName=cms.untracked.string(options.outputFile),
    eventsPerCluster=cms.untracked.int32(256),
    outputCommands=cms.untracked.vstring(
        "keep *",
        "drop *_pileupParticles_*_*",
        "drop *_particleFlowClusterECAL_*_*",
        "drop *_particleFlowClusterHCAL_*_*",
    ),
)

process.simulation = cms.Path(process.detector + process.reconstruction + process.genJets)
process.write = cms.EndPath(process.output)
