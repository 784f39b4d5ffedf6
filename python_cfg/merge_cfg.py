"""Copies events of files into one file, with all of their products: CMSSW's edmCopyPickMerge."""

from e2efw import config as cms

options = cms.arguments(
    inputFiles=[],
    outputFile="merged.root",
    maxEvents=-1,
    eventsToProcess=[],
    lumisToProcess=[],
    maxSize=0x7F000000,
    processName="MERGE",
)

process = cms.Process(options.processName)
process.maxEvents.input = options.maxEvents
process.source = cms.Source(
    "PoolSource",
    fileNames=cms.untracked.vstring(options.inputFiles),
    eventsToProcess=cms.untracked.VEventRange(options.eventsToProcess),
    lumisToProcess=cms.untracked.VLuminosityBlockRange(options.lumisToProcess),
)
process.output = cms.OutputModule(
    "PoolOutputModule",
    fileName=cms.untracked.string(options.outputFile),
    maxSize=cms.untracked.int32(options.maxSize),
)
process.e = cms.EndPath(process.output)
