"""Every layer is what readable numpy makes of the hits: counts exactly, sums to float32 rounding."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from dataformats.collection import Collection
from dataformats.geometry.constants import ECAL_BARREL_ETA
from dataformats.geometry.crystals import eb_position, ee_position
from dataformats.geometry.detids import EE_EXISTS, eb_hash, ee_hash, unpack_eb, unpack_ee, unpack_hcal
from dataformats.geometry.ecal import IN_EB, IN_EE, find_crystals
from dataformats.geometry.hcal import find_towers
from dataformats.geometry.helix import ecal_impact, hcal_impact
from dataformats.geometry.picture import EEM_ETA_EDGES, EEP_ETA_EDGES, HBHE_ETA_EDGES, hbhe_pixel, phi_column
from dataformats.geometry.tracker_ids import unpack_tracker
from dataformats.tracks import Tracks
from frameproducers.det_frames import DetFrameProducer
from frameproducers.entries import Inputs
from frameproducers.grids import Cells, Grid
from frameproducers.layers import BASE_LAYERS, LAYERS, LayerRule, Source

MakeInputs = Callable[[int, int], Inputs]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SUBDETS = {1: "BPIX", 2: "FPIX", 3: "TIB", 4: "TID", 5: "TOB", 6: "TEC"}


def owners(product: Collection) -> Ints:
    return np.repeat(np.arange(len(product)), product.counts)


def vertex_of(inputs: Inputs, product: Collection) -> Floats:
    """(3, objects) first vertex of the event of every object, cm."""
    first = np.zeros((len(product), 3))
    vertices = inputs.vertices
    if vertices is not None:
        has = vertices.counts > 0
        first[has] = np.stack([vertices.flat(name)[vertices.offsets[:-1][has]] for name in "xyz"], axis=1)
    return first[owners(product)].T


def along_and_across(tracks: Tracks, at: Floats) -> tuple[Floats, Floats]:
    """d0 and dz of tracks to points (3, tracks)."""
    x, y, z, px, py, pz = (tracks.flat(name).astype(np.float64) for name in ("vx", "vy", "vz", "px", "py", "pz"))
    pt = np.hypot(px, py)
    dx, dy, dz = x - at[0], y - at[1], z - at[2]
    return -(-dx * py + dy * px) / pt, dz - (dx * px + dy * py) * pz / pt**2


def places(eta: Floats, phi: Floats, grid: Grid) -> Ints:
    """Cells of directions in a picture; -1 where there is none."""
    kind, index = find_crystals(eta, phi)
    if grid.cells is Cells.CRYSTALS:
        place = np.where(kind == IN_EB, index, np.where(kind == IN_EE, 61200 + index, -1)) - grid.first_cell
        return np.where((place >= 0) & (place < grid.rows * grid.columns), place, -1)
    fine = grid.fineness
    ieta = index // 360 - 85
    ieta, iphi = ieta + (ieta >= 0), index % 360 + 1
    barrel = kind == IN_EB
    centre = eb_position(np.where(barrel, ieta, 1), np.where(barrel, iphi, 1))
    down = (eta - centre.eta) * 85 / ECAL_BARREL_ETA + 0.5
    across = (np.degrees(phi - centre.phi) + 180) % 360 - 180 + 0.5
    row = (index // 360 + 55) * fine + np.clip(np.floor(down * fine), 0, fine - 1)
    column = (iphi - 1) * fine + np.clip(np.floor(across * fine), 0, fine - 1)
    endcap_row = np.full(eta.size, -1.0)
    for edges, first in ((EEM_ETA_EDGES, 0), (EEP_ETA_EDGES, 225)):
        cut = np.concatenate([np.linspace(a, b, fine, endpoint=False) for a, b in pairwise(edges)])
        found = np.searchsorted(np.append(cut, edges[-1]), eta, side="right") - 1
        endcap_row = np.where((found >= 0) & (found < 55 * fine), found + first * fine, endcap_row)
    endcap_column = phi_column(phi, 360 * fine)
    lost = (kind != IN_EB) & ((kind != IN_EE) | (endcap_row < 0) | (endcap_column < 0))
    row, column = np.where(barrel, row, endcap_row), np.where(barrel, column, endcap_column)
    return np.where(lost, -1, row * 360 * fine + column).astype(np.int64)


def of_tracks(rule: LayerRule, inputs: Inputs) -> tuple[Ints, Ints, Floats, Floats]:
    """Event, cell, value and weight of every track that counts."""
    tracks, vertices = inputs.tracks, inputs.vertices
    assert tracks is not None
    assert vertices is not None
    path = [tracks.flat(name).astype(np.float64) for name in ("vx", "vy", "vz", "px", "py", "pz")]
    pt, charge = np.hypot(path[3], path[4]), tracks.flat("charge").astype(np.float64)
    if rule.view == "own":
        eta, phi = np.arcsinh(path[5] / pt), np.arctan2(path[4], path[3])
    else:
        impact = partial(ecal_impact, legacy_direction=False) if rule.view == "ECAL" else hcal_impact
        eta, phi = np.vectorize(impact, otypes=[float, float])(*path, charge)
    cell = places(eta, phi, rule.grid)
    first = vertex_of(inputs, tracks)
    d0, dz = along_and_across(tracks, first if rule.projection.endswith("fixIP") else np.zeros_like(first))
    from_vertex = np.zeros((len(tracks), 3))
    if rule.projection.endswith("fixIP"):
        has = vertices.counts > 0
        errors = [vertices.flat(f"{name}_error")[vertices.offsets[:-1][has]] for name in "xyz"]
        from_vertex[has] = np.stack(errors, axis=1)
    x_error, y_error, z_error = from_vertex[owners(tracks)].T
    d0_error = np.sqrt(tracks.flat("dxy_error").astype(np.float64) ** 2 + x_error**2 + y_error**2)
    dz_error = np.sqrt(tracks.flat("dz_error").astype(np.float64) ** 2 + z_error**2)
    values = {
        "": pt,
        "pt": pt,
        "qpt": charge * pt,
        "d0": d0,
        "dz": dz,
        "d0_sig": d0 / d0_error,
        "dz_sig": dz / dz_error,
    }
    _, to_first = along_and_across(tracks, first)
    nearest = np.abs(to_first)
    for number in range(int(vertices.counts.max(initial=0))):
        has = vertices.counts[owners(tracks)] > number
        position = np.where(has, vertices.offsets[owners(tracks)] + number, 0)
        at = np.stack([vertices.flat(name)[position] for name in "xyz"]).astype(np.float64)
        nearest = np.where(has, np.minimum(nearest, np.abs(along_and_across(tracks, at)[1])), nearest)
    inside = np.abs(to_first) < 0.1
    chosen = {
        "_PV": inside,
        "_nPV": ~inside,
        "_fromPV": inside & (nearest >= np.abs(to_first)),
    }.get(next((suffix for suffix in rule.suffixes if suffix.endswith("PV")), ""), np.ones(pt.size, bool))
    good = (pt > 0.5) & (charge != 0) & (tracks.flat("quality") & 4 != 0) & chosen & (cell >= 0)
    value = values[rule.value.removeprefix("beam_")] * (-1 if rule.negative else 1)
    return owners(tracks)[good], cell[good], value[good], pt[good]


def of_hits(rule: LayerRule, inputs: Inputs) -> tuple[Ints, Ints, Floats, Floats]:
    parts = []
    for name in rule.source.value:
        hits = getattr(inputs, name)
        centre = vertex_of(inputs, hits) if "_noVertex" not in rule.suffixes else np.zeros((3, hits.offsets[-1]))
        x, y, z = (hits.flat(axis) - at for axis, at in zip("xyz", centre, strict=True))
        cell = places(np.arcsinh(z / np.hypot(x, y)), np.arctan2(y, x), rule.grid)
        subdet, layer, _ = unpack_tracker(hits.flat("detid"))
        named = np.array([f"{SUBDETS[a]}{b}" for a, b in zip(subdet.tolist(), layer.tolist(), strict=True)], "U5")
        mine = (named == rule.base) & (cell >= 0)
        parts.append(np.stack([owners(hits)[mine], cell[mine]]))
    event, cell = np.concatenate(parts, axis=1)
    return event, cell, np.ones(event.size), np.ones(event.size)


def of_crystals(rule: LayerRule, inputs: Inputs) -> tuple[Ints, Ints, Floats, Floats]:
    eb, ee = inputs.eb_hits, inputs.ee_hits
    barrel, endcap = unpack_eb(eb.flat("detid")), unpack_ee(ee.flat("detid"))
    positions = eb_position(*barrel), ee_position(*endcap)
    eta, phi = (np.concatenate([getattr(place, name) for place in positions]) for name in ("eta", "phi"))
    place = np.concatenate([eb_hash(*barrel), 61200 + ee_hash(*endcap)])
    event = np.concatenate([owners(eb), owners(ee)])
    energy, time = (np.concatenate([eb.flat(name), ee.flat(name)]) for name in ("energy", "time"))
    if rule.grid.cells is Cells.CRYSTALS:
        cell = place - rule.grid.first_cell
        cell = np.where((cell >= 0) & (cell < rule.grid.rows * rule.grid.columns), cell, -1)
    elif rule.grid.cells is Cells.TOWERS:
        row = np.searchsorted(HBHE_ETA_EDGES, eta, side="right") - 1
        cell = np.where((row >= 0) & (row < 56), row * 72 + phi_column(phi, 72), -1)
    else:
        cell = np.where(place < 61200, place + 55 * 360, places(np.where(place < 61200, 2.0, eta), phi, rule.grid))
    good = (energy > 0) & (cell >= 0)
    parts = {"energy_t": energy / np.cosh(eta), "energy_z": energy * np.abs(np.tanh(eta))}
    value = (parts | {"energy": energy, "time": time})[rule.value].astype(np.float64)
    return event[good], cell[good], value[good], energy[good].astype(np.float64)


def of_towers(rule: LayerRule, inputs: Inputs) -> tuple[Ints, Ints, Floats, Floats]:
    hits = inputs.hbhe_hits
    _, ieta, iphi, _ = unpack_hcal(hits.flat("detid"))
    iy, ix = np.indices((100, 100)) + 1
    side = -1 if rule.name.endswith("EEm") else 1
    crystal = ee_position(ix, iy, side)
    tower = find_towers(crystal.eta, crystal.phi)
    exists = EE_EXISTS.ravel()
    found: list[tuple[int, int, float]] = []
    for event, energy, a, b in zip(owners(hits), hits.flat("energy"), ieta, iphi, strict=True):
        if not energy > 0:
            continue
        if rule.grid.cells is Cells.TOWERS:
            row, column, split = hbhe_pixel(a, b)
            parts = 1 + bool(split)
            first = int(row) * 72 + int(column) - rule.grid.first_cell
            cells = list(range(first, first + parts)) if rule.grid.rows == 56 or abs(a) <= 17 else []
        else:
            front = (tower.ieta.ravel() == a) & (tower.iphi.ravel() == b) & exists & (abs(a) > 17)
            cells, parts = np.flatnonzero(front).tolist(), max(int(front.sum()), 1)
        found += [(int(event), cell, float(energy) / parts) for cell in cells]
    event, cell, value = (np.array(column) for column in zip(*found, strict=True))
    return event, cell, value, value


def of_particles(rule: LayerRule, inputs: Inputs) -> tuple[Ints, Ints, Floats, Floats]:
    particles, tracks = inputs.pf_candidates, inputs.tracks
    assert particles is not None
    assert tracks is not None
    eta, phi, pt, charge = (
        particles.flat(name).astype(np.float64) for name in ("ecal_eta", "ecal_phi", "pt", "charge")
    )
    cell = places(eta, phi, rule.grid)
    good = (charge != 0) & (cell >= 0)
    if rule.base.startswith("Muons"):
        good &= np.abs(particles.flat("pdg_id")) == 13
    if {"_PV", "_nPV"} & set(rule.suffixes):
        event, link = owners(particles), particles.flat("track")
        linked = link < tracks.counts[event]
        _, dz = along_and_across(tracks, vertex_of(inputs, tracks))
        inside = np.abs(np.append(dz, np.nan))[np.where(linked, tracks.offsets[event] + link, -1)] < 0.1
        good &= linked & (inside if "_PV" in rule.suffixes else ~inside)
    value = pt * (charge if rule.value == "qpt" else 1.0)
    return owners(particles)[good], cell[good], value[good], pt[good]


TWINS = {
    Source.TRACKS: of_tracks,
    Source.PIXELS: of_hits,
    Source.STRIPS: of_hits,
    Source.ECAL: of_crystals,
    Source.HCAL: of_towers,
    Source.PARTICLES: of_particles,
    Source.PARTICLES_OF_VERTEX: of_particles,
}


def full_pictures(name: str, inputs: Inputs) -> Floats:
    """The readable twin: every entry into full pictures (events, rows, columns)."""
    rule = LAYERS[name]
    event, cell, value, weight = TWINS[rule.source](rule, inputs)
    shape = len(inputs.eb_hits), rule.grid.rows * rule.grid.columns
    total, number = np.zeros(shape), np.zeros(shape)
    if rule.fill == "leading":
        backwards = np.lexsort([np.arange(value.size), -weight])[::-1]  # the last one written wins
        total[event[backwards], cell[backwards]] = value[backwards]
    else:
        np.add.at(total, (event, cell), value)
        np.add.at(number, (event, cell), 1)
    picture = {"count": number, "mean": total / np.maximum(number, 1)}.get(rule.fill, total)
    return picture.reshape(-1, rule.grid.rows, rule.grid.columns)


def assert_layers_agree(names: tuple[str, ...], inputs: Inputs) -> None:
    frames = DetFrameProducer(layers=names).produce(inputs)
    for name in names:
        expected, found = full_pictures(name, inputs), frames.dense(name)
        if LAYERS[name].fill == "count":
            assert np.array_equal(found, expected), name
        else:
            assert np.array_equal(found != 0, expected.astype(np.float32) != 0), name
            assert np.allclose(found, expected, rtol=2e-5, atol=1e-5), name
        assert expected.any(), name


def together(bases: str, suffixes: str) -> tuple[str, ...]:
    return tuple(f"{base}{suffix}" for base in bases.split() for suffix in suffixes.split())


FAMILIES = (
    tuple(name for name in BASE_LAYERS if LAYERS[name].source is Source.TRACKS),
    tuple(name for name in BASE_LAYERS if "tracks" not in LAYERS[name].source.value),
    together("TracksPt TracksQPt_max TracksD0", "_PV _nPV _fromPV"),
    together("TracksPt TracksDz TracksD0Sig_max", "_atECAL _atHCAL"),
    together("TracksN TracksDxy TracksDzSig_sum", "_none _fixIP _PV_fixIP"),
    together("TracksN TracksPt_max TracksD0", "_3x3 _5x5"),
    together("TracksPt TracksD0_none EndTracksQPt", "_EB _EEm _EEp"),
    together("BPIX2 FPIX1 TIB1 TEC4", "_noVertex _3x3 _noVertex_5x5"),
    together("EndTracksPt MuonsQPt", "_PV _nPV _nPV_EB _3x3"),
)


@pytest.mark.parametrize("names", FAMILIES, ids=lambda names: names[0])
def test_layers_are_what_readable_numpy_makes(names: tuple[str, ...], random_inputs: MakeInputs) -> None:
    inputs = random_inputs(41, 6)
    assert inputs.tracks is not None
    close = inputs.tracks.columns | {"vz": inputs.tracks.flat("vz") / 50}  # so that some are near the vertex
    assert_layers_agree(tuple(names), replace(inputs, tracks=Tracks(inputs.tracks.offsets, **close)))


def test_layers_of_real_events_are_what_readable_numpy_makes(real_inputs: Inputs) -> None:
    bases = "ECAL HCAL EBEnergy EEmEnergy EEpEnergy HBHE_EB ECALatHCAL HCALatEEm TracksN TracksQPt_max"
    variants = "TracksPt_PV TracksD0_atHCAL TracksDz_none TracksN_fromPV TracksN_3x3 TracksPt_EB TracksPt_EEp"
    assert_layers_agree((*bases.split(), *variants.split()), real_inputs.take(slice(50, 75)))
