# mypy: disable-error-code="import-not-found"
"""Frames of narrow jets and, where it is asked for, a tagger, in the manner of RecoE2E; an era and a Task."""

import FWCore.ParameterSet.Config as cms
from Configuration.Eras.Era_Run2_2018_cff import Run2_2018
from FWCore.ParameterSet.VarParsing import VarParsing

options = VarParsing("analysis")
options.register("doBPIX", False, VarParsing.multiplicity.singleton, VarParsing.varType.bool, "layers of pixels")
options.register("tagger", False, VarParsing.multiplicity.singleton, VarParsing.varType.bool, "run the tagger")
options.parseArguments()

process = cms.Process("QGClassifier", Run2_2018)
process.load("Configuration.StandardSequences.GeometryRecoDB_cff")
process.load("Configuration.StandardSequences.MagneticField_cff")
process.maxEvents.input = options.maxEvents
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(options.inputFiles))

process.load("RecoE2E.FrameProducers.DetFrameProducer_cfi")
process.load("RecoE2E.FrameProducers.JetFrameProducer_cfi")
process.load("RecoE2E.QGTagger.QGTagger_cfi")
process.JetFrames.jetCollection = "ak4"
process.JetFrames.minJetPt = 35.0
process.JetFrames.maxJetEta = 2.4
process.JetFrames.doBPIX = options.doBPIX
process.DetFrames.doBPIX = options.doBPIX
process.QGTagger.QGModelName = cms.string("tfModels/ResNet_4_channel_tf13.pb")

process.out = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(options.outputFile))
process.frames = cms.Sequence(process.DetFrames + process.JetFrames)
process.p = cms.Path(process.frames)
if options.tagger:
    process.p += process.QGTagger
process.ep = cms.EndPath(process.out)
process.schedule = cms.Schedule(process.p, process.ep)
