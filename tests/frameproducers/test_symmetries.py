"""What must hold for any event: energy is conserved, pictures turn with the event, parts add up to the whole."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dataformats.candidates import Jets, PFCandidates
from dataformats.frames import SparseFrames
from dataformats.geometry.detids import EE_EXISTS, pack_eb, pack_ee, pack_hcal
from dataformats.geometry.tracker_ids import pack_bpix
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.trackerhits import TrackerRecHits
from dataformats.tracks import Tracks, Vertices
from frameproducers.det_frames import DetFrameProducer
from frameproducers.entries import Inputs
from frameproducers.layers import BASE_LAYERS, LAYERS

MakeInputs = Callable[[int, int], Inputs]
Floats = NDArray[np.float64]
TURN = 20
"""Degrees of a barrel supermodule, after which crystals repeat themselves."""
energies = st.floats(2.0**-10, 5000.0, width=32)


def frames(inputs: Inputs, *layers: str) -> SparseFrames:
    return DetFrameProducer(layers=layers).produce(inputs)


def empty(n_events: int) -> Inputs:
    columns = {name: np.empty(0, leaf.dtype) for name, leaf in PFCandidates.leaves.items()}
    return Inputs(
        EBRecHits.empty(n_events),
        EERecHits.empty(n_events),
        HBHERecHits.empty(n_events),
        Tracks.empty(n_events),
        Vertices.empty(n_events),
        TrackerRecHits.empty(n_events),
        TrackerRecHits.empty(n_events),
        TrackerRecHits.empty(n_events),
        PFCandidates(np.zeros(n_events + 1, np.int64), **columns),
        Jets.empty(n_events),
    )


def one_event(cls: Any, detids: list[int], values: list[float]) -> Any:
    return cls.from_lists(detid=[detids], energy=[values], time=[[1.0] * len(values)])


def with_energy(random_inputs: MakeInputs, seed: int) -> tuple[Inputs, list[float]]:
    """Events, and the energy above zero of EB, EE, HBHE and HBHE beyond |ieta| 17."""
    inputs = random_inputs(seed, 9)
    sums = [
        float(np.maximum(hits.flat("energy"), 0).sum(dtype=np.float64))
        for hits in (inputs.eb_hits, inputs.ee_hits, inputs.hbhe_hits)
    ]
    return inputs, sums


def total(made: SparseFrames, *names: str) -> float:
    return float(sum(made.dense(name).sum(dtype=np.float64) for name in names))


def test_every_picture_of_a_calorimeter_conserves_its_energy(random_inputs: MakeInputs) -> None:
    inputs, (eb, ee, hbhe) = with_energy(random_inputs, 51)
    made = frames(
        inputs, "EBEnergy", "EEmEnergy", "EEpEnergy", "ECALatHCAL", "HCAL", "HBHE_EB", "HCALatEEm", "HCALatEEp"
    )
    assert total(made, "EBEnergy") == pytest.approx(eb, rel=1e-6)
    assert total(made, "EEmEnergy", "EEpEnergy") == pytest.approx(ee, rel=1e-6)
    assert total(made, "ECALatHCAL") == pytest.approx(eb + ee, rel=1e-6)
    assert total(made, "HCAL") == pytest.approx(hbhe, rel=1e-6)
    assert total(made, "HBHE_EB", "HCALatEEm", "HCALatEEp") == pytest.approx(hbhe, rel=1e-6)


def test_the_barrel_pictures_are_the_middle_of_the_stitched_ones(random_inputs: MakeInputs) -> None:
    made = frames(random_inputs(52, 9), "ECAL", "EBEnergy", "HCAL", "HBHE_EB")
    assert np.array_equal(made.dense("EBEnergy"), made.dense("ECAL")[:, 55:225])
    assert np.array_equal(made.dense("HBHE_EB"), made.dense("HCAL")[:, 11:45])


@pytest.mark.parametrize("fineness", [3, 5])
@pytest.mark.parametrize("layer", ["TracksN", "TracksN_none", "BPIX1", "TEC2_noVertex", "EndTracksPt"])
def test_fine_pictures_add_up_to_the_coarse_one(layer: str, fineness: int, random_inputs: MakeInputs) -> None:
    fine = f"{layer}_{fineness}x{fineness}"
    made = frames(random_inputs(53, 6), layer, fine)
    parts = made.dense(fine).reshape(6, 280, fineness, 360, fineness).sum(axis=(2, 4), dtype=np.float64)
    assert np.allclose(parts, made.dense(layer), rtol=1e-6)
    assert parts.any()


@settings(deadline=None, max_examples=40)
@given(
    ieta=st.integers(1, 85),
    side=st.sampled_from([-1, 1]),
    iphi=st.integers(1, 360),
    turn=st.integers(0, 71),
    energy=energies,
)
def test_barrel_hits_turn_and_mirror_with_the_event(ieta: int, side: int, iphi: int, turn: int, energy: float) -> None:
    def pictures(ieta: int, iphi: int) -> SparseFrames:
        hits = one_event(EBRecHits, [int(pack_eb(ieta, iphi))], [energy])
        return frames(replace(empty(1), eb_hits=hits), "ECAL", "EBEnergy", "EBTime")

    here = pictures(side * ieta, iphi)
    turned = pictures(side * ieta, (iphi - 1 + 5 * turn) % 360 + 1)
    mirrored = pictures(-side * ieta, iphi)
    for name in here.names:
        assert np.array_equal(turned.dense(name), np.roll(here.dense(name), 5 * turn, axis=2))
        assert np.array_equal(mirrored.dense(name), here.dense(name)[:, ::-1])


@settings(deadline=None, max_examples=40)
@given(
    ieta=st.integers(1, 29),
    side=st.sampled_from([-1, 1]),
    tower=st.integers(0, 35),
    turn=st.integers(0, 35),
    energy=energies,
)
def test_towers_turn_and_mirror_with_the_event(ieta: int, side: int, tower: int, turn: int, energy: float) -> None:
    def pictures(ieta: int, iphi: int) -> SparseFrames:
        hits = one_event(HBHERecHits, [int(pack_hcal(1 if abs(ieta) <= 16 else 2, ieta, iphi, 1))], [energy])
        return frames(replace(empty(1), hbhe_hits=hits), "HCAL", "HBHE_EB", "HCALatEEm", "HCALatEEp")

    here = pictures(side * ieta, 2 * tower + 1)
    turned = pictures(side * ieta, (2 * tower + 2 * turn) % 72 + 1)
    mirrored = pictures(-side * ieta, 2 * tower + 1)
    for name in ("HCAL", "HBHE_EB"):
        assert np.array_equal(turned.dense(name), np.roll(here.dense(name), 2 * turn, axis=2))
        assert np.array_equal(mirrored.dense(name), here.dense(name)[:, ::-1])
    assert np.array_equal(mirrored.dense("HCALatEEm"), here.dense("HCALatEEp"))
    assert total(here, "HBHE_EB", "HCALatEEm", "HCALatEEp") == pytest.approx(energy, rel=1e-5)


@settings(deadline=None, max_examples=40)
@given(place=st.integers(0, int(EE_EXISTS.sum()) - 1), side=st.sampled_from([-1, 1]), energy=energies)
def test_endcap_hits_mirror_with_the_event(place: int, side: int, energy: float) -> None:
    iy, ix = (int(index[place]) + 1 for index in np.nonzero(EE_EXISTS))

    def pictures(side: int) -> SparseFrames:
        hits = one_event(EERecHits, [int(pack_ee(ix, iy, side))], [energy])
        return frames(replace(empty(1), ee_hits=hits), "ECAL", "ECALatHCAL", "EEmEnergy", "EEpEnergy")

    here, mirrored = pictures(side), pictures(-side)
    for name in ("ECAL", "ECALatHCAL"):
        assert np.array_equal(mirrored.dense(name), here.dense(name)[:, ::-1])
    assert np.array_equal(mirrored.dense("EEmEnergy"), here.dense("EEpEnergy"))
    assert here.dense("EEmEnergy" if side < 0 else "EEpEnergy")[0, iy - 1, ix - 1] == np.float32(energy)


def turned_by(degrees: float, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return x * cosine - y * sine, x * sine + y * cosine


def turned_event(inputs: Inputs, degrees: float) -> Inputs:
    """The same event turned around the beam: tracks, vertices and hits of the pixel detector."""
    found: dict[str, Any] = {}
    for product, pairs in (
        ("tracks", (("vx", "vy"), ("px", "py"))),
        ("vertices", (("x", "y"),)),
        ("pixel_hits", (("x", "y"),)),
    ):
        collection = getattr(inputs, product)
        columns = dict(collection.columns)
        for a, b in pairs:
            columns[a], columns[b] = turned_by(degrees, *(columns[name].astype(np.float64) for name in (a, b)))
        found[product] = type(collection)(collection.offsets, **columns)
    return replace(inputs, **found)


@pytest.mark.parametrize("turn", [1, 5, 17])
def test_tracks_and_hits_turn_with_the_event(turn: int, random_inputs: MakeInputs) -> None:
    inputs = random_inputs(54, 12)
    names = ("TracksN", "TracksN_none", "TracksN_atHCAL", "TracksN_3x3", "BPIX1", "BPIX4_noVertex")
    here, there = frames(inputs, *names), frames(turned_event(inputs, TURN * turn), *names)
    for name in names:
        wide = TURN * turn * LAYERS[name].grid.fineness
        one, other = np.roll(here.dense(name), wide, axis=2), there.dense(name)
        # rounding of turned coordinates may move what lies on an edge, and endcap crystals repeat every 90 degrees only
        assert np.abs(one - other).sum() <= 0.02 * one.sum(), name
        assert one.sum() > 50


def test_empty_events_have_empty_layers() -> None:
    for n_events in (0, 1, 3):
        for first in range(0, len(BASE_LAYERS), 30):
            names = BASE_LAYERS[first : first + 30]
            made = frames(empty(n_events), *names, *(f"{name}_3x3" for name in names if f"{name}_3x3" in LAYERS))
            assert made.offsets.tolist() == [0] * (n_events + 1)


def test_one_hit_is_one_count_where_the_vertex_sees_it() -> None:
    detid = int(pack_bpix(1, 2, 3, 4))
    hits = TrackerRecHits.from_lists(detid=[[detid]], x=[[5.0]], y=[[0.0]], z=[[3.0]])
    vertices = Vertices.from_lists(x=[[0.0]], y=[[0.0]], z=[[3.0]])
    made = frames(replace(empty(1), pixel_hits=hits, vertices=vertices), "BPIX1", "BPIX2", "BPIX2_noVertex")
    assert made.dense("BPIX1").sum() == 0
    assert np.argwhere(made.dense("BPIX2")[0]).tolist() in ([[139, 9]], [[139, 10]], [[140, 9]], [[140, 10]])
    seen = 140 + np.arcsinh(3.0 / 5.0) / 0.0174
    assert np.argwhere(made.dense("BPIX2_noVertex")[0])[0, 0] == pytest.approx(seen, abs=1.5)


def test_a_hundred_thousand_hits_in_one_event_are_all_counted() -> None:
    rng = np.random.default_rng(1)
    size = 100_000
    place = {name: rng.normal(0, width, size).astype(np.float32) for name, width in (("x", 5), ("y", 5), ("z", 5))}
    detid = np.full(size, pack_bpix(1, 3, 3, 4), np.uint32)
    hits = TrackerRecHits(np.array([0, size]), detid=detid, **place)
    ids = np.full(1_000_000, pack_eb(5, 7), np.uint32)
    energy = np.full(1_000_000, 10.0, np.float32)
    ecal = EBRecHits(np.array([0, energy.size]), detid=ids, energy=energy, time=np.zeros(energy.size, np.float32))
    made = frames(replace(empty(1), pixel_hits=hits, eb_hits=ecal), "BPIX3_noVertex", "EBEnergy", "ECAL")
    eta = np.arcsinh(place["z"] / np.hypot(place["x"], place["y"]))
    assert made.dense("BPIX3_noVertex").sum() == pytest.approx(np.count_nonzero(np.abs(eta) < 3), rel=2e-3)
    assert total(made, "EBEnergy") == total(made, "ECAL") == pytest.approx(1e7, rel=1e-6)


def test_what_can_be_no_cell_is_drawn_nowhere() -> None:
    """Products refuse such hits; kernels that meet them all the same must not index with them."""
    ids = np.random.default_rng(3).integers(0, 2**32, 20_000, dtype=np.uint32)
    offsets = np.array([0, 7_000, 20_000])
    energy = np.resize(np.array([np.nan, np.inf, -1.0, 0.0, 3.0], np.float32), ids.size)
    hits = {"detid": ids, "energy": energy, "time": energy}
    place = {name: np.roll(energy, shift) for shift, name in enumerate("xyz")}
    inputs = replace(
        empty(2),
        eb_hits=EBRecHits.restored(offsets, hits, {}),
        ee_hits=EERecHits.restored(offsets, hits, {}),
        hbhe_hits=HBHERecHits.restored(offsets, hits, {}),
        pixel_hits=TrackerRecHits.restored(offsets, {"detid": ids | np.uint32(1 << 28), **place}, {}),
    )
    layers = ("ECAL", "EBTime", "EEpEnergy", "HCAL", "HBHE_EB", "ECALatHCAL", "HCALatEEm", "BPIX1", "FPIX2_5x5")
    made = frames(inputs, *layers)
    checked = SparseFrames(made.layers, made.offsets, **made.columns)
    assert checked.names == layers


def test_layers_do_not_depend_on_how_events_are_cut(random_inputs: MakeInputs) -> None:
    inputs = random_inputs(55, 10)
    names = (*BASE_LAYERS, "BPIX2_5x5", "TracksN_fromPV", "EndTracksPt_PV_EB", "TracksIP3D_fixIP")
    whole = frames(inputs, *names)
    parts = [frames(inputs.take(slice(first, first + 3)), *names) for first in (0, 3, 6, 9)]
    together = SparseFrames.concatenate(parts)
    assert np.array_equal(together.offsets, whole.offsets)
    for column in ("channel", "cell", "value"):
        assert np.array_equal(together.flat(column), whole.flat(column), equal_nan=column == "value")
    chosen = np.array([1, 2, 9])
    some, same = frames(inputs.take(chosen), *names), whole.take(chosen)
    assert all(np.array_equal(some.flat(column), same.flat(column)) for column in ("channel", "cell"))
