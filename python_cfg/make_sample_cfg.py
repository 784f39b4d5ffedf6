"""Make the packaged sample: boosted top quark pairs through the parametrised CMS, without pileup.

e2efw run make_sample_cfg.py outputFile=simulated_ttbar.root

It holds what the inputs of all E2E tasks are made of: hits of the calorimeters and of the pixels, tracks and vertices;
jets, photons and electrons to look around, generated particles to label them by any truth cfi, and the labels of top
quarks. Left out, because 1.5 MB are soon full: strip hits (for TIB and TOB layers: `simulate_cfg.py`), which would take
as much as everything else, and the candidates of particle flow, which no picture shows.
"""

from e2efw import config as cms

options = cms.arguments(outputFile="simulated_ttbar.root", maxEvents=32)

process = cms.Process("SIM")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("PythiaSource", process=cms.string("ttbar_boosted"))

process.load("python_cfg.simulation_cff")
process.load("python_cfg.topTruth_cfi")
process.load("python_cfg.topMassTruth_cfi")

process.output = cms.OutputModule(
    "PoolOutputModule",
    fileName=cms.untracked.string(options.outputFile),
    compressionLevel=cms.untracked.int32(9),
    outputCommands=cms.untracked.vstring(
        "keep *",
        "drop *_pileupParticles_*_*",
        "drop *_pileupInteractions_*_*",
        "drop *_siStripMatchedRecHits_*_*",
        "drop *_particleFlow_*_*",
        "drop *_particleFlowClusterECAL_*_*",
        "drop *_particleFlowClusterHCAL_*_*",
    ),
)

process.truth = cms.Sequence(process.topTruth + process.topMassTruth)
process.simulation = cms.Path(process.detector + process.reconstruction + process.genJets + process.truth)
process.write = cms.EndPath(process.output)
