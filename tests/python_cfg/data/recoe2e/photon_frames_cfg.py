# mypy: disable-error-code="import-not-found"
"""Frames of photons in the manner of RecoE2E: ECAL alone; arguments by argparse, as newer releases of CMSSW have it."""

import argparse

import FWCore.ParameterSet.Config as cms

parser = argparse.ArgumentParser(description="frames around photons")
parser.add_argument("inputFiles", nargs="+")
parser.add_argument("--maxEvents", type=int, default=-1)
parser.add_argument("--outputFile", default="photons.root")
options = parser.parse_args()

process = cms.Process("EGClassifier")
process.load("FWCore/MessageService/MessageLogger_cfi")
process.MessageLogger.cerr.FwkReport.reportEvery = 100
process.load("Configuration.StandardSequences.GeometryDB_cff")
process.load("Configuration.StandardSequences.FrontierConditions_GlobalTag_cff")
process.load("Configuration.StandardSequences.MagneticField_38T_cff")
process.GlobalTag.globaltag = "102X_upgrade2018_realistic_v15"

process.maxEvents.input = options.maxEvents
process.source = cms.Source("PoolSource", fileNames=cms.untracked.vstring(options.inputFiles))

process.load("RecoE2E.FrameProducers.DetFrameProducer_cfi")
process.load("RecoE2E.FrameProducers.EGFrameProducer_cfi")
process.DetFrames.doHBHEenergy = False
process.DetFrames.doTracksAtECALstitchedPt = False
process.DetFrames.doBPIX = False
process.DetFrames.doTracksAtECALadjPt = False
process.DetFrames.setChannelOrder = "1"

process.out = cms.OutputModule("PoolOutputModule", fileName=cms.untracked.string(options.outputFile))
process.p = cms.Path(process.DetFrames + process.EGFrames)
process.ep = cms.EndPath(process.out)
