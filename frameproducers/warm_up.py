"""What kernels are run on before the first event, so that they are ready."""

import numpy as np

from dataformats.candidates import Jets, PFCandidates
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.trackerhits import TrackerRecHits
from dataformats.tracks import Tracks, Vertices
from frameproducers.entries import Inputs


def event_without_hits() -> Inputs:
    """One event in which nothing was seen."""
    columns = {name: np.empty(0, leaf.dtype) for name, leaf in PFCandidates.leaves.items()}
    return Inputs(
        EBRecHits.empty(1),
        EERecHits.empty(1),
        HBHERecHits.empty(1),
        Tracks.empty(1),
        Vertices.empty(1),
        TrackerRecHits.empty(1),
        TrackerRecHits.empty(1),
        TrackerRecHits.empty(1),
        PFCandidates(np.zeros(2, np.int64), **columns),
        Jets.empty(1),
    )
