"""Windows are crops of full pictures, and jets without one have none."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dataformats.candidates import Jets
from dataformats.frames import SeedStatus
from dataformats.geometry.detids import pack_eb, pack_hcal
from dataformats.geometry.hcal import tower_direction
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from e2efw.errors import ConfigurationError, ProductNotFoundError
from frameproducers.entries import Inputs
from frameproducers.jet_frames import JetFrameProducer, JetFrameProducts
from frameproducers.pictures import pictures

MakeInputs = Callable[[int, int], Inputs]
MakeJets = Callable[[int, int], Jets]
CALORIMETERS = ("ECAL", "HCAL")


def produce(jets: Jets, inputs: Inputs, **parameters: Any) -> JetFrameProducts:
    return JetFrameProducer(**parameters).produce(jets, inputs)


def same(left: JetFrameProducts, right: JetFrameProducts) -> bool:
    seeds = [np.array_equal(left.seeds.flat(name), right.seeds.flat(name)) for name in ("row", "column", "status")]
    names = ("offsets", "owner", "row", "column", "pixels")
    frames = [np.array_equal(getattr(left.frames, name), getattr(right.frames, name)) for name in names]
    return all(seeds) and all(frames) and np.array_equal(left.seeds.offsets, right.seeds.offsets)


def jets_at(*towers: tuple[int, int]) -> Jets:
    """One event with a jet of 500 GeV at the centre of each tower (ieta, iphi)."""
    eta, phi = tower_direction([a for a, _ in towers], [b for _, b in towers])
    phi = (phi + np.pi) % (2 * np.pi) - np.pi
    return Jets.from_lists(pt=[[500.0] * len(towers)], eta=[eta], phi=[phi], mass=[[0.0] * len(towers)])


def calorimeter_hits(*towers: tuple[int, int], crystals: tuple[tuple[int, int], ...] = ()) -> Inputs:
    """One event with 25 GeV in each tower and 1 GeV in each crystal."""
    detids = [pack_hcal(1, ieta, iphi, 1) for ieta, iphi in towers]
    ids = [pack_eb(*crystal) for crystal in crystals]
    eb = EBRecHits.from_lists(detid=[ids], energy=[[1.0] * len(ids)], time=[[0.0] * len(ids)])
    hbhe = HBHERecHits.from_lists(detid=[detids], energy=[[25.0] * len(detids)], time=[[0.0] * len(detids)])
    return Inputs(eb, EERecHits.empty(1), hbhe)


@pytest.mark.parametrize("legacy", [False, True])
def test_windows_are_crops_of_the_full_pictures_bit_for_bit(
    legacy: bool, random_inputs: MakeInputs, random_jets: MakeJets
) -> None:
    inputs, jets = random_inputs(21, 60), random_jets(21, 60)
    channels = ("HCAL", "TracksPt", "ECAL", "TracksD0", "TracksDzSig")
    seeds, frames = produce(jets, inputs, channels=channels, min_jet_pt=150.0, max_jet_eta=1.6, legacy_direction=legacy)
    whole = pictures(channels, inputs, legacy_direction=legacy)
    owners = [
        (event, jet - jets.offsets[event])
        for event in range(60)
        for jet in range(jets.offsets[event], jets.offsets[event + 1])
        if seeds.flat("status")[jet] == SeedStatus.OK
    ]
    assert len(owners) == len(frames.pixels) > 50
    for window, (event, owner) in enumerate(owners):
        row, column = int(frames.row[window]), int(frames.column[window])
        assert frames.offsets[event] <= window < frames.offsets[event + 1]
        assert frames.owner[window] == owner
        columns = np.arange(column - 62, column + 63) % 360
        assert np.array_equal(frames.pixels[window], whole[event][:, row - 62 : row + 63][:, :, columns])
    assert frames.row.min() == 62
    assert frames.row.max() == 217
    assert frames.column.min() < 62
    assert frames.column.max() > 297


@pytest.mark.parametrize(
    ("tower", "centre"), [((16, 1), (217, 12)), ((-16, 71), (62, 2)), ((1, 36), (142, 187)), ((-16, 70), (62, 357))]
)
def test_the_seed_tower_is_in_the_middle_and_its_energy_in_25_pixels(
    tower: tuple[int, int], centre: tuple[int, int]
) -> None:
    _, frames = produce(jets_at(tower), calorimeter_hits(tower), channels=("HCAL",), max_jet_eta=2.0)
    assert (frames.row[0], frames.column[0]) == centre
    expected = np.zeros((125, 125), np.float32)
    expected[60:65, 60:65] = 1.0
    assert np.array_equal(frames.pixels[0, 0], expected)


def test_windows_wrap_around_phi() -> None:
    # iphi 71 is tower column 0: the window reaches from crystal column 300 over 359 to 64
    crystals = ((1, 301), (1, 360), (1, 1), (1, 65), (1, 300), (1, 66))
    _, frames = produce(jets_at((1, 71)), calorimeter_hits((1, 71), crystals=crystals), channels=("ECAL",))
    rows, columns = np.nonzero(frames.pixels[0, 0])
    assert rows.tolist() == [60] * 4
    assert columns.tolist() == [0, 59, 60, 124]


def test_jets_without_a_window_say_why_and_the_others_keep_their_place() -> None:
    jets = Jets.from_lists(
        pt=[[500, 399, 500], [], [500, 500]],
        eta=[[0.1, 0.1, -1.5], [], [0.2, 3.5]],
        phi=[[0, 0, 0], [], [1, 1]],
        mass=[[0, 0, 0], [], [0, 0]],
    )
    empty = Inputs(EBRecHits.empty(3), EERecHits.empty(3), HBHERecHits.empty(3))
    seeds, frames = produce(jets, empty, channels=CALORIMETERS)
    outside = SeedStatus.OUTSIDE_ETA
    assert seeds.status.to_list() == [[0, SeedStatus.BELOW_PT, outside], [], [0, outside]]
    assert frames.offsets.tolist() == [0, 1, 1, 2]
    assert frames.owner.tolist() == [0, 0]
    assert frames.pixels.shape == (2, 2, 125, 125)
    seeds, _ = produce(jets, empty, channels=CALORIMETERS, min_jet_pt=0.0, max_jet_eta=9.0)
    assert seeds.status.to_list() == [[0, 0, SeedStatus.NEAR_EDGE], [], [0, SeedStatus.NO_HCAL_CELL]]


def test_both_jet_cuts_are_inclusive_and_applied() -> None:
    jets = Jets.from_lists(pt=[[400.0, 399.99]], eta=[[1.25, 1.25]], phi=[[0.0, 0.0]], mass=[[0.0, 0.0]])
    inputs = Inputs(EBRecHits.empty(1), EERecHits.empty(1), HBHERecHits.empty(1))
    seeds, _ = produce(jets, inputs, channels=("HCAL",), max_jet_eta=1.25)
    assert seeds.flat("status").tolist() == [SeedStatus.OK, SeedStatus.BELOW_PT]


def test_no_jets_are_no_windows(random_inputs: MakeInputs) -> None:
    seeds, frames = produce(Jets.empty(4), random_inputs(23, 4))
    assert len(seeds) == len(frames) == 4
    assert frames.pixels.shape == (0, 5, 125, 125)


def test_windows_do_not_depend_on_how_events_are_cut(random_inputs: MakeInputs, random_jets: MakeJets) -> None:
    inputs, jets = random_inputs(24, 12), random_jets(25, 12)
    whole = produce(jets, inputs)
    assert len(whole.frames.pixels) > 5
    for cut in (slice(0, 0), slice(0, 1), slice(3, 8), slice(11, 12), np.array([1, 2, 7, 10])):
        part = produce(jets.take(cut), inputs.take(cut))
        assert same(part, JetFrameProducts(whole.seeds.take(cut), whole.frames.take(cut)))


@pytest.mark.parametrize("n_busy", [5, 6, 8, 12])
def test_windows_do_not_depend_on_how_many_events_have_none(
    n_busy: int, random_inputs: MakeInputs, random_jets: MakeJets
) -> None:
    inputs, jets, busy = random_inputs(24, 12), random_jets(25, 12), slice(0, n_busy)
    pt = np.where(np.arange(jets.offsets[-1]) < jets.offsets[n_busy], jets.flat("pt"), np.float32(0.0))
    some = produce(Jets(jets.offsets, **{**jets.columns, "pt": pt}), inputs).frames
    expected = produce(jets.take(busy), inputs.take(busy)).frames
    assert len(expected.pixels) > 0
    np.testing.assert_array_equal(some.pixels, expected.pixels)


def test_calorimeter_channels_do_not_need_tracks(random_inputs: MakeInputs, random_jets: MakeJets) -> None:
    inputs, jets = random_inputs(26, 8), random_jets(27, 8)
    trackless = dataclasses.replace(inputs, tracks=None, vertices=None)
    assert same(produce(jets, trackless, channels=CALORIMETERS), produce(jets, inputs, channels=CALORIMETERS))
    with pytest.raises(ProductNotFoundError, match="made of 'tracks'"):
        produce(jets, trackless)


def test_what_is_needed_depends_on_the_channels() -> None:
    assert JetFrameProducer(channels=("HCAL",)).needed_products() == {"hbhe_hits"}
    assert JetFrameProducer(channels=("HCAL",)).unused_products() >= {"tracks", "vertices", "pixel_hits"}
    assert "tracks" in JetFrameProducer(channels=("HCAL", "TracksPt")).needed_products()


def test_the_description_is_known_before_the_first_event(random_inputs: MakeInputs, random_jets: MakeJets) -> None:
    producer = JetFrameProducer()
    channels = ["TracksPt", "TracksD0", "TracksDz", "ECAL", "HCAL"]
    assert producer.describe() == {"frames": {"channels": channels, "window": [125, 125]}}
    assert produce(random_jets(1, 3), random_inputs(1, 3)).frames.description == producer.describe()["frames"]


def test_windows_that_cannot_be_drawn_are_refused_before_the_first_event() -> None:
    with pytest.raises(ConfigurationError, match="JetFrameProducer: windows 361 pixels wide; 360 go once around"):
        JetFrameProducer(width=361)
    with pytest.raises(ConfigurationError, match="281 pixels high do not fit into the 280 of the picture"):
        JetFrameProducer(height=281)
    with pytest.raises(ConfigurationError, match="parameter 'granularity': must be larger than 0"):
        JetFrameProducer(granularity=0)
    whole = JetFrameProducer(width=1080, height=840, granularity=3, border="pad")
    assert whole.describe()["frames"]["window"] == [840, 1080]
