"""Windows of 32 x 32 pixels around photons, as rows for training; a cfg chooses layers and adds labels."""

from e2efw import config as cms
from python_cfg import detFrames_cfi, egFrames_cfi, parquetOutput_cfi

detFrames = detFrames_cfi.detFrames.clone()
egFrames = egFrames_cfi.egFrames.clone()
parquetOutput = parquetOutput_cfi.parquetOutput.clone(
    objects="gedPhotons", seeds="egFrames:seeds", window=[32, 32], barrelOnly=True
)
frames = cms.Sequence(detFrames + egFrames)
