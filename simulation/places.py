"""Directions of things that have a place, from the centre of CMS or from a vertex."""

import numpy as np
from numpy.typing import NDArray

from dataformats.clusters import CaloClusters
from dataformats.geometry.crystals import Position
from dataformats.superclusters import SuperClusters
from dataformats.tracks import Vertices

Array = NDArray[np.float64]


def place_of(objects: CaloClusters | SuperClusters) -> Position:
    """Where they are, cm."""
    return Position(*(objects.flat(axis).astype(np.float64) for axis in "xyz"))


def direction(objects: CaloClusters | SuperClusters) -> tuple[Array, Array]:
    """(n,) eta and phi (rad), seen from the centre of CMS."""
    place = place_of(objects)
    return place.eta, place.phi


def first_vertices(vertices: Vertices | None, n_events: int) -> Array:
    """(events, 3) the first vertex of each event, cm; the centre of CMS where there is none."""
    first = np.zeros((n_events, 3))
    if vertices is not None:
        has = vertices.counts > 0
        first[has] = np.stack([vertices.flat(axis)[vertices.offsets[:-1][has]] for axis in "xyz"], axis=1)
    return first
