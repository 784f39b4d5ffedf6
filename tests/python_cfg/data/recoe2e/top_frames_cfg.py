# mypy: disable-error-code="import-not-found"
"""Frames of boosted jets in the manner of RecoE2E: all switches on, ak8 jets."""

import FWCore.ParameterSet.Config as cms
import FWCore.ParameterSet.VarParsing as VarParsing

options = VarParsing.VarParsing("analysis")
single = VarParsing.VarParsing.multiplicity.singleton
for switch in ("doECALstitched", "doTracksAtECALstitchedPt", "doTracksAtECALadjPt", "doHBHEenergy", "doBPIX"):
    options.register(
        switch, default=True, mult=single, mytype=VarParsing.VarParsing.varType.bool, info=f"whether {switch}"
    )
options.register(
    "setChannelOrder",
    default="0,1,2,3,4,5,6,7",
    mult=single,
    mytype=VarParsing.VarParsing.varType.string,
    info="order of the channels",
)
options.register("skipEvents", default=0, mult=single, mytype=VarParsing.VarParsing.varType.int, info="events to skip")
options.parseArguments()

process = cms.Process("TopClassifier")
process.load("FWCore.MessageService.MessageLogger_cfi")
process.load("Configuration.StandardSequences.GeometryDB_cff")
process.load("Configuration.StandardSequences.FrontierConditions_GlobalTag_cff")
process.load("Configuration.StandardSequences.GeometryRecoDB_cff")
process.load("Configuration.StandardSequences.MagneticField_38T_cff")
process.load("Configuration.StandardSequences.Reconstruction_cff")
process.GlobalTag.globaltag = cms.string("102X_upgrade2018_realistic_v15")
process.es_prefer_GlobalTag = cms.ESPrefer("PoolDBESSource", "GlobalTag")

process.maxEvents = cms.untracked.PSet(input=cms.untracked.int32(options.maxEvents))
process.source = cms.Source(
    "PoolSource",
    fileNames=cms.untracked.vstring(options.inputFiles),
    skipEvents=cms.untracked.uint32(options.skipEvents),
)

process.load("RecoE2E.FrameProducers.DetFrameProducer_cfi")
process.load("RecoE2E.FrameProducers.JetFrameProducer_cfi")
process.JetFrames.jetCollection = cms.string("ak8")
process.JetFrames.minJetPt = cms.double(35.0)
process.JetFrames.maxJetEta = cms.double(2.4)
for module in (process.JetFrames, process.DetFrames):
    module.doHBHEenergy = options.doHBHEenergy
    module.doECALstitched = options.doECALstitched
    module.doTracksAtECALstitchedPt = options.doTracksAtECALstitchedPt
    module.doTracksAtECALadjPt = options.doTracksAtECALadjPt
    module.doBPIX = options.doBPIX
process.DetFrames.setChannelOrder = options.setChannelOrder

process.out = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(options.outputFile))
process.p = cms.Path(process.DetFrames + process.JetFrames)
process.ep = cms.EndPath(process.out)
