"""Real collisions: photons and electrons are where CMS found them, with the shapes that CMS found."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import uproot
from numpy.typing import NDArray

from dataformats.candidates import Photons
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks, Vertices
from simulation.ecal_clusters import EcalClusterProducer, EcalClusterProducts
from simulation.egamma import ElectronProducer, PhotonProducer
from simulation.superclusters import SuperClusterProducer, SuperClusterProducts

Array = NDArray[np.float64]


class Inputs(NamedTuple):
    """What the events hold."""

    eb: EBRecHits
    ee: EERecHits
    hbhe: HBHERecHits
    tracks: Tracks
    vertices: Vertices


class Reconstructed(NamedTuple):
    """What is made of them."""

    clusters: EcalClusterProducts
    superclusters: SuperClusterProducts
    photons: Photons


class CmsPhoton(NamedTuple):
    """A photon as CMS found it: its event, direction, energies in GeV."""

    event: int
    eta: float
    phi: float
    energy: float
    shower: tuple[float, float, float]


class Match(NamedTuple):
    """Our photon closest to one of CMS: its number, distance in (eta, phi) and energy per that of CMS."""

    photon: int
    distance: float
    ratio: float


@pytest.fixture(scope="module")
def inputs(real_collection: Callable[[type[Any], str], Any]) -> Inputs:
    return Inputs(
        real_collection(EBRecHits, "reducedEcalRecHitsEB_"),
        real_collection(EERecHits, "reducedEcalRecHitsEE_"),
        real_collection(HBHERecHits, "reducedHcalRecHits_hbhereco"),
        real_collection(Tracks, "generalTracks_"),
        real_collection(Vertices, "offlinePrimaryVertices_"),
    )


@pytest.fixture(scope="module")
def found(inputs: Inputs) -> Reconstructed:
    """Photons from 5 GeV: CMS lists some whose transverse energy is just below 10."""
    eb, ee, hbhe, tracks, vertices = inputs
    clusters = EcalClusterProducer().produce(eb, ee)
    superclusters = SuperClusterProducer(min_et=5.0).produce(*clusters, eb, ee)
    photons = PhotonProducer().produce(superclusters.clusters, eb, ee, hbhe, tracks, vertices)
    return Reconstructed(clusters, superclusters, photons)


@pytest.fixture(scope="module")
def cms_photons(real_files: list[Path]) -> list[CmsPhoton]:
    events: dict[tuple[str, int], int] = {}
    for path in real_files:
        for number in uproot.open(path)["Events"]["EventAuxiliary.id_.event_"].array():
            events[path.name, int(number)] = len(events)
    with (real_files[0].parent / "photon_shower_shapes.csv").open() as table:
        lines = list(csv.DictReader(table))
    names = "max_energy_xtal_GeV", "e3x3_GeV", "e5x5_GeV"
    photons = []
    for line in lines:
        hottest, three, five = (float(line[name]) for name in names)
        at = events[line["file"], int(line["event"])]
        direction = float(line["eta"]), float(line["phi"])
        photons.append(CmsPhoton(at, *direction, float(line["energy_GeV"]), (hottest, three, five)))
    return photons


def closest(photons: Photons, cms: CmsPhoton) -> Match:
    """Distances are infinite in events without a photon of ours."""
    numbers = np.arange(photons.offsets[cms.event], photons.offsets[cms.event + 1])
    if not numbers.size:
        return Match(-1, np.inf, np.nan)
    d_phi = np.angle(np.exp(1j * (photons.flat("phi")[numbers] - cms.phi)))
    distance = np.hypot(photons.flat("eta")[numbers] - cms.eta, d_phi)
    best = int(numbers[np.argmin(distance)])
    ratio = photons.flat("pt")[best] * np.cosh(photons.flat("eta")[best]) / cms.energy
    return Match(best, float(distance.min()), float(ratio))


def is_compact(cms: CmsPhoton) -> bool:
    """Most of its energy is in 5 x 5 crystals: neither radiation nor, mostly, a jet."""
    return cms.shower[2] > 0.85 * cms.energy


def test_barrel_photons_have_the_shower_shapes_that_cms_found(
    found: Reconstructed, cms_photons: list[CmsPhoton]
) -> None:
    barrel = [cms for cms in cms_photons if abs(cms.eta) < 1.4]
    passed = 0
    for cms in barrel:
        match = closest(found.photons, cms)
        ours = [found.photons.flat(name)[match.photon] for name in ("max_energy_crystal", "e3x3", "e5x5")]
        limits = 0.002, 0.02, 0.03
        passed += all(abs(a / b - 1) < limit for a, b, limit in zip(ours, cms.shower, limits, strict=True))
    assert len(barrel) == 60
    assert passed >= 57


def test_photons_are_where_cms_found_them(found: Reconstructed, cms_photons: list[CmsPhoton]) -> None:
    matches = [closest(found.photons, cms) for cms in cms_photons]
    assert len(matches) == 95
    assert np.mean([match.distance < 0.1 for match in matches]) > 0.96
    assert np.mean([match.distance < 0.03 for match in matches]) > 0.85


@pytest.mark.parametrize(
    ("low", "high", "ratio", "within_5", "within_10"),
    [(0.0, 1.479, 0.97, 0.55, 0.8), (1.479, 3.0, 0.96, 0.4, 0.7)],
    ids=["barrel", "endcaps"],
)
def test_compact_photons_have_the_energy_that_cms_found(
    found: Reconstructed,
    cms_photons: list[CmsPhoton],
    low: float,
    high: float,
    ratio: float,
    within_5: float,
    within_10: float,
) -> None:
    """Within a few percent: energies are estimated for simulated photons, which leave nothing in the preshower.

    CMS of 2012 also collected crystals in other ways: hybrid clusters in the barrel, 5 x 5 in the endcaps.
    """
    compact = [cms for cms in cms_photons if is_compact(cms) and low <= abs(cms.eta) < high]
    matches = [closest(found.photons, cms) for cms in compact]
    ratios = np.array([match.ratio for match in matches])
    near = np.array([match.distance < 0.03 for match in matches])
    assert len(compact) >= 18
    assert np.median(ratios) == pytest.approx(ratio, abs=0.02)
    assert np.mean((np.abs(ratios - 1) < 0.05) & near) > within_5
    assert np.mean((np.abs(ratios - 1) < 0.10) & near) > within_10


def test_clusters_hold_all_energy_of_crystals_above_threshold_that_seeds_reach(
    inputs: Inputs, found: Reconstructed
) -> None:
    def per_event(hits: EBRecHits | EERecHits, threshold: float) -> Array:
        energy = hits.flat("energy").astype(np.float64)
        event = np.repeat(np.arange(len(hits)), hits.counts)
        return np.bincount(event, np.where(energy > threshold, energy, 0.0), len(hits)).astype(np.float64)

    clusters = found.clusters.clusters
    event = np.repeat(np.arange(len(clusters)), clusters.counts)
    clustered = np.bincount(event, clusters.flat("energy"), len(clusters))
    above = per_event(inputs.eb, 0.08) + per_event(inputs.ee, 0.3)
    assert np.all(clustered <= above * (1 + 1e-6))
    assert clustered.sum() > 0.93 * above.sum()


@pytest.mark.parametrize(
    ("number", "pt", "eta", "charge"),
    [(652058695, 45.18, 1.14917, 1), (652538562, 32.45, -0.735666, -1), (273100230, 20.50, 0.267782, 1)],
)
def test_electrons_that_cms_found_with_a_clean_track_are_found(
    real_files: list[Path], inputs: Inputs, found: Reconstructed, number: int, pt: float, eta: float, charge: int
) -> None:
    eb, ee, hbhe, tracks, vertices = inputs
    numbers = np.concatenate([uproot.open(path)["Events"]["EventAuxiliary.id_.event_"].array() for path in real_files])
    event = int(np.flatnonzero(numbers == number)[0])
    electrons = ElectronProducer().produce(found.superclusters.clusters, eb, ee, hbhe, tracks, vertices)
    mine = electrons.take(slice(event, event + 1))
    best = int(np.argmin(np.abs(mine.flat("eta") - eta)))
    assert mine.flat("eta")[best] == pytest.approx(eta, abs=1e-2)
    assert mine.flat("pt")[best] == pytest.approx(pt, rel=0.03)
    assert mine.flat("charge")[best] == charge
