"""Random numbers that belong to an event: its seed and number decide, not blocks, threads or where a job starts.

Kernels draw from a state of one word, which they set anew for every event, or for every particle of it::

    start(state, keys[event], particle)
    energy *= 1.0 + 0.1 * normal(state)

A key says whose numbers these are: seed, purpose, run, lumi and event are mixed into one word. The generator is
SplitMix64 (G. Steele, D. Lea, C. Flood, Fast splittable pseudorandom number generators, OOPSLA 2014): a counter with a
good mixing function, so any two states give unrelated numbers and nothing has to be stored.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.jit import kernel
from e2efw.framework.blocks import EventIDs

Array = NDArray[np.float64]
Words = NDArray[np.uint64]

DRAWS = 1024
"""Random numbers set aside for one event; a multiple of four, the size of one step of the Philox counter."""

_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_2_TO_MINUS_53: Final = 2.0**-53


def uniform_numbers(seed: int, first_event: int, n_events: int) -> Array:
    """(n_events, DRAWS) numbers in [0, 1) that depend on the seed and the event's own number alone."""
    generator = np.random.Philox(key=seed)
    generator.advance(first_event * (DRAWS // 4))
    return np.random.Generator(generator).random((n_events, DRAWS))


def normal_numbers(first: Array, second: Array) -> Array:
    """Standard normal numbers from two sets of uniform ones (Box and Muller)."""
    return np.sqrt(-2.0 * np.log1p(-first)) * np.cos(2.0 * np.pi * second)


def event_keys(seed: int, purpose: str, ids: EventIDs) -> Words:
    """(events,) keys of the random numbers that one module draws for these events.

    Args:
        seed: of the sample.
        purpose: who draws; two purposes share no numbers. Usually the name of the module's class.
        ids: run, lumi and event numbers.
    """
    sequence = np.random.SeedSequence([seed, *purpose.encode()])
    keys: Words = np.repeat(np.asarray(sequence.generate_state(1, np.uint64), np.uint64), len(ids))
    with np.errstate(over="ignore"):
        for part in (ids.run, ids.lumi, ids.event):
            keys = mixed(keys + _STEP * (part.astype(np.uint64) + np.uint64(1)))
    return keys


def mixed(words: Words) -> Words:
    """The mixing function of SplitMix64, elementwise: every bit that goes in changes about half of those that come out.

    The numpy twin of `_mixed`.
    """
    with np.errstate(over="ignore"):
        words = (words ^ (words >> _30)) * _FIRST
        words = (words ^ (words >> _27)) * _SECOND
    return words ^ (words >> _31)


@kernel
def _mixed(word: np.uint64) -> np.uint64:
    """`mixed` of one word."""
    word = (word ^ (word >> _30)) * _FIRST
    word = (word ^ (word >> _27)) * _SECOND
    return word ^ (word >> _31)


@kernel
def start(state: Words, key: np.uint64, number: int) -> None:
    """Set the state (1,) to the beginning of the numbers of particle `number` (or cell, or whatever) under a key."""
    state[0] = _mixed(key + _STEP * np.uint64(number + 1))


@kernel
def uniform(state: Words) -> float:
    """The next number in [0, 1)."""
    state[0] += _STEP
    return float(_mixed(state[0]) >> _11) * _2_TO_MINUS_53


@kernel
def normal(state: Words) -> float:
    """The next standard normal number (Box and Muller)."""
    size = math.sqrt(-2.0 * math.log(1.0 - uniform(state)))
    return size * math.cos(2.0 * math.pi * uniform(state))


@kernel
def exponential(state: Words) -> float:
    """The next number of an exponential distribution with mean 1."""
    return -math.log(1.0 - uniform(state))


@kernel
def poisson(state: Words, mean: float) -> int:
    """The next number of a Poisson distribution: counted for means below 30, else rounded from a normal number."""
    if mean >= 30.0:
        return max(0, math.floor(mean + math.sqrt(mean) * normal(state) + 0.5))
    left, count = math.exp(-mean), -1
    product = 1.0
    while product > left or count < 0:
        product *= uniform(state)
        count += 1
    return count
