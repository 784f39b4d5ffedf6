"""Hits and tracks fall into the cells that readable numpy says."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from dataformats.geometry.detids import ee_hash, unpack_eb, unpack_ee, unpack_hcal
from dataformats.geometry.ecal import IN_EB, find_crystals
from dataformats.geometry.helix import ecal_impact
from dataformats.geometry.picture import EE_PIXEL, eb_pixel, ee_pixel, hbhe_pixel
from frameproducers.entries import Inputs, Projected, first_vertices
from frameproducers.kernels.projections import project_ecal, project_hcal, project_tracks, significance

MakeInputs = Callable[[int, int], Inputs]
N_EVENTS = 8


def room(n_layers: int, n_entries: int) -> Projected:
    return Projected(
        np.full(N_EVENTS + 1, -9), np.full(n_entries, -9, np.int32), np.full((n_layers, n_entries), np.nan, np.float32)
    )


def event(out: Projected, number: int) -> tuple[list[int], np.ndarray]:
    mine = slice(out.offsets[number], out.offsets[number + 1])
    return out.cell[mine].tolist(), out.values[:, mine]


@pytest.mark.parametrize("project", [project_ecal, project_ecal.py_func], ids=["compiled", "python"])
def test_crystals_go_to_their_pixel_barrel_first(project: Callable[..., None], random_inputs: MakeInputs) -> None:
    inputs = random_inputs(1, N_EVENTS)
    eb, ee = inputs.eb_hits, inputs.ee_hits
    out = room(1, eb.offsets[-1] + ee.offsets[-1])
    arrays = [array for hits in (eb, ee) for array in (hits.offsets, hits.flat("detid"), hits.flat("energy"))]
    project(*arrays, out.offsets, out.cell, out.values[0])
    for number in range(N_EVENTS):
        one = slice(number, number + 1)
        barrel, endcap = eb.take(one), ee.take(one)
        row, column = eb_pixel(*unpack_eb(barrel.flat("detid")))
        pixel = np.concatenate([row * 360 + column, EE_PIXEL[ee_hash(*unpack_ee(endcap.flat("detid")))]])
        energy = np.concatenate([barrel.flat("energy"), endcap.flat("energy")])
        counts = (energy > 0) & (pixel >= 0)
        cell, values = event(out, number)
        assert cell == pixel[counts].tolist()
        assert np.array_equal(values[0], energy[counts])


@pytest.mark.parametrize("project", [project_hcal, project_hcal.py_func], ids=["compiled", "python"])
def test_hcal_hits_go_to_their_tower_and_wide_towers_are_halved(
    project: Callable[..., None], random_inputs: MakeInputs
) -> None:
    hits = random_inputs(2, N_EVENTS).hbhe_hits
    out = room(1, 2 * hits.offsets[-1])
    project(hits.offsets, hits.flat("detid"), hits.flat("energy"), out.offsets, out.cell, out.values[0])
    for number in range(N_EVENTS):
        mine = hits.take(slice(number, number + 1))
        _, ieta, iphi, _ = unpack_hcal(mine.flat("detid"))
        place, energy = hbhe_pixel(ieta, iphi), mine.flat("energy")
        parts = np.where(place.split, 2, 1)[energy > 0]
        first = (place.row * 72 + place.column)[energy > 0]
        second = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
        cell, values = event(out, number)
        assert cell == (np.repeat(first, parts) + second).tolist()
        assert np.array_equal(values[0], np.repeat(energy[energy > 0] / parts.astype(np.float32), parts))


@pytest.mark.parametrize("project", [project_tracks, project_tracks.py_func], ids=["compiled", "python"])
@pytest.mark.parametrize("legacy", [False, True])
def test_good_tracks_go_where_they_meet_the_ecal(
    project: Callable[..., None], legacy: bool, random_inputs: MakeInputs
) -> None:
    inputs = random_inputs(3, N_EVENTS)
    tracks = inputs.tracks
    assert tracks is not None
    path = tuple(tracks.flat(name) for name in ("vx", "vy", "vz", "px", "py", "pz"))
    errors = tracks.flat("dxy_error"), tracks.flat("dz_error")
    vertex = first_vertices(inputs.vertices, N_EVENTS)
    out = room(5, path[0].size)
    charge, quality = tracks.flat("charge"), tracks.flat("quality")
    project(tracks.offsets, path, charge, quality, errors, vertex, legacy, out.offsets, out.cell, out.values)

    x, y, z, px, py, pz = (column.astype(np.float64) for column in path)
    impact = np.vectorize(partial(ecal_impact, legacy_direction=legacy))
    eta, phi = impact(x, y, z, px, py, pz, charge)
    kind, index = find_crystals(eta, phi)
    pixel = np.where(kind == IN_EB, index + 55 * 360, np.where(kind > IN_EB, ee_pixel(eta, phi), -1))
    pt = np.hypot(px, py)
    good = (pt > 0.5) & (charge != 0) & (quality & 4 != 0) & (np.abs(eta) <= 3) & (pixel >= 0)
    owner = np.repeat(np.arange(N_EVENTS), tracks.counts)
    vertex_x, vertex_y, vertex_z, d0_variance, dz_variance = vertex[owner].T
    dxy = (-(x - vertex_x) * py + (y - vertex_y) * px) / pt
    dz = (z - vertex_z) - ((x - vertex_x) * px + (y - vertex_y) * py) / pt * pz / pt
    d0_significance = -dxy / np.sqrt(errors[0].astype(np.float64) ** 2 + d0_variance)
    dz_significance = dz / np.sqrt(errors[1].astype(np.float64) ** 2 + dz_variance)
    expected = np.stack([pt, -dxy, dz, d0_significance, dz_significance])
    assert 20 < np.count_nonzero(good) < good.size
    for number in range(N_EVENTS):
        mine = good & (owner == number)
        cell, values = event(out, number)
        assert cell == pixel[mine].tolist()
        assert values == pytest.approx(expected[:, mine], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("function", [significance, significance.py_func], ids=["compiled", "python"])
def test_significance_without_an_error_is_nan(function: Callable[[float, float], float]) -> None:
    assert function(0.3, 0.01) == pytest.approx(3.0)
    assert math.isnan(function(0.3, math.nan))
    assert math.isnan(function(0.3, 0.0))
