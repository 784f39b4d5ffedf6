"""Events from Pythia 8, as generated particles without a detector.

e2efw run generate_cfg.py process=ttbar events=1000 outputFile=ttbar_gen.root
e2efw plugin-help PythiaSource
"""

from e2efw import config as cms

options = cms.arguments(
    process="ttbar",
    outputFile="generated.root",
    events=100,
    firstEvent=1,
    seed=1,
    ptHatMin=0.0,
    ptHatMax=0.0,
    topMass=172.5,
    aMass=10.0,
)

process = cms.Process("GENERATE")
process.source = cms.Source(
    "PythiaSource",
    process=cms.string(options.process),
    events=cms.int32(options.events),
    firstEvent=cms.int32(options.firstEvent),
    seed=cms.int32(options.seed),
    ptHatMin=cms.double(options.ptHatMin),
    ptHatMax=cms.double(options.ptHatMax),
    topMass=cms.double(options.topMass),
    aMass=cms.double(options.aMass),
)
process.output = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(options.outputFile))
process.write = cms.EndPath(process.output)
