"""Rows and columns of the pictures: the fixed vectors of the E2E programme, and true crystals."""

from collections.abc import Callable

import numpy as np
import pytest

from dataformats.geometry import detids, ecal, picture
from dataformats.geometry.crystals import ee_position
from dataformats.geometry.fit import TrueCells

BOTH = ["compiled", "python"]


@pytest.mark.parametrize(("ieta", "row"), [(-85, 55), (-1, 139), (1, 140), (85, 224)])
def test_barrel_rows(ieta: int, row: int) -> None:
    assert picture.eb_pixel(ieta, 1).row == row


def test_barrel_columns_are_iphi_minus_one_and_pixels_follow_the_hashed_index() -> None:
    assert picture.eb_pixel(1, [1, 360]).column.tolist() == [0, 359]
    row, column = picture.eb_pixel(-85, 1)
    assert row * picture.COLUMNS + column == picture.EB_FIRST_PIXEL + detids.eb_hash(-85, 1)


HBHE_VECTORS = [
    ((1, 1), (28, 2, False)),
    ((-1, 1), (27, 2, False)),
    ((-1, 72), (27, 1, False)),
    ((16, 71), (43, 0, False)),
    ((-16, 70), (12, 71, False)),
    ((29, 1), (55, 2, True)),
    ((-29, 71), (0, 0, True)),
    ((21, 69), (48, 70, True)),
]


@pytest.mark.parametrize(("tower", "place"), HBHE_VECTORS)
def test_tower_places(tower: tuple[int, int], place: tuple[int, int, bool]) -> None:
    assert [int(part) for part in picture.hbhe_pixel(*tower)] == list(place)
    assert picture.hbhe_pixel_of(*tower) == picture.hbhe_pixel_of.py_func(*tower) == place


@pytest.mark.parametrize("hbhe_pixel_of", [picture.hbhe_pixel_of, picture.hbhe_pixel_of.py_func], ids=BOTH)
def test_tower_kernel_agrees_with_numpy_and_gives_no_place_to_no_tower(
    hbhe_pixel_of: Callable[[int, int], tuple[int, int, bool]],
) -> None:
    for ieta in range(-31, 32):
        for iphi in range(75):
            exists = 1 <= abs(ieta) <= 29 and 1 <= iphi <= 72
            assert hbhe_pixel_of(ieta, iphi) == (tuple(picture.hbhe_pixel(ieta, iphi)) if exists else (-1, -1, False))


def test_split_towers_never_reach_over_the_last_column() -> None:
    assert picture.hbhe_pixel(21, np.arange(1, 73, 2)).column.max() == 70


@pytest.mark.parametrize(("degrees", "column"), [(-180, 190), (-90, 280), (-10, 0), (0, 10), (90, 100), (179.5, 189)])
def test_columns_of_azimuths(degrees: float, column: int) -> None:
    assert picture.phi_column(np.radians(degrees)) == column


def test_columns_of_azimuths_in_towers() -> None:
    assert picture.phi_column(np.radians([0.0, -10.0]), 72).tolist() == [2, 0]


def test_float_pi_is_lost_on_the_upper_edge_and_kept_on_the_lower() -> None:
    assert picture.phi_column(
        np.array([np.float32(np.pi), np.pi, -np.pi, np.float32(-np.pi)], np.float64)
    ).tolist() == [-1, -1, 190, 190]


AZIMUTHS = [*np.random.default_rng(6).uniform(-3.3, 3.3, 500), np.pi, -np.pi, float(np.float32(np.pi)), np.nan, np.inf]


@pytest.mark.parametrize("column_of", [picture.column_of, picture.column_of.py_func], ids=BOTH)
@pytest.mark.parametrize("columns", [72, 360])
def test_column_kernel_agrees_with_numpy(column_of: Callable[[float, int], int], columns: int) -> None:
    assert [column_of(phi, columns) for phi in AZIMUTHS] == picture.phi_column(AZIMUTHS, columns).tolist()


@pytest.mark.parametrize(("eta", "row"), [(1.48, 225), (1.60, 231), (2.00, 253), (2.501, 270), (2.99, 279)])
def test_endcap_rows_are_mirrored(eta: float, row: int) -> None:
    assert picture.ee_row([eta, -eta]).tolist() == [row, 279 - row]


def test_each_endcap_keeps_its_lower_edge_and_loses_its_upper() -> None:
    assert picture.ee_row([1.479, 3.0, -3.0, -1.479]).tolist() == [225, -1, 0, -1]


def test_bins_own_their_lower_edge_so_an_edge_is_not_mirrored() -> None:
    assert picture.ee_row([2.5, -2.5]).tolist() == [270, 10]


ETAS = [
    *np.random.default_rng(7).uniform(-3.2, 3.2, 500),
    *picture.EEP_ETA_EDGES,
    *picture.EEM_ETA_EDGES,
    np.nan,
    np.inf,
]


@pytest.mark.parametrize("ee_row_of", [picture.ee_row_of, picture.ee_row_of.py_func], ids=BOTH)
def test_endcap_row_kernel_agrees_with_numpy(ee_row_of: Callable[[float], int]) -> None:
    assert [ee_row_of(eta) for eta in ETAS] == picture.ee_row(ETAS).tolist()


