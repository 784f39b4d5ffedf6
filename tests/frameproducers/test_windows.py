"""Seeds and windows agree with the straightforward way: fill the picture of the whole detector, then crop it."""

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from dataformats.candidates import Jets
from dataformats.collection import Collection
from dataformats.frames import Seeds, SeedStatus
from dataformats.geometry.detids import unpack_hcal
from dataformats.geometry.ecal import IN_EB, find_crystals
from dataformats.geometry.hcal import find_towers
from dataformats.geometry.picture import hbhe_pixel
from dataformats.rechits import HBHERecHits
from frameproducers.entries import Inputs, layer_entries
from frameproducers.event_frames import EventFrameProducer
from frameproducers.jet_frames import JetFrameProducer, JetFrameProducts
from frameproducers.layers import LAYERS

Read = Callable[..., Any]
MakeInputs = Callable[[int, int], Inputs]
Pictures = NDArray[np.float32]
Ints = NDArray[np.int64]
CHANNELS = ("HCAL", "ECAL")
INPUTS = ("eb_hits", "ee_hits", "hbhe_hits", "tracks", "vertices", "pixel_hits")
SEEDED = {"min_jet_pt": 20.0, "max_jet_eta": 2.5}


class Events(NamedTuple):
    """Events and jets in them."""

    inputs: Inputs
    jets: Jets


def windows_of(events: Events, **parameters: Any) -> JetFrameProducts:
    parameters = SEEDED | {"channels": CHANNELS} | parameters
    return JetFrameProducer(**parameters).produce(events.jets, events.inputs)


@pytest.fixture(scope="module")
def events(random_inputs: MakeInputs, simulated_inputs: Inputs, simulated_collection: Read) -> Events:
    """The packaged sample and random events, with their own jets and so many random ones that there are 10 000."""
    random = random_inputs(77, 64)
    parts = {name: [getattr(simulated_inputs, name), getattr(random, name)] for name in INPUTS}
    inputs = Inputs(**{name: one[0].concatenate(one) for name, one in parts.items()})
    n_simulated, n_events = len(simulated_inputs.eb_hits), len(inputs.eb_hits)
    found = [simulated_collection(Jets, label) for label in ("ak4PFJetsCHS", "ak8PFJetsCHS")]
    rng = np.random.default_rng(78)
    size = 10_000 - sum(int(jets.offsets[-1]) for jets in found)
    event = np.concatenate([*(event_of(jets) for jets in found), rng.integers(0, n_events, size)])
    eta = np.where(rng.random(size) < 0.4, rng.uniform(1.2, 1.6, size) * rng.choice([-1, 1], size), 0.0)
    eta = np.where(eta == 0.0, rng.uniform(-3.1, 3.1, size), eta)
    phi = np.where(
        rng.random(size) < 0.1, rng.choice([-np.pi, np.pi, 0.0, -np.pi / 18]), rng.uniform(-np.pi, np.pi, size)
    )
    random_jets = {"pt": rng.uniform(10, 500, size), "eta": eta, "phi": phi, "mass": np.zeros(size)}
    order = np.argsort(event, kind="stable")
    columns = {
        name: np.concatenate([*(jets.flat(name) for jets in found), column])[order]
        for name, column in random_jets.items()
    }
    offsets = np.concatenate([[0], np.cumsum(np.bincount(event, minlength=n_events))])
    assert n_simulated > 30
    return Events(inputs, Jets(offsets, **columns))


def event_of(objects: Collection) -> Ints:
    event: Ints = np.repeat(np.arange(len(objects)), objects.counts)
    return event


