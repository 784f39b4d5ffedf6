"""Names of branches, and branches by product."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uproot
from hypothesis import given
from hypothesis import strategies as st

from e2efw.errors import ConfigurationError
from e2efw.framework.tags import ProductKey
from e2efw.io.branches import BranchName, TreeIndex

_FIELD = st.text("abcXYZ019", min_size=1, max_size=8)


@given(_FIELD, _FIELD, st.just("") | _FIELD, _FIELD)
def test_every_name_comes_back_from_its_branch(kind: str, label: str, instance: str, process: str) -> None:
    name = BranchName(kind, ProductKey(label, instance, process))
    assert BranchName.parse(f"{name.prefix}obj.obj.energy_") == name


def test_branch_names_are_those_of_cmssw() -> None:
    name = BranchName.of("recoTracks", ProductKey("generalTracks", "", "RECO"))
    assert name.prefix == "recoTracks_generalTracks__RECO."


@pytest.mark.parametrize("branch", ["EventAuxiliary", "run", "nJets_pt", "a_b_c_d", "_a_b_c.", "a_b_c_d_e."])
def test_other_branches_are_no_products(branch: str) -> None:
    assert BranchName.parse(branch) is None


@pytest.mark.parametrize("key", [ProductKey("a_b", "", "P"), ProductKey("a", "b.c", "P"), ProductKey("a", "", "")])
def test_names_that_would_fall_apart_are_refused(key: ProductKey) -> None:
    with pytest.raises(ConfigurationError, match="may hold no underscore, dot or slash"):
        BranchName.of("recoTracks", key)


@dataclass
class _Branch:
    """A branch as `TreeIndex` sees it; uproot cannot write nested ones."""

    name: str
    branches: list[Any] = field(default_factory=list)
    count_branch: Any = None


@dataclass
class _Tree:
    branches: list[_Branch]


def test_leaves_of_a_split_cmssw_file_are_found_below_nested_branches() -> None:
    top = "EcalRecHitsSorted_reducedEcalRecHitsEB__RECO."
    leaves = [_Branch(f"{top}obj.obj.energy_"), _Branch(f"{top}obj.obj.id_.id_")]
    hits = _Branch(top, [_Branch(f"{top}present"), _Branch(f"{top}obj", leaves)])
    numbers = [_Branch("run_"), _Branch("luminosityBlock_"), _Branch("event_")]
    auxiliary = _Branch("EventAuxiliary", [_Branch("id_", numbers)])
    index = TreeIndex.of(_Tree([auxiliary, hits, _Branch("EventSelections")]))
    stored = index.products[ProductKey("reducedEcalRecHitsEB", "", "RECO")]
    assert list(index.products) == [stored.name.key]
    assert stored.leaves == {"obj.obj.energy_": leaves[0], "obj.obj.id_.id_": leaves[1]}
    assert stored.present is hits.branches[0]
    assert set(index.auxiliary) == {"run_", "luminosityBlock_", "event_"}


def test_the_first_leaf_of_a_split_list_is_no_counter() -> None:
    top = "EcalRecHitsSorted_hits__RECO."
    detid, energy = _Branch(f"{top}obj.obj.id_.id_"), _Branch(f"{top}obj.obj.energy_")
    detid.count_branch = energy.count_branch = detid  # as uproot sees files of CMSSW
    other = _Branch(f"{top}obj.others_")
    base = _Branch(f"{top}edm::EDProduct")
    stored = TreeIndex.of(_Tree([_Branch(top, [base, detid, energy, other])])).products[ProductKey("hits", "", "RECO")]
    assert list(stored.leaves) == ["obj.obj.id_.id_", "obj.obj.energy_", "obj.others_"]
    assert stored.lists["obj.obj.id_.id_"] == stored.lists["obj.obj.energy_"] != stored.lists["obj.others_"]


def test_of_products_that_differ_in_type_only_the_larger_one_counts() -> None:
    values = [_Branch("floatedmValueMap_vertices__PAT.values_")]
    vertices = [_Branch("recoVertexs_vertices__PAT.obj.x"), _Branch("recoVertexs_vertices__PAT.obj.y")]
    for order in ([*values, *vertices], [*vertices, *values]):
        (stored,) = TreeIndex.of(_Tree(order)).products.values()
        assert str(stored.name) == "recoVertexs_vertices__PAT"
        assert list(stored.leaves) == ["obj.x", "obj.y"]


def test_the_lumi_of_an_event_is_that_of_its_id() -> None:
    inside, obsolete = _Branch("EventAuxiliary.id_.luminosityBlock_"), _Branch("EventAuxiliary.luminosityBlock_")
    assert TreeIndex.of(_Tree([inside, obsolete])).auxiliary == {"luminosityBlock_": inside}


def test_counters_of_real_files_are_no_leaves(real_files: list[Path]) -> None:
    with uproot.open(real_files[0]) as file:
        index = TreeIndex.of(file["Events"])
    assert {stored.name.friendly_type for stored in index.products.values()} == {
        "EcalRecHitsSorted",
        "HBHERecHitsSorted",
        "recoTracks",
        "recoVertexs",
        "recoPFJets",
        "recoPhotons",
    }
    tracks = index.products[ProductKey("generalTracks", "", "RECO")]
    assert "obj.charge_" in tracks.leaves
    assert len(tracks.leaves) == 10
