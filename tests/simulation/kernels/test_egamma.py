"""Energy around showers and the tracks that meet them are those of readable twins."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from simulation.kernels.egamma import energy_near, match_tracks

Array = NDArray[np.float64]


def directions(rng: np.random.Generator, counts: list[int]) -> tuple[NDArray[np.int64], Array, Array, Array]:
    """Boundaries, energies, eta and phi; crowded around the seam of phi."""
    size = sum(counts)
    phi = (np.pi + rng.normal(0, 0.3, size) + np.pi) % (2 * np.pi) - np.pi
    return np.concatenate([[0], np.cumsum(counts)]), rng.exponential(20.0, size), rng.normal(0, 0.3, size), phi


def distance_by_hand(phi: float, other: float) -> float:
    return float(abs(np.angle(np.exp(1j * (phi - other)))))


@pytest.mark.parametrize("near", [energy_near, energy_near.py_func], ids=["compiled", "python"])
def test_energy_near_directions_is_that_of_the_readable_twin(near: Callable[..., None]) -> None:
    rng = np.random.default_rng(1)
    offsets, _, eta, phi = directions(rng, [3, 0, 5, 2])
    hit_offsets, energy, hit_eta, hit_phi = directions(rng, [30, 10, 0, 40])
    out = np.full(10, np.nan)
    near(offsets, eta, phi, hit_offsets, (energy, hit_eta, hit_phi), 0.4, out)
    expected = []
    for event in range(4):
        hits = range(hit_offsets[event], hit_offsets[event + 1])
        for i in range(offsets[event], offsets[event + 1]):
            close = [j for j in hits if np.hypot(hit_eta[j] - eta[i], distance_by_hand(hit_phi[j], phi[i])) < 0.4]
            expected.append(sum(energy[j] for j in close))
    assert out == pytest.approx(np.array(expected))
    assert np.count_nonzero(expected) >= 4


@pytest.mark.parametrize("match", [match_tracks, match_tracks.py_func], ids=["compiled", "python"])
def test_matched_tracks_are_those_of_the_readable_twin(match: Callable[..., None]) -> None:
    rng = np.random.default_rng(2)
    offsets, energy, eta, phi = directions(rng, [6, 0, 8, 5] * 5)
    track_offsets, momentum, track_eta, track_phi = directions(rng, [25, 10, 30, 0] * 5)
    track_eta[rng.random(track_eta.size) < 0.2] = np.nan
    out = np.full(energy.size, 99, np.int32)
    track = momentum, track_eta, track_phi
    match(offsets, (energy, eta, phi), track_offsets, track, 0.3, 0.5, (0.5, 3.0), out)
    expected = []
    for event in range(20):
        free = set(range(track_offsets[event], track_offsets[event + 1]))
        for i in range(offsets[event], offsets[event + 1]):
            distances = {
                j: (a**2 + b**2, j)
                for j in free
                if (a := abs(track_eta[j] - eta[i]) / 0.3) < 1
                and (b := distance_by_hand(track_phi[j], phi[i]) / 0.5) < 1
                and 0.5 <= energy[i] / momentum[j] <= 3.0
            }
            best = min(distances, key=distances.__getitem__, default=None)
            free -= {best}
            expected.append(-1 if best is None else best - track_offsets[event])
    assert out.tolist() == expected
    assert 20 < np.count_nonzero(out >= 0) < out.size
