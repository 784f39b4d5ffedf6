"""The layers of the top taggers in windows around jets of radius 0.8, as rows for training; a cfg adds the labels."""

from e2efw import config as cms
from python_cfg import detFrames_cfi, jetFrames_cfi, parquetOutput_cfi

detFrames = detFrames_cfi.detFrames.clone(layers=["@top8"])
jetFrames = jetFrames_cfi.jetFrames.clone(jets="ak8PFJetsCHS", channels=["HCAL"], minJetPt=400.0, maxJetEta=1.37)
parquetOutput = parquetOutput_cfi.parquetOutput.clone(objects="ak8PFJetsCHS")
frames = cms.Sequence(detFrames + jetFrames)
