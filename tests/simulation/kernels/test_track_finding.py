"""Tracks have the stated efficiencies and errors, and are given where they are closest to the beam."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.geometry.helix import CURVATURE
from simulation.kernels import track_finding
from simulation.kernels.track_finding import NUMBERS, dxy_error, dz_error, efficiency, find_tracks, relative_pt_error
from simulation.random_numbers import mixed

Floats = NDArray[np.float64]

N = 4000
DIRECTIONS = np.random.default_rng(1).uniform(-np.pi, np.pi, 2 * N)
"""Azimuths of the particles, rad."""


class Found(NamedTuple):
    """Tracks of events with one particle each, as columns (n,), with the events they are of."""

    event: NDArray[np.int64]
    numbers: NDArray[np.float32]
    charge: NDArray[np.int8]

    @property
    def place(self) -> Floats:
        return self.numbers[0:3].astype(np.float64)

    @property
    def momentum(self) -> Floats:
        return self.numbers[3:6].astype(np.float64)

    @property
    def pt(self) -> Floats:
        return np.asarray(np.hypot(self.momentum[0], self.momentum[1]), np.float64)

    @property
    def dxy(self) -> Floats:
        (x, y, _), (px, py, _) = self.place, self.momentum
        return np.asarray((-x * py + y * px) / self.pt, np.float64)


def found(
    pt: float,
    eta: float,
    *,
    kind: int = 211,
    charge: int = 1,
    start: tuple[float, float, float] = (0.0, 0.0, 0.0),
    layers: int = 14,
    radiated: float = 0.0,
    fakes: float = 0.0,
    n: int = N,
    per_event: int = 1,
    find: Callable[..., None] = find_tracks,
) -> Found:
    phi = DIRECTIONS[:n]
    numbers = np.empty((7, n), np.float32)
    numbers[0], numbers[1], numbers[2] = pt * np.cos(phi), pt * np.sin(phi), pt * math.sinh(eta)
    numbers[3:6], numbers[6] = np.array(start)[:, None], radiated
    kinds = np.array([[kind] * n, [charge] * n], np.int32)
    crossed = np.array([[min(4, layers)] * n, [max(layers - 4, 0)] * n], np.uint8)
    offsets = np.arange(0, n + 1, per_event)
    out_offsets, out, out_charge = (
        np.empty_like(offsets),
        np.empty((NUMBERS, 2 * n), np.float32),
        np.empty(2 * n, np.int8),
    )
    keys = mixed(np.arange(1, offsets.size, dtype=np.uint64))
    with np.errstate(over="ignore"):
        find(offsets, numbers, kinds, crossed, keys, fakes, out_offsets, out, out_charge)
    used = out_offsets[-1]
    event = np.repeat(np.arange(offsets.size - 1), np.diff(out_offsets))
    return Found(event, out[:, :used], out_charge[:used])


@pytest.mark.parametrize(("pt", "eta"), [(0.7, 0.1), (1.0, 2.2), (10.0, -1.0), (90.0, 0.5)])
def test_impact_parameters_and_momenta_have_the_stated_resolutions(pt: float, eta: float) -> None:
    tracks = found(pt, eta)
    tolerance = 4 / math.sqrt(2 * tracks.event.size)
    assert (tracks.dxy / tracks.numbers[8]).std() == pytest.approx(1.0, rel=tolerance)
    assert (tracks.place[2] / tracks.numbers[9]).std() == pytest.approx(1.0, rel=tolerance)
    assert np.mean(tracks.dxy / tracks.numbers[8]) == pytest.approx(0.0, abs=4 / math.sqrt(N))
    ratio = tracks.pt / pt
    assert ratio.std() == pytest.approx(relative_pt_error(pt, eta), rel=tolerance)
    assert ratio.mean() == pytest.approx(1.0, abs=4 * relative_pt_error(pt, eta) / math.sqrt(N))
    assert tracks.numbers[8] == pytest.approx(dxy_error(pt, eta))
    assert tracks.numbers[9] == pytest.approx(dz_error(pt, eta))


def test_tracks_of_few_layers_are_measured_worse() -> None:
    few, many = found(5.0, 0.3, layers=6), found(5.0, 0.3, layers=14)
    assert few.numbers[8][0] / many.numbers[8][0] == pytest.approx(math.sqrt(14 / 6))
    assert few.pt.std() / many.pt.std() == pytest.approx(math.sqrt(14 / 6), rel=0.1)


@pytest.mark.parametrize("charge", [-1, 1])
@pytest.mark.parametrize("start", [(0.0, 0.0, 0.0), (0.5, -0.2, 3.0), (6.0, 8.0, -20.0)])
def test_tracks_are_given_where_they_are_closest_to_the_beam(charge: int, start: tuple[float, float, float]) -> None:
    tracks = found(0.8, 0.7, charge=charge, start=start)
    (x, y, _), (px, py, _) = tracks.place, tracks.momentum
    assert np.abs(x * px + y * py).max() < 2e-6 * max(np.hypot(x, y).max(), 1.0)  # at right angles
    radius = tracks.pt / CURVATURE
    # the circle around its centre comes no closer: the centre is along the line through beam and point
    centre = x + charge * py / tracks.pt * radius, y - charge * px / tracks.pt * radius
    assert np.abs(np.hypot(*centre) - radius) == pytest.approx(np.hypot(x, y), abs=2e-4)


def test_displaced_tracks_lead_back_to_where_they_start() -> None:
    start = (3.0, 4.0, 10.0)
    tracks = found(50.0, 0.5, start=start)
    phi = DIRECTIONS[tracks.event]
    expected = -3.0 * np.sin(phi) + 4.0 * np.cos(phi)
    bend = CURVATURE / 50.0 * (3.0 * np.cos(phi) + 4.0 * np.sin(phi)) ** 2 / 2
    assert np.abs(tracks.dxy - expected).max() < bend.max() + 6 * dxy_error(50.0, 0.5)
    z = 10.0 - math.sinh(0.5) * (3.0 * np.cos(phi) + 4.0 * np.sin(phi))
    assert (tracks.place[2] - z).std() == pytest.approx(dz_error(50.0, 0.5), rel=0.1)


@pytest.mark.parametrize("kernel", [efficiency, efficiency.py_func], ids=["compiled", "python"])
def test_the_efficiency_falls_for_soft_short_displaced_and_radiating_tracks(kernel: Callable[..., float]) -> None:
    best = kernel(5.0, 14, 0.0, 0.0)
    assert best == pytest.approx(0.985)
    worse = [kernel(0.1, 14, 0.0, 0.0), kernel(5.0, 6, 0.0, 0.0), kernel(5.0, 14, 10.0, 0.0), kernel(5.0, 14, 0.0, 0.9)]
    assert all(0 < value < best for value in worse)
    assert kernel(5.0, 2, 0.0, 0.0) == 0.0


@pytest.mark.parametrize(
    ("pt", "layers", "start", "radiated"),
    [(5.0, 14, 0.0, 0.0), (0.15, 14, 0.0, 0.0), (3.0, 6, 10.0, 0.0), (3.0, 4, 0.0, 0.0), (8.0, 14, 0.0, 0.8)],
)
def test_as_many_tracks_are_found_as_the_efficiency_says(pt: float, layers: int, start: float, radiated: float) -> None:
    tracks = found(pt, 0.4, layers=layers, start=(start, 0.0, 0.0), radiated=radiated, kind=11)
    expected = efficiency(pt, layers, start, radiated)
    assert tracks.event.size / N == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / N))


def test_nothing_is_found_beyond_the_tracker_or_with_two_layers() -> None:
    assert found(5.0, 2.51).event.size == 0
    assert found(5.0, -2.6).event.size == 0
    assert found(5.0, 0.0, layers=2).event.size == 0
    assert found(5.0, 0.0, n=0).event.size == 0


@pytest.mark.parametrize("pt", [0.3, 5.0, 100.0])
def test_the_charge_is_never_wrong(pt: float) -> None:
    for charge in (-1, 1):
        assert set(found(pt, 1.5, charge=charge).charge.tolist()) == {charge}


def test_electrons_that_radiated_are_measured_too_soft_and_fit_worse() -> None:
    radiating, quiet = found(20.0, 0.3, kind=11, radiated=0.6), found(20.0, 0.3, kind=11)
    assert radiating.pt.mean() / 20 == pytest.approx(1 - 0.6 / 3, rel=0.02)  # the mean of a squared uniform number
    assert radiating.pt.min() > 20 * 0.3
    assert np.mean(radiating.numbers[6] / radiating.numbers[7]) > 1.2 * np.mean(quiet.numbers[6] / quiet.numbers[7])


def test_chi2_fits_its_degrees_of_freedom() -> None:
    tracks = found(5.0, 0.3)
    assert set(tracks.numbers[7].tolist()) == {23.0}
    assert tracks.numbers[6].mean() == pytest.approx(23, rel=0.03)
    assert tracks.numbers[6].std() == pytest.approx(math.sqrt(46), rel=0.05)


def test_most_tracks_from_the_beam_are_pure_and_few_displaced_or_short_ones() -> None:
    def pure(**how: object) -> float:
        return float(found(5.0, 0.3, **how).numbers[10].mean())  # type: ignore[arg-type]

    assert pure() == pytest.approx(0.98, abs=0.01)
    assert pure(layers=6) == pytest.approx(0.85, abs=0.03)
    assert pure(start=(0.0, 30.0, 0.0)) < 0.7


def test_fakes_come_last_as_often_as_asked_for_and_are_rarely_pure() -> None:
    per_event = 20
    tracks = found(5.0, 0.2, fakes=0.1, n=8000, per_event=per_event)
    counts = np.bincount(tracks.event, minlength=8000 // per_event)
    fake = tracks.numbers[7] == 9
    n_real, n_fake = np.sum(~fake), np.sum(fake)
    assert n_fake / n_real == pytest.approx(0.1, abs=4 * math.sqrt(0.1 / n_real))
    begin = np.concatenate([[0], np.cumsum(counts)])
    for event in range(counts.size):
        mine = fake[begin[event] : begin[event + 1]]
        assert np.array_equal(mine, np.sort(mine))
    assert tracks.numbers[10][fake].mean() < 0.2
    assert np.all(np.abs(np.arcsinh(tracks.momentum[2] / tracks.pt))[fake] < 2.5)
    x, y, _ = tracks.place[:, fake]
    px, py, _ = tracks.momentum[:, fake]
    assert np.abs(x * px + y * py).max() < 1e-5
    assert 0.3 < np.mean(tracks.charge[fake] > 0) < 0.7


def test_there_are_never_more_fakes_than_particles() -> None:
    tracks = found(5.0, 0.2, fakes=50.0, n=100, per_event=5)
    assert np.bincount(tracks.event).max() <= 10


def test_the_tracks_of_an_event_do_not_depend_on_the_events_after_it() -> None:
    whole, without = found(5.0, 0.2, n=10, per_event=5), found(5.0, 0.2, n=5, per_event=5)
    first = whole.event == 0
    assert np.array_equal(whole.numbers[:, first], without.numbers)


def test_plain_python_finds_what_compiled_code_finds() -> None:
    for how in ({"start": (1.0, 2.0, 3.0)}, {"kind": 11, "radiated": 0.4}, {"layers": 5, "charge": -1}):
        one = found(1.3, 0.9, n=60, per_event=6, fakes=0.3, **how)
        other = found(1.3, 0.9, n=60, per_event=6, fakes=0.3, find=find_tracks.py_func, **how)
        assert np.array_equal(one.event, other.event)
        assert np.array_equal(one.charge, other.charge)
        assert np.allclose(one.numbers, other.numbers, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kernel", [relative_pt_error, dxy_error, dz_error])
def test_errors_fall_with_pt_but_for_the_curvature_and_grow_with_eta(kernel: Callable[[float, float], float]) -> None:
    for eta in (0.0, 1.2, 2.4):
        for function in (kernel, kernel.py_func):  # type: ignore[attr-defined]
            assert function(1.0, eta) == function(1.0, -eta) > 0
            assert function(1.0, eta) <= function(1.0, 2.5)
    assert track_finding.dxy_error(1.0, 0.0) == pytest.approx(0.0085, rel=0.01)  # 90 microns at 1 GeV [CMS]
    assert track_finding.dxy_error(100.0, 0.0) == pytest.approx(0.0009, rel=0.02)
    assert track_finding.relative_pt_error(100.0, 0.0) == pytest.approx(0.025, rel=0.01)
