"""Where ECAL crystals are: the centre of the front face, which is CMSSW's position of a crystal.

The barrel repeats itself: 36 supermodules of 85 x 20 crystals, those at -z turned around. A crystal's z and mean radius
depend on |ieta| alone (two tables); its place in the supermodule shifts radius and phi by smooth terms.

An endcap is four mirrored quadrants of 5 x 5 supercrystals. Front faces of a supercrystal lie on a plane; its centre
and its two step vectors are cubic polynomials of its column and row. x and y are not interchangeable.

`fit` made the coefficients from true cells, which they meet within 0.04 mm.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dataformats.geometry import barrel_coefficients as barrel
from dataformats.geometry import endcap_coefficients as endcap
from dataformats.geometry.constants import EB_IETA, EE_SIZE, SUPERCRYSTAL, SUPERMODULE_IPHI

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Position(NamedTuple):
    """A point of the detector, cm, from the centre of CMS."""

    x: Floats
    y: Floats
    z: Floats

    @property
    def eta(self) -> Floats:
        """Pseudorapidity seen from the centre of CMS."""
        return np.asarray(np.arcsinh(self.z / np.hypot(self.x, self.y)), np.float64)

    @property
    def phi(self) -> Floats:
        """Azimuth in [-pi, pi], rad."""
        return np.asarray(np.arctan2(self.y, self.x), np.float64)


def barrel_terms(size: Ints, place: Ints) -> tuple[Floats, Floats]:
    """Terms of the barrel model, shapes (..., 6) for the shift in phi and (..., 2) for the shift in radius.

    size is |ieta|; place is 0..19 along phi in a supermodule at +z, and counted backwards at -z.
    """
    t, q = size / EB_IETA, (place - (SUPERMODULE_IPHI - 1) / 2) / 10
    odd = (place % 2).astype(np.float64)
    return np.stack([np.ones_like(t), t, t**2, odd, odd * t, q], axis=-1), np.stack([odd, q**2], axis=-1)


def eb_position(ieta: ArrayLike, iphi: ArrayLike) -> Position:
    """Front-face centres of barrel crystals, cm; ieta -85..-1, 1..85, iphi 1..360, any shape."""
    ieta, iphi = np.broadcast_arrays(np.asarray(ieta, np.int64), np.asarray(iphi, np.int64))
    size, side = np.abs(ieta), np.sign(ieta)
    place = (iphi - 1) % SUPERMODULE_IPHI
    in_phi, in_radius = barrel_terms(size, np.where(side > 0, place, SUPERMODULE_IPHI - 1 - place))
    phi = np.radians(iphi - 10.5 + side * (in_phi @ np.array(barrel.PHI_TERMS)) + barrel.PHI_TILT)
    radius = np.array(barrel.RADIUS)[size - 1] + in_radius @ np.array(barrel.RADIUS_TERMS)
    return Position(radius * np.cos(phi), radius * np.sin(phi), side * np.array(barrel.Z)[size - 1])


def endcap_terms(column: Ints, row: Ints) -> Floats:
    """Terms of the endcap model, shape (..., 30), for crystals of the quadrant x > 0, y > 0; column and row are 0..49.

    Ten monomials of the supercrystal's column and row, then the same times the crystal's step -2..2 along x, then y.
    """
    u, v = (column // SUPERCRYSTAL) / 10, (row // SUPERCRYSTAL) / 10
    monomials = np.stack([u**m * v**n for m in range(4) for n in range(4 - m)], axis=-1)
    along_x, along_y = column % SUPERCRYSTAL - 2, row % SUPERCRYSTAL - 2
    return np.concatenate([monomials, monomials * along_x[..., None], monomials * along_y[..., None]], axis=-1)


def ee_position(ix: ArrayLike, iy: ArrayLike, zside: ArrayLike) -> Position:
    """Front-face centres of endcap crystals, cm; ix and iy 1..100, zside -1 or 1, any shape.

    Places without a crystal are extrapolated; ask `detids.ee_exists`.
    """
    ix, iy, zside = np.broadcast_arrays(np.asarray(ix, np.int64), np.asarray(iy, np.int64), np.asarray(zside, np.int64))
    half = EE_SIZE // 2
    right, upper = ix > half, iy > half
    terms = endcap_terms(np.where(right, ix - half - 1, half - ix), np.where(upper, iy - half - 1, half - iy))
    x, y, z = (terms @ np.array(coefficients) for coefficients in (endcap.X, endcap.Y, endcap.Z))
    return Position(np.where(right, x, -x), np.where(upper, y, -y), zside * z)
