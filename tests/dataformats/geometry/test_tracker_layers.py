"""Layers lie where their modules are, and the id of a crossing names its layer."""

from collections.abc import Callable

import numpy as np
import pytest

from dataformats.geometry import tracker_ids
from dataformats.geometry.fit import TrueCells
from dataformats.geometry.tracker_layers import (
    CYLINDERS,
    DISKS,
    LAYER_ETA_STEP,
    LAYER_THICKNESS,
    RINGS,
    Cylinder,
    Disk,
    radiation_lengths,
)
from dataformats.geometry.tracker_modules import (
    PLAIN,
    R_PHI,
    STEREO,
    cylinder_is_stereo,
    cylinder_module,
    disk_is_stereo,
    disk_module,
    layer_index,
    ring_of,
    strip_centre_radius,
    strip_centre_z,
)

FILES = {1: "pixel_phase1", 2: "pixel_phase1", 3: "tib", 4: "tid", 5: "tob", 6: "tec"}


def test_layers_lie_where_their_modules_are(true_cells: Callable[[str], TrueCells]) -> None:
    for layer in (*CYLINDERS, *DISKS):
        cells = true_cells(FILES[layer.subdet])
        fields = tracker_ids.unpack_tracker(cells.detid)
        own = (fields.subdet == layer.subdet) & (fields.layer == layer.layer)
        radius, z = np.hypot(cells.position.x, cells.position.y)[own], np.abs(cells.position.z)[own]
        if isinstance(layer, Cylinder):
            assert radius.mean() == pytest.approx(layer.radius, abs=0.2)
            assert 0.85 * layer.half_length < z.max() < layer.half_length
        else:
            assert z.mean() == pytest.approx(layer.z, abs=0.2)
            assert layer.inner < radius.min() < radius.max() < layer.outer


@pytest.mark.parametrize("module", [cylinder_module, cylinder_module.py_func], ids=["compiled", "python"])
def test_modules_of_cylinders_are_valid_and_of_their_layer(module: Callable[..., int]) -> None:
    for index, layer in enumerate(CYLINDERS):
        for phi in np.linspace(-np.pi, 2 * np.pi, 40):
            for z in np.linspace(-layer.half_length, layer.half_length, 21):
                ident = module(index, phi, z, R_PHI if cylinder_is_stereo(index) else PLAIN)
                assert tracker_ids.valid_tracker(ident)
                assert [int(field) for field in tracker_ids.unpack_tracker(ident)] == [layer.subdet, layer.layer, 0]
    assert module(4, 0.3, 5.0, R_PHI) - module(4, 0.3, 5.0, STEREO) == 1
    assert len({module(4, phi, z, 0) for phi in np.linspace(0, 6.28, 500) for z in range(-66, 67)}) == 28 * 12


@pytest.mark.parametrize("module", [disk_module, disk_module.py_func], ids=["compiled", "python"])
def test_modules_of_disks_are_valid_and_of_their_layer_and_side(module: Callable[..., int]) -> None:
    for index, disk in enumerate(DISKS):
        for phi in np.linspace(-3.0, 3.0, 25):
            for radius in np.linspace(disk.inner, disk.outer, 10):
                for side in (-1, 1):
                    x, y = radius * np.cos(phi), radius * np.sin(phi)
                    ident = module(index, phi, x, y, side * disk.z, STEREO if disk_is_stereo(index, radius) else PLAIN)
                    assert tracker_ids.valid_tracker(ident)
                    assert [int(field) for field in tracker_ids.unpack_tracker(ident)] == [
                        disk.subdet,
                        disk.layer,
                        side,
                    ]


def test_pairs_of_modules_are_where_the_true_ones_are(true_cells: Callable[[str], TrueCells]) -> None:
    for name, shift, mask in (("tid", 9, 3), ("tec", 5, 7)):
        cells = true_cells(name)
        ids = cells.detid.astype(np.int64)
        ring, pair = (ids >> shift) & mask, ids & 3
        radius = np.hypot(cells.position.x, cells.position.y)
        index = next(i for i, disk in enumerate(DISKS) if FILES[disk.subdet] == name)
        for number in range(1, len(RINGS) + 1):
            for r in radius[ring == number]:
                assert ring_of(r) == number
                assert strip_centre_radius(r) == pytest.approx(r, abs=3.5)
                assert disk_is_stereo(index, r) == np.any(pair[ring == number] == STEREO)
    for index, layer in enumerate(CYLINDERS):
        if layer.subdet in {3, 5}:
            cells = true_cells(FILES[layer.subdet])
            own = tracker_ids.unpack_tracker(cells.detid).layer == layer.layer
            assert cylinder_is_stereo(index) == np.any((cells.detid[own] & 3) == STEREO)


def test_the_matter_of_the_layers_adds_up_to_what_is_in_front_of_the_ecal() -> None:
    eta = np.asarray(LAYER_ETA_STEP * (np.arange(LAYER_THICKNESS.shape[0]) + 0.5), np.float64)
    inside = eta < 2.9  # beyond, a line from the centre crosses no layer
    assert LAYER_THICKNESS.sum(axis=1)[inside] == pytest.approx(radiation_lengths(eta[inside]))
    assert radiation_lengths(np.array([0.0, -1.4, 2.5])).tolist() == [0.4, 2.0, 1.3]


def test_strips_of_the_barrel_are_known_by_their_middle() -> None:
    assert strip_centre_z(4, 0.1) == pytest.approx(66.6 / 12)
    centres = sorted({strip_centre_z(8, z) for z in np.linspace(-108.7, 108.7, 500)})
    assert centres == pytest.approx([(2 * i - 11) / 12 * 108.7 for i in range(12)])


def test_layers_are_found_by_name() -> None:
    layers: list[Cylinder | Disk] = [*CYLINDERS, *DISKS]
    for index, layer in enumerate(layers):
        assert layer_index(layer.subdet, layer.layer) == index
    assert layer_index(1, 5) == -1