def hottest_towers(jets: Jets, hits: HBHERecHits) -> tuple[Ints, Ints]:
    """The readable twin: (ieta, iphi) of the hottest depth-1 tower of 7 x 7, 0 where the jet meets no tower."""
    grid = np.full((len(hits), 63 + 2, 72), -np.inf, np.float32)  # ieta -32..32, so that 7 x 7 never leaves it
    _, ieta, iphi, depth = unpack_hcal(hits.flat("detid"))
    first = depth == 1
    grid[event_of(hits)[first], ieta[first] + 32, iphi[first] - 1] = hits.flat("energy")[first]
    start_ieta, start_iphi = find_towers(jets.flat("eta"), jets.flat("phi"))
    start = grid[event_of(jets), start_ieta + 32, start_iphi - 1]
    grid[:, np.abs(np.arange(-32, 33)) > 28] = grid[:, 32] = -np.inf
    near_ieta = (start_ieta[:, None] + np.repeat(np.arange(-3, 4), 7)).clip(-32, 32)
    near_iphi = (start_iphi[:, None] - 1 + np.tile(np.arange(-3, 4), 7)) % 72
    near = grid[event_of(jets)[:, None], near_ieta + 32, near_iphi]
    best = np.argmax(np.column_stack([np.where(np.isfinite(start), start, 0.0), near]), axis=1)
    rows = np.arange(best.size)
    chosen_ieta = np.column_stack([start_ieta, near_ieta])[rows, best]
    chosen_iphi = np.column_stack([start_iphi, near_iphi + 1])[rows, best]
    return np.where(start_ieta == 0, 0, chosen_ieta), chosen_iphi


def expected_seeds(jets: Jets, hits: HBHERecHits) -> NDArray[np.int64]:
    """The readable twin: (jets, 3) row, column and status."""
    ieta, iphi = hottest_towers(jets, hits)
    row, column, _ = hbhe_pixel(ieta, iphi)
    conditions = [jets.flat("pt") < 20.0, np.abs(jets.flat("eta")) > 2.5, ieta == 0, np.abs(ieta) > 16]
    reasons = [SeedStatus.BELOW_PT, SeedStatus.OUTSIDE_ETA, SeedStatus.NO_HCAL_CELL, SeedStatus.NEAR_EDGE]
    status = np.select(conditions, reasons, SeedStatus.OK)
    return np.where(
        (status == SeedStatus.OK)[:, None],
        np.column_stack([5 * row + 2, 5 * column + 2, status]),
        [0, 0, 1] * status[:, None],
    )


def seeds_as_array(seeds: Seeds) -> NDArray[np.int64]:
    return np.column_stack([seeds.flat(name).astype(np.int64) for name in ("row", "column", "status")])


def whole_pictures(inputs: Inputs, names: tuple[str, ...], granularity: int = 1, *, tiled: bool = False) -> Pictures:
    """The readable twin of full pictures: (events, channels, 280 g, 360 g), every cell cut into equal pixels."""
    entries = layer_entries(names, inputs)
    out = np.zeros((len(inputs.eb_hits), len(names), 280 * granularity, 360 * granularity), np.float32)
    for number, name in enumerate(names):
        layer, (offsets, cell, value) = LAYERS[name].layer, entries[name]
        cut = 280 * granularity // layer.rows
        cells = np.zeros((len(offsets) - 1, layer.rows * layer.columns), np.float32)
        cells[np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)), cell] = value
        whole = LAYERS[name].fill in {"mean", "leading"} or (name == "HCAL" and tiled)
        parts = np.float32(1 if whole else cut * cut)
        out[:, number] = (cells / parts).reshape(-1, layer.rows, layer.columns).repeat(cut, axis=1).repeat(cut, axis=2)
    return out


def crops(whole: Pictures, event: Ints, top: Ints, left: Ints, shape: tuple[int, int]) -> Pictures:
    """The readable twin of windows: rows beyond the picture are zero, columns wrap."""
    height, width = shape
    padded = np.pad(whole, ((0, 0), (0, 0), (height, height), (0, 0)))
    padded = np.concatenate([padded, padded[..., : width - 1]], axis=-1)
    cut: Pictures = sliding_window_view(padded, shape, axis=(2, 3))[event, :, top + height, left]
    return cut


def test_10_000_jets_have_the_seeds_and_windows_of_the_straightforward_way(events: Events) -> None:
    expected = assert_seeds_and_windows_agree(events)
    assert expected.shape == (10_000, 3)
    assert set(expected[:, 2].tolist()) == set(SeedStatus) - {SeedStatus.NO_HCAL_CELL, SeedStatus.NO_CRYSTAL}
    good = expected[expected[:, 2] == SeedStatus.OK]
    assert len(good) > 4000
    assert {62, 217} <= set(good[:, 0].tolist())  # |ieta| 16, whose windows touch the edge of the picture
    assert set(range(2, 360, 5)) == set(good[:, 1].tolist())  # all columns, so windows wrap either way


