"""A particle in flight: its row of numbers, and its steps from layer to layer of the tracker."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.constants import ECAL_BARREL_ETA, ECAL_PLANE, ECAL_RADIUS
from dataformats.geometry.helix import CURVATURE, after_arc, arc_to_cylinder, arc_to_surface
from dataformats.geometry.tracker_layers import (
    CYLINDER_HALF_LENGTH,
    CYLINDER_RADIUS,
    DISK_INNER,
    DISK_OUTER,
    DISK_Z,
    LAYER_ETA_STEP,
    LAYER_THICKNESS,
)
from dataformats.jit import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

X, Y, Z, UX, UY, PT, SLOPE, TIME, CHARGE, MASS, REST, KIND, PDG_ID = range(13)
"""Places in a particle's row: position in cm, unit vector of the transverse momentum, pt in GeV, pz / pt, time in ns
since the collision, charge, mass in GeV, energy in GeV that a calorimeter sees beside the total one (minus the mass for
baryons, plus the mass for antibaryons), kind, PDG id."""
ROW: Final = 13

PHOTON, ELECTRON, MUON, CHARGED_HADRON, NEUTRAL_HADRON = range(5)
"""Kinds of particles, as far as matter tells them apart."""

SPEED_OF_LIGHT: Final = 29.9792458
"""cm per ns."""
N_CYLINDERS: Final = CYLINDER_RADIUS.size
N_DISKS: Final = DISK_Z.size
_MAX_ETA_BIN = LAYER_THICKNESS.shape[0] - 1
_WITHIN = 1e-6
"""cm; what is made in a layer stands so close to it, and does not cross it again."""


@kernel
def curvature(row: Floats) -> float:
    """Change of direction per transverse path, rad/cm."""
    return float(-row[CHARGE] * CURVATURE / row[PT])


@kernel
def energy_of(row: Floats) -> float:
    """Total energy, GeV."""
    momentum = row[PT] * math.sqrt(1.0 + row[SLOPE] * row[SLOPE])
    return math.sqrt(momentum * momentum + row[MASS] * row[MASS])


@kernel
def advance(row: Floats, kappa: float, arc: float) -> None:
    """Move along the helix by a transverse path of `arc` cm: `helix.after_arc` and `after_turn` with one sine."""
    half = kappa * arc / 2.0
    cosine, sine = math.cos(half), math.sin(half)
    chord = arc * sine / half if half != 0.0 else arc
    ux, uy = row[UX] * cosine - row[UY] * sine, row[UY] * cosine + row[UX] * sine
    row[X] += chord * ux
    row[Y] += chord * uy
    row[Z] += row[SLOPE] * arc
    row[UX], row[UY] = ux * cosine - uy * sine, uy * cosine + ux * sine
    stretch = math.sqrt(1.0 + row[SLOPE] * row[SLOPE])
    row[TIME] += arc * stretch / SPEED_OF_LIGHT * energy_of(row) / (row[PT] * stretch)


@kernel
def first_layers(row: Floats, ahead: Ints) -> None:
    """Fill ahead (2,) with the first cylinder and the first disk that lie outside the particle's place."""
    radius, forward = math.hypot(row[X], row[Y]) + _WITHIN, math.copysign(1.0, row[SLOPE]) * row[Z] + _WITHIN
    ahead[0] = np.searchsorted(CYLINDER_RADIUS, radius, side="right")
    ahead[1] = np.searchsorted(DISK_Z, forward, side="right")


@kernel
def next_crossing(row: Floats, kappa: float, ahead: Ints) -> tuple[float, int]:
    """The next layer that the particle crosses on its way out.

    Args:
        row: of the particle.
        kappa: its curvature.
        ahead: (2,) first cylinder and first disk not yet passed; moved past the layer that is found.

    Returns:
        Transverse path in cm, and the layer: 0..13 cylinders, 14..28 disks; -1 if there is none.
    """
    while ahead[0] < N_CYLINDERS or ahead[1] < N_DISKS:
        cylinder, disk = ahead[0], ahead[1]
        to_cylinder = to_disk = math.inf
        if cylinder < N_CYLINDERS:
            to_cylinder = arc_to_cylinder(row[X], row[Y], row[UX], row[UY], kappa, CYLINDER_RADIUS[cylinder])
            if math.isnan(to_cylinder):  # it turns around before this one and all that follow
                ahead[0], to_cylinder = N_CYLINDERS, math.inf
        if disk < N_DISKS:
            if row[SLOPE] == 0.0:
                ahead[1] = N_DISKS
            else:
                to_disk = (math.copysign(DISK_Z[disk], row[SLOPE]) - row[Z]) / row[SLOPE]
        if to_cylinder < to_disk:
            ahead[0] = cylinder + 1
            if abs(row[Z] + row[SLOPE] * to_cylinder) < CYLINDER_HALF_LENGTH[cylinder]:
                return float(to_cylinder), int(cylinder)
        elif to_disk < math.inf:
            ahead[1] = disk + 1
            x, y = after_arc(row[X], row[Y], row[UX], row[UY], kappa, to_disk)
            radius = math.hypot(x, y)
            if DISK_INNER[disk] < radius < DISK_OUTER[disk]:
                return float(to_disk), int(N_CYLINDERS + disk)
    return math.inf, -1


@kernel
def eta_bin(row: Floats) -> int:
    """Row of `LAYER_THICKNESS` for a particle's direction."""
    return int(min(abs(math.asinh(row[SLOPE])) / LAYER_ETA_STEP, _MAX_ETA_BIN))


@kernel
def matter_of(eta_bin: int, layer: int) -> float:
    """Radiation lengths of a layer for directions of an |eta| bin."""
    return float(LAYER_THICKNESS[eta_bin, layer])


@kernel
def arc_to_ecal(row: Floats, kappa: float) -> float:
    """Transverse path to the surface of the ECAL, cm; NaN if the particle never meets it or is behind it."""
    return arc_to_surface(
        row[X], row[Y], row[Z], row[UX], row[UY], row[SLOPE], kappa, ECAL_RADIUS, ECAL_PLANE, ECAL_BARREL_ETA
    )


@kernel
def is_behind_ecal(row: Floats) -> bool:
    """True if the particle is outside the surface of the ECAL already."""
    return bool(row[X] * row[X] + row[Y] * row[Y] >= ECAL_RADIUS * ECAL_RADIUS or abs(row[Z]) >= ECAL_PLANE)
