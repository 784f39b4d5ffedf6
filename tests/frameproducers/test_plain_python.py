"""Kernels are the same functions compiled and as plain Python."""

from collections.abc import Callable

import numpy as np
import pytest

from frameproducers import entries, sources
from frameproducers.entries import Inputs, layer_entries
from frameproducers.kernels import placements
from frameproducers.layers import BASE_LAYERS

MakeInputs = Callable[[int, int], Inputs]
VARIANTS = (
    "TracksPt_PV_atHCAL_3x3",
    "TracksN_fromPV_EB",
    "EndTracksPt_PV",
    "TEC3_noVertex_5x5",
    "TracksIP3D_fixIP_EEm",
)


def test_every_layer_is_the_same_from_plain_python(random_inputs: MakeInputs, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = random_inputs(61, 4)
    names = (*BASE_LAYERS, *VARIANTS)
    compiled = layer_entries(names, inputs)
    for module in (sources, entries):
        for name, function in list(vars(module).items()):
            if hasattr(function, "py_func"):
                monkeypatch.setattr(module, name, function.py_func)
    plain = layer_entries(names, inputs)
    for name in names:
        assert np.array_equal(plain[name].offsets, compiled[name].offsets), name
        assert np.array_equal(plain[name].cell, compiled[name].cell), name
        assert np.allclose(plain[name].value, compiled[name].value, rtol=1e-6, equal_nan=True), name


@pytest.mark.parametrize("fineness", [0, 1, 3, 5])
def test_cells_of_directions_are_the_same_from_plain_python(fineness: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    eta = np.concatenate([rng.uniform(-3.1, 3.1, 500), [np.nan, np.inf, -np.inf, 0.0, 1.479, -1.479, 3.0, -3.0, 0.0]])
    phi = np.concatenate([rng.uniform(-np.pi, np.pi, 500), [0.0, 0.0, 0.0, np.nan, 0.0, 0.0, 0.0, -np.pi, np.pi]])
    compiled = [placements.cell_of(a, b, fineness) for a, b in zip(eta, phi, strict=True)]
    plain_cell_of = placements.cell_of.py_func
    for name in ("fine_pixel_of", "crystal_of", "part_of"):
        monkeypatch.setattr(placements, name, getattr(placements, name).py_func)
    assert [plain_cell_of(a, b, fineness) for a, b in zip(eta, phi, strict=True)] == compiled
    assert compiled[500:504] == [-1, -1, -1, -1]
    assert max(compiled) < (81_200 if fineness == 0 else 100_800 * fineness**2)
