"""What describes a table of windows: grids of cells, first pixels, text in files."""

import numpy as np
import pytest

from dataformats.frames import Layer
from dataformats.window_table import WindowTable
from e2efw.errors import LogicError

ECAL, HCAL = Layer("ECAL", 280, 360, "GeV"), Layer("HCAL", 56, 72, "GeV")
CUTS = ((1, 1), (5, 25))


@pytest.mark.parametrize(
    ("window", "granularity", "seed", "first"),
    [
        ((125, 125), 1, (217, 12), (155, 310)),
        ((125, 125), 1, (62, 2), (0, 300)),
        ((375, 375), 3, (217, 12), (465, 930)),
        ((32, 32), 1, (60, 5), (45, 350)),
        ((32, 32), 1, (5, 359), (-10, 344)),
    ],
)
def test_windows_begin_where_the_reference_has_them(
    window: tuple[int, int], granularity: int, seed: tuple[int, int], first: tuple[int, int]
) -> None:
    table = WindowTable.of([ECAL, HCAL], CUTS, window, granularity)
    top, left = table.first_pixels(np.array([seed[0]], np.uint16), np.array([seed[1]], np.uint16))
    assert (top[0], left[0]) == first


def test_grids_hold_every_cell_a_window_can_touch_and_small_numbers_suffice() -> None:
    table = WindowTable.of([ECAL, HCAL], CUTS, (125, 125), 1)
    assert [(layer.rows, layer.columns, layer.cell_size) for layer in table.layers] == [(125, 125, 1), (26, 26, 5)]
    assert table.cell_type == "uint16"
    assert WindowTable.of([ECAL], CUTS[:1], (256, 256), 1).cell_type == "uint16"
    assert WindowTable.of([ECAL], CUTS[:1], (280, 360), 1).cell_type == "uint32"


def test_text_and_back() -> None:
    table = WindowTable.of([ECAL, HCAL], CUTS, (32, 32), 1)
    assert WindowTable.from_json(table.to_json()) == table


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', '{"format": 1, "layers": [], "window": [3]}'])
def test_damaged_text_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"damaged|Expecting|unpack"):
        WindowTable.from_json(text)


def test_text_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="written by another version"):
        WindowTable.from_json('{"format": 2}')


def test_a_missing_channel_names_the_nearest() -> None:
    with pytest.raises(LogicError, match=r"no channel 'HCAl' in the file. Did you mean 'HCAL'\? Known: ECAL, HCAL"):
        WindowTable.of([ECAL, HCAL], CUTS, (32, 32), 1).positions(["ECAL", "HCAl"])
