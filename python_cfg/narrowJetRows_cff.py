"""Nine layers in windows around jets of radius 0.4, as rows for training; a cfg adds the labels and names the file.

Files with strip hits have the layers TIB and TOB too: --set detFrames.layers=@tau13
"""

from e2efw import config as cms
from python_cfg import detFrames_cfi, jetFrames_cfi, parquetOutput_cfi

detFrames = detFrames_cfi.detFrames.clone(layers=["@tau9"])
jetFrames = jetFrames_cfi.jetFrames.clone(jets="ak4PFJetsCHS", channels=["HCAL"], minJetPt=20.0, maxJetEta=2.4)
parquetOutput = parquetOutput_cfi.parquetOutput.clone(objects="ak4PFJetsCHS")
frames = cms.Sequence(detFrames + jetFrames)
