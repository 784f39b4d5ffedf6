"""A whole event through the detector: what each particle leaves adds up, and events do not touch one another."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.geometry.detids import ECAL_CELLS
from simulation.kernels import detector
from simulation.kernels.detector import Particles, respond
from simulation.kernels.flight import CHARGED_HADRON, ELECTRON, MUON, NEUTRAL_HADRON, PHOTON
from simulation.kernels.hcal_response import HCAL_CELLS
from simulation.random_numbers import Words, mixed

Floats = NDArray[np.float64]

KINDS = {22: PHOTON, 11: ELECTRON, 13: MUON, 211: CHARGED_HADRON, 130: NEUTRAL_HADRON}
MASSES = {22: 0.0, 11: 0.000511, 13: 0.1057, 211: 0.1396, 130: 0.4976}


class One(NamedTuple):
    """A particle."""

    pdg_id: int
    pt: float
    eta: float
    phi: float = 0.3
    place: tuple[float, float, float] = (0.0, 0.0, 0.0)


class Left(NamedTuple):
    """What events leave: offsets (5, events + 1) and the filled rooms."""

    lost: int
    offsets: NDArray[np.int64]
    ecal: tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]
    hcal: tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]
    pixel: tuple[NDArray[np.uint32], NDArray[np.float32]]
    strip: tuple[NDArray[np.uint32], NDArray[np.float32]]
    tracks: tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.uint8]]

    def dense(self, event: int, calorimeter: str = "ecal") -> Floats:
        """(cells,) energy of an event."""
        number, size = (0, ECAL_CELLS) if calorimeter == "ecal" else (1, HCAL_CELLS)
        place, energy, _ = getattr(self, calorimeter)
        here = slice(self.offsets[number, event], self.offsets[number, event + 1])
        cells = np.zeros(size)
        cells[place[here]] = energy[here]
        return cells


def particles(events: list[list[One]]) -> Particles:
    flat = [one for event in events for one in event]
    columns = {
        "pt": [one.pt for one in flat],
        "eta": [one.eta for one in flat],
        "phi": [one.phi for one in flat],
        "mass": [MASSES[abs(one.pdg_id)] for one in flat],
        **{name: [one.place[i] for one in flat] for i, name in enumerate(("vx", "vy", "vz"))},
        "charge": [math.copysign(abs(one.pdg_id) not in {22, 130}, one.pdg_id) for one in flat],
        "rest": [0.0 for _ in flat],
        "kind": [KINDS[abs(one.pdg_id)] for one in flat],
        "pdg_id": [one.pdg_id for one in flat],
    }
    offsets = np.concatenate([[0], np.cumsum([len(event) for event in events])]).astype(np.int64)
    return Particles(offsets, **{name: np.array(column, np.float64) for name, column in columns.items()})


def left_by(
    events: list[list[One]], keys: Words | None = None, run: Callable[..., int] = respond, room: int = 20_000
) -> Left:
    keys = mixed(np.arange(1, len(events) + 1, dtype=np.uint64)) if keys is None else keys
    ecal, hcal = ((np.empty(room, np.int32), np.empty(room, np.float32), np.empty(room, np.float32)) for _ in range(2))
    pixel, strip = ((np.empty(room, np.uint32), np.empty((room, 3), np.float32)) for _ in range(2))
    tracks = np.empty((room, 7), np.float32), np.empty((room, 2), np.int32), np.empty((room, 2), np.uint8)
    offsets = np.empty((5, len(events) + 1), np.int64)
    with np.errstate(over="ignore"):
        lost = run(particles(events), keys, ecal, hcal, pixel, strip, tracks, offsets)
    rooms = [
        tuple(column[: offsets[i, -1]] for column in part) for i, part in enumerate((ecal, hcal, pixel, strip, tracks))
    ]
    return Left(lost, offsets, *rooms)  # type: ignore[arg-type]


def crowd(seed: int, n: int) -> list[One]:
    rng = np.random.default_rng(seed)
    kinds = rng.choice([22, 22, 11, 13, 211, -211, 130], n).tolist()
    return [
        One(kind, 0.3 + rng.exponential(4), rng.uniform(-3, 3), rng.uniform(-3, 3), (0.01, 0.02, rng.normal(0, 4)))
        for kind in kinds
    ]


def test_particles_of_an_event_leave_what_each_leaves_alone() -> None:
    event = crowd(1, 6)
    key = mixed(np.array([5], np.uint64))
    together = left_by([event], key)
    for calorimeter in ("ecal", "hcal"):
        # a particle draws by its place in the event: nobody is what a particle that goes nowhere leaves
        nobody = One(130, 1.0, 4.9)
        alone = [left_by([[one if i == j else nobody for j, one in enumerate(event)]], key) for i in range(6)]
        total = sum(left.dense(0, calorimeter) for left in alone)
        assert np.allclose(together.dense(0, calorimeter), total, rtol=1e-5, atol=1e-9)
    assert together.pixel[0].size == sum(left.pixel[0].size for left in alone)


def test_events_do_not_depend_on_the_events_before_them() -> None:
    events = [crowd(seed, 30) for seed in range(8)]
    keys = mixed(np.arange(8, dtype=np.uint64))
    whole, later = left_by(events, keys), left_by(events[5:], keys[5:])
    for number, part in enumerate(("ecal", "hcal", "pixel", "strip", "tracks")):
        first = whole.offsets[number, 5]
        assert np.array_equal(whole.offsets[number, 5:] - first, later.offsets[number])
        for one, other in zip(getattr(whole, part), getattr(later, part), strict=True):
            assert np.array_equal(one[first:], other)


def test_cells_come_in_ascending_order_with_energy() -> None:
    left = left_by([crowd(seed, 40) for seed in range(3)])
    for number, part in enumerate((left.ecal, left.hcal)):
        assert part[1].min() > 0
        for event in range(3):
            assert np.all(np.diff(part[0][left.offsets[number, event] : left.offsets[number, event + 1]]) > 0)


def test_a_photon_is_seen_by_the_ecal_alone_a_muon_everywhere_a_pion_behind_it() -> None:
    n = 200
    photons, muons, pions = (left_by([[One(kind, 50.0, 0.4, 0.01 * i)] for i in range(n)]) for kind in (22, 13, 211))
    assert photons.ecal[1].sum() == pytest.approx(50 * math.cosh(0.4) * n, rel=0.02)
    assert photons.hcal[1].sum() < 0.02 * photons.ecal[1].sum()
    assert muons.ecal[1].sum() / n == pytest.approx(0.25, abs=0.06)
    assert muons.hcal[1].sum() / n == pytest.approx(2.1, abs=0.3)
    assert muons.offsets[4, -1] == pions.offsets[4, -1] == n  # each has its track
    assert pions.hcal[1].sum() > pions.ecal[1].sum()
    assert (pions.ecal[1].sum() + pions.hcal[1].sum()) / n == pytest.approx(50 * math.cosh(0.4), rel=0.15)


def test_light_arrives_at_time_zero_in_both_calorimeters() -> None:
    left = left_by([[One(22, 50.0, 0.4)], [One(130, 500.0, -1.9)]])
    assert np.abs(left.ecal[2]).max() < 1e-6
    assert np.abs(left.hcal[2]).max() < 1e-2


def test_slow_particles_and_what_decays_on_its_way_arrive_late() -> None:
    slow = left_by([[One(130, 1.0, 0.0, i * 0.1) for i in range(40)]])
    expected = 129.4 / 29.9792458 * (math.hypot(1.0, 0.4976) - 1)
    assert slow.hcal[2] == pytest.approx(expected, rel=1e-5)
    straight = left_by([[One(22, 20.0, 0.0, 0.0, (60.0, 0.0, 0.0))]])
    assert np.abs(straight.ecal[2]).max() < 1e-6  # as if it came all the way
    aside = left_by([[One(22, 20.0, 0.0, math.pi / 2, (60.0, 0.0, 0.0))]])
    path = 60.0 + math.sqrt(129.4**2 - 60**2)
    assert aside.ecal[2] == pytest.approx((path - 129.4) / 29.9792458, rel=1e-4)


def test_what_is_born_behind_the_ecal_is_seen_by_the_hcal_alone() -> None:
    left = left_by([[One(211, 20.0, 0.1, 0.2, (140.0, 0.0, 10.0))], [One(211, 20.0, 0.1, 0.2, (400.0, 0.0, 10.0))]])
    assert left.ecal[0].size == left.tracks[0].shape[0] == 0
    assert left.dense(0, "hcal").sum() > 1
    assert left.dense(1, "hcal").sum() == 0


def test_events_without_particles_and_particles_along_the_beam_leave_nothing() -> None:
    left = left_by([[], [One(22, 1.0, 4.5), One(211, 1.0, -4.9), One(130, 2.0, 3.2)], []])
    assert left.offsets[:, -1].tolist() == [0, 0, 0, 0, 0]
    assert left_by([]).offsets.tolist() == [[0]] * 5


def test_what_finds_no_room_is_counted() -> None:
    events = [crowd(seed, 60) for seed in range(2)]
    assert left_by(events).lost == 0
    assert left_by(events, room=30).lost > 0


def test_plain_python_responds_as_compiled_code_does() -> None:
    events = [crowd(3, 12), []]
    one, other = left_by(events), left_by(events, run=respond.py_func)
    assert one.lost == other.lost == 0
    assert np.array_equal(one.offsets, other.offsets)
    for part in ("ecal", "hcal", "pixel", "strip", "tracks"):
        for left, right in zip(getattr(one, part), getattr(other, part), strict=True):
            assert np.allclose(left, right, rtol=1e-5, atol=1e-5)


def test_collecting_cells_empties_them_and_counts_those_without_room() -> None:
    for collect in (detector._collect, detector._collect.py_func):
        energy, weighted = np.array([0.0, 2.0, 0.0, 1.0, 4.0]), np.array([0.0, 6.0, 0.0, -1.0, 2.0])
        room = np.empty(3, np.int32), np.empty(3, np.float32), np.empty(3, np.float32)
        assert collect(energy, weighted, room, 1) == (3, 1)
        assert room[0][1:].tolist() == [1, 3]
        assert room[1][1:].tolist() == [2.0, 1.0]
        assert room[2][1:].tolist() == [3.0, -1.0]
        assert not energy.any()
        assert not weighted.any()
