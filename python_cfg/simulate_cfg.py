"""Events from Pythia 8 through the parametrised CMS, reconstructed, into an EDM file with the labels of real data.

e2efw run simulate_cfg.py process=ttbar maxEvents=1000 outputFile=ttbar.root
e2efw run simulate_cfg.py process=qcd ptHatMin=300 ptHatMax=600 pileup=30 maxEvents=1000 skipEvents=1000
e2efw plugin-help PythiaSource
"""

from e2efw import config as cms

options = cms.arguments(
    process="ttbar",
    maxEvents=100,
    skipEvents=0,
    outputFile="simulated.root",
    seed=1,
    pileup=0.0,
    energy=13000.0,
    ptHatMin=0.0,
    ptHatMax=0.0,
    topMass=172.5,
    topMassMax=0.0,
    aMass=10.0,
    aMassMax=0.0,
    gunPtMin=10.0,
    gunPtMax=100.0,
    gunEtaMin=-2.5,
    gunEtaMax=2.5,
)

process = cms.Process("SIM")
process.maxEvents.input = options.maxEvents
process.options.eventsPerBlock = 64
process.source = cms.Source(
    "PythiaSource",
    process=cms.string(options.process),
    skipEvents=cms.untracked.int32(options.skipEvents),
    seed=cms.int32(options.seed),
    pileup=cms.double(options.pileup),
    energy=cms.double(options.energy),
    ptHatMin=cms.double(options.ptHatMin),
    ptHatMax=cms.double(options.ptHatMax),
    topMass=cms.double(options.topMass),
    topMassMax=cms.double(options.topMassMax),
    aMass=cms.double(options.aMass),
    aMassMax=cms.double(options.aMassMax),
    gunPtMin=cms.double(options.gunPtMin),
    gunPtMax=cms.double(options.gunPtMax),
    gunEtaMin=cms.double(options.gunEtaMin),
    gunEtaMax=cms.double(options.gunEtaMax),
)

process.load("python_cfg.simulation_cff")
process.g4SimHits.seed = options.seed
process.reducedEcalRecHitsEB.seed = options.seed
process.reducedEcalRecHitsEE.seed = options.seed
process.reducedHcalRecHits.seed = options.seed
process.siPixelRecHits.seed = options.seed
process.siStripMatchedRecHits.seed = options.seed
process.generalTracks.seed = options.seed

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
