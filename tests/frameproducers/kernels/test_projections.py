"""Hits and tracks fall into the cells that readable numpy says."""

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.geometry.constants import ECAL_BARREL_ETA, ECAL_PLANE, ECAL_RADIUS
from dataformats.geometry.detids import ee_hash, unpack_eb, unpack_ee, unpack_hcal
from dataformats.geometry.ecal import IN_EB, find_crystals
from dataformats.geometry.helix import ecal_impact
from dataformats.geometry.picture import EE_PIXEL, eb_pixel, ee_pixel, hbhe_pixel
from frameproducers.entries import Inputs
from frameproducers.kernels.projections import project_ecal, project_hcal
from frameproducers.kernels.projections_tracks import FROM_PV, NPV, PV, TRACK_VALUES, project_tracks, significance
from frameproducers.sources import first_vertices

MakeInputs = Callable[[int, int], Inputs]
N_EVENTS = 8


class Room(NamedTuple):
    """Arrays for a kernel to fill."""

    offsets: NDArray[np.int64]
    cell: NDArray[np.int32]
    values: NDArray[np.float32]


def room(n_layers: int, n_entries: int) -> Room:
    return Room(
        np.full(N_EVENTS + 1, -9), np.full(n_entries, -9, np.int32), np.full((n_layers, n_entries), np.nan, np.float32)
    )


def event(out: Room, number: int) -> tuple[list[int], np.ndarray]:
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
    tracks, vertices = inputs.tracks, inputs.vertices
    assert tracks is not None
    assert vertices is not None
    path = tuple(tracks.flat(name) for name in ("vx", "vy", "vz", "px", "py", "pz"))
    errors = tracks.flat("dxy_error"), tracks.flat("dz_error")
    vertex = first_vertices(vertices, N_EVENTS)
    places = vertices.offsets, vertices.flat("x"), vertices.flat("y"), vertices.flat("z")
    out = room(len(TRACK_VALUES), path[0].size)
    charge, quality = tracks.flat("charge"), tracks.flat("quality")
    marks = np.zeros(charge.size, np.uint8)
    surface = ECAL_RADIUS, ECAL_PLANE, ECAL_BARREL_ETA
    drawn = out.cell, marks
    project(tracks.offsets, path, charge, quality, errors, vertex, places, surface, 1, legacy, drawn, out.values)

    x, y, z, px, py, pz = (column.astype(np.float64) for column in path)
    impact = np.vectorize(partial(ecal_impact, legacy_direction=legacy))
    eta, phi = impact(x, y, z, px, py, pz, charge)
    kind, index = find_crystals(eta, phi)
    pixel = np.where(kind == IN_EB, index + 55 * 360, np.where(kind > IN_EB, ee_pixel(eta, phi), -1))
    pt = np.hypot(px, py)
    good = (pt > 0.5) & (charge != 0) & (quality & 4 != 0) & (np.abs(eta) <= 3) & (pixel >= 0)
    owner = np.repeat(np.arange(N_EVENTS), tracks.counts)
    vertex_x, vertex_y, vertex_z, d0_variance, dz_variance = vertex[owner].T
    expected = {"pt": pt, "qpt": charge * pt}
    for prefix, at, known in (("", (vertex_x, vertex_y, vertex_z), 1.0), ("beam_", (0.0, 0.0, 0.0), 0.0)):
        dx, dy, dz = x - at[0], y - at[1], z - at[2]
        expected[f"{prefix}d0"] = (dx * py - dy * px) / pt
        expected[f"{prefix}dz"] = dz - (dx * px + dy * py) / pt * pz / pt
        for name, error, variance in (("d0", errors[0], d0_variance), ("dz", errors[1], dz_variance)):
            sigma = np.sqrt(error.astype(np.float64) ** 2 + known * variance)
            expected[f"{prefix}{name}_sig"] = expected[f"{prefix}{name}"] / sigma
    assert 20 < np.count_nonzero(good) < good.size
    assert out.cell.tolist() == np.where(good, pixel, -1).tolist()
    for row, name in zip(out.values, TRACK_VALUES, strict=True):
        assert row[good] == pytest.approx(expected[name][good], rel=1e-6, abs=1e-9), name
    for i in np.flatnonzero(good):
        event, dx, dy = owner[i], px[i] / pt[i], py[i] / pt[i]
        seen = vertices.take(slice(event, event + 1))
        away = [
            abs(z[i] - vz - ((x[i] - vx) * dx + (y[i] - vy) * dy) * pz[i] / pt[i])
            for vx, vy, vz in zip(seen.flat("x"), seen.flat("y"), seen.flat("z"), strict=True)
        ] or [abs(expected["dz"][i])]
        mark = (PV | FROM_PV if away[0] == min(away) else PV) if away[0] < 0.1 else NPV
        assert marks[i] == mark


@pytest.mark.parametrize("function", [significance, significance.py_func], ids=["compiled", "python"])
def test_significance_without_an_error_is_nan(function: Callable[[float, float], float]) -> None:
    assert function(0.3, 0.01) == pytest.approx(3.0)
    assert math.isnan(function(0.3, math.nan))
    assert math.isnan(function(0.3, 0.0))
