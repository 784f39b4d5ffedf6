"""Crossings become hits with the efficiency and resolution of their layer, as a readable twin says."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.geometry.tracker_ids import BPIX, FPIX, TIB, TOB, unpack_tracker
from dataformats.geometry.tracker_layers import CYLINDERS, DISKS, RINGS
from dataformats.geometry.tracker_modules import PLAIN, cylinder_module, disk_module
from simulation.kernels.tracker_readout import RESOLUTION_ACROSS, RESOLUTION_ALONG, measure_hits, subdet_and_layer
from simulation.random_numbers import mixed, normal, start, uniform

Floats = NDArray[np.float64]

KEYS = mixed(np.arange(1, 5, dtype=np.uint64))
both = pytest.mark.parametrize("measure", [measure_hits, measure_hits.py_func], ids=["compiled", "python"])


def crossings(per_layer: int) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """DetIds and places (3, n) all over the tracker."""
    rng = np.random.default_rng(1)
    ids, places = [], []
    for number, cylinder in enumerate(CYLINDERS):
        for _ in range(per_layer):
            phi, z = rng.uniform(-math.pi, math.pi), rng.uniform(-0.99, 0.99) * cylinder.half_length
            ids.append(cylinder_module(number, phi, z, PLAIN))
            places.append((cylinder.radius * math.cos(phi), cylinder.radius * math.sin(phi), z))
    for number, disk in enumerate(DISKS):
        for side in (-1, 1):
            for _ in range(per_layer):
                phi, radius = rng.uniform(-math.pi, math.pi), rng.uniform(disk.inner + 0.1, disk.outer - 0.1)
                x, y, z = radius * math.cos(phi), radius * math.sin(phi), side * disk.z
                ids.append(disk_module(number, phi, x, y, z, PLAIN))
                places.append((x, y, z))
    return np.array(ids, np.uint32), np.array(places, np.float32).T.copy()


def measured(
    measure: Callable[..., None], ids: NDArray[np.uint32], place: NDArray[np.float32], efficiency: float = 1.0
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """All in four events of about the same size."""
    n = ids.size
    found, out = np.empty(n, np.bool_), np.empty((3, n), np.float32)
    offsets = np.array([0, n // 4, n // 4, 3 * n // 4, n])
    with np.errstate(over="ignore"):
        measure(offsets, ids, place, KEYS, efficiency, found, out)
    return found, out


def by_hand(number: int, key: np.uint64, detid: int, place: Floats, efficiency: float) -> tuple[bool, Floats]:
    """The readable twin, in polar coordinates."""
    state = np.zeros(1, np.uint64)
    start(state, key, number)
    found = uniform(state) < efficiency
    subdet = int(unpack_tracker(detid).subdet)
    x, y, z = (float(value) for value in place)
    radius, phi = math.hypot(x, y), math.atan2(y, x)
    phi += math.atan(RESOLUTION_ACROSS[subdet] * normal(state) / radius)
    if subdet == BPIX:
        z += RESOLUTION_ALONG[subdet] * normal(state)
    elif subdet == FPIX:
        radius += RESOLUTION_ALONG[subdet] * normal(state)
    elif subdet in {TIB, TOB}:
        layer = next(c for c in CYLINDERS if (c.subdet, c.layer) == (subdet, int(unpack_tracker(detid).layer)))
        length = 2 * layer.half_length / layer.along
        z = (math.floor(z / length) + 0.5) * length
    else:
        radius = next((ring.centre for ring in RINGS if radius <= ring.outer), RINGS[-1].centre)
    return found, np.array([radius * math.cos(phi), radius * math.sin(phi), z])


@both
def test_hits_are_measured_as_the_readable_twin_says(measure: Callable[..., None]) -> None:
    ids, place = crossings(8)
    found, out = measured(measure, ids, place, 0.9)
    n = ids.size
    begin = np.array([0, n // 4, n // 4, 3 * n // 4, n])
    for i in range(n):
        event = int(np.searchsorted(begin, i, side="right")) - 1
        seen, expected = by_hand(i - int(begin[event]), KEYS[event], int(ids[i]), place[:, i].astype(np.float64), 0.9)
        assert found[i] == seen
        assert out[:, i] == pytest.approx(expected, abs=2e-4 if abs(expected[2]) > 100 else 5e-5)


@pytest.mark.parametrize("efficiency", [0.0, 0.6, 0.985, 1.0])
def test_as_many_crossings_are_seen_as_the_efficiency_says(efficiency: float) -> None:
    found, _ = measured(measure_hits, *crossings(300), efficiency)
    spread = math.sqrt(efficiency * (1 - efficiency) / found.size)
    assert found.mean() == pytest.approx(efficiency, abs=4 * spread)


def test_hits_of_every_part_have_the_resolution_of_their_part() -> None:
    ids, place = crossings(300)
    _, out = measured(measure_hits, ids, place)
    subdet = unpack_tracker(ids).subdet
    phi, true = (np.arctan2(p[1], p[0]).astype(np.float64) for p in (out, place))
    across = np.angle(np.exp(1j * (phi - true))) * np.hypot(place[0], place[1])
    radius = np.hypot(out[0], out[1]) - np.hypot(place[0], place[1])
    for part in range(1, 7):
        of_part = subdet == part
        assert across[of_part].std() == pytest.approx(RESOLUTION_ACROSS[part], rel=0.1)
    assert (out[2] - place[2])[subdet == BPIX].std() == pytest.approx(RESOLUTION_ALONG[BPIX], rel=0.1)
    assert radius[subdet == FPIX].std() == pytest.approx(RESOLUTION_ALONG[FPIX], rel=0.1)
    assert np.abs(radius[np.isin(subdet, (BPIX, TIB, TOB))]).max() < 1e-4
    on_disks = ~np.isin(subdet, (BPIX, TIB, TOB))
    assert np.array_equal(out[2][on_disks], place[2][on_disks])


def test_strips_know_only_their_middle() -> None:
    ids, place = crossings(300)
    _, out = measured(measure_hits, ids, place)
    subdet = unpack_tracker(ids).subdet
    barrel = np.isin(subdet, (TIB, TOB))
    assert np.unique(np.round(out[2][barrel], 2)).size <= 4 * 12  # as many as modules along the beam
    disks = subdet > BPIX
    disks &= ~barrel & (subdet != FPIX)
    centres = [ring.centre for ring in RINGS]
    assert np.abs(np.hypot(out[0], out[1])[disks][:, None] - centres).min(axis=1).max() < 1e-3


@pytest.mark.parametrize("fields", [subdet_and_layer, subdet_and_layer.py_func], ids=["compiled", "python"])
def test_subdetector_and_layer_are_those_of_the_elementwise_twin(fields: Callable[[int], tuple[int, int]]) -> None:
    ids, _ = crossings(3)
    expected = unpack_tracker(ids)
    assert [fields(detid) for detid in ids] == list(zip(expected.subdet, expected.layer, strict=True))
