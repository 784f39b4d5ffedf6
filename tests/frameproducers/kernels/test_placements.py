"""Every direction has its place, on every edge too, and parts of a pixel lie in the pixel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataformats.geometry.constants import FLOAT_PI
from dataformats.geometry.picture import EEM_ETA_EDGES, EEP_ETA_EDGES, HBHE_ETA_EDGES, ecal_pixel_of
from frameproducers.kernels.placements import cell_of, crystal_of, fine_pixel_of, part_of


def assert_part_is_in_its_pixel(eta: float, phi: float, fineness: int) -> None:
    fine, pixel = fine_pixel_of(eta, phi, fineness), ecal_pixel_of(eta, phi)
    assert (fine < 0) == (pixel < 0)
    if pixel >= 0:
        row, column = fine // (360 * fineness) // fineness, fine % (360 * fineness) // fineness
        assert row * 360 + column == pixel


@pytest.mark.parametrize("fineness", [3, 5])
def test_directions_on_every_edge_lie_in_one_part_of_their_pixel(fineness: int) -> None:
    phis = [
        *np.radians(np.arange(-180, 181, 7.0)),
        -np.pi,
        np.pi,
        FLOAT_PI,
        -FLOAT_PI,
        *np.radians([-10.0, 0.0, 170.0]),
    ]
    for eta in (*EEM_ETA_EDGES, *HBHE_ETA_EDGES, *EEP_ETA_EDGES, -1.479, 1.479, -0.0):
        for phi in phis:
            assert_part_is_in_its_pixel(float(eta), float(phi), fineness)


@settings(deadline=None, max_examples=300)
@given(eta=st.floats(-3.2, 3.2), phi=st.floats(-FLOAT_PI, FLOAT_PI), fineness=st.sampled_from([2, 3, 5]))
def test_any_direction_lies_in_one_part_of_its_pixel(eta: float, phi: float, fineness: int) -> None:
    assert_part_is_in_its_pixel(eta, phi, fineness)


@settings(deadline=None, max_examples=300)
@given(eta=st.floats(), phi=st.floats(), fineness=st.sampled_from([0, 1, 3, 5]))
def test_no_number_leads_out_of_the_picture(eta: float, phi: float, fineness: int) -> None:
    assert -1 <= cell_of(eta, phi, fineness) < (81_200 if fineness == 0 else 100_800 * fineness**2)


def test_parts_are_equal_and_the_last_one_keeps_its_edge() -> None:
    assert [part_of(fraction, 3) for fraction in (-0.1, 0.0, 0.32, 0.34, 0.99, 1.0, 1.2)] == [0, 0, 0, 1, 2, 2, 2]


def test_crystals_count_through_barrel_and_endcaps() -> None:
    assert crystal_of(0.001, np.radians(-9.5)) == 85 * 360
    assert 61_200 <= crystal_of(-2.0, 0.3) < 71_200 <= crystal_of(2.0, 0.3) < 81_200
    assert crystal_of(3.2, 0.3) == -1
