"""The fit that made the coefficients finds them again."""

from pathlib import Path

import numpy as np
import pytest

from dataformats.geometry import barrel_coefficients, endcap_coefficients, fit


def test_the_fit_gives_the_coefficients_in_use(cells_file: Path) -> None:
    barrel, endcap = fit.fit_barrel(fit.read_cells(cells_file, "eb")), fit.fit_endcap(fit.read_cells(cells_file, "ee"))
    for name, values in barrel.items():
        np.testing.assert_allclose(np.atleast_1d(getattr(barrel_coefficients, name)), values, atol=1e-4)
    for name, values in endcap.items():
        np.testing.assert_allclose(getattr(endcap_coefficients, name), values, atol=1e-5)


def test_the_endcap_model_leaves_no_crystal_in_a_wrong_pixel(cells_file: Path) -> None:
    residual = fit.endcap_residual(fit.read_cells(cells_file, "ee"))
    assert residual.in_true_pixel == 1
    assert residual.max_eta < 3e-5
    assert residual.rms_distance < residual.max_distance < 0.005


def test_the_script_prints_residuals_and_literals(cells_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fit.main(cells_file, with_literals=True)
    printed = capsys.readouterr().out
    assert "endcap: Residual(max_distance=0.00" in printed
    assert "PHI_TILT = (-0.0063" in printed
