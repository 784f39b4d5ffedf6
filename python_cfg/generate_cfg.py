"""Events from Pythia 8, as generated particles without a detector.

e2efw run generate_cfg.py process=ttbar maxEvents=1000 outputFile=ttbar_gen.root
e2efw run generate_cfg.py process=ttbar_boosted topMass=100 topMassMax=400 pileup=30
e2efw plugin-help PythiaSource
"""

from e2efw import config as cms

options = cms.arguments(
    process="ttbar",
    outputFile="generated.root",
    maxEvents=100,
    skipEvents=0,
    seed=1,
    ptHatMin=0.0,
    ptHatMax=0.0,
    topMass=172.5,
    topMassMax=0.0,
    aMass=10.0,
    aMassMax=0.0,
    pileup=0.0,
)

process = cms.Process("GENERATE")
process.maxEvents.input = options.maxEvents
process.source = cms.Source(
    "PythiaSource",
    process=cms.string(options.process),
    skipEvents=cms.untracked.int32(options.skipEvents),
    seed=cms.int32(options.seed),
    ptHatMin=cms.double(options.ptHatMin),
    ptHatMax=cms.double(options.ptHatMax),
    topMass=cms.double(options.topMass),
    topMassMax=cms.double(options.topMassMax),
    aMass=cms.double(options.aMass),
    aMassMax=cms.double(options.aMassMax),
    pileup=cms.double(options.pileup),
)
process.output = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(options.outputFile))
process.write = cms.EndPath(process.output)
