"""Mass of the generated top pair of each event, and the larger pt of the two."""

from e2efw import config as cms

topPair = cms.EDProducer("TopPairProducer", genParticles=cms.InputTag("genParticles"))
