"""From Pythia to rows for training in one job: simulated events, windows and labels, no files of hits between.

e2efw run simulate_rows_cfg.py process=ttbar_hadronic ptHatMin=400 maxEvents=1000 outputFile=top_signal.parquet
e2efw run simulate_rows_cfg.py process=qcd ptHatMin=400 maxEvents=1000 outputFile=top_background.parquet
e2efw run simulate_rows_cfg.py rows=photonRows truth=eGammaTruth process=photon_gun outputFile=photons.parquet
"""

from e2efw import config as cms
from python_cfg.pythia import ARGUMENTS, pythia_parameters, seed_detector

options = cms.arguments(**ARGUMENTS, rows="wideJetRows", truth="topTruth", outputFile="rows.parquet")

process = cms.Process("ROWS")
process.maxEvents.input = options.maxEvents
process.options.eventsPerBlock = 64
process.source = cms.Source("PythiaSource", **pythia_parameters(options))

process.load("python_cfg.simulation_cff")
seed_detector(process, options.seed)

process.load(f"python_cfg.{options.rows}_cff")
process.load(f"python_cfg.{options.truth}_cfi")
process.parquetOutput.fileName = options.outputFile
process.parquetOutput.truth = options.truth

process.label = cms.Path(process.frames + getattr(process, options.truth))
process.simulation = cms.Path(process.detector + process.reconstruction + process.genJets)
process.write = cms.EndPath(process.parquetOutput)
process.schedule = cms.Schedule(process.simulation, process.label, process.write)
