"""Loading the kernels before the first event: quick from numba's cache, several seconds on the very first run."""

import logging
import time
from collections.abc import Sequence

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


def load_kernels(names: Sequence[str], *, jets: bool) -> None:
    """Run every kernel that the layers need on an event without hits.

    Args:
        names: of `LAYERS`.
        jets: also the kernels for seeds and windows.
    """
    started = time.perf_counter()
    one_event = (cls.empty(1) for cls in (EBRecHits, EERecHits, HBHERecHits, Tracks, Vertices))
    inputs = Inputs(*one_event)  # type: ignore[arg-type]  # in the order of the fields
    entries = layer_entries(names, inputs)
    if jets:
        jet_seeds(Jets.empty(1), inputs.hbhe_hits, min_pt=0.0, max_eta=1.0)
        first = np.zeros(1, np.int64)
        for number, name in enumerate(names):
            pixels = np.zeros((1, len(names), 1, 1), np.float32)
            fill_windows(*entries[name], LAYERS[name].cell_size, first, first, first, number, pixels)
    seconds = time.perf_counter() - started
    if seconds > _LONG:
        logging.getLogger("e2efw.frameproducers").info(
            "compiled kernels in %.0f s; the next job finds them ready", seconds
        )
