"""Estimated jet masses against the truth: numbers, histograms and pictures."""

from e2efw import config as cms

evaluation = cms.EDAnalyzer(
    "EvaluationAnalyzer",
    said=cms.InputTag("ttbar", "regressed"),
    truth=cms.InputTag("topMassTruth"),
    task=cms.string("regression"),
    column=cms.string("mass"),
    target=cms.string("target_mass"),
    folder=cms.untracked.string("evaluation"),
)
