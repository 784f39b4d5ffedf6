"""Sparse frames hold what full pictures would, whatever the block."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from dataformats.frames import SparseFrames
from dataformats.geometry.detids import pack_eb, pack_hcal
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks, Vertices
from e2efw.errors import LogicError
from frameproducers.det_frames import DetFrameProducer
from frameproducers.entries import Inputs
from frameproducers.layers import DEFAULT_LAYERS, LAYERS
from frameproducers.pictures import pictures
from frameproducers.sources import project

MakeInputs = Callable[[int, int], Inputs]


def produce(inputs: Inputs, **parameters: Any) -> SparseFrames:
    return DetFrameProducer(**parameters).produce(inputs)


def same(left: SparseFrames, right: SparseFrames) -> bool:
    names = ("channel", "cell", "value")
    columns = [np.array_equal(left.flat(name), right.flat(name), equal_nan=name == "value") for name in names]
    return np.array_equal(left.offsets, right.offsets) and all(columns) and left.description == right.description


def full_pictures(name: str, inputs: Inputs, *, legacy: bool = False) -> np.ndarray:
    """The readable twin: every entry into a full picture."""
    rule = LAYERS[name]
    projected = project(rule.way, [rule], inputs, legacy_direction=legacy)
    n_events = projected.offsets.size - 1
    owner = np.repeat(np.arange(n_events), np.diff(projected.offsets))
    used = np.flatnonzero(projected.cell[: int(projected.offsets[-1])] >= 0)
    owner, cell = owner[used], projected.cell[used]
    shape = n_events, rule.layer.rows * rule.layer.columns
    picture, number = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    np.add.at(picture, (owner, cell), projected.values[rule.value][used])
    np.add.at(number, (owner, cell), 1)
    if rule.fill == "mean":
        picture /= np.maximum(number, 1)
    return picture.reshape(n_events, rule.layer.rows, rule.layer.columns)


@pytest.mark.parametrize("legacy", [False, True])
def test_every_layer_is_its_full_picture_bit_for_bit(legacy: bool, random_inputs: MakeInputs) -> None:
    inputs = random_inputs(11, 7)
    frames = produce(inputs, legacy_direction=legacy)
    for name in DEFAULT_LAYERS:
        expected = full_pictures(name, inputs, legacy=legacy)
        assert np.array_equal(frames.dense(name), expected)
        assert expected.any()


def test_whole_pictures_are_the_frames_made_dense(random_inputs: MakeInputs) -> None:
    inputs = random_inputs(12, 5)
    names = ("HCAL", "TracksDz", "ECAL")
    frames = produce(inputs)
    dense = np.stack([frames.dense(name, (280, 360)) for name in names], axis=1)
    assert np.array_equal(pictures(names, inputs), dense)
    used = np.full_like(dense, 7.0)
    assert pictures(names, inputs, out=used) is used
    assert np.array_equal(used, dense)
    with pytest.raises(LogicError, match=r"pictures: 'out' must be contiguous .* float32"):
        pictures(names, inputs, out=used[:, :, :, ::2])


def test_legacy_direction_moves_tracks_only(random_inputs: MakeInputs) -> None:
    inputs = random_inputs(13, 5)
    today, legacy = produce(inputs), produce(inputs, legacy_direction=True)
    for name in DEFAULT_LAYERS:
        assert np.array_equal(today.dense(name), legacy.dense(name)) == (not name.startswith("Tracks"))


def test_entries_are_sorted_by_channel_and_cell_and_valid(random_inputs: MakeInputs) -> None:
    frames = produce(random_inputs(14, 9), layers=("HCAL", "TracksPt", "ECAL"))
    checked = SparseFrames(frames.layers, frames.offsets, **frames.columns)
    assert checked.names == ("HCAL", "TracksPt", "ECAL")
    order = frames.flat("channel").astype(np.int64) * 2**32 + frames.flat("cell")
    for first, last in zip(frames.offsets[:-1], frames.offsets[1:], strict=True):
        assert np.all(np.diff(order[first:last]) > 0)


def test_frames_do_not_depend_on_how_events_are_cut(random_inputs: MakeInputs) -> None:
    inputs = random_inputs(15, 12)
    whole = produce(inputs)
    for cut in (slice(0, 0), slice(0, 1), slice(3, 8), slice(11, 12)):
        assert same(produce(inputs.take(cut)), whole.take(cut))
    chosen = np.array([0, 4, 5, 11])
    assert same(produce(inputs.take(chosen)), whole.take(chosen))
    assert same(SparseFrames.concatenate([produce(inputs.take(slice(i, i + 3))) for i in (0, 3, 6, 9)]), whole)


def test_threads_do_not_disturb_each_other(random_inputs: MakeInputs) -> None:
    blocks = [random_inputs(seed, 10) for seed in range(8)]
    alone = [produce(block) for block in blocks]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(produce, blocks))
    assert all(map(same, alone, together))


def test_empty_events_and_empty_blocks_have_empty_frames() -> None:
    for n_events in (0, 1, 3):
        inputs = Inputs(
            EBRecHits.empty(n_events),
            EERecHits.empty(n_events),
            HBHERecHits.empty(n_events),
            Tracks.empty(n_events),
            Vertices.empty(n_events),
        )
        frames = produce(inputs)
        assert frames.offsets.tolist() == [0] * (n_events + 1)
        assert frames.dense("ECAL").shape == (n_events, 280, 360)


@pytest.mark.parametrize(("ieta", "row"), [(-85, 55), (-1, 139), (1, 140), (85, 224)])
@pytest.mark.parametrize(("iphi", "column"), [(1, 0), (360, 359)])
def test_one_barrel_hit_is_one_pixel(ieta: int, row: int, iphi: int, column: int) -> None:
    hits = EBRecHits.from_lists(detid=[[pack_eb(ieta, iphi)], []], energy=[[2.5], []], time=[[0.0], []])
    inputs = Inputs(hits, EERecHits.empty(2), HBHERecHits.empty(2))
    frames = produce(inputs, layers=("ECAL",))
    assert frames.flat("cell").tolist() == [row * 360 + column]
    assert frames.flat("value").tolist() == [2.5]
    assert frames.offsets.tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("ieta", "iphi", "cells"),
    [
        (1, 1, [(28, 2)]),
        (-1, 1, [(27, 2)]),
        (-1, 72, [(27, 1)]),
        (16, 71, [(43, 0)]),
        (-16, 70, [(12, 71)]),
        (29, 1, [(55, 2), (55, 3)]),
        (-29, 71, [(0, 0), (0, 1)]),
        (21, 69, [(48, 70), (48, 71)]),
    ],
)
def test_one_hcal_hit_is_one_tower_or_two_halves(ieta: int, iphi: int, cells: list[tuple[int, int]]) -> None:
    detid = pack_hcal(1 if abs(ieta) <= 16 else 2, ieta, iphi, 1)
    hits = HBHERecHits.from_lists(detid=[[detid]], energy=[[4.0]], time=[[0.0]])
    frames = produce(Inputs(EBRecHits.empty(1), EERecHits.empty(1), hits), layers=("HCAL",))
    assert frames.flat("cell").tolist() == [row * 72 + column for row, column in cells]
    assert frames.flat("value").tolist() == [4.0 / len(cells)] * len(cells)


def test_the_description_is_known_before_the_first_event(random_inputs: MakeInputs) -> None:
    producer = DetFrameProducer(layers=("HCAL", "TracksD0"))
    assert producer.describe() == {"": {"layers": [asdict(LAYERS[name].layer) for name in ("HCAL", "TracksD0")]}}
    assert produce(random_inputs(1, 2), layers=("HCAL", "TracksD0")).description == producer.describe()[""]
