"""Random numbers that belong to an event: its seed and number decide, not blocks, threads or where a job starts."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DRAWS = 1024
"""Random numbers set aside for one event; a multiple of four, the size of one step of the Philox counter."""


def uniform_numbers(seed: int, first_event: int, n_events: int) -> Array:
    """(n_events, DRAWS) numbers in [0, 1) that depend on the seed and the event's own number alone."""
    generator = np.random.Philox(key=seed)
    generator.advance(first_event * (DRAWS // 4))
    return np.random.Generator(generator).random((n_events, DRAWS))


def normal_numbers(first: Array, second: Array) -> Array:
    """Standard normal numbers from two sets of uniform ones (Box and Muller)."""
    return np.sqrt(-2.0 * np.log1p(-first)) * np.cos(2.0 * np.pi * second)
