"""Which clusters belong to one photon or electron: a window that is wide in phi and narrow in eta.

A magnetic field spreads the radiation of electrons and the pairs of converted photons in phi, the more the softer they
are, and slightly away from the centre in eta: the region looks like a mustache. Its borders and numbers are those of
CMSSW's Mustache and dynamic phi window (``reco::MustacheKernel``).
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.angles import phi_between
from dataformats.jit import kernel

_UPPER = (-0.107537, 0.590969, -0.076494)
_LOWER = (-0.0268843, 0.147742, -0.0191235)
"""Bend of the upper and lower border: coefficients of s^2, s, 1 with s = eta sin(eta) of the seed."""
_WIDTH = (0.00964285, 0.0015)
"""Half the distance of the borders where they bend: coefficients of s and 1 / sqrt(log10(energy) + 1.1)."""
_HALF_CRYSTAL = 0.0087
"""In eta; the borders are never closer to the seed than this, the upper one twice this."""
_SOFTEST = -1.0
"""log10 of the energy in GeV below which the width does not grow any more."""

PHI_WINDOWS: Final = np.array(
    [
        (1.479, 0.0280506, 0.946048, -0.101172, 0.432767, 0.14, 0.60),
        (1.75, 0.0497038, 0.975707, -0.181490, 0.431729, 0.14, 0.55),
        (2.0, 0.0564300, 1.604290, -0.642352, 0.458106, 0.12, 0.45),
        (math.inf, 0.0928887, 1.223210, -0.260256, 0.345852, 0.12, 0.30),
    ]
)
"""By |eta| of the seed, up to the first number: reach in phi (rad) of clusters by t = log10 of their transverse energy,
offset + scale / (1 + exp((t - middle) / width)), but not less than `least` and not more than `most`."""


@kernel
def phi_reach(seed_eta: float, log_et: float) -> float:
    """How far in phi (rad) a cluster may be from its seed; log_et is log10 of its transverse energy in GeV."""
    row = 0
    while abs(seed_eta) >= PHI_WINDOWS[row, 0]:
        row += 1
    _, offset, scale, middle, width, least, most = PHI_WINDOWS[row]
    return float(min(max(offset + scale / (1.0 + math.exp((log_et - middle) / width)), least), most))


@kernel
def _bend(coefficients: tuple[float, float, float], s: float, half: float) -> float:
    """Change of a border in eta per squared distance in phi; 0 near the centre, where there is none."""
    curvature = s * (coefficients[0] * s + coefficients[1]) + coefficients[2]
    return max(curvature / (1.0 - 4.0 * curvature * half), 0.0) if curvature != 0.0 else 0.0


@kernel
def eta_borders(seed_eta: float, d_phi: float, log_energy: float) -> tuple[float, float]:
    """Least and largest distance in eta, counted away from the centre, of a cluster from its seed.

    Args:
        seed_eta: of the seed.
        d_phi: distance in phi, rad.
        log_energy: log10 of the cluster's energy in GeV.
    """
    s = seed_eta * math.sin(seed_eta)
    half = _WIDTH[0] * s + _WIDTH[1] / math.sqrt(max(log_energy, _SOFTEST) + 1.1)
    lower = _bend(_LOWER, s, half) * d_phi * d_phi - max(half, _HALF_CRYSTAL)
    return lower, _bend(_UPPER, s, half) * d_phi * d_phi + max(half, _HALF_CRYSTAL) + _HALF_CRYSTAL


@kernel
def in_window(seed_eta: float, seed_phi: float, energy: float, eta: float, phi: float) -> bool:
    """Does a cluster (GeV, eta, phi) belong to a seed?"""
    d_phi = phi_between(phi, seed_phi)
    if abs(d_phi) >= phi_reach(seed_eta, math.log10(energy / math.cosh(eta))):
        return False
    outwards = eta - seed_eta if seed_eta >= 0.0 else seed_eta - eta
    lower, upper = eta_borders(seed_eta, d_phi, math.log10(energy))
    return lower < outwards < upper


@kernel
def collect_clusters(
    offsets: NDArray[np.int64],
    order: NDArray[np.int64],
    energy: NDArray[np.float64],
    eta: NDArray[np.float64],
    phi: NDArray[np.float64],
    region: NDArray[np.int8],
    min_seed_et: float,
    min_cluster_et: float,
    owner: NDArray[np.int64],
) -> None:
    """Give every seed, the most energetic first, the free clusters of its window and region.

    Args:
        offsets: (events + 1,) boundaries of the clusters.
        order: (clusters,) clusters by event and falling transverse energy.
        energy, eta, phi: (clusters,) GeV; seen from the centre of CMS.
        region: (clusters,) barrel or one of the endcaps; superclusters do not reach from one into another.
        min_seed_et, min_cluster_et: least transverse energy of a seed and of any other cluster, GeV.
        owner: (clusters,) result: the seed's number, -1 for what belongs to none.
    """
    owner[:] = -1
    for event in range(offsets.size - 1):
        for place in range(offsets[event], offsets[event + 1]):
            seed = order[place]
            if owner[seed] >= 0:
                continue
            if energy[seed] < min_seed_et * math.cosh(eta[seed]):
                break
            owner[seed] = seed
            for other_place in range(place + 1, offsets[event + 1]):
                other = order[other_place]
                if energy[other] < min_cluster_et * math.cosh(eta[other]):
                    break
                if (
                    owner[other] < 0
                    and region[other] == region[seed]
                    and in_window(eta[seed], phi[seed], energy[other], eta[other], phi[other])
                ):
                    owner[other] = seed
