"""Particle flow of real collisions against what CMS found in them.

The files hold what an event display shows: HCAL hits above a threshold, almost none in the endcaps, tracks above
0.75 GeV. Their jets are those of the full reconstruction, without pileup subtraction. So less energy is found than CMS
has: what is tested is that jets are where CMS has them, and that nothing is found twice.
"""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot
from numpy.typing import NDArray

from dataformats.candidates import Jets, PFCandidates
from dataformats.rechits import EBRecHits, EERecHits, HBHERecHits
from dataformats.tracks import Tracks, Vertices
from simulation.ecal_clusters import EcalClusterProducer
from simulation.hcal_clusters import HcalClusterProducer
from simulation.jets import JetProducer
from simulation.particle_flow import ParticleFlowLikeProducer

pytest.importorskip("fastjet", reason="FastJet is the extra `sim`")

Array = NDArray[np.float64]
Read = Callable[[type[Any], str], Any]


@pytest.fixture(scope="module")
def candidates(real_collection: Read) -> PFCandidates:
    """Particles of all real events."""
    ecal = EcalClusterProducer().produce(
        real_collection(EBRecHits, "reducedEcalRecHitsEB_"), real_collection(EERecHits, "reducedEcalRecHitsEE_")
    )
    hcal = HcalClusterProducer().produce(real_collection(HBHERecHits, "reducedHcalRecHits_hbhereco"))
    return ParticleFlowLikeProducer().produce(
        real_collection(Tracks, "generalTracks_"),
        real_collection(Vertices, "offlinePrimaryVertices_"),
        ecal.clusters,
        hcal.clusters,
    )


def distance(eta: Array, phi: Array, to_eta: float, to_phi: float) -> Array:
    """In eta and phi."""
    return np.hypot(eta - to_eta, (phi - to_phi + np.pi) % (2 * np.pi) - np.pi)


def ratios(found: Jets, cms: Jets, min_pt: float) -> Array:
    """pt of the nearest of our jets within 0.2 of each barrel jet of CMS, per pt of that; NaN where there is none."""
    answer = []
    for event in range(len(cms)):
        ours, theirs = found.take(slice(event, event + 1)), cms.take(slice(event, event + 1))
        for pt, eta, phi in zip(*(theirs.flat(name).tolist() for name in ("pt", "eta", "phi")), strict=True):
            if pt > min_pt and abs(eta) < 1.3:
                away = distance(ours.flat("eta"), ours.flat("phi"), eta, phi)
                near = int(np.argmin(away)) if away.size else -1
                answer.append(ours.flat("pt")[near] / pt if near >= 0 and away[near] < 0.2 else np.nan)
    return np.array(answer)


@pytest.mark.parametrize(("min_pt", "least_found"), [(30.0, 0.7), (50.0, 0.88)])
def test_barrel_jets_of_real_events_are_found_where_cms_has_them(
    candidates: PFCandidates, real_collection: Read, min_pt: float, least_found: float
) -> None:
    ours = JetProducer(min_pt=3.0).produce(candidates)
    found = ratios(ours, real_collection(Jets, "ak4PFJetsCHS_"), min_pt)
    matched = found[np.isfinite(found)]
    assert found.size > 50
    assert matched.size / found.size > least_found
    assert 0.55 < np.median(matched) < 1.0
    assert np.mean(matched > 1.2) < 0.05


def test_photons_of_real_events_are_photons_or_electrons_of_the_same_energy(
    candidates: PFCandidates, real_files: list[Path]
) -> None:
    events: dict[tuple[str, int], int] = {}
    for path in real_files:
        for number in uproot.open(path)["Events"]["EventAuxiliary.id_.event_"].array():
            events[path.name, int(number)] = len(events)
    with (real_files[0].parent / "photon_shower_shapes.csv").open() as table:
        photons = [line for line in csv.DictReader(table) if abs(float(line["eta"])) < 1.4]
    shares = []
    for photon in photons:
        event = events[photon["file"], int(photon["event"])]
        mine = candidates.take(slice(event, event + 1))
        away = distance(mine.flat("eta"), mine.flat("phi"), float(photon["eta"]), float(photon["phi"]))
        light = np.isin(np.abs(mine.flat("pdg_id")), (PFCandidates.PHOTON, PFCandidates.ELECTRON)) & (away < 0.1)
        shares.append(mine.flat("pt")[light].sum() * np.cosh(float(photon["eta"])) / float(photon["energy_GeV"]))
    assert len(shares) == 60
    assert 0.9 < np.median(shares) < 1.1
    assert np.mean(np.array(shares) > 0.7) > 0.8


def test_every_kind_of_particle_is_there_and_charged_ones_are_tracks(
    candidates: PFCandidates, real_collection: Read
) -> None:
    charged = candidates.flat("charge") != 0
    assert {abs(int(number)) for number in candidates.flat("pdg_id")} == {211, 11, 13, 22, 130}
    assert np.count_nonzero(charged) <= real_collection(Tracks, "generalTracks_").flat("px").size
    assert 0.3 < candidates.flat("from_pileup")[charged].mean() < 0.95
