"""Crystals and the towers behind them, and the numbers of tracker layers."""

from collections.abc import Callable

import numpy as np
import pytest

from dataformats.geometry.crystals import eb_position, ee_position
from dataformats.geometry.detids import ECAL_CELLS, EE_EXISTS
from dataformats.geometry.overlap import crystals_of_towers, tower_of_crystals
from dataformats.geometry.picture import hbhe_pixel
from dataformats.geometry.tracker_ids import pack_bpix, pack_fpix, unpack_tracker, valid_tracker
from dataformats.geometry.tracker_kernels import TRACKER_LAYERS, tracker_layer_of


def test_barrel_crystals_are_in_front_of_five_by_five_to_a_tower() -> None:
    ieta, iphi = np.meshgrid(np.r_[-85:0, 1:86], np.arange(1, 361), indexing="ij")
    tower_eta = np.sign(ieta) * ((np.abs(ieta) - 1) // 5 + 1)
    tower_phi = (iphi - 11) // 5 % 72 + 1
    place = hbhe_pixel(tower_eta, tower_phi)
    agree = tower_of_crystals()[:61200].reshape(170, 360) == place.row * 72 + place.column
    assert agree.mean() > 0.9  # crystals and towers do not have the same edges in eta
    assert np.bincount(tower_of_crystals()[:61200]).max() <= 35
    assert eb_position(1, 1).eta > 0


def test_places_without_a_crystal_are_in_front_of_no_tower() -> None:
    endcaps = tower_of_crystals()[61200:].reshape(2, 100, 100)
    assert tower_of_crystals().size == ECAL_CELLS
    assert (endcaps[:, ~EE_EXISTS] == -1).all()
    inside = np.abs(ee_position(*np.meshgrid(np.arange(1, 101), np.arange(1, 101)), 1).eta) < 3
    assert (endcaps[1, EE_EXISTS & inside] >= 28 * 72).all()
    assert (endcaps[0, EE_EXISTS & inside] >= 0).all()
    assert (endcaps[0, EE_EXISTS & inside] < 28 * 72).all()


def test_every_endcap_tower_has_crystals_in_front_and_every_crystal_one_tower() -> None:
    table = crystals_of_towers()
    counts = np.diff(table.offsets).reshape(59, 72)
    assert counts.max() == table.most == 24
    for ieta in range(-29, 30):
        row = counts[ieta + 29]
        if abs(ieta) <= 17:
            assert not row.any()
        elif abs(ieta) <= 20:
            assert row.all()
        else:
            assert row[::2].all()
            assert not row[1::2].any()
    assert np.unique(table.crystals).size == table.crystals.size
    assert np.array_equal(counts[30:], counts[28::-1])


@pytest.mark.parametrize("layer_of", [tracker_layer_of, tracker_layer_of.py_func], ids=["compiled", "python"])
def test_layers_of_any_number_are_those_of_the_readable_twin(layer_of: Callable[[int], int]) -> None:
    rng = np.random.default_rng(4)
    ids = np.concatenate([rng.integers(0, 2**32, 2000), rng.integers(0, 2**28, 20_000) | (1 << 28)]).astype(np.uint32)
    subdet, layer, _ = unpack_tracker(ids)
    names = {1: "BPIX", 2: "FPIX", 3: "TIB", 4: "TID", 5: "TOB", 6: "TEC"}
    for detid, part, number, valid in zip(ids, subdet, layer, valid_tracker(ids), strict=True):
        expected = TRACKER_LAYERS.index(f"{names[int(part)]}{number}") if valid else -1
        assert layer_of(detid) == expected
    assert valid_tracker(ids).mean() > 0.2


@pytest.mark.parametrize("phase", [0, 1])
def test_pixel_layers_of_both_generations_have_the_same_numbers(phase: int) -> None:
    assert TRACKER_LAYERS[tracker_layer_of(int(pack_bpix(phase, 3, 2, 5)))] == "BPIX3"
    assert TRACKER_LAYERS[tracker_layer_of(int(pack_fpix(phase, -1, 2, 3, 1, 1)))] == "FPIX2"
