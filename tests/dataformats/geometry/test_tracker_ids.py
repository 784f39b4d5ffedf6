"""Layers and sides of tracker DetIds against the places of true modules."""

from collections.abc import Callable

import numpy as np
import pytest

from dataformats.geometry import tracker_ids
from dataformats.geometry.fit import TrueCells
from e2efw.errors import EventCorruptionError

NAMES = ["pixel_phase0", "pixel_phase1", "tib", "tob", "tid", "tec"]


@pytest.mark.parametrize("name", NAMES)
def test_true_modules_are_valid_and_on_the_side_their_id_says(
    true_cells: Callable[[str], TrueCells], name: str
) -> None:
    cells = true_cells(name)
    fields = tracker_ids.unpack_tracker(cells.detid)
    assert tracker_ids.valid_tracker(cells.detid).all()
    sided = fields.side != 0
    np.testing.assert_array_equal(sided, np.isin(fields.subdet, [2, 4, 6]))
    np.testing.assert_array_equal(fields.side[sided], np.sign(cells.position.z[sided]))


@pytest.mark.parametrize(
    ("name", "subdet", "radii"),
    [
        ("pixel_phase0", tracker_ids.BPIX, [4.4, 7.3, 10.2]),
        ("pixel_phase1", tracker_ids.BPIX, [3.0, 6.8, 11.0, 16.0]),
        ("tib", tracker_ids.TIB, [25.5, 33.9, 41.9, 49.8]),
        ("tob", tracker_ids.TOB, [60.8, 69.2, 78.0, 86.8, 96.5, 108.0]),
    ],
)
def test_barrel_layers_have_their_radii(
    true_cells: Callable[[str], TrueCells], name: str, subdet: int, radii: list[float]
) -> None:
    cells = true_cells(name)
    fields = tracker_ids.unpack_tracker(cells.detid)
    radius = np.hypot(cells.position.x, cells.position.y)
    assert set(fields.layer[fields.subdet == subdet]) == set(range(1, len(radii) + 1))
    for layer, expected in enumerate(radii, start=1):
        module = (fields.subdet == subdet) & (fields.layer == layer)
        assert radius[module].mean() == pytest.approx(expected, abs=0.7)


@pytest.mark.parametrize(
    ("name", "subdet", "planes"),
    [
        ("pixel_phase0", tracker_ids.FPIX, [35.5, 48.5]),
        ("pixel_phase1", tracker_ids.FPIX, [32.0, 39.5, 49.0]),
        ("tid", tracker_ids.TID, [79.2, 92.1, 105.1]),
        ("tec", tracker_ids.TEC, [131.9, 145.9, 159.9, 173.9, 187.9, 205.4, 224.3, 244.8, 266.3]),
    ],
)
def test_disks_have_their_distances(
    true_cells: Callable[[str], TrueCells], name: str, subdet: int, planes: list[float]
) -> None:
    cells = true_cells(name)
    fields = tracker_ids.unpack_tracker(cells.detid)
    for disk, expected in enumerate(planes, start=1):
        module = (fields.subdet == subdet) & (fields.layer == disk)
        assert np.abs(cells.position.z[module]).mean() == pytest.approx(expected, abs=0.7)


@pytest.mark.parametrize(("name", "phase"), [("pixel_phase0", 0), ("pixel_phase1", 1)])
def test_pixel_ids_tell_their_generation_and_survive_packing(
    true_cells: Callable[[str], TrueCells], name: str, phase: int
) -> None:
    ids = true_cells(name).detid
    barrel = tracker_ids.unpack_tracker(ids).subdet == tracker_ids.BPIX
    bpix, fpix = tracker_ids.unpack_bpix(ids[barrel]), tracker_ids.unpack_fpix(ids[~barrel])
    assert set(bpix.phase) == set(fpix.phase) == {phase}
    np.testing.assert_array_equal(tracker_ids.pack_bpix(*bpix), ids[barrel])
    np.testing.assert_array_equal(tracker_ids.pack_fpix(*fpix), ids[~barrel])


def test_garbage_is_judged_and_layers_beyond_the_last_are_invalid() -> None:
    assert not tracker_ids.valid_tracker([np.nan, 0.0, -1.0, 1e300]).any()
    random = np.random.default_rng(3).integers(0, 2**32, 10000, dtype=np.uint32)
    fields = tracker_ids.unpack_tracker(random)
    valid = tracker_ids.valid_tracker(random)
    assert (fields.layer[valid] >= 1).all()
    assert (fields.layer[valid] <= 9).all()
    assert not tracker_ids.valid_tracker((1 << 28) | (tracker_ids.TID << 25) | (1 << 13)).any()


def test_packing_a_layer_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(EventCorruptionError, match="BPIX layer must be 1 to 3, not 4"):
        tracker_ids.pack_bpix(0, 4, 1, 1)
    with pytest.raises(EventCorruptionError, match="FPIX disk must be 1 to 2, not 3"):
        tracker_ids.pack_fpix(0, 1, 3, 1, 1, 1)
