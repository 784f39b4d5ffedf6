"""Which cell a DetId means, and which numbers mean none."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.geometry import detid_kernels, detids
from dataformats.geometry.fit import TrueCells
from dataformats.jit import Kernel
from e2efw.errors import EventCorruptionError

GARBAGE = np.random.default_rng(1).integers(0, 2**32, 4000, dtype=np.uint32)


def all_eb() -> NDArray[np.uint32]:
    ieta = np.concatenate([np.arange(-85, 0), np.arange(1, 86)])
    return detids.pack_eb(ieta[:, None], np.arange(1, 361)).ravel()


def all_ee() -> NDArray[np.uint32]:
    iy, ix = np.nonzero(detids.EE_EXISTS)
    return np.concatenate([detids.pack_ee(ix + 1, iy + 1, side) for side in (-1, 1)])


def hcal_like() -> NDArray[np.uint32]:
    """Every field combination of HB and HE around the legal ones, in both packings, legal or not."""
    fields = np.meshgrid([1, 2], range(-30, 31), range(74), range(9), indexing="ij")
    subdet, ieta, iphi, depth = (field.ravel() for field in fields)
    new = (np.arange(ieta.size) % 2) == 0
    return detids._hcal_bits(subdet, ieta, iphi, depth, new).astype(np.uint32)


def near(ids: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Some of the ids, each also with one random bit flipped, and garbage."""
    some = np.random.default_rng(2).choice(ids, 1500)
    return np.concatenate([some, some ^ (np.uint32(1) << np.arange(some.size, dtype=np.uint32) % 32), GARBAGE])


@pytest.mark.parametrize(
    ("name", "valid"),
    [("eb", detids.valid_eb), ("ee", detids.valid_ee), ("hb", detids.valid_hbhe), ("he", detids.valid_hbhe)],
)
def test_true_cells_are_valid_and_cells_of_other_detectors_are_not(
    true_cells: Callable[[str], TrueCells], name: str, valid: Callable[[Any], NDArray[np.bool_]]
) -> None:
    assert valid(true_cells(name).detid).all()
    for other in {"eb", "ee", "hb", "he", "tib", "pixel_phase0"} - {name}:
        if {name, other} != {"hb", "he"}:
            assert not valid(true_cells(other).detid).any()


def test_valid_endcap_crystals_are_exactly_the_true_ones(true_cells: Callable[[str], TrueCells]) -> None:
    np.testing.assert_array_equal(np.sort(all_ee()), np.sort(true_cells("ee").detid))


def test_each_endcap_has_7324_crystals() -> None:
    assert detids.EE_EXISTS.sum() == 7324


def test_barrel_ids_survive_packing_and_count_the_hashed_index() -> None:
    ids = all_eb()
    assert detids.valid_eb(ids).all()
    np.testing.assert_array_equal(detids.pack_eb(*detids.unpack_eb(ids)), ids)
    np.testing.assert_array_equal(detids.eb_hash(*detids.unpack_eb(ids)), np.arange(61200))


def test_endcap_ids_survive_packing() -> None:
    ids = all_ee()
    assert detids.valid_ee(ids).all()
    np.testing.assert_array_equal(detids.pack_ee(*detids.unpack_ee(ids)), ids)


@pytest.mark.parametrize("new_format", [True, False])
def test_hcal_ids_survive_packing_in_either_format(new_format: bool) -> None:
    ids = hcal_like()
    fields = detids.unpack_hcal(ids[detids.valid_hbhe(ids)])
    packed = detids.pack_hcal(*fields, new_format=new_format)
    assert detids.valid_hbhe(packed).all()
    np.testing.assert_array_equal(detids.unpack_hcal(packed), fields)
    assert (((packed >> 24) & 1) == new_format).all()


@pytest.mark.parametrize(
    ("detid", "unpack", "fields"),
    [
        (838861313, detids.unpack_eb, (-1, 1)),
        (872431785, detids.unpack_ee, (1, 41, 1)),
        (1107312769, detids.unpack_hcal, (1, -1, 1, 1)),
        (0x43100401, detids.unpack_hcal, (1, -1, 1, 1)),
        (0x45384048, detids.unpack_hcal, (2, 16, 72, 3)),
    ],
)
def test_known_ids_unpack_to_their_cells(
    detid: int, unpack: Callable[[int], tuple[Any, ...]], fields: tuple[int, ...]
) -> None:
    assert tuple(int(field) for field in unpack(detid)) == fields


