"""HCAL barrel and endcap towers: edges, centres, and the tower a direction points to.

Towers are rectangles in (eta, phi), so the closest cell to a point on the HCAL surface is the tower that contains its
direction, and the surface itself drops out.
Source: CMSSW HcalTopology, HcalGeometry.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dataformats.geometry.constants import FINE_PHI_IETA, HB_IETA, HCAL_IPHI, HCAL_PLANE, HCAL_RADIUS, HE_IETA, TWO_PI
from dataformats.jit import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TOWER_ETA_EDGES: Final[Floats] = np.concatenate(
    [0.087 * np.arange(21), [1.83, 1.93, 2.043, 2.172, 2.322, 2.5, 2.65, 2.868, 3.0]]
)
"""Shape (30,): tower |ieta| covers |eta| from edge |ieta| - 1 to edge |ieta| [CMSSW HcalParameters]."""


class Tower(NamedTuple):
    """A tower: ieta -29..-1, 1..29 (0: none) and iphi 1..72 (0: none; odd beyond |ieta| 20)."""

    ieta: Ints
    iphi: Ints


class Direction(NamedTuple):
    """A direction from the origin: pseudorapidity and azimuth, rad."""

    eta: Floats
    phi: Floats


@kernel
def find_hcal(eta: float, phi: float) -> tuple[int, int]:
    """(ieta, iphi) of the tower a direction points to; (0, 0) for |eta| >= 3 and for what is not finite.

    Beyond |ieta| 20 towers are 10 degrees wide and named by their odd iphi.
    """
    size = abs(eta)
    if not (size < TOWER_ETA_EDGES[HE_IETA] and math.isfinite(phi)):
        return 0, 0
    ieta = int(np.searchsorted(TOWER_ETA_EDGES, size, side="right"))
    iphi = min(int((phi % TWO_PI) * (HCAL_IPHI / TWO_PI)), HCAL_IPHI - 1) + 1
    if ieta > FINE_PHI_IETA:
        iphi -= (iphi - 1) % 2
    return (ieta if eta >= 0 else -ieta), iphi


@kernel
def _find_towers(eta: Floats, phi: Floats, ieta: Ints, iphi: Ints) -> None:
    """Fill ieta and iphi (n,) with the towers of directions eta, phi (n,)."""
    for i in range(eta.size):
        ieta[i], iphi[i] = find_hcal(eta[i], phi[i])


def find_towers(eta: ArrayLike, phi: ArrayLike) -> Tower:
    """`find_hcal` for arrays of directions of one shape."""
    eta, phi = np.broadcast_arrays(np.asarray(eta, np.float64), np.asarray(phi, np.float64))
    ieta, iphi = np.zeros(eta.size, np.int64), np.zeros(eta.size, np.int64)
    _find_towers(eta.ravel(), phi.ravel(), ieta, iphi)
    return Tower(ieta.reshape(eta.shape), iphi.reshape(eta.shape))


def tower_direction(ieta: ArrayLike, iphi: ArrayLike) -> Direction:
    """Centre of towers in eta and in phi (in [0, 2 pi))."""
    ieta, iphi = np.asarray(ieta, np.int64), np.asarray(iphi, np.int64)
    size = np.abs(ieta)
    eta = np.sign(ieta) * (TOWER_ETA_EDGES[size - 1] + TOWER_ETA_EDGES[size]) / 2
    width = np.where(size > FINE_PHI_IETA, 2, 1)
    return Direction(eta, (iphi - 1 + width / 2) * (TWO_PI / HCAL_IPHI))


def tower_position(ieta: ArrayLike, iphi: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """(x, y, z) in cm where the centre direction meets the HB cylinder (|ieta| <= 16) or the HE plane."""
    eta, phi = tower_direction(ieta, iphi)
    barrel = np.abs(np.asarray(ieta)) <= HB_IETA
    radius = np.where(barrel, HCAL_RADIUS, HCAL_PLANE / np.sinh(np.abs(eta)))
    return radius * np.cos(phi), radius * np.sin(phi), radius * np.sinh(eta)
