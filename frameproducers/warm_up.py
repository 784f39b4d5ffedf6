"""Loading the kernels before the first event: quick from numba's cache, several seconds on the very first run."""

import contextlib
import logging
import time
from collections.abc import Iterator, Sequence

import numpy as np

from dataformats.candidates import Jets
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks, Vertices
from frameproducers.entries import Inputs, layer_entries
from frameproducers.jet_seeds import jet_seeds
from frameproducers.kernels.windows import fill_windows
from frameproducers.layers import LAYERS

_LONG = 2.0
"""Seconds after which somebody who waits deserves a word."""


def event_without_hits() -> Inputs:
    """One event in which nothing was seen."""
    return Inputs(EBRecHits.empty(1), EERecHits.empty(1), HBHERecHits.empty(1), Tracks.empty(1), Vertices.empty(1))


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


def load_window_kernels(names: Sequence[str]) -> None:
    """Run every kernel that windows of these layers need.

    Args:
        names: of `LAYERS`.
    """
    inputs = event_without_hits()
    jet_seeds(Jets.empty(1), inputs.hbhe_hits, min_pt=0.0, max_eta=1.0)
    first = np.zeros(1, np.int64)
    pixels = np.zeros((1, len(names), 1, 1), np.float32)
    for number, (name, entries) in enumerate(layer_entries(names, inputs).items()):
        fill_windows(*entries, LAYERS[name].cell_size, first, first, first, number, pixels)
