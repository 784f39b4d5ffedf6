"""Which cluster a track points to: the nearest within reach, found on a grid in eta and phi instead of among all."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.angles import phi_between
from dataformats.geometry.constants import ECAL_PLANE, ECAL_RADIUS, HCAL_PLANE, HCAL_RADIUS, TWO_PI
from dataformats.geometry.helix import ecal_impact, hcal_impact
from dataformats.jit import kernel

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

ROWS: Final = 64
"""Cells of the grid along eta, `CELL_ETA` each; the first and last hold what is further out."""
COLUMNS: Final = 64
"""Cells of the grid around phi."""
CELL_ETA: Final = 0.1
"""Size of a cell in eta; that in phi is nearly the same."""


@kernel
def _row(eta: float) -> int:
    """Row of the grid for a pseudorapidity."""
    return min(max(math.floor(eta / CELL_ETA) + ROWS // 2, 0), ROWS - 1)


@kernel
def _turns(phi: float) -> int:
    """Column of the grid for an azimuth, before it is wrapped around."""
    return math.floor(phi * (COLUMNS / TWO_PI))


@kernel
def nearest_of(
    eta: float, phi: float, reach: float, target_eta: Array, target_phi: Array, head: Ints, following: Ints
) -> int:
    """The target closest in eta and phi, the first of equals; -1 if none is nearer than reach.

    Args:
        eta, phi: where to look from.
        reach: distance sqrt(d_eta^2 + d_phi^2) at which a target is out of reach.
        target_eta, target_phi: (targets,)
        head: (ROWS * COLUMNS,) one target of each cell, -1 for none.
        following: (targets,) another target in the same cell, -1 for none.
    """
    best, found = reach * reach, -1
    first_column = _turns(phi - reach)
    last_column = min(_turns(phi + reach), first_column + COLUMNS - 1)
    for row in range(_row(eta - reach), _row(eta + reach) + 1):
        for turns in range(first_column, last_column + 1):
            target = head[row * COLUMNS + turns % COLUMNS]
            while target >= 0:
                d_eta, d_phi = eta - target_eta[target], phi_between(phi, target_phi[target])
                distance = d_eta * d_eta + d_phi * d_phi
                if distance < best or (distance == best and target < found):
                    best, found = distance, target
                target = following[target]
    return found


@kernel
def find_nearest(
    offsets: Ints,
    eta: Array,
    phi: Array,
    reach: Array,
    target_offsets: Ints,
    target_eta: Array,
    target_phi: Array,
    head: Ints,
    following: Ints,
    nearest: Ints,
) -> None:
    """For every point of every event the nearest target of its event, as `nearest_of` finds it.

    Args:
        offsets: (events + 1,) boundaries of the points.
        eta, phi, reach: (points,); what is at NaN reaches nothing.
        target_offsets: (events + 1,) boundaries of the targets.
        target_eta, target_phi: (targets,)
        head: (ROWS * COLUMNS,) scratch, -1 on entry and on return.
        following: (targets,) scratch.
        nearest: (points,) result: position of a target in the block, -1 for none.
    """
    for event in range(offsets.size - 1):
        first, last = target_offsets[event], target_offsets[event + 1]
        for target in range(first, last):
            cell = _row(target_eta[target]) * COLUMNS + _turns(target_phi[target]) % COLUMNS
            following[target] = head[cell]
            head[cell] = target
        for point in range(offsets[event], offsets[event + 1]):
            nearest[point] = -1
            if math.isfinite(eta[point]):
                nearest[point] = nearest_of(
                    eta[point], phi[point], reach[point], target_eta, target_phi, head, following
                )
        for target in range(first, last):
            head[_row(target_eta[target]) * COLUMNS + _turns(target_phi[target]) % COLUMNS] = -1


@kernel
def reach_of(distance: float, eta: float, radius: float, plane: float) -> float:
    """How far in eta and phi a distance goes on a calorimeter.

    A distance at right angles to the line of sight is the one in (eta, phi) times the distance from the beam line, in
    barrel and endcap alike. So links have the same size in cm everywhere.

    Args:
        distance: cm.
        eta: where.
        radius, plane: of the surface, cm.
    """
    return distance * max(1.0 / radius, math.sinh(abs(eta)) / plane)


@kernel
def find_impacts(
    point: tuple[Array, ...],
    momentum: tuple[Array, ...],
    charge: Array,
    ecal_distance: float,
    hcal_distance: float,
    ecal: tuple[Array, ...],
    hcal: tuple[Array, ...],
) -> None:
    """Where particles meet the two calorimeters, and how far a link may go there (`reach_of`).

    Args:
        point: vx, vy, vz in cm, each (particles,).
        momentum: px, py, pz in GeV, each (particles,).
        charge: (particles,) in units of the positron's.
        ecal_distance, hcal_distance: cm.
        ecal, hcal: results: eta, phi, reach, each (particles,); NaN for what never gets there.
    """
    for i in range(charge.size):
        vx, vy, vz, px, py, pz = point[0][i], point[1][i], point[2][i], momentum[0][i], momentum[1][i], momentum[2][i]
        ecal[0][i], ecal[1][i] = ecal_impact(vx, vy, vz, px, py, pz, charge[i], False)
        hcal[0][i], hcal[1][i] = hcal_impact(vx, vy, vz, px, py, pz, charge[i])
        ecal[2][i] = reach_of(ecal_distance, ecal[0][i], ECAL_RADIUS, ECAL_PLANE)
        hcal[2][i] = reach_of(hcal_distance, hcal[0][i], HCAL_RADIUS, HCAL_PLANE)
