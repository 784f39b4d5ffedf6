"""Files that CMSSW wrote, releases 1.6 to 15.1: small public ones, none of which is part of this project.

They are in the repositories cms-data/IOPool-Input (31 with events) and diana-hep/root4j (`test_cmssw.root`, a MiniAOD
event); `E2EFW_CMSSW_FILES` names the folder with copies of them.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

import e2efw
from dataformats.candidates import Jets, MissingMomentum, Photons
from dataformats.rechits import EBRecHits, EERecHits
from dataformats.tracks import Vertices
from e2efw.framework.blocks import Wanted
from e2efw.framework.tags import ProductKey
from e2efw.io.inventory import Inventory
from e2efw.io.pool_source import PoolSource

Make = Callable[..., Any]
FOLDER = Path(os.environ.get("E2EFW_CMSSW_FILES", Path(__file__).parents[4] / "shared" / "data" / "cmssw"))
RELEASES = ("1_6_12", "1_8_4", "2_0_11", "2_1_12", "2_2_13", "3_1_6", "3_6_1", "3_8_1", "3_9_9", "4_3_0")
OLD = [f"old_format_CMSSW_{release}" for release in RELEASES]
NEW = [f"SchemaEvolutionTestOLD{one}" for one in ("13_0_0", "15_1_0_pre5_splitLevel0", "15_1_0_pre5_splitLevel99")]


def _there(name: str) -> Path:
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"{name} is not there: set E2EFW_CMSSW_FILES")
    return path


@pytest.mark.parametrize("name", OLD)
def test_events_of_old_releases_have_their_numbers(name: str) -> None:
    events = e2efw.open(_there(f"{name}.root"))
    assert events.ids.run.tolist() == [1] * 6 + [2] * 4
    assert events.ids.lumi.tolist() == [1, 1, 1, 2, 2, 2, 1, 1, 1, 2]
    assert events.ids.event.tolist() == [1, 2, 3, 4, 5, 6, 1, 2, 3, 4]


@pytest.mark.parametrize("name", NEW)
def test_events_of_new_releases_have_their_numbers(name: str) -> None:
    ids = e2efw.open(_there(f"{name}.root")).ids
    assert ids.run.tolist() == ids.lumi.tolist() == [1] * 10
    assert ids.event.tolist() == list(range(1, 11))


@pytest.mark.parametrize("release", ["2_2_13", "3_5_0", "3_7_0", "3_8_1", "3_9_9", "4_2_7", "4_2_8", "4_3_0"])
def test_events_of_many_runs_come_with_products_of_two_processes(release: str) -> None:
    events = e2efw.open(_there(f"complex_old_format_CMSSW_{release}.root"))
    assert len(np.unique(events.ids.run)) == 6
    assert len(events.ids.event) == 53
    assert len(events["i::PROD"]["obj.value"]) == len(events["i::MERGE"]["obj.value"]) == 53


def test_real_data_are_told_from_simulated_ones() -> None:
    data = Inventory.of(str(_there("rawData_old_format_CMSSW_4_2_8.root")))
    assert data.real_data
    assert data.lumis == {180250: {1: 1}}
    assert not Inventory.of(str(_there("old_format_CMSSW_4_3_0.root"))).real_data


def test_a_miniaod_event_is_read_as_our_classes() -> None:
    path = _there("test_cmssw.root")
    wanted: Wanted = {
        ProductKey("reducedEgamma", "reducedEBRecHits", "RECO"): EBRecHits,
        ProductKey("reducedEgamma", "reducedEERecHits", "RECO"): EERecHits,
        ProductKey("slimmedJets", "", "RECO"): Jets,
        ProductKey("slimmedPhotons", "", "RECO"): Photons,
        ProductKey("slimmedMETs", "", "RECO"): MissingMomentum,
        ProductKey("offlineSlimmedPrimaryVertices", "", "RECO"): Vertices,
    }
    source = PoolSource(file_names=(str(path),)).open()
    (block,) = source.blocks(wanted, 10, -1)
    source.close()
    jets: Any = block.products[ProductKey("slimmedJets", "", "RECO")]
    np.testing.assert_allclose(jets.pt.to_list()[0], [39.6441, 24.6299, 22.8337, 12.6369, 10.1715], rtol=1e-5)
    vertices: Any = block.products[ProductKey("offlineSlimmedPrimaryVertices", "", "RECO")]
    assert len(vertices.flat("z")) == 11
    assert np.all(np.hypot(vertices.flat("x"), vertices.flat("y")) < 0.2)  # cm: where the beams of 2016 were
    assert source.report() == []


def test_a_copy_of_a_miniaod_event_has_its_columns(tmp_path: Path, read_file: Make, write_file: Make) -> None:
    path = _there("test_cmssw.root")
    jets = {key: None for key in PoolSource(file_names=(str(path),)).open().content if key.label == "slimmedJets"}
    (block,) = read_file(path, jets)
    copy, original = e2efw.open(write_file(block, typed=False))["slimmedJets"], e2efw.open(path)["slimmedJets"]
    assert len(copy.fields) == 47
    for name in copy.fields:
        assert ak.array_equal(copy[name], original[name], equal_nan=True)
