"""Pictures of the whole detector, by RecoE2E's names of label and parameters."""

from e2efw import config as cms

DetFrames = cms.EDProducer(
    "DetFrameProducer",
    reducedEBRecHitCollection=cms.InputTag("reducedEcalRecHitsEB"),
    reducedEERecHitCollection=cms.InputTag("reducedEcalRecHitsEE"),
    reducedHBHERecHitCollection=cms.InputTag("reducedHcalRecHits:hbhereco"),
    trackCollection=cms.InputTag("generalTracks"),
    vertexCollection=cms.InputTag("offlinePrimaryVertices"),
    siPixelRecHitCollection=cms.InputTag("siPixelRecHits"),
    siStripRecHitCollection=cms.VInputTag("siStripMatchedRecHits"),
    photonCollection=cms.InputTag("gedPhotons"),
    gedPhotonCollection=cms.InputTag("gedPhotons"),
    genParticleCollection=cms.InputTag("genParticles"),
    trackRecHitCollection=cms.InputTag("generalTracks"),
    pvCollection=cms.InputTag("offlinePrimaryVerticesWithBS"),
    pfCollection=cms.InputTag("particleFlow"),
    jetTagCollection=cms.InputTag("pfCombinedInclusiveSecondaryVertexV2BJetTags"),
    ipTagInfoCollection=cms.InputTag("pfImpactParameterTagInfos"),
    mode=cms.string("JetLevel"),
    nJets=cms.int32(-1),
    z0PVCut=cms.double(0.1),
    granularityMultiPhi=cms.int32(1),
    granularityMultiEta=cms.int32(1),
    doECALstitched=cms.bool(True),
    doTracksAtECALstitchedPt=cms.bool(True),
    doTracksAtECALadjPt=cms.bool(True),
    doHBHEenergy=cms.bool(True),
    doBPIX=cms.bool(True),
    setChannelOrder=cms.string("0,1,2,3,4,5,6,7"),
)
