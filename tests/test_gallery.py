"""The gallery shows every layer, its page shows every picture, and pictures are drawn true to the pixel."""

import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks.gallery.__main__ import FOLDER, drawings, main
from benchmarks.gallery.canvas import Canvas, axes_of, thickened, window_axes
from benchmarks.gallery.events import Gallery
from benchmarks.gallery.sheets import LAYER_SHEETS, REAL, VARIANTS
from benchmarks.gallery.whole import rows_and_columns, summary, unit_of
from frameproducers.colours import bar_ticks, colours, is_signed
from frameproducers.grids import ENDCAP_PLUS, STITCHED, TOWERS
from frameproducers.layers import BASE_LAYERS, LAYERS

PAGE = (FOLDER / "README.md").read_text()


def test_every_base_layer_is_on_one_sheet() -> None:
    assert sorted(name for sheet in LAYER_SHEETS for name in sheet.layers) == sorted(BASE_LAYERS)
    assert {name for _, row in VARIANTS for name in row} <= set(LAYERS)
    assert set(REAL.layers) <= set(LAYERS)


def test_the_page_shows_every_picture_and_no_other(tmp_path: Path) -> None:
    drawn = drawings(Gallery(tmp_path))
    shown = re.findall(r"!\[[^]]+\]\((\w+)\.png\)", PAGE)
    assert sorted(shown) == sorted(drawn)
    assert {path.stem for path in FOLDER.glob("*.png")} == set(drawn)
    assert sum(path.stat().st_size for path in FOLDER.glob("*.png")) < 3_000_000


def test_data_get_a_sheet_of_their_own(tmp_path: Path) -> None:
    assert REAL.name in drawings(Gallery(tmp_path), [tmp_path / "data.root"])
    assert REAL.name not in drawings(Gallery(tmp_path))


def test_an_unknown_picture_is_refused_before_anything_is_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["gallery", "-o", str(tmp_path), "--only", "tracs"])
    with pytest.raises(SystemExit, match="2"):
        main()
    said = capsys.readouterr().err
    assert "no picture tracs; there are: events" in said
    assert "real.png is left out" in said


def test_thickened_pictures_keep_the_largest_value_and_go_around_in_phi() -> None:
    picture = np.zeros((5, 6), np.float32)
    picture[2, 0], picture[2, 2] = -3.0, 1.0
    wide = thickened(picture)
    assert np.count_nonzero(wide) == 15
    assert wide[1:4, [5, 0, 1]].tolist() == [[-3.0] * 3] * 3
    assert wide[1:4, 2:4].tolist() == [[1.0] * 2] * 3
    assert not thickened(np.zeros((5, 6), np.float32)).any()


def test_axes_count_crystals() -> None:
    across, up = axes_of(STITCHED)
    assert (across.ends, up.ends) == ((0.5, 360.5), (-140.0, 140.0))
    assert dict(zip(up.labels, up.places, strict=True))["85"] == 85.0
    assert axes_of(TOWERS)[1].ends == up.ends
    assert axes_of(ENDCAP_PLUS)[0].ends == (0.5, 100.5)
    fine, _ = window_axes(np.zeros((375, 375), np.float32), 3)
    assert fine.ends == (-62.5, 62.5)
    even, _ = window_axes(np.zeros((32, 32), np.float32), 1)
    assert even.ends == (-15.5, 16.5)
    row, column = rows_and_columns(np.array([0.0, 3.0]), np.array([0.0, np.radians(-20)]))
    assert row == pytest.approx([140, 280], abs=0.01)
    assert column == pytest.approx([10, 350])


@pytest.mark.parametrize("name", BASE_LAYERS)
@pytest.mark.parametrize("value", [0.0, 3.0])
def test_a_layer_with_one_value_or_none_can_be_drawn(name: str, value: float) -> None:
    picture = np.zeros((LAYERS[name].layer.rows, LAYERS[name].layer.columns), np.float32)
    picture[7, 7] = value
    norm = colours(picture, name)["norm"]
    assert norm.vmin < norm.vmax
    assert bar_ticks(norm)
    assert (norm.vmin < 0) == is_signed(name, picture)
    assert unit_of(name)
    assert "cells" in summary(name, picture)


def test_a_picture_has_its_dots_where_its_pixels_are(tmp_path: Path) -> None:
    image_module = pytest.importorskip("PIL.Image")
    picture = np.zeros((4, 5), np.float32)
    picture[0, 0] = picture[3, 4] = 2.0
    canvas = Canvas(200, 150, "")
    canvas.panel((60, 40), picture, 10, window_axes(picture, 1), colours(picture, "ECAL"))
    canvas.save(tmp_path / "small.png")
    dots = np.asarray(image_module.open(tmp_path / "small.png").convert("L"))
    assert dots.shape == (150, 200)
    assert dots[72:78, 62:68].max() < 100  # lower left: row 0, column 0
    assert dots[42:48, 102:108].max() < 100  # upper right
    assert dots[42:48, 62:68].min() == 255
