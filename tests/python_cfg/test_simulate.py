"""The packaged simulation: its files look like those of CMS, and depend on seed and event number alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

Simulate = Callable[..., Path]

CASES = {
    "ttbar": ("process=ttbar",),
    "qcd": ("process=qcd", "ptHatMin=100"),
    "h_aa_4tau": ("process=h_aa_4tau", "aMass=5"),
    "electron_gun": ("process=electron_gun",),
    "top_gun_with_pileup": ("process=top_gun", "gunPtMax=300", "pileup=2", "energy=900"),
    "ttbar_with_pileup": ("process=ttbar", "pileup=2"),
}
CUT = "ttbar", "top_gun_with_pileup"

MOMENTUM = {f"obj.m_state.p4Polar_.fCoordinates.f{name}": "float[]" for name in ("Pt", "Eta", "Phi", "M")}
PLACE = {f"fCoordinates.f{name}": "float[]" for name in "XYZ"}
CALO_HITS = {"obj.obj.id_.id_": "uint32_t[]", "obj.obj.energy_": "float[]", "obj.obj.time_": "float[]"}
TRACKER_HITS = {"obj.detId_": "uint32_t[]", "obj.x_": "float[]", "obj.y_": "float[]", "obj.z_": "float[]"}
LEAVES: dict[str, dict[str, str]] = {
    "EcalRecHitsSorted_reducedEcalRecHitsEB__SIM": CALO_HITS,
    "EcalRecHitsSorted_reducedEcalRecHitsEE__SIM": CALO_HITS,
    "HBHERecHitsSorted_reducedHcalRecHits_hbhereco_SIM": CALO_HITS,
    "e2eTrackerRecHits_siPixelRecHits__SIM": TRACKER_HITS,
    "e2eTrackerRecHits_siStripMatchedRecHits_rphiRecHit_SIM": TRACKER_HITS,
    "e2eTrackerRecHits_siStripMatchedRecHits_stereoRecHit_SIM": TRACKER_HITS,
    "recoTracks_generalTracks__SIM": {
        **{f"obj.{name}_.{leaf}": kind for name in ("vertex", "momentum") for leaf, kind in PLACE.items()},
        "obj.charge_": "int8_t[]",
        "obj.quality_": "uint8_t[]",
        **{f"obj.{name}_": "float[]" for name in ("chi2", "ndof", "dxyError", "dzError")},
    },
    "recoVertexs_offlinePrimaryVertices__SIM": {
        **{f"obj.position_.{leaf}": kind for leaf, kind in PLACE.items()},
        "obj.chi2_": "float[]",
        "obj.ndof_": "float[]",
        "obj.validity_": "bool[]",
    },
    "recoPFCandidates_particleFlow__SIM": MOMENTUM,
    "recoPFJets_ak4PFJetsCHS__SIM": MOMENTUM,
    "recoPFJets_ak8PFJetsCHS__SIM": MOMENTUM,
    "recoPhotons_gedPhotons__SIM": MOMENTUM,
    "recoGsfElectrons_gedGsfElectrons__SIM": MOMENTUM,
    "recoPFMETs_pfMet__SIM": {**MOMENTUM, "obj.sumet": "float[]"},
    "recoSuperClusters_superClusters_clusters_SIM": {"obj.energy_": "float[]", "obj.rawEnergy_": "float[]"},
    "e2eSuperClusterHits_superClusters_hits_SIM": {
        "obj.owner_": "int32_t[]",
        "obj.detId_": "uint32_t[]",
        "obj.fraction_": "float[]",
    },
    "recoGenJets_ak4GenJets__SIM": MOMENTUM,
    "recoGenJets_ak8GenJets__SIM": MOMENTUM,
    "recoGenParticles_genParticles__GEN": {
        **MOMENTUM,
        "obj.m_state.pdgId_": "int32_t[]",
        "obj.m_state.status_": "int32_t[]",
        **{f"obj.m_state.vertex_.{leaf}": kind for leaf, kind in PLACE.items()},
    },
}
"""What users of real data find under these names, and its twins for what no columnar reader can take apart."""


def columns(path: Path) -> dict[str, ak.Array]:
    """All leaves; the counters of lists are said by the lists."""
    with uproot.open(path) as file:
        tree = file["Events"]
        names = [name for name in tree.keys() if not name.startswith("n")]  # noqa: SIM118 (a TTree is no dict)
        return {name: tree[name].array() for name in names}


def assert_same(ours: dict[str, ak.Array], theirs: dict[str, ak.Array]) -> None:
    """Bit for bit."""
    assert ours.keys() == theirs.keys()
    for name, column in ours.items():
        other = theirs[name]
        assert len(column) == len(other), name
        assert column.ndim == 1 or ak.all(ak.num(column) == ak.num(other)), name
        flat, flat_other = (ak.to_numpy(ak.flatten(each, axis=None)) for each in (column, other))
        np.testing.assert_array_equal(flat, flat_other, err_msg=name)


@pytest.mark.parametrize("case", CASES)
def test_events_have_the_products_and_leaves_of_real_data(simulate: Simulate, case: str) -> None:
    with uproot.open(simulate(*CASES[case], "maxEvents=3")) as file:
        tree: Any = file["Events"]
        assert tree["EventAuxiliary.id_.event_"].array().tolist() == [1, 2, 3]
        for product, leaves in LEAVES.items():
            assert ak.all(tree[f"{product}.present"].array()), product
            for leaf, kind in leaves.items():
                assert tree[f"{product}.{leaf}"].typename == kind, (product, leaf)


@pytest.mark.parametrize("case", CASES)
def test_events_leave_something_in_every_detector(simulate: Simulate, case: str) -> None:
    found = columns(simulate(*CASES[case], "maxEvents=3"))
    energy = {name: ak.sum(column) for name, column in found.items() if name.endswith("obj.obj.energy_")}
    assert len(energy) == 3
    if case == "electron_gun":
        assert sum(energy.values()) > 5
        return
    assert min(energy.values()) > 1
    for product in ("e2eTrackerRecHits_siPixelRecHits__SIM.obj.x_", "recoTracks_generalTracks__SIM.obj.charge_"):
        assert ak.all(ak.num(found[product]) > 5)
    for name, column in found.items():
        if name.endswith(("energy_", "time_", "x_", "y_", "z_")) or "fCoordinates" in name:
            assert np.isfinite(ak.to_numpy(ak.flatten(column, axis=None))).all(), name


@pytest.mark.parametrize("case", CASES)
def test_pileup_is_what_was_asked_for(simulate: Simulate, case: str) -> None:
    found = columns(simulate(*CASES[case], "maxEvents=3"))
    interactions = ak.count(found["e2ePileupInteractions_pileupInteractions__GEN.obj.z_"])
    assert (interactions > 0) == ("pileup" in case)


@pytest.mark.parametrize("case", CUT)
def test_identical_jobs_write_identical_bytes_however_they_are_cut(simulate: Simulate, case: str) -> None:
    arguments = *CASES[case], "maxEvents=10"
    reference = simulate(*arguments).read_bytes()
    for block in (1, 7, 64):
        assert simulate(*arguments, settings=(f"options.eventsPerBlock={block}",)).read_bytes() == reference, block
    two = simulate(*arguments, settings=("options.numberOfThreads=2", "options.eventsPerBlock=3"))
    assert two.read_bytes() == reference


@pytest.mark.parametrize("case", CUT)
def test_skipped_events_leave_the_tail_of_every_product(simulate: Simulate, case: str) -> None:
    whole = columns(simulate(*CASES[case], "maxEvents=10"))
    tail = columns(simulate(*CASES[case], "maxEvents=3", "skipEvents=7"))
    assert len(whole) > 100
    assert_same(tail, {name: column[7:] for name, column in whole.items()})


def test_another_seed_gives_other_events_and_another_detector(simulate: Simulate) -> None:
    one, other = (columns(simulate("process=photon_gun", "maxEvents=3", f"seed={seed}")) for seed in (1, 2))
    for product in ("recoGenParticles_genParticles__GEN", "recoPhotons_gedPhotons__SIM"):
        leaf = f"{product}.obj.m_state.p4Polar_.fCoordinates.fPt"
        assert ak.to_list(one[leaf]) != ak.to_list(other[leaf])


def test_the_seed_of_the_cfg_reaches_every_module_that_has_one(simulate: Simulate) -> None:
    with uproot.open(simulate("process=photon_gun", "maxEvents=3", "seed=2")) as file:
        history = str(file["E2EProvenance"])
    assert history.count('"seed": 2') == 8
    assert '"seed": 1' not in history
