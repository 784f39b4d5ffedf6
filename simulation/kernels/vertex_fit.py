"""The point that the tracks of a cluster come from."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.jit import kernel

Array = NDArray[np.float64]

COLUMNS: Final = 8
"""Results per vertex: x, y, z, their errors in cm, chi2, sum of weights."""

_CUT_OFF: Final = 2.5
"""A track of this significance counts half."""
_TEMPERATURES: Final = (256.0, 64.0, 16.0, 4.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
"""How sharply tracks are told apart, turn by turn."""
_AT_REST: Final = 1e-5
"""The fit is over when its last step is shorter, cm."""


@kernel
def invert(matrix: Array, out: Array) -> None:
    """Inverse of a symmetric, positive definite (3, 3) matrix, by cofactors."""
    a, b, c = matrix[0, 0], matrix[0, 1], matrix[0, 2]
    d, e, f = matrix[1, 1], matrix[1, 2], matrix[2, 2]
    out[0, 0], out[1, 1], out[2, 2] = d * f - e * e, a * f - c * c, a * d - b * b
    out[0, 1] = out[1, 0] = c * e - b * f
    out[0, 2] = out[2, 0] = b * e - c * d
    out[1, 2] = out[2, 1] = b * c - a * e
    determinant = a * out[0, 0] + b * out[0, 1] + c * out[0, 2]
    for i in range(3):
        for j in range(3):
            out[i, j] /= determinant


@kernel
def track_chi2(track: Array, place: Array, gradients: Array) -> float:
    """How badly a straight track misses a point: the sum of the significances squared of dxy and dz.

    Args:
        track: (7,) x, y, z of its reference point in cm, its direction as phi in rad and cot(theta), errors of dxy
            and dz in cm.
        place: (3,) the point, cm.
        gradients: (2, 4) out: the two misses per error with respect to x, y, z, and the misses themselves.
    """
    sine, cosine, slope = math.sin(track[3]), math.cos(track[3]), track[4]
    x, y, z = track[0] - place[0], track[1] - place[1], track[2] - place[2]
    gradients[0, 0], gradients[0, 1], gradients[0, 2] = sine / track[5], -cosine / track[5], 0.0
    gradients[0, 3] = (y * cosine - x * sine) / track[5]
    gradients[1, 0], gradients[1, 1], gradients[1, 2] = (
        cosine * slope / track[6],
        sine * slope / track[6],
        -1.0 / track[6],
    )
    gradients[1, 3] = (z - (x * cosine + y * sine) * slope) / track[6]
    return float(gradients[0, 3] ** 2 + gradients[1, 3] ** 2)


@kernel
def add_measurement(weight: float, gradients: Array, information: Array, pull: Array) -> None:
    """Let a track pull at the point: its share of the (3, 3) information and of the (3,) gradient, downhill."""
    for miss in range(2):
        for a in range(3):
            pull[a] -= weight * gradients[miss, a] * gradients[miss, 3]
            for b in range(3):
                information[a, b] += weight * gradients[miss, a] * gradients[miss, b]


@kernel
def fit_vertices(
    offsets: NDArray[np.int64], tracks: Array, beam: Array, matrix: Array, gradients: Array, weights: Array, out: Array
) -> None:
    """Adaptive fits: tracks that do not fit count little, the less the colder it gets.

    Source: W. Waltenberger, R. Fruehwirth, P. Vanlaer, J. Phys. G 34 (2007) N343.

    Args:
        offsets: (vertices + 1,) boundaries of the tracks.
        tracks: (tracks, 7), see `track_chi2`.
        beam: (2, 3) position and widths of the beam spot, which is one more measurement, cm.
        matrix: (2, 3, 3) scratch.
        gradients: (2, 4) scratch.
        weights: (tracks,) out: 0..1, how much each track counts.
        out: (vertices, COLUMNS), see there; on entry the z to start from.
    """
    information, covariance = matrix
    for vertex in range(offsets.size - 1):
        place, pull = out[vertex, :3], out[vertex, 3:6]
        place[0], place[1] = beam[0, 0], beam[0, 1]
        for temperature in _TEMPERATURES:
            information[:] = 0.0
            out[vertex, 6] = out[vertex, 7] = 0.0
            for axis in range(3):
                away = (beam[0, axis] - place[axis]) / beam[1, axis]
                information[axis, axis] = 1.0 / beam[1, axis] ** 2
                pull[axis] = away / beam[1, axis]
                out[vertex, 6] += away * away
            for i in range(offsets[vertex], offsets[vertex + 1]):
                chi2 = track_chi2(tracks[i], place, gradients)
                weights[i] = 1.0 / (1.0 + math.exp(min(0.5 * (chi2 - _CUT_OFF**2) / temperature, 500.0)))
                out[vertex, 6] += weights[i] * chi2
                out[vertex, 7] += weights[i]
                add_measurement(weights[i], gradients, information, pull)
            invert(information, covariance)
            longest = 0.0
            for a in range(3):
                step = covariance[a, 0] * pull[0] + covariance[a, 1] * pull[1] + covariance[a, 2] * pull[2]
                place[a] += step
                longest = max(longest, abs(step))
            if temperature == 1.0 and longest < _AT_REST:
                break
        for axis in range(3):
            out[vertex, 3 + axis] = math.sqrt(covariance[axis, axis])
