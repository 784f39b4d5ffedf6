"""Loading the kernels before the first event: quick from numba's cache, several seconds on the very first run."""

import contextlib
import logging
import time
from collections.abc import Iterator

import numpy as np

from dataformats.candidates import Jets, PFCandidates
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.trackerhits import TrackerRecHits
from dataformats.tracks import Tracks, Vertices
from frameproducers.entries import Inputs

_LONG = 2.0
"""Seconds after which somebody who waits deserves a word."""


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


@contextlib.contextmanager
def announced() -> Iterator[None]:
    """Say so if what is inside had to compile kernels."""
    started = time.perf_counter()
    yield
    seconds = time.perf_counter() - started
    if seconds > _LONG:
        logging.getLogger("e2efw.frameproducers").info(
            "compiled kernels in %.0f s; the next job finds them ready", seconds
        )
