"""Tracks along the beam line to clusters, by deterministic annealing.

Every track shares itself out among prototypes of vertices, in proportion to exp(-(distance / its error)^2 /
temperature). At a high temperature one prototype in the middle suits all tracks. The lower it gets, the more prototypes
it takes: one that became unstable is split in two. At the end each track belongs to one prototype or to none.

Source: K. Rose, Proc. IEEE 86 (1998) 2210, as CMS uses it: arXiv:1405.6569, section 6.1.

Arrays that the kernels share:

- tracks: `z`, `variance`, `weight`, (tracks,) of one event with z ascending, in cm and cm^2
- prototypes: `centres` and `shares`, (capacity,) z and relative size, ascending in z; there are `n` of them
- scratch: `terms` (capacity,) and `sums` (ROWS, capacity)
- result: `owner` and `chance`, (tracks,) the prototype that has most of each track and how much of it
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.jit import kernel

Array = NDArray[np.float64]
Owners = NDArray[np.int32]
Columns = tuple[Array, ...]
Result = tuple[Owners, Array]

ROWS: Final = 7
_SIZE, _PRECISION, _PULL, _SPREAD, _LEFT_SIZE, _LEFT_PRECISION, _LEFT_PULL = range(ROWS)
"""Sums over the tracks of a prototype: weights, and weights per variance alone, times z, times the distance in units of
its error squared; then those of the tracks on its left."""

_STRETCH: Final = 2.0
"""At the beginning there is one prototype for every stretch of the beam line of this length with tracks, cm."""
_COOLING: Final = 0.5
_SPLIT_UNTIL, _PURGE_AT, _STOP_AT = 2.4, 2.0, 0.5
"""Temperatures; at 0.5 the sharing is that of Gaussian errors."""
_CUT_OFF: Final = 3.0
"""Distance in units of its error beyond which a track rather belongs to no vertex."""
_CLOSE: Final = 0.01
"""Prototypes nearer than this are one, cm."""
_NEGLIGIBLE: Final = 16.0
"""Exponents that are larger by this than those of the nearest prototype count as none."""
_TURNS: Final = 10
_RESTING: Final = 1e-3
"""Steps shorter than this times the root of the temperature count as rest, cm."""


@kernel
def place_prototypes(tracks: Columns, prototypes: Columns) -> int:
    """Begin with one prototype in the middle of the tracks of each stretch that has some; returns how many."""
    z, _, weight = tracks
    centres, shares = prototypes
    n, end = 0, -math.inf
    for i in range(z.size):
        if z[i] >= end:
            end = z[i] + _STRETCH
            centres[n], shares[n] = 0.0, 0.0
            n += 1
        centres[n - 1] += weight[i] * z[i]
        shares[n - 1] += weight[i]
    for k in range(n):
        centres[k] /= shares[k]
    shares[:n] /= np.sum(weight)
    return n


@kernel
def share_out(
    tracks: Columns, temperature: float, noise: float, prototypes: Columns, n: int, scratch: Columns, result: Result
) -> None:
    """Share every track among the prototypes and sum up what each has; `noise` is the share of tracks of no vertex."""
    z, variance, weight = tracks
    centres, shares = prototypes
    terms, sums = scratch
    owner, chance = result
    sums[:, :n] = 0.0
    nearest = 0
    for i in range(z.size):
        while nearest + 1 < n and abs(z[i] - centres[nearest + 1]) <= abs(z[i] - centres[nearest]):
            nearest += 1
        scale = 1.0 / (variance[i] * temperature)
        smallest = (z[i] - centres[nearest]) ** 2 * scale
        total = noise * math.exp(min(smallest - _CUT_OFF**2 / temperature, 500.0)) if noise > 0.0 else 0.0
        first, last = nearest, nearest + 1
        for step in (-1, 1):
            k = nearest if step < 0 else nearest + 1
            while 0 <= k < n:
                exponent = (z[i] - centres[k]) ** 2 * scale - smallest
                if exponent > _NEGLIGIBLE:
                    break
                terms[k] = shares[k] * math.exp(-exponent)
                total += terms[k]
                first, last = min(first, k), max(last, k + 1)
                k += step
        owner[i], chance[i] = nearest, 0.0
        for k in range(first, last):
            part = terms[k] / total if total > 0.0 else 0.0
            if part > chance[i]:
                owner[i], chance[i] = k, part
            size = weight[i] * part
            precision = size / variance[i]
            sums[_SIZE, k] += size
            sums[_PRECISION, k] += precision
            sums[_PULL, k] += precision * z[i]
            sums[_SPREAD, k] += precision * (z[i] - centres[k]) ** 2 / variance[i]
            if z[i] < centres[k]:
                sums[_LEFT_SIZE, k] += size
                sums[_LEFT_PRECISION, k] += precision
                sums[_LEFT_PULL, k] += precision * z[i]


@kernel
def move(everything: float, prototypes: Columns, n: int, sums: Array) -> float:
    """Put the prototypes at the means of what they have.

    Returns:
        The longest step in cm; infinity if two changed sides, as unequal errors of the tracks can make them do.
    """
    centres, shares = prototypes
    largest = 0.0
    for k in range(n):
        shares[k] = sums[_SIZE, k] / everything
        if sums[_PRECISION, k] > 0.0:
            moved = sums[_PULL, k] / sums[_PRECISION, k]
            largest = max(largest, abs(moved - centres[k]))
            centres[k] = moved
    for k in range(1, n):
        if centres[k] < centres[k - 1]:
            centres[k], centres[k - 1] = centres[k - 1], centres[k]
            shares[k], shares[k - 1] = shares[k - 1], shares[k]
            largest = math.inf
    return largest


@kernel
def settle(
    tracks: Columns, temperature: float, noise: float, prototypes: Columns, n: int, scratch: Columns, result: Result
) -> None:
    """Share out and move in turn until the prototypes stay where they are."""
    everything = np.sum(tracks[2])
    for _ in range(_TURNS):
        share_out(tracks, temperature, noise, prototypes, n, scratch, result)
        if move(everything, prototypes, n, scratch[1]) < _RESTING * math.sqrt(temperature):
            break


@kernel
def split_unstable(temperature: float, prototypes: Columns, n: int, sums: Array) -> int:
    """Put two prototypes in the place of each whose critical temperature lies above; returns how many there are."""
    centres, shares = prototypes
    for k in range(n - 1, -1, -1):
        left_precision, precision = sums[_LEFT_PRECISION, k], sums[_PRECISION, k]
        unstable = 2.0 * sums[_SPREAD, k] > temperature * precision
        if not unstable or left_precision <= 0.0 or left_precision >= precision or n == centres.size:
            continue
        left = sums[_LEFT_PULL, k] / left_precision
        right = (sums[_PULL, k] - sums[_LEFT_PULL, k]) / (precision - left_precision)
        if k > 0:
            left = max(left, 0.5 * (centres[k - 1] + centres[k]))
        if k + 1 < n:
            right = min(right, 0.5 * (centres[k] + centres[k + 1]))
        if right - left < 0.1 * _CLOSE:
            continue
        for other in range(n, k + 1, -1):
            centres[other], shares[other] = centres[other - 1], shares[other - 1]
        part = sums[_LEFT_SIZE, k] / sums[_SIZE, k]
        centres[k], centres[k + 1] = left, right
        shares[k], shares[k + 1] = part * shares[k], (1.0 - part) * shares[k]
        n += 1
    return n


@kernel
def merge_close(prototypes: Columns, n: int) -> int:
    """Make one of neighbours that are hardly apart; returns how many are left."""
    centres, shares = prototypes
    kept = 0
    for k in range(1, n):
        if centres[k] - centres[kept] < _CLOSE:
            both = shares[kept] + shares[k]
            if both > 0.0:
                centres[kept] += (centres[k] - centres[kept]) * shares[k] / both
            shares[kept] = both
        else:
            kept += 1
            centres[kept], shares[kept] = centres[k], shares[k]
    return min(n, kept + 1)


@kernel
def purge(
    temperature: float, noise: float, prototypes: Columns, n: int, sums: Array, own: Array, result: Result
) -> int:
    """Take away prototypes that have fewer than two tracks of their own, the smaller of two neighbours first.

    Args:
        own: (capacity,) scratch, number of tracks that each has almost alone.

    Returns:
        How many are left.
    """
    centres, shares = prototypes
    owner, chance = result
    outside = noise * math.exp(-(_CUT_OFF**2) / temperature)
    own[:n] = 0.0
    for i in range(owner.size):
        k = owner[i]
        if chance[i] > 0.0 and chance[i] * (shares[k] + outside) > 0.9 * shares[k]:
            own[k] += 1.0
    kept = 0
    for k in range(n):
        size = sums[_SIZE, k]
        left_goes_first = k > 0 and own[k - 1] < 2.0 and sums[_SIZE, k - 1] <= size
        right_goes_first = k + 1 < n and own[k + 1] < 2.0 and sums[_SIZE, k + 1] < size
        if own[k] >= 2.0 or left_goes_first or right_goes_first:
            centres[kept], shares[kept] = centres[k], shares[k]
            kept += 1
    return kept


@kernel
def anneal(tracks: Columns, prototypes: Columns, scratch: Columns, result: Result) -> int:
    """Find the clusters of one event with at least one track; returns how many, with their z in the prototypes."""
    terms, sums = scratch
    n = place_prototypes(tracks, prototypes)
    precision = np.sum(tracks[2] / tracks[1]) / np.sum(tracks[2])
    temperature: float = _STRETCH**2 / 6.0 * precision  # where a stretch evenly full of tracks is just stable
    settle(tracks, temperature, 0.0, prototypes, n, scratch, result)
    while temperature > _SPLIT_UNTIL:
        temperature = max(temperature * _COOLING, _SPLIT_UNTIL)
        kept = merge_close(prototypes, n)
        if kept < n:
            n = kept
            share_out(tracks, temperature, 0.0, prototypes, n, scratch, result)
        n = split_unstable(temperature, prototypes, n, sums)
        settle(tracks, temperature, 0.0, prototypes, n, scratch, result)
    n = merge_close(prototypes, n)
    noise = 1.0 / tracks[0].size
    temperature = _PURGE_AT
    settle(tracks, temperature, noise, prototypes, n, scratch, result)
    while n > 0:
        kept = purge(temperature, noise, prototypes, n, sums, terms, result)
        if kept == n:
            break
        n = kept
        settle(tracks, temperature, noise, prototypes, n, scratch, result)
    while n > 0 and temperature > _STOP_AT:
        temperature = max(temperature * _COOLING, _STOP_AT)
        settle(tracks, temperature, noise, prototypes, n, scratch, result)
    return n


@kernel
def cluster_tracks(
    offsets: NDArray[np.int64],
    z: Array,
    variance: Array,
    weight: Array,
    centres: Array,
    shares: Array,
    terms: Array,
    sums: Array,
    chance: Array,
    out: Owners,
) -> None:
    """Number the clusters of every event along z and say which each track belongs to.

    Args:
        offsets: (events + 1,) boundaries of the tracks.
        z: (tracks,) where each passes the beam line, ascending per event, cm.
        variance: (tracks,) its error squared, cm^2.
        weight: (tracks,) 0..1, how much the track may say.
        centres: (capacity,) scratch; no event has more prototypes.
        shares: (capacity,) scratch.
        terms: (capacity,) scratch.
        sums: (ROWS, capacity) scratch.
        chance: (tracks,) part of the track that its cluster has.
        out: (tracks,) number of the cluster in the event, -1 for tracks that no cluster has more than half of.
    """
    for event in range(offsets.size - 1):
        a, b = offsets[event], offsets[event + 1]
        if a == b:
            continue
        tracks, result = (z[a:b], variance[a:b], weight[a:b]), (out[a:b], chance[a:b])
        prototypes = centres[: b - a + 1], shares[: b - a + 1]  # as many whatever other events are in the block
        n = anneal(tracks, prototypes, (terms, sums), result)
        for i in range(a, b):
            if n == 0 or chance[i] < 0.5:
                out[i] = -1
