"""Where a particle in the magnetic field meets calorimeters and tracker layers, and where it is closest to the beam.

In a field along z the transverse path is an arc. Written with the chord, whose direction is the mean of the directions
at its two ends, every formula stays exact when the curvature goes to zero: no difference of large numbers.

Source: CMSSW ``spr::propagateTrackToECAL`` with an ``AnalyticalPropagator`` along the momentum, at most one full turn.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dataformats.geometry.constants import (
    ECAL_BARREL_ETA,
    ECAL_PLANE,
    ECAL_RADIUS,
    HCAL_BARREL_ETA,
    HCAL_PLANE,
    HCAL_RADIUS,
    MAGNETIC_FIELD,
    TWO_PI,
)
from dataformats.jit import kernel

CURVATURE = 0.00299792458 * MAGNETIC_FIELD
"""1 / radius in 1/cm of a track with a transverse momentum of 1 GeV and one elementary charge."""

_SMALLEST_RADIUS = 1e-9  # cm: a point on the beam axis has a huge, not an undefined, eta


@kernel
def arc_to_cylinder(x: float, y: float, ux: float, uy: float, kappa: float, radius: float) -> float:
    """Transverse path to the first crossing of a cylinder, cm; NaN if the arc stays inside or starts outside.

    With u = (2 / kappa) tan(kappa s / 2) a crossing solves A u^2 + 2 B u - C = 0; the first one forward is
    C / (B + sqrt(B^2 + A C)), for either sign of A and beyond half a turn too.

    Args:
        x, y: start, cm.
        ux, uy: unit vector along the transverse momentum.
        kappa: change of direction per path, rad/cm, positive if counter-clockwise.
        radius: of the cylinder around the beam line, cm.
    """
    inside = radius * radius - x * x - y * y
    along, left = x * ux + y * uy, ux * y - uy * x
    discriminant = along * along + (1.0 + left * kappa - kappa * kappa * inside / 4.0) * inside
    if inside <= 0.0 or discriminant < 0.0:
        return math.nan
    forward = along + math.sqrt(discriminant)
    if kappa == 0.0:
        return inside / forward
    return 2.0 * math.atan2(abs(kappa) * inside, 2.0 * forward) / abs(kappa)


@kernel
def arc_to_beam(x: float, y: float, ux: float, uy: float, kappa: float) -> float:
    """Transverse path to the point closest to the beam line, cm, backwards if negative; arguments as above.

    Of the two points where position and direction are at right angles it is the one less than a quarter turn away for
    starts inside the circle of the track.
    """
    along, left = x * ux + y * uy, ux * y - uy * x
    if kappa == 0.0:
        return -along
    return math.atan2(-kappa * along, 1.0 + kappa * left) / kappa


@kernel
def after_arc(x: float, y: float, ux: float, uy: float, kappa: float, arc: float) -> tuple[float, float]:
    """(x, y) in cm after a transverse path of `arc` cm; the other arguments as for `arc_to_cylinder`."""
    half = kappa * arc / 2.0
    chord = arc * math.sin(half) / half if half != 0.0 else arc
    cosine, sine = math.cos(half), math.sin(half)
    return x + chord * (ux * cosine - uy * sine), y + chord * (uy * cosine + ux * sine)


@kernel
def after_turn(ux: float, uy: float, kappa: float, arc: float) -> tuple[float, float]:
    """Unit vector along the transverse momentum after a transverse path of `arc` cm."""
    cosine, sine = math.cos(kappa * arc), math.sin(kappa * arc)
    return ux * cosine - uy * sine, uy * cosine + ux * sine


@kernel
def arc_to_surface(
    vx: float,
    vy: float,
    vz: float,
    ux: float,
    uy: float,
    slope: float,
    kappa: float,
    radius: float,
    plane: float,
    barrel_eta: float,
) -> float:
    """Transverse path to the surface of a calorimeter, cm; NaN if a particle never meets it.

    The barrel cylinder counts if it is met at |eta| < barrel_eta, else the endcap plane on the side of the momentum;
    where only one of the two is met, that one.

    Args:
        vx, vy, vz: start, cm.
        ux, uy: unit vector along the transverse momentum.
        slope: pz / pt.
        kappa: change of direction per path, rad/cm.
        radius, plane, barrel_eta: of the surface, cm.
    """
    arc = arc_to_cylinder(vx, vy, ux, uy, kappa, radius)
    if math.isnan(arc) or abs(vz + slope * arc) >= radius * math.sinh(barrel_eta):
        to_plane = (math.copysign(plane, slope) - vz) / slope if slope != 0.0 else math.nan
        if to_plane > 0.0 and abs(kappa) * to_plane <= TWO_PI:
            return to_plane
    return arc


@kernel
def surface_impact(
    vx: float,
    vy: float,
    vz: float,
    px: float,
    py: float,
    pz: float,
    charge: float,
    surface: tuple[float, float, float],
    legacy_direction: bool,
) -> tuple[float, float]:
    """(eta, phi) where a track meets the surface of a calorimeter; (NaN, NaN) if it never does.

    Args:
        vx, vy, vz: a point on the track, cm.
        px, py, pz: momentum there, GeV; px and py are not both zero.
        charge: in units of the positron's.
        surface: radius and plane, cm, and the |eta| between them, as for `arc_to_surface`.
        legacy_direction: give the direction of the momentum there, as the public trainings did, not the position.
    """
    pt = math.hypot(px, py)
    ux, uy, slope = px / pt, py / pt, pz / pt
    kappa = -charge * CURVATURE / pt
    arc = arc_to_surface(vx, vy, vz, ux, uy, slope, kappa, surface[0], surface[1], surface[2])
    if math.isnan(arc):
        return math.nan, math.nan
    if legacy_direction:
        x, y = after_turn(ux, uy, kappa, arc)
        return math.asinh(slope), math.atan2(y, x)
    x, y = after_arc(vx, vy, ux, uy, kappa, arc)
    return eta_of(x, y, vz + slope * arc), math.atan2(y, x)


@kernel
def ecal_impact(
    vx: float, vy: float, vz: float, px: float, py: float, pz: float, charge: float, legacy_direction: bool
) -> tuple[float, float]:
    """`surface_impact` of the ECAL."""
    surface = (ECAL_RADIUS, ECAL_PLANE, ECAL_BARREL_ETA)
    return surface_impact(vx, vy, vz, px, py, pz, charge, surface, legacy_direction)


@kernel
def hcal_impact(vx: float, vy: float, vz: float, px: float, py: float, pz: float, charge: float) -> tuple[float, float]:
    """`surface_impact` of the HCAL, which a particle would meet if nothing stopped it."""
    surface = (HCAL_RADIUS, HCAL_PLANE, HCAL_BARREL_ETA)
    return surface_impact(vx, vy, vz, px, py, pz, charge, surface, False)


@kernel
def eta_of(x: float, y: float, z: float) -> float:
    """Pseudorapidity of a point, seen from the centre of CMS: asinh(z / r), written out because that is faster.

    The absolute error stays below 1e-15.
    """
    slope = abs(z) / max(math.sqrt(x * x + y * y), _SMALLEST_RADIUS)
    return math.copysign(math.log(slope + math.sqrt(slope * slope + 1.0)), z)


@kernel
def _impacts(
    start: NDArray[np.float64],
    momentum: NDArray[np.float64],
    charge: NDArray[np.float64],
    legacy_direction: bool,
    eta: NDArray[np.float64],
    phi: NDArray[np.float64],
) -> None:
    """Fill eta and phi (n,) with the impacts of n particles; start and momentum are (3, n)."""
    for i in range(charge.size):
        vx, vy, vz = start[0, i], start[1, i], start[2, i]
        px, py, pz = momentum[0, i], momentum[1, i], momentum[2, i]
        eta[i], phi[i] = ecal_impact(vx, vy, vz, px, py, pz, charge[i], legacy_direction)


def ecal_impacts(
    start: NDArray[np.float64], momentum: NDArray[np.float64], charge: ArrayLike, *, legacy_direction: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """`ecal_impact` for many particles, neutral ones included.

    Args:
        start: (3, n) points on the tracks, cm.
        momentum: (3, n) momenta there, GeV.
        charge: (n,) in units of the positron's.
        legacy_direction: give directions of the momentum at the surface, not positions.

    Returns:
        eta and phi, (n,) each; NaN for what never meets the ECAL.
    """
    charges = np.asarray(charge, np.float64)
    eta, phi = np.empty(charges.size), np.empty(charges.size)
    start, momentum = np.ascontiguousarray(start, np.float64), np.ascontiguousarray(momentum, np.float64)
    _impacts(start, momentum, charges, legacy_direction, eta, phi)
    return eta, phi
