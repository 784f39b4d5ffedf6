"""From Pythia to rows for training in one job: simulated events, windows and labels, no files of hits between.

e2efw run simulate_rows_cfg.py process=ttbar_hadronic ptHatMin=400 maxEvents=1000 outputFile=top_signal.parquet
e2efw run simulate_rows_cfg.py process=qcd ptHatMin=400 maxEvents=1000 outputFile=top_background.parquet
e2efw run simulate_rows_cfg.py rows=photonRows truth=eGammaTruth process=photon_gun outputFile=photons.parquet
"""

from e2efw import config as cms

options = cms.arguments(
    rows="wideJetRows",
    truth="topTruth",
    process="ttbar_hadronic",
    maxEvents=100,
    skipEvents=0,
    outputFile="rows.parquet",
    seed=1,
    pileup=0.0,
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

process = cms.Process("ROWS")
process.maxEvents.input = options.maxEvents
process.options.eventsPerBlock = 64
process.source = cms.Source(
    "PythiaSource",
    process=cms.string(options.process),
    skipEvents=cms.untracked.int32(options.skipEvents),
    seed=cms.int32(options.seed),
    pileup=cms.double(options.pileup),
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

process.load(f"python_cfg.{options.rows}_cff")
process.load(f"python_cfg.{options.truth}_cfi")
process.parquetOutput.fileName = options.outputFile
process.parquetOutput.truth = options.truth

process.label = cms.Path(process.frames + getattr(process, options.truth))
process.simulation = cms.Path(process.detector + process.reconstruction + process.genJets)
process.write = cms.EndPath(process.parquetOutput)
process.schedule = cms.Schedule(process.simulation, process.label, process.write)