def test_real_jets_have_the_seeds_and_windows_of_the_straightforward_way(real_inputs: Inputs, real_jets: Jets) -> None:
    expected = assert_seeds_and_windows_agree(Events(real_inputs, real_jets))
    assert np.count_nonzero(expected[:, 2] == SeedStatus.OK) > 100


def assert_seeds_and_windows_agree(events: Events) -> NDArray[np.int64]:
    """Compare all jets, ten events at a time; returns the expected seeds."""
    expected = expected_seeds(events.jets, events.inputs.hbhe_hits)
    whole = whole_pictures(events.inputs, CHANNELS)
    n_events = len(events.jets)
    for first in range(0, n_events, 10):
        some = slice(first, min(first + 10, n_events))
        jets = slice(events.jets.offsets[some.start], events.jets.offsets[some.stop])
        seeds, frames = windows_of(Events(events.inputs.take(some), events.jets.take(some)))
        assert np.array_equal(seeds_as_array(seeds), expected[jets])
        seeded = expected[jets, 2] == SeedStatus.OK
        row, column = expected[jets, 0][seeded], expected[jets, 1][seeded]
        event = event_of(events.jets)[jets][seeded] - first
        assert np.array_equal(frames.pixels, crops(whole[some], event, row - 62, (column - 62) % 360, (125, 125)))
    return expected


@pytest.mark.parametrize(
    ("height", "width", "granularity", "upsampling"),
    [
        (125, 125, 1, "tile"),
        (32, 32, 1, "share"),
        (281, 360, 1, "share"),
        (375, 375, 3, "share"),
        (64, 1080, 3, "tile"),
    ],
)
def test_windows_of_any_size_and_pixel_are_crops(
    events: Events, height: int, width: int, granularity: int, upsampling: str
) -> None:
    some = events_with_jets(events, 3, 12)
    names: tuple[str, ...] = ("HCAL", "TracksPt", "ECAL", "TracksD0", "BPIX1", "TracksPt_max")
    names += ("TracksPt_3x3", "BPIX2_3x3") if granularity == 3 else ("TracksQPt_PV",)
    seeds, frames = windows_of(
        some,
        channels=names,
        height=height,
        width=width,
        granularity=granularity,
        hcal_upsampling=upsampling,
        border="pad",
    )
    seeded = seeds.flat("status") == SeedStatus.OK
    assert np.count_nonzero(seeded) > 15
    middle = granularity // 2
    top = seeds.flat("row")[seeded].astype(np.int64) * granularity + middle - (height - 1) // 2
    left = seeds.flat("column")[seeded].astype(np.int64) * granularity + middle - (width - 1) // 2
    whole = whole_pictures(some.inputs, names, granularity, tiled=upsampling == "tile")
    event = event_of(some.jets)[seeded]
    expected = crops(whole, event, top, left % (360 * granularity), (height, width))
    assert np.array_equal(frames.pixels, expected)
    assert frames.pixels.any(axis=(0, 2, 3)).all()


def events_with_jets(events: Events, first: int, n_jets: int) -> Events:
    """Two simulated and two random events with a few jets each."""
    chosen = np.array([first, first + 1, 40, 41])
    jets = events.jets.take(chosen)
    few = np.concatenate([np.arange(start, start + n_jets) for start in jets.offsets[:-1]])
    columns = {name: column[few] for name, column in jets.columns.items()}
    return Events(events.inputs.take(chosen), Jets(np.arange(5) * n_jets, **columns))


def test_the_middle_pixel_at_three_pixels_per_crystal_is_that_of_the_top_paper(events: Events) -> None:
    seeds, frames = windows_of(events_with_jets(events, 0, 20), channels=("HCAL",), granularity=3, height=1, width=1)
    row, column = (seeds.flat(name)[seeds.flat("status") == SeedStatus.OK] for name in ("row", "column"))
    tower_row, tower_column = row // 5, column // 5
    assert np.array_equal(3 * row + 1, (5 * tower_row + 2) * 3 + 1)
    assert np.array_equal(3 * column + 1, (5 * tower_column + 2) * 3 + 1)
    assert np.array_equal(frames.row, row)  # seeds and windows count crystals, whatever the pixels