@pytest.mark.parametrize("ee_pixel_of", [picture.ee_pixel_of, picture.ee_pixel_of.py_func], ids=BOTH)
def test_endcap_pixel_kernel_agrees_with_numpy(ee_pixel_of: Callable[[float, float], int]) -> None:
    eta, phi = np.array(ETAS), np.resize(AZIMUTHS, len(ETAS))
    pixels = [ee_pixel_of(*direction) for direction in zip(eta, phi, strict=True)]
    assert pixels == picture.ee_pixel(eta, phi).tolist()


@pytest.mark.parametrize("ecal_pixel_of", [picture.ecal_pixel_of, picture.ecal_pixel_of.py_func], ids=BOTH)
def test_directions_are_drawn_in_their_crystal_or_their_endcap_bin(
    ecal_pixel_of: Callable[[float, float], int],
) -> None:
    random = np.random.default_rng(8)
    eta, phi = random.uniform(-3.2, 3.2, 400), random.uniform(-np.pi, np.pi, 400)
    found = ecal.find_crystals(eta, phi)
    endcap = np.where(found.kind == ecal.IN_EE, picture.ee_pixel(eta, phi), -1)
    expected = np.where(found.kind == ecal.IN_EB, picture.EB_FIRST_PIXEL + found.cell, endcap)
    assert [ecal_pixel_of(*direction) for direction in zip(eta, phi, strict=True)] == expected.tolist()


def test_eta_edges_have_the_published_values() -> None:
    edges = picture.HBHE_ETA_EDGES
    assert edges.shape == (57,)
    np.testing.assert_allclose(edges, -edges[::-1])
    published = (
        "0 .087 .174 .261 .348 .435 .522 .609 .695 .783 .870 .957 1.044 1.131 1.218 1.305 1.392 1.479 1.566 1.653"
    )
    published += " 1.740 1.830 1.930 2.043 2.172 2.322 2.500 2.650 3.000"
    np.testing.assert_allclose(edges[28:], [float(edge) for edge in published.split()])


def test_endcap_edges_cut_each_tower_in_five() -> None:
    assert picture.EEP_ETA_EDGES.shape == (56,)
    np.testing.assert_allclose(picture.EEP_ETA_EDGES[::5], picture.HBHE_ETA_EDGES[45:])
    np.testing.assert_allclose(np.diff(picture.EEP_ETA_EDGES[:6]), 0.0174)
    np.testing.assert_allclose(np.diff(picture.EEP_ETA_EDGES[-6:]), 0.07)
    assert (np.diff(picture.EEM_ETA_EDGES) > 0).all()


@pytest.mark.parametrize(("tower", "crystal"), [((16, 1), (217, 12)), ((-16, 71), (62, 2)), ((1, 36), (142, 187))])
def test_seed_towers_have_their_middle_crystal(tower: tuple[int, int], crystal: tuple[int, int]) -> None:
    row, column, _ = picture.hbhe_pixel(*tower)
    assert [int(part) for part in picture.tower_centre(row, column)] == list(crystal)


def test_every_true_endcap_crystal_is_in_its_true_pixel(true_cells: Callable[[str], TrueCells]) -> None:
    cells = true_cells("ee")
    pixel = picture.EE_PIXEL[detids.ee_hash(*detids.unpack_ee(cells.detid))]
    np.testing.assert_array_equal(pixel, picture.ee_pixel(cells.position.eta, cells.position.phi))


def test_every_true_barrel_crystal_is_in_its_true_pixel(true_cells: Callable[[str], TrueCells]) -> None:
    cells = true_cells("eb")
    row, column = picture.eb_pixel(*detids.unpack_eb(cells.detid))
    pixel = [picture.ecal_pixel_of(*at) for at in zip(cells.position.eta, cells.position.phi, strict=True)]
    np.testing.assert_array_equal(pixel, row * picture.COLUMNS + column)


def test_places_without_a_crystal_have_no_pixel_and_ends_are_apart() -> None:
    table = picture.EE_PIXEL.reshape(2, 100, 100)
    assert picture.EE_PIXEL.dtype == np.int32
    assert (table[:, ~detids.EE_EXISTS] == -1).all()
    assert table[0].max() < 55 * 360
    assert table[1][detids.EE_EXISTS].min() >= 225 * 360
    position = ee_position(60, 20, 1)
    assert table[1, 19, 59] == picture.ee_pixel(position.eta, position.phi)


def test_pixel_centres_point_back_to_their_pixel() -> None:
    eta, phi = picture.PIXEL_ETA_CENTER, picture.PIXEL_PHI_CENTER
    assert eta.shape == (280,)
    assert phi.shape == (360,)
    assert (np.diff(eta) > 0).all()
    assert phi[0] == pytest.approx(np.radians(-9.5))
    np.testing.assert_array_equal(picture.phi_column(phi), np.arange(360))
    ends = np.r_[0:55, 225:280]
    np.testing.assert_array_equal(picture.ee_row(eta[ends]), ends)
    barrel = [picture.ecal_pixel_of(one, 0.5) // 360 for one in eta[55:225]]
    assert barrel == list(range(55, 225))
