"""What stands behind and in front of superclusters: energy in the HCAL, and the track that points at one."""

import numpy as np
from numpy.typing import NDArray

from dataformats.geometry.angles import delta_r, phi_between
from dataformats.jit import kernel

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@kernel
def energy_near(
    offsets: Ints, eta: Array, phi: Array, hit_offsets: Ints, hit: tuple[Array, Array, Array], reach: float, out: Array
) -> None:
    """Sum of the hits around directions.

    Args:
        offsets: (events + 1,) boundaries of the directions.
        eta, phi: (n,) directions.
        hit_offsets: (events + 1,) boundaries of the hits.
        hit: energy in GeV, eta and phi of the hits, each (hits,).
        reach: hits closer than this in (eta, phi) count.
        out: (n,) GeV.
    """
    energy, hit_eta, hit_phi = hit
    for event in range(offsets.size - 1):
        for i in range(offsets[event], offsets[event + 1]):
            out[i] = 0.0
            for j in range(hit_offsets[event], hit_offsets[event + 1]):
                if delta_r(hit_eta[j], hit_phi[j], eta[i], phi[i]) < reach:
                    out[i] += energy[j]


@kernel
def match_tracks(
    offsets: Ints,
    shower: tuple[Array, Array, Array],
    track_offsets: Ints,
    track: tuple[Array, Array, Array],
    max_d_eta: float,
    max_d_phi: float,
    energy_per_momentum: tuple[float, float],
    out: NDArray[np.int32],
) -> None:
    """Give every shower, in their order, the free track that meets the ECAL closest to it.

    Distances are measured in units of the largest that are allowed; of equals the first track wins.

    Args:
        offsets: (events + 1,) boundaries of the showers.
        shower: energy in GeV, eta and phi, each (showers,).
        track_offsets: (events + 1,) boundaries of the tracks.
        track: momentum in GeV, eta and phi at the ECAL, each (tracks,); NaN for tracks that do not count.
        max_d_eta, max_d_phi: largest distance in eta and phi (rad).
        energy_per_momentum: least and largest ratio of the shower's energy and the track's momentum.
        out: (showers,) position of the track in the event, -1 for none.
    """
    energy, eta, phi = shower
    momentum, track_eta, track_phi = track
    for event in range(offsets.size - 1):
        first = track_offsets[event]
        for i in range(offsets[event], offsets[event + 1]):
            closest = 1.0
            out[i] = -1
            for j in range(first, track_offsets[event + 1]):
                d_eta, d_phi = (track_eta[j] - eta[i]) / max_d_eta, phi_between(track_phi[j], phi[i]) / max_d_phi
                ratio = energy[i] / momentum[j]
                if (
                    max(abs(d_eta), abs(d_phi)) < 1.0
                    and energy_per_momentum[0] <= ratio <= energy_per_momentum[1]
                    and (out[i] < 0 or d_eta * d_eta + d_phi * d_phi < closest)
                    and not np.any(out[offsets[event] : i] == j - first)
                ):
                    closest = d_eta * d_eta + d_phi * d_phi
                    out[i] = j - first
