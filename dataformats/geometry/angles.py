"""Differences of directions, across the seam in phi."""

import math

from dataformats.geometry.constants import TWO_PI
from dataformats.jit import kernel


@kernel
def phi_between(phi: float, other: float) -> float:
    """Angle from `other` to `phi`, rad, in [-pi, pi); either may be of any turn."""
    turn = phi - other
    return turn - TWO_PI * math.floor(turn / TWO_PI + 0.5)


@kernel
def delta_r(eta: float, phi: float, other_eta: float, other_phi: float) -> float:
    """Distance of two directions in eta and phi; phi in rad, of any turn."""
    return math.hypot(eta - other_eta, phi_between(phi, other_phi))
