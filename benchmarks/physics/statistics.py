"""Widths, medians and matches: what every physics check needs."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dataformats.candidates import Candidates
from dataformats.collection import Collection

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ONE_SIGMA = 0.6827
"""Part of a normal distribution within one standard deviation."""


def effective_sigma(values: Array) -> float:
    """Half the width of the shortest interval that holds 68.27 % of the values; NaN for fewer than ten."""
    ordered = np.sort(values)
    inside = int(np.ceil(ONE_SIGMA * ordered.size))
    if ordered.size < 10:
        return float("nan")
    return float((ordered[inside - 1 :] - ordered[: ordered.size - inside + 1]).min() / 2)


def quantile(values: Array, part: float) -> float:
    """NaN if there are none."""
    return float(np.quantile(values, part)) if values.size else float("nan")


def median(values: Array) -> float:
    """NaN if there are none."""
    return quantile(values, 0.5)


def binned(values: Array, edges: ArrayLike) -> Iterator[tuple[float, float, Bools]]:
    """Low edge, high edge and members of each bin."""
    for low, high in pairwise(np.asarray(edges, np.float64).tolist()):
        yield low, high, (values >= low) & (values < high)


def angle(phi: Array) -> Array:
    """The same angles between -pi and pi."""
    return np.asarray(np.angle(np.exp(1j * phi)))


def events_of(objects: Collection) -> Ints:
    """(objects,) event of each."""
    return np.repeat(np.arange(len(objects)), objects.counts)


def column(objects: Collection, name: str) -> Array:
    """A flat column in double precision."""
    return objects.flat(name).astype(np.float64)


def padded(objects: Collection, name: str) -> Array:
    """(events, most objects of an event) values of a column, NaN where an event has no further object."""
    width = int(objects.counts.max(initial=1))
    place = objects.offsets[:-1, np.newaxis] + np.arange(width)
    exists = place < objects.offsets[1:, np.newaxis]
    table = np.full(place.shape, np.nan)
    table[exists] = column(objects, name)
    return table


class Nearest:
    """The object closest in (eta, phi) to each of some others in the same event.

    Args:
        of: the others.
        among: where it is looked for.

    Attributes:
        place: (of,) its position in the flat columns of `among`; of no meaning where the distance is infinite.
        distance: (of,) in eta and phi.
    """

    def __init__(self, of: Candidates, among: Candidates) -> None:
        event = events_of(of)
        d_eta = padded(among, "eta")[event] - column(of, "eta")[:, np.newaxis]
        d_phi = angle(padded(among, "phi")[event] - column(of, "phi")[:, np.newaxis])
        distance = np.hypot(d_eta, d_phi)
        distance[np.isnan(distance)] = np.inf
        best = distance.argmin(axis=1)
        self.place: Ints = among.offsets[event] + best
        self.distance: Array = distance[np.arange(event.size), best]