@pytest.mark.parametrize("granularity", [1, 3])
def test_energy_is_conserved_at_any_granularity(simulated_inputs: Inputs, granularity: int) -> None:
    some = simulated_inputs.take(slice(0, 4))
    producer = EventFrameProducer(channels=("HCAL", "ECAL"), granularity=granularity)
    frames = producer.produce(some).frames
    sums = frames.pixels.sum(axis=(2, 3), dtype=np.float64)
    for number, name in enumerate(("HCAL", "ECAL")):
        offsets, _, value = layer_entries([name], some)[name]
        expected = [value[a:b].sum(dtype=np.float64) for a, b in itertools.pairwise(offsets)]
        assert sums[:, number] == pytest.approx(expected, rel=1e-6)


def test_whole_events_are_one_window_each(simulated_inputs: Inputs) -> None:
    some = simulated_inputs.take(slice(2, 5))
    producer = EventFrameProducer(channels=("TracksPt", "ECAL", "HCAL"))
    seeds, frames = producer.produce(some)
    assert seeds_as_array(seeds).tolist() == [[139, 179, SeedStatus.OK]] * 3
    assert frames.offsets.tolist() == [0, 1, 2, 3]
    assert frames.owner.tolist() == [0, 0, 0]
    assert np.array_equal(frames.pixels, whole_pictures(some, ("TracksPt", "ECAL", "HCAL")))
    assert frames.description == producer.describe()["frames"]
    assert producer.needed_products() >= {"tracks", "eb_hits", "hbhe_hits"}
    assert EventFrameProducer(granularity=3).describe()["frames"]["window"] == [840, 1080]


def test_hits_of_no_cell_change_neither_seeds_nor_windows(events: Events) -> None:
    some = events_with_jets(events, 4, 30)
    rng = np.random.default_rng(9)
    noisy = {name: with_strange_ids(getattr(some.inputs, name), rng) for name in ("eb_hits", "ee_hits", "hbhe_hits")}
    clean, strange = windows_of(some), windows_of(Events(dataclasses.replace(some.inputs, **noisy), some.jets))
    assert np.array_equal(seeds_as_array(clean.seeds), seeds_as_array(strange.seeds))
    assert np.array_equal(clean.frames.pixels, strange.frames.pixels)


def with_strange_ids(hits: Any, rng: np.random.Generator) -> Any:
    """The same hits and after them, in every event, 200 with any 32 bits and huge energies that belong to no cell."""
    ids = rng.integers(0, 2**32, 4000, dtype=np.uint32)
    ids = ids[np.array([bool(hits.faults({"detid": ids[i : i + 1]})) for i in range(ids.size)])]
    energy = rng.choice([1e30, np.inf, np.nan, -np.inf], 200)
    parts = [
        {
            "detid": np.append(one.flat("detid"), rng.choice(ids, 200)),
            "energy": np.append(one.flat("energy"), energy).astype(np.float32),
            "time": np.zeros(one.flat("time").size + 200, np.float32),
        }
        for one in (hits.take(slice(event, event + 1)) for event in range(len(hits)))
    ]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return type(hits).restored(hits.offsets + 200 * np.arange(len(hits) + 1), columns, {})


def test_windows_around_the_axis_are_centred_where_the_jet_points(events: Events) -> None:
    chosen = np.arange(0, len(events.jets), 9)
    jets = events.jets.take(chosen)
    some = Events(events.inputs.take(chosen), jets)
    good = (jets.flat("pt") >= 20) & (np.abs(jets.flat("eta")) <= 1.2)
    tower = seeds_as_array(windows_of(some, seed_rule="axisTower", max_jet_eta=1.2, height=1, width=1).seeds)
    row, column, _ = hbhe_pixel(*find_towers(jets.flat("eta"), jets.flat("phi")))
    assert np.array_equal(tower[good, :2], np.column_stack([5 * row + 2, 5 * column + 2])[good])
    crystal = seeds_as_array(windows_of(some, seed_rule="axisCrystal", max_jet_eta=1.2, height=1, width=1).seeds)
    kind, index = find_crystals(jets.flat("eta")[good], jets.flat("phi")[good])
    assert np.all(kind == IN_EB)
    assert np.array_equal(crystal[good, :2], np.column_stack([55 + index // 360, index % 360]))
    beyond = Jets.from_lists(pt=[[50.0]], eta=[[3.1]], phi=[[0.0]], mass=[[0.0]])
    lost = windows_of(Events(events.inputs.take(slice(0, 1)), beyond), seed_rule="axisCrystal", max_jet_eta=5.0)
    assert lost.seeds.flat("status").tolist() == [SeedStatus.NO_CRYSTAL]