@pytest.mark.parametrize("valid", [detids.valid_eb, detids.valid_ee, detids.valid_hbhe])
def test_garbage_is_judged_and_never_valid(valid: Callable[[Any], NDArray[np.bool_]]) -> None:
    for garbage in ([np.nan, np.inf, -1.0, 0.5, 1e300], [-1, 0, 2**32, 2**62], [], np.array([2**64 - 1], np.uint64)):
        assert not np.any(valid(garbage))
    assert valid(GARBAGE).mean() < 0.01


def test_whole_floats_are_taken_as_ids() -> None:
    assert detids.valid_eb([838861313.0, np.nan]).tolist() == [True, False]


def test_ids_that_are_no_numbers_are_an_error() -> None:
    with pytest.raises(EventCorruptionError, match="holds no DetIds"):
        detids.valid_eb(["crystal"])


@pytest.mark.parametrize(("ids", "valid"), [(all_eb(), detids.valid_eb), (all_ee(), detids.valid_ee)], ids=["eb", "ee"])
def test_a_stray_bit_makes_an_id_invalid(ids: NDArray[np.uint32], valid: Callable[[Any], NDArray[np.bool_]]) -> None:
    assert not valid(ids | np.uint32(1 << 24)).any()


@pytest.mark.parametrize(
    ("cell", "legal"),
    [
        ((1, 16, 1, 2), True),
        ((1, 17, 1, 1), False),
        ((2, 15, 1, 1), False),
        ((2, 16, 1, 2), False),
        ((2, 16, 1, 3), True),
        ((2, 16, 1, 4), True),
        ((2, 21, 2, 1), False),
        ((2, -21, 71, 6), True),
        ((2, 28, 1, 7), True),
        ((2, 29, 1, 4), False),
        ((2, 30, 1, 1), False),
        ((1, 0, 1, 1), False),
        ((1, 1, 73, 1), False),
        ((1, 1, 1, 0), False),
        ((3, 1, 1, 4), False),
    ],
)
def test_only_cells_of_some_detector_generation_are_legal(cell: tuple[int, int, int, int], legal: bool) -> None:
    subdet, ieta, iphi, depth = (np.array(field) for field in cell)
    ids = detids._hcal_bits(subdet, ieta, iphi, depth, np.array([True, False]))
    assert (detids.valid_hbhe(ids) == legal).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: detids.pack_eb([1, 0], 1), r"no EB crystal \(ieta, iphi\) is \(0, 1\)"),
        (lambda: detids.pack_ee(1, 1, 1), r"no EE crystal \(ix, iy, zside\) is \(1, 1, 1\)"),
        (lambda: detids.pack_hcal(2, 21, 2, 1), r"no HCAL cell .* is \(2, 21, 2, 1\)"),
    ],
)
def test_packing_a_cell_that_does_not_exist_is_an_error(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(EventCorruptionError, match=message):
        make()


def plain(kernel: Kernel[..., Any]) -> list[Callable[..., Any]]:
    return [kernel, kernel.py_func]


@pytest.mark.parametrize("eb_index", plain(detid_kernels.eb_index), ids=["compiled", "python"])
def test_eb_kernel_agrees_with_numpy(eb_index: Callable[[Any], int]) -> None:
    ids = near(all_eb())
    expected = np.where(detids.valid_eb(ids), detids.eb_hash(*detids.unpack_eb(ids)), -1)
    assert [eb_index(one) for one in ids] == expected.tolist()


@pytest.mark.parametrize("ee_index", plain(detid_kernels.ee_index), ids=["compiled", "python"])
def test_ee_kernel_agrees_with_numpy(ee_index: Callable[[Any], int]) -> None:
    ids = near(all_ee())
    expected = np.where(detids.valid_ee(ids), detids.ee_hash(*detids.unpack_ee(ids)), -1)
    assert [ee_index(one) for one in ids] == expected.tolist()


@pytest.mark.parametrize("hbhe_cell", plain(detid_kernels.hbhe_cell), ids=["compiled", "python"])
def test_hbhe_kernel_agrees_with_numpy(hbhe_cell: Callable[[Any], tuple[int, int, int]]) -> None:
    ids = near(hcal_like())
    fields = detids.unpack_hcal(ids)
    expected = np.where(detids.valid_hbhe(ids), np.stack(fields[1:]), 0).T
    np.testing.assert_array_equal([hbhe_cell(one) for one in ids], expected)


@pytest.mark.parametrize("hbhe_subdet", plain(detid_kernels.hbhe_subdet), ids=["compiled", "python"])
def test_towers_up_to_16_are_of_the_barrel(hbhe_subdet: Callable[[int], int]) -> None:
    assert [hbhe_subdet(ieta) for ieta in (-17, -16, -1, 1, 16, 17)] == [2, 1, 1, 1, 1, 2]
