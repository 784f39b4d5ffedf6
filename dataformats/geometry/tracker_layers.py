"""Where the layers of the silicon tracker are, and how much matter a particle crosses in them.

Cylinders and disks at the mean place of their modules, as of 2017 (phase-1 pixel detector). Staggering, tilts and
overlaps of modules are not described.

Sources: radii and extents are those of the true module corners; matter in front of the ECAL from JINST 8 (2013) P09009
and JINST 3 (2008) S08004: 0.4 radiation lengths at |eta| 0, up to 2 at 1.4, 1.3 at 2.5.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.tracker_ids import BPIX, FPIX, TEC, TIB, TID, TOB

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Cylinder(NamedTuple):
    """A barrel layer: subdetector, layer from 1, mean radius and half-length in cm, modules around and along."""

    subdet: int
    layer: int
    radius: float
    half_length: float
    around: int
    along: int


class Disk(NamedTuple):
    """An endcap layer on either side: subdetector, disk or wheel from 1, mean |z|, inner and outer radius in cm."""

    subdet: int
    layer: int
    z: float
    inner: float
    outer: float


class Ring(NamedTuple):
    """Modules of a disk at one radius: outer edge, halfway through the overlap with the next ring, and centre, cm."""

    outer: float
    centre: float


CYLINDERS: Final = (
    Cylinder(BPIX, 1, 2.93, 26.7, 12, 8),
    Cylinder(BPIX, 2, 6.78, 26.7, 28, 8),
    Cylinder(BPIX, 3, 10.88, 26.7, 44, 8),
    Cylinder(BPIX, 4, 15.99, 26.7, 64, 8),
    Cylinder(TIB, 1, 25.61, 66.6, 28, 12),
    Cylinder(TIB, 2, 33.99, 66.6, 36, 12),
    Cylinder(TIB, 3, 41.88, 66.4, 45, 12),
    Cylinder(TIB, 4, 49.86, 66.4, 54, 12),
    Cylinder(TOB, 1, 60.80, 108.7, 42, 12),
    Cylinder(TOB, 2, 69.20, 108.7, 48, 12),
    Cylinder(TOB, 3, 78.00, 108.3, 54, 12),
    Cylinder(TOB, 4, 86.80, 108.3, 60, 12),
    Cylinder(TOB, 5, 96.50, 108.3, 66, 12),
    Cylinder(TOB, 6, 108.00, 108.3, 74, 12),
)
"""Barrel layers from the beam outwards."""

DISKS: Final = (
    Disk(FPIX, 1, 31.66, 4.60, 16.08),
    Disk(FPIX, 2, 39.16, 4.60, 16.08),
    Disk(FPIX, 3, 48.66, 4.60, 16.08),
    Disk(TID, 1, 79.70, 22.99, 50.44),
    Disk(TID, 2, 92.65, 22.99, 50.44),
    Disk(TID, 3, 105.60, 22.99, 50.44),
    Disk(TEC, 1, 131.44, 23.37, 109.54),
    Disk(TEC, 2, 145.44, 23.37, 109.54),
    Disk(TEC, 3, 159.43, 23.37, 109.54),
    Disk(TEC, 4, 173.76, 32.12, 109.54),
    Disk(TEC, 5, 187.75, 32.12, 109.54),
    Disk(TEC, 6, 205.24, 32.12, 109.54),
    Disk(TEC, 7, 224.04, 39.33, 109.54),
    Disk(TEC, 8, 244.52, 39.33, 109.54),
    Disk(TEC, 9, 266.18, 50.49, 109.54),
)
"""Endcap layers from the centre outwards, the same on both sides."""

RINGS: Final = (
    Ring(33.0, 29.00),
    Ring(40.7, 37.08),
    Ring(50.47, 44.89),
    Ring(61.0, 56.27),
    Ring(74.5, 67.95),
    Ring(90.1, 82.01),
    Ring(110.0, 99.27),
)
"""Rings of TID (the first three) and TEC."""

STEREO_LAYERS: Final = 2
"""TIB and TOB layers up to this number have a second, tilted module behind each one."""
STEREO_RINGS: Final = (1, 2, 5)
"""Rings of TID and TEC that have one too."""

_MATTER_ETA = (0.0, 0.4, 0.8, 1.0, 1.2, 1.4, 1.5, 1.6, 1.8, 2.0, 2.2, 2.5, 3.0)
_MATTER = (0.40, 0.44, 0.62, 0.85, 1.40, 2.00, 1.95, 1.80, 1.60, 1.50, 1.40, 1.30, 1.20)
_WEIGHTS = {BPIX: 1.0, FPIX: 1.5, TIB: 2.0, TID: 2.5, TOB: 1.5, TEC: 2.0}
"""How the layers share the matter: services of the inner detectors weigh more than the sensors."""

LAYER_ETA_STEP: Final = 0.05
"""Width of the |eta| bins of `LAYER_THICKNESS`."""
_MAX_ETA = 3.0


def radiation_lengths(eta: Floats) -> Floats:
    """Matter between the beam and the ECAL in radiation lengths, for directions from the centre of CMS."""
    return np.interp(np.abs(eta), _MATTER_ETA, _MATTER)


def _layer_thickness() -> Floats:
    """The matter of each |eta| bin, shared over the layers that a straight line from the centre crosses there."""
    eta: Floats = np.asarray(LAYER_ETA_STEP * (np.arange(round(_MAX_ETA / LAYER_ETA_STEP)) + 0.5), np.float64)
    slope = np.sinh(eta)
    radius = np.array([layer.radius for layer in CYLINDERS])
    half_length = np.array([layer.half_length for layer in CYLINDERS])
    z, inner, outer = (np.array([getattr(disk, name) for disk in DISKS]) for name in ("z", "inner", "outer"))
    in_barrel = radius * slope[:, np.newaxis] < half_length
    at_disk = z / slope[:, np.newaxis]
    in_disk = (at_disk > inner) & (at_disk < outer)
    weights = np.array([_WEIGHTS[layer.subdet] for layer in (*CYLINDERS, *DISKS)])
    crossed = np.concatenate([in_barrel, in_disk], axis=1) * weights
    total = crossed.sum(axis=1, keepdims=True)
    thickness = np.divide(crossed, total, out=np.zeros_like(crossed), where=total > 0)
    return np.asarray(thickness * radiation_lengths(eta)[:, np.newaxis], np.float64)


LAYER_THICKNESS: Final[Floats] = _layer_thickness()
"""Shape (60, 29): radiation lengths of the cylinders, then disks, that a particle of an |eta| bin crosses."""

CYLINDER_RADIUS: Final[Floats] = np.array([layer.radius for layer in CYLINDERS])
"""Shape (14,), cm."""
CYLINDER_HALF_LENGTH: Final[Floats] = np.array([layer.half_length for layer in CYLINDERS])
"""Shape (14,), cm."""
CYLINDER_AROUND: Final[Ints] = np.array([layer.around for layer in CYLINDERS])
"""Shape (14,): modules around the beam."""
CYLINDER_ALONG: Final[Ints] = np.array([layer.along for layer in CYLINDERS])
"""Shape (14,): modules along the beam."""
DISK_Z: Final[Floats] = np.array([disk.z for disk in DISKS])
"""Shape (15,), cm."""
DISK_INNER: Final[Floats] = np.array([disk.inner for disk in DISKS])
"""Shape (15,), cm."""
DISK_OUTER: Final[Floats] = np.array([disk.outer for disk in DISKS])
"""Shape (15,), cm."""
