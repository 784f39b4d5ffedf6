"""The computed model against four-vectors added up in float64."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.geometry.picture import PIXEL_ETA_CENTER, PIXEL_PHI_CENTER
from e2efw.errors import MissingDependencyError
from taggers.bundle import CARD_FILE, MODEL_FILE, PACKAGED, Bundle, write_bundle
from taggers.calorimetric_baseline import CARD, NAME, build_model
from taggers.onnx_backend import OnnxSession

Windows = Callable[[int], NDArray[np.float32]]


def four_momentum(energy: float, row: int, column: int) -> NDArray[np.float64]:
    """E, px, py, pz of a massless particle through the middle of a stitched pixel."""
    eta, phi = PIXEL_ETA_CENTER[row], PIXEL_PHI_CENTER[column % 360]
    et = energy / np.cosh(eta)
    return np.array([energy, et * np.cos(phi), et * np.sin(phi), et * np.sinh(eta)])


def mass_and_pt(p: NDArray[np.float64]) -> tuple[float, float]:
    return float(np.sqrt(max(p[0] ** 2 - p[1:] @ p[1:], 0.0))), float(np.hypot(p[1], p[2]))


def slow_twin(pixels: NDArray[np.float32], row: int, column: int) -> tuple[float, float]:
    """Mass and pt of one window, in float64, as one would write it down."""
    energy = pixels.astype(np.float64).sum(axis=0)
    offset = np.arange(125) - 62
    eta = PIXEL_ETA_CENTER[row + offset][:, None]
    phi = PIXEL_PHI_CENTER[(column + offset) % 360][None, :]
    et = energy / np.cosh(eta)

    def distances(axis_eta: float, axis_phi: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return eta - axis_eta, (phi - axis_phi + np.pi) % (2 * np.pi) - np.pi

    axis_eta, axis_phi = PIXEL_ETA_CENTER[row], PIXEL_PHI_CENTER[column]
    deta, dphi = distances(axis_eta, axis_phi)
    weight = et * (deta**2 + dphi**2 < 0.8**2)
    if weight.sum() > 0:
        axis_eta += (weight * deta).sum() / weight.sum()
        axis_phi += (weight * dphi).sum() / weight.sum()
    deta, dphi = distances(axis_eta, axis_phi)
    inside = energy * (deta**2 + dphi**2 < 0.8**2)
    components = [np.ones_like(energy), np.cos(phi) / np.cosh(eta), np.sin(phi) / np.cosh(eta), np.tanh(eta)]
    return mass_and_pt(np.array([(inside * component).sum() for component in components]))


def said(session: OnnxSession, pixels: NDArray[np.float32], row: int) -> tuple[float, float]:
    result = session.run(pixels[np.newaxis], {"row": np.array([row])})
    return float(result["mass"][0]), float(result["pt"][0])


@pytest.mark.parametrize("row", [62, 80, 139, 140, 217])
@pytest.mark.parametrize("column", [0, 2, 187, 359])
def test_graph_agrees_with_four_vectors_added_up(
    session: OnnxSession, jet_like: Windows, row: int, column: int
) -> None:
    for pixels in jet_like(4):
        assert said(session, pixels, row) == pytest.approx(slow_twin(pixels, row, column), rel=1e-4)


@pytest.mark.parametrize("row", [62, 140, 217])
@pytest.mark.parametrize(("i", "j"), [(62, 62), (50, 70), (90, 40)])
def test_one_pixel_has_its_own_transverse_energy_and_no_mass(session: OnnxSession, row: int, i: int, j: int) -> None:
    pixels = np.zeros((2, 125, 125), np.float32)
    pixels[:, i, j] = 300.0, 200.0
    mass, pt = said(session, pixels, row)
    assert pt == pytest.approx(500.0 / np.cosh(PIXEL_ETA_CENTER[row + i - 62]), rel=1e-6)
    assert mass == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize(("row", "column"), [(62, 7), (140, 190), (217, 358)])
def test_two_pixels_have_the_mass_of_two_massless_particles(session: OnnxSession, row: int, column: int) -> None:
    pixels = np.zeros((2, 125, 125), np.float32)
    pixels[0, 55, 60] = 300.0
    pixels[1, 70, 75] = 150.0
    pair = four_momentum(300.0, row - 7, column - 2) + four_momentum(150.0, row + 8, column + 13)
    assert said(session, pixels, row) == pytest.approx(mass_and_pt(pair), rel=1e-5)


def test_a_light_jet_at_large_eta_keeps_its_mass(session: OnnxSession) -> None:
    """Where E^2 - p^2 in float32 would be noise."""
    pixels = np.zeros((2, 125, 125), np.float32)
    pixels[0, 62, 62] = 2000.0
    pixels[0, 62, 63] = 1.0
    pair = four_momentum(2000.0, 217, 0) + four_momentum(1.0, 217, 1)
    assert said(session, pixels, 217) == pytest.approx(mass_and_pt(pair), rel=1e-4)


def test_cone_follows_the_energy_and_not_the_window_centre(session: OnnxSession) -> None:
    pixels = np.zeros((2, 125, 125), np.float32)
    pixels[0, 62, 92] = 400.0  # 30 columns from the centre: the axis
    pixels[0, 62, 120] = 100.0  # 58 from the centre but 28 from the axis
    pixels[0, 62, 30] = 1.0  # 32 from the centre but 62 from the axis
    pair = four_momentum(400.0, 140, 92) + four_momentum(100.0, 140, 120)
    assert said(session, pixels, 140) == pytest.approx(mass_and_pt(pair), rel=1e-4)


def test_empty_window_has_no_momentum(session: OnnxSession) -> None:
    assert said(session, np.zeros((2, 125, 125), np.float32), 140) == (0.0, 0.0)


def test_energy_outside_the_cone_does_not_count(session: OnnxSession) -> None:
    pixels = np.zeros((2, 125, 125), np.float32)
    pixels[0, 2, 2] = 100.0
    assert said(session, pixels, 140) == (0.0, 0.0)


def test_graph_itself_takes_no_window(session: OnnxSession) -> None:
    frames, row = np.empty((0, 2, 125, 125), np.float32), np.empty(0, np.int64)
    assert [result.shape for result in session.session.run(None, {"frames": frames, "row": row})] == [(0,), (0,)]


def test_building_twice_gives_the_same_bytes() -> None:
    assert build_model() == build_model()


def test_packaged_bundle_is_what_the_code_builds(tmp_path: Path, baseline: Bundle) -> None:
    write_bundle(tmp_path, CARD, build_model())
    for name in (MODEL_FILE, CARD_FILE):
        assert (tmp_path / name).read_bytes() == (PACKAGED / NAME / name).read_bytes()
    assert baseline.card == CARD


def test_missing_onnx_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingDependencyError, match=r"Type: pip install 'e2efw\[test\]'"):
        build_model()
