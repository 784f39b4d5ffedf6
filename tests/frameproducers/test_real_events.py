"""Real collisions: no energy is lost, and CMS's own shower shapes come out of the pictures."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import uproot
from numpy.typing import NDArray

from dataformats.candidates import Jets, Photons
from dataformats.collection import Collection
from dataformats.geometry.detids import ee_hash, unpack_ee
from dataformats.geometry.picture import EE_PIXEL
from frameproducers.det_frames import DetFrameProducer
from frameproducers.eg_frames import EGFrameProducer
from frameproducers.entries import Inputs
from frameproducers.jet_frames import JetFrameProducer
from frameproducers.layers import DEFAULT_LAYERS
from frameproducers.pictures import pictures

EVENT_NUMBER = "EventAuxiliary.id_.event_"


def energies_in_range(inputs: Inputs) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(events,) energy above zero in ECAL (crystals that have a pixel) and in HCAL, in GeV."""
    eb, ee, hbhe = (
        np.maximum(hits.flat("energy"), 0.0).astype(np.float64)
        for hits in (inputs.eb_hits, inputs.ee_hits, inputs.hbhe_hits)
    )
    ee[EE_PIXEL[ee_hash(*unpack_ee(inputs.ee_hits.flat("detid")))] < 0] = 0.0
    return per_event(inputs.eb_hits, eb) + per_event(inputs.ee_hits, ee), per_event(inputs.hbhe_hits, hbhe)


def per_event(hits: Collection, energy: NDArray[np.float64]) -> NDArray[np.float64]:
    """(events,) sums."""
    sums = np.zeros(len(hits))
    np.add.at(sums, np.repeat(np.arange(len(hits)), hits.counts), energy)
    return sums


def assert_energy_is_conserved(inputs: Inputs) -> None:
    images = pictures(["ECAL", "HCAL"], inputs).astype(np.float64).sum(axis=(2, 3))
    ecal, hcal = energies_in_range(inputs)
    assert images[:, 0] == pytest.approx(ecal, rel=1e-6)
    assert images[:, 1] == pytest.approx(hcal, rel=1e-6)
    assert ecal.sum() > 0
    assert hcal.sum() > 0


def test_energy_of_random_events_is_conserved(random_inputs: Callable[[int, int], Inputs]) -> None:
    assert_energy_is_conserved(random_inputs(31, 20))


def test_energy_of_real_events_is_conserved(real_inputs: Inputs) -> None:
    assert_energy_is_conserved(real_inputs)


def test_real_tracks_without_errors_have_nan_significances_only(real_inputs: Inputs) -> None:
    frames = DetFrameProducer().produce(real_inputs)
    channel, value = frames.flat("channel"), frames.flat("value")
    for number, name in enumerate(DEFAULT_LAYERS):
        mine = value[channel == number]
        assert mine.size
        assert np.isnan(mine).all() if name.endswith("Sig") else np.isfinite(mine).all()
    displacements = value[channel == frames.layer("TracksDz")[0]]
    assert np.median(np.abs(displacements)) < 10.0  # cm: pile-up vertices are spread by a few cm


def test_real_jets_have_windows_with_their_seed_in_the_middle(real_inputs: Inputs, real_jets: Jets) -> None:
    seeds, frames = JetFrameProducer(min_jet_pt=20.0, channels=("ECAL", "HCAL")).produce(real_jets, real_inputs)
    assert np.count_nonzero(seeds.flat("status") == 0) == len(frames.pixels) > 100
    assert frames.pixels.sum(axis=(1, 2, 3)).min() > 0


def shower(picture: NDArray[np.float32], eta: float, phi: float) -> tuple[float, float, float]:
    """Hottest crystal near a direction and the sums of 3 x 3 and 5 x 5 around it, in GeV."""
    row, column = 140 + round(eta / 0.01745 - 0.5), int(np.degrees(phi) + 10)
    rows, columns = np.ix_(np.arange(row - 8, row + 9), np.arange(column - 8, column + 9) % 360)
    down, across = np.unravel_index(np.argmax(picture[rows, columns]), (17, 17))
    row, column = row - 8 + int(down), column - 8 + int(across)
    sums = [
        picture[
            np.ix_(np.arange(row - reach, row + reach + 1), np.arange(column - reach, column + reach + 1) % 360)
        ].sum()
        for reach in (0, 1, 2)
    ]
    return float(sums[0]), float(sums[1]), float(sums[2])


def test_cms_shower_shapes_come_out_of_the_ecal_picture(real_files: list[Path], real_inputs: Inputs) -> None:
    events: dict[tuple[str, int], int] = {}
    for path in real_files:
        for number in uproot.open(path)["Events"]["EventAuxiliary.id_.event_"].array():
            events[path.name, int(number)] = len(events)
    with (real_files[0].parent / "photon_shower_shapes.csv").open() as table:
        photons = [line for line in csv.DictReader(table) if abs(float(line["eta"])) < 1.4]
    images = pictures(["ECAL"], real_inputs)[:, 0]
    passed = 0
    for photon in photons:
        image = images[events[photon["file"], int(photon["event"])]]
        found = shower(image, float(photon["eta"]), float(photon["phi"]))
        cms = [float(photon["max_energy_xtal_GeV"]), float(photon["e3x3_GeV"]), float(photon["e5x5_GeV"])]
        close = [abs(a / b - 1) < limit for a, b, limit in zip(found, cms, (0.002, 0.02, 0.03), strict=True)]
        passed += all(close)
    assert len(photons) == 60
    assert passed >= 56


def test_cms_shower_shapes_come_out_of_windows_with_the_seed_in_row_and_column_15(
    real_files: list[Path], real_inputs: Inputs
) -> None:
    photons, cms = cms_photons(real_files, len(real_inputs.eb_hits))
    producer = EGFrameProducer(seed_rule="hottestCrystal", min_pt=0.0)
    seeds, frames = producer.produce(photons, None, None, real_inputs)
    assert np.count_nonzero(seeds.flat("status")) == 0
    assert frames.pixels.shape == (60, 1, 32, 32)
    ours = [
        frames.pixels[:, 0, 15 - reach : 16 + reach, 15 - reach : 16 + reach].sum(axis=(1, 2)) for reach in (0, 1, 2)
    ]
    close = np.abs(np.stack(ours, axis=1) / cms - 1) < (0.002, 0.02, 0.03)
    assert np.count_nonzero(close.all(axis=1)) >= 56


def cms_photons(files: list[Path], n_events: int) -> tuple[Photons, NDArray[np.float64]]:
    """Barrel photons as CMS found them, and (photons, 3) energies in GeV: hottest crystal, 3 x 3, 5 x 5."""
    numbers = [(path.name, int(n)) for path in files for n in uproot.open(path)["Events"][EVENT_NUMBER].array()]
    with (files[0].parent / "photon_shower_shapes.csv").open() as table:
        lines = [line for line in csv.DictReader(table) if abs(float(line["eta"])) < 1.4]
    lines.sort(key=lambda line: numbers.index((line["file"], int(line["event"]))))
    event = [numbers.index((line["file"], int(line["event"]))) for line in lines]
    eta, phi, *energies = (
        np.array([float(line[name]) for line in lines])
        for name in ("eta", "phi", "max_energy_xtal_GeV", "e3x3_GeV", "e5x5_GeV")
    )
    offsets = np.concatenate([[0], np.cumsum(np.bincount(event, minlength=n_events))])
    photons = Photons(offsets, pt=np.full(eta.size, 20.0), eta=eta, phi=phi, mass=np.zeros(eta.size))
    return photons, np.stack(energies, axis=1)
